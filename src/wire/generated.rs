//! Includes a generated client, gives it its hooks, and converts its errors to ours.

use serde::de::DeserializeOwned;

use crate::error::{Error, JsonFault};
use crate::operations;

/// The status of the response that contains an [`Error`] in its extensions. MX does not use it.
const CARRIER: u16 = 599;

/// Our error for the failure of a generated `send` whose JSON answer is a `T`.
pub(crate) fn explain<T: DeserializeOwned>(
    api: &str,
    id: &str,
    failure: progenitor_client::Error<()>,
) -> Error {
    use progenitor_client::Error as Failure;
    let operation = operations::by_id(api, id);
    let status = failure.status().map(|status| status.as_u16());
    match failure {
        Failure::UnexpectedResponse(mut response) => response
            .extensions_mut()
            .remove::<Error>()
            .unwrap_or_else(|| {
                Error::request(operation, format!("status {status:?} was not read"))
            }),
        Failure::InvalidResponsePayload(body, error) => {
            Error::decode(operation, &JsonFault::find::<T>(&body, &error))
        }
        Failure::InvalidRequest(reason) | Failure::Custom(reason) => {
            Error::request(operation, reason)
        }
        Failure::CommunicationError(error)
        | Failure::InvalidUpgrade(error)
        | Failure::ResponseBodyError(error) => match operation {
            Some(operation) => Error::transport(operation, error),
            None => Error::request(None, "the request cannot be built"),
        },
        Failure::ErrorResponse(_) => Error::request(operation, "an error answer was not read"),
    }
}

/// A response with an error status and the error in its extensions.
pub(super) fn carry(error: Error) -> reqwest::Response {
    let mut response = http::Response::new(reqwest::Body::default());
    *response.status_mut() =
        http::StatusCode::from_u16(CARRIER).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.extensions_mut().insert(error);
    response.into()
}

/// Includes the generated client of an API as the module `generated`, with its hooks.
macro_rules! generated_client {
    ($api:ident) => {
        #[allow(
            missing_docs,
            unreachable_pub,
            unused_imports,
            dead_code,
            rustdoc::all,
            clippy::all,
            clippy::pedantic,
            clippy::unwrap_used,
            clippy::expect_used,
            reason = "generated"
        )]
        pub(crate) mod generated {
            include!(concat!(
                env!("OUT_DIR"),
                "/",
                stringify!($api),
                "_client.rs"
            ));
        }

        $crate::wire::hooks!(generated::Client, $api);

        impl generated::Client {
            /// The same client with a timeout for each call: with its retries, and with a session that has to be opened for it.
            ///
            /// It takes the place of the timeout of one request, so it may also be longer.
            #[must_use]
            #[allow(unreachable_pub, reason = "public where the client is")]
            pub fn with_timeout(&self, timeout: std::time::Duration) -> Self {
                let mut client = self.clone();
                client.inner.timeout = Some(timeout);
                client
            }
        }

        /// A request whose builder lacks a required field.
        impl From<generated::types::error::ConversionError> for $crate::Error {
            fn from(failure: generated::types::error::ConversionError) -> Self {
                Self::request(None, format!("the request cannot be built: {failure}"))
            }
        }
    };
}
pub(crate) use generated_client;

/// Gives a generated client its hooks.
macro_rules! hooks {
    ($client:ty, $api:ident) => {
        impl progenitor_client::ClientHooks<$crate::wire::Connection> for $client {
            async fn pre<E>(
                &self,
                request: &mut reqwest::Request,
                info: &progenitor_client::OperationInfo,
            ) -> Result<(), progenitor_client::Error<E>> {
                let table = &$crate::operations::$api::OPERATIONS;
                let Some(operation) = $crate::operations::by_name(table, info.operation_id) else {
                    let reason = format!("{} is in no operations table", info.operation_id);
                    return Err(progenitor_client::Error::Custom(reason));
                };
                self.inner
                    .prepare(operation, request)
                    .map_err(progenitor_client::Error::Custom)
            }

            async fn exec(
                &self,
                request: reqwest::Request,
                info: &progenitor_client::OperationInfo,
            ) -> reqwest::Result<reqwest::Response> {
                let table = &$crate::operations::$api::OPERATIONS;
                match $crate::operations::by_name(table, info.operation_id) {
                    Some(operation) => Ok(self.inner.send(&self.client, operation, request).await),
                    None => self.client.execute(request).await,
                }
            }
        }
    };
}
pub(crate) use hooks;
