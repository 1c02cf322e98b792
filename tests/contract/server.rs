//! A server that keeps what it was asked, and a client of it.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, HttpMockResponse, Method, MockServer};
use mx_nexus::{Environment, Nexus, RetryPolicy, api};

/// The vendor's media type, in which all JSON goes both ways.
pub(crate) const VENDOR: &str = "application/vnd.mx.nexus.v1+json";
pub(crate) const SESSION_TOKEN: &str = "session-token-of-the-test";
pub(crate) const API_TOKEN: &str = "api-token-of-the-test";
#[cfg(feature = "atrium")]
pub(crate) const API_KEY: &str = "api-key-of-the-test";
#[cfg(feature = "atrium")]
pub(crate) const CLIENT_ID: &str = "client-id-of-the-test";

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As it was written.
    pub(crate) written_query: String,
    /// Decoded and sorted.
    pub(crate) query: Vec<(String, String)>,
    /// In lower case and sorted.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    fn read(request: &HttpMockRequest) -> Self {
        let mut query = request.query_params();
        query.sort();
        let headers = request.headers_vec().iter();
        let mut headers: Vec<_> = headers
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
        headers.sort();
        Self {
            method: request.method_str().to_owned(),
            path: request.uri().path().to_owned(),
            written_query: request.uri().query().unwrap_or_default().to_owned(),
            query,
            headers,
            body: request.body_vec(),
        }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the server answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) media_type: &'static str,
    pub(crate) body: String,
}

impl Reply {
    /// JSON in the vendor's media type.
    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self {
            status: 200,
            media_type: VENDOR,
            body: value.to_string(),
        }
    }

    /// A status with nothing.
    pub(crate) fn nothing(status: u16) -> Self {
        Self {
            status,
            media_type: "",
            body: String::new(),
        }
    }
}

/// Answers one method and path once, and gives what arrived besides what the call gave.
pub(crate) async fn exchange<T>(
    server: &MockServer,
    (method, path): (&str, &str),
    reply: Reply,
    call: impl Future<Output = T>,
) -> (Arrived, T) {
    let arrived = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&arrived);
    let method = Method::from(method);
    let mock = server
        .mock_async(|when, then| {
            when.method(method).path(path);
            then.respond_with(move |request: &HttpMockRequest| {
                log.lock().unwrap().push(Arrived::read(request));
                let response = HttpMockResponse::builder().status(reply.status);
                let response = match reply.media_type {
                    "" => response,
                    media_type => response.header("content-type", media_type),
                };
                response.body(reply.body.clone()).build()
            });
        })
        .await;
    let outcome = call.await;
    mock.delete_async().await;
    let arrived = arrived.lock().unwrap().clone();
    let [only] = &arrived[..] else {
        panic!("{} requests came to {path} instead of one", arrived.len());
    };
    (only.clone(), outcome)
}

/// The partner's client of a server, that sends every call once.
pub(crate) fn nexus(server: &MockServer) -> Nexus {
    Nexus::builder(Environment::custom(server.base_url()))
        .retry(RetryPolicy::off())
        .build()
        .expect("a loopback address is allowed")
}

/// The client of all operations that take a session.
pub(crate) async fn client(server: &MockServer) -> api::Client {
    let user = nexus(server).with_session_token(SESSION_TOKEN);
    user.api().await.expect("a given session needs no call")
}

/// The client of Atrium of a server, that sends every call once.
#[cfg(feature = "atrium")]
pub(crate) fn atrium(server: &MockServer) -> mx_nexus::Atrium {
    mx_nexus::Atrium::builder(Environment::custom(server.base_url()))
        .credentials(CLIENT_ID, API_KEY)
        .retry(RetryPolicy::off())
        .build()
        .expect("a loopback address is allowed")
}
