//! Includes a generated client.

/// Includes the generated client of an API as the module `generated`.
macro_rules! generated_client {
    ($api:ident) => {
        #[allow(
            missing_docs,
            unreachable_pub,
            unused_imports,
            dead_code,
            rustdoc::bare_urls,
            rustdoc::private_intra_doc_links,
            rustdoc::invalid_html_tags,
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

        impl generated::Client {
            /// The same client with a header for each call and each of its attempts.
            ///
            /// A header that carries a credential, or that this client sets, is an error of the call, of kind
            /// [`Request`](crate::ErrorKind::Request), before anything is sent.
            #[must_use]
            #[allow(unreachable_pub, reason = "public where the client is")]
            pub fn with_header(&self, name: &str, value: &str) -> Self {
                let mut client = self.clone();
                let before = self.inner.headers.as_ref();
                client.inner.headers = Some($crate::wire::with_header(before, name, value));
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
