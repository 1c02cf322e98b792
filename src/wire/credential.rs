//! Credentials: which header they go into, and what an answer means for the session of a call.

use std::future::Future;
use std::pin::Pin;

use http::header::{HeaderMap, HeaderValue};
use tokio::time::Instant;

use crate::error::Error;
use crate::operations::{self, Operation};
use crate::secret::Secret;
use crate::session::{Lease, Leasing, Sessions};

/// The credential of a call.
#[derive(Clone)]
pub(crate) enum Credential {
    /// The API key, for every operation of SSO and MDX.
    ApiKey(Secret),
    /// A one-time token, for `createSession`.
    ApiToken(Secret),
    /// The session of a user, leased for every attempt.
    Session(Sessions),
    /// The id and the key of a client, for every operation of an API that takes both.
    #[cfg(feature = "atrium")]
    Client { id: Secret, api_key: Secret },
}

impl Credential {
    /// Whether another one can take its place after a 401.
    pub(super) fn is_renewable(&self) -> bool {
        matches!(self, Self::Session(sessions) if sessions.are_renewable())
    }

    /// The credential for one attempt.
    pub(super) fn sign(&self, operation: &'static Operation) -> Result<Signing<'_>, Error> {
        let header = operation.credential_header;
        let takes_session = header == operations::nexus::CREDENTIAL_HEADER;
        let refuse = |has: &str| {
            let reason = format!("it takes {header}, and this client has {has}");
            Err(Error::request(Some(operation), reason))
        };
        let fixed = |secret: &Secret| Signature {
            secret: secret.clone(),
            client_id: None,
            session: None,
        };
        Ok(Signing::Signed(match self {
            Self::ApiKey(key) => fixed(key),
            #[cfg(feature = "atrium")]
            Self::Client { id, api_key } => Signature {
                client_id: Some(id),
                ..fixed(api_key)
            },
            Self::ApiToken(_) if takes_session => return refuse("a one-time API token"),
            Self::ApiToken(token) => fixed(token),
            Self::Session(_) if !takes_session => return refuse("a session"),
            Self::Session(sessions) => match sessions.lease_or_opening()? {
                Leasing::Held(lease) => Signature::of_session(sessions, lease),
                Leasing::Opening(opening) => {
                    return Ok(Signing::Opening(Box::pin(async move {
                        Ok(Signature::of_session(sessions, opening.outcome().await?))
                    })));
                }
            },
        }))
    }
}

/// A credential, or the wait for it. Boxed, because it is rare and would make the future of every call larger.
pub(super) enum Signing<'a> {
    Signed(Signature<'a>),
    Opening(Pin<Box<dyn Future<Output = Result<Signature<'a>, Error>> + Send + 'a>>),
}

/// Checks a credential of the configuration: it is not empty, and a header can carry it.
pub(crate) fn check_credential(name: &str, credential: &str) -> Result<(), Error> {
    let problem = if credential.trim().is_empty() {
        "is empty; MX gives a client id and an API key for each environment"
    } else if HeaderValue::from_str(credential).is_err() {
        "holds a character that no header can carry; look for a line break at its end"
    } else {
        return Ok(());
    };
    Err(Error::configuration(format!("the {name} {problem}")))
}

/// The credential that a request is sent with.
pub(super) struct Signature<'a> {
    secret: Secret,
    client_id: Option<&'a Secret>,
    /// The session, with the generation of its lease.
    session: Option<(&'a Sessions, u64)>,
}

impl<'a> Signature<'a> {
    fn of_session(sessions: &'a Sessions, lease: Lease) -> Self {
        Self {
            secret: lease.token,
            client_id: None,
            session: Some((sessions, lease.generation)),
        }
    }

    pub(super) fn is_of_session(&self) -> bool {
        self.session.is_some()
    }

    /// Sets the headers of the operation.
    pub(super) fn set(
        &self,
        operation: &'static Operation,
        headers: &mut HeaderMap,
    ) -> Result<(), Error> {
        let value = header_value(operation, &self.secret)?;
        headers.insert(operation.credential_name, value);
        if let (Some(name), Some(id)) = (operation.client_id_name, self.client_id) {
            headers.insert(name, header_value(operation, id)?);
        }
        Ok(())
    }

    /// The secrets that were sent, which no message may quote.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = [Some(&self.secret), self.client_id];
        secrets.into_iter().flatten().map(Secret::expose)
    }

    /// Rejects the session after a 401; after any other answer extends its lifetime from the request.
    pub(super) fn report(&self, status: Option<u16>, started: Instant) {
        let Some((sessions, generation)) = self.session else {
            return;
        };
        match status {
            Some(401) => sessions.reject(generation),
            Some(_) => sessions.touch(generation, started),
            None => {}
        }
    }
}

fn header_value(operation: &'static Operation, secret: &Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
        Error::request(
            Some(operation),
            "the key or token contains characters that are not allowed in a header, such as a line break",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn the_credential_header_of_a_request_is_sensitive() {
        let operation = operations::by_id("nexus", "readMember").expect("an operation");
        let credential = Credential::Session(Sessions::fixed(Secret::new("a-token")));
        let mut headers = HeaderMap::new();
        let Signing::Signed(signature) = credential.sign(operation).unwrap() else {
            panic!("a wait for a session that is there");
        };
        signature.set(operation, &mut headers).unwrap();
        assert_eq!(headers["md-session-token"], "a-token");
        assert!(headers["md-session-token"].is_sensitive());
        assert_eq!(format!("{headers:?}"), r#"{"md-session-token": Sensitive}"#);
    }

    #[test]
    fn header_names_of_all_operations_are_those_of_the_document() {
        let operations = operations::Api::ALL.iter().flat_map(|api| api.operations());
        for operation in operations {
            let pairs = [
                (
                    Some(operation.credential_header),
                    Some(operation.credential_name),
                ),
                (operation.client_id_header, operation.client_id_name),
            ];
            for (header, name) in pairs {
                let lower = header.map(str::to_ascii_lowercase);
                assert_eq!(name.map(HeaderName::as_str), lower.as_deref());
            }
        }
    }
}
