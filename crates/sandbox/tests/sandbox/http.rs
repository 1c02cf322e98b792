//! Requests without the client of `mx-nexus`.

use mx_nexus::reqwest::{Client, Method};
use mx_nexus_sandbox::Sandbox;
use serde_json::Value;

/// A response of the control API.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) allow: Option<String>,
    pub(crate) body: Value,
}

/// Sends a request, such as `GET /_sandbox`, with a body of JSON, or without one.
pub(crate) async fn ask(sandbox: &Sandbox, request: &str, body: &str) -> Answered {
    let (method, path) = request.split_once(' ').unwrap();
    let url = format!("{}{path}", sandbox.address());
    let method: Method = method.parse().unwrap();
    let mut asking = Client::new().request(method, url).body(body.to_owned());
    if !body.is_empty() {
        asking = asking.header("content-type", "application/json");
    }
    let answer = asking.send().await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    Answered {
        status: answer.status().as_u16(),
        media_type: header("content-type").unwrap_or_default(),
        allow: header("allow"),
        body: serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default(),
    }
}
