//! Atrium over plain HTTP: every response of these tests is checked against the document that the sandbox serves.

use std::collections::BTreeMap;
use std::time::Duration;

use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::document::{Document, DocumentedOperation};
use crate::http::ask;
use crate::{quick, support};

mod accounts;
mod operations;
mod refusals;
mod users;
mod workflow;

/// The media type of Atrium.
const VENDOR: &str = "application/vnd.mx.atrium.v1+json";

/// A sandbox with a user of Atrium.
struct Atrium {
    sandbox: Sandbox,
    document: Document,
    operations: BTreeMap<String, DocumentedOperation>,
    http: Client,
    /// The guid of the user.
    user: String,
}

/// A path or query parameter.
type Parameter<'a> = (&'a str, &'a str);

impl Atrium {
    async fn open() -> Self {
        Self::of(quick().start().await.unwrap()).await
    }

    async fn of(sandbox: Sandbox) -> Self {
        let document = ask(&sandbox, "GET /_sandbox/openapi/atrium.json", "").await;
        let document = Document::new(document.body);
        let mut atrium = Self {
            operations: document.operations(),
            document,
            http: Client::new(),
            user: String::new(),
            sandbox,
        };
        let user = json!({"user": {"identifier": support::ADA}});
        let made = atrium.ok("createUser", &[], Some(user)).await;
        atrium.user = made["user"]["guid"].as_str().unwrap().to_owned();
        atrium
    }

    /// Calls an operation for the user, and checks that the response is as documented.
    async fn call(
        &self,
        id: &str,
        parameters: &[Parameter<'_>],
        body: Option<Value>,
    ) -> (u16, Value) {
        let operation = &self.operations[id];
        let mut path = operation.path.replace("{user_guid}", &self.user);
        let mut query = Vec::new();
        for (name, value) in parameters {
            match path.contains(&format!("{{{name}}}")) {
                true => path = path.replace(&format!("{{{name}}}"), value),
                false => query.push((*name, *value)),
            }
        }
        let url = format!("{}/atrium{path}", self.sandbox.address());
        let accept = if id == "downloadStatementPdf" {
            "application/vnd.mx.atrium.v1+pdf"
        } else {
            VENDOR
        };
        let mut sending = self
            .http
            .request(operation.method.parse().unwrap(), url)
            .query(&query)
            .header("accept", accept)
            .header("mx-api-key", self.sandbox.api_key().expose())
            .header("mx-client-id", self.sandbox.client_id());
        let mut sent = Ok(());
        if let Some(body) = &body {
            sent = self.document.check_request(operation, body);
            let json = sending.header("content-type", "application/json");
            sending = json.body(body.to_string());
        }
        let response = sending.send().await.unwrap();
        let status = response.status().as_u16();
        // What the document does not allow is refused.
        assert!(
            sent.is_ok() || status >= 400,
            "{}: {sent:?}, {status}",
            operation.id
        );
        let media_type = response.headers().get("content-type");
        let media_type = media_type.map(|value| value.to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let checked = self
            .document
            .check_response(operation, status, media_type.as_deref(), &text);
        assert_eq!(checked, Ok(()), "{id}: {text}");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// The body of a response with 200.
    async fn ok(&self, id: &str, parameters: &[Parameter<'_>], body: Option<Value>) -> Value {
        let (status, body) = self.call(id, parameters, body).await;
        assert_eq!(status, 200, "{id}: {body}");
        body
    }

    /// The status of a response.
    async fn status(&self, id: &str, parameters: &[Parameter<'_>], body: Option<Value>) -> u16 {
        self.call(id, parameters, body).await.0
    }

    /// A request to create a member that is not aggregated, with this login and password in the credentials of the institution.
    async fn member_request(&self, code: &str, login: &str, password: &str) -> Value {
        let credentials = self
            .ok(
                "readInstitutionCredentials",
                &[("institution_code", code)],
                None,
            )
            .await;
        let credentials = credentials["credentials"].as_array().unwrap().iter();
        let credentials = credentials.map(|one| {
            let value = match one["type"].as_str() {
                Some("LOGIN") => login,
                Some("PASSWORD") => password,
                other => panic!("{other:?}"),
            };
            json!({"guid": one["guid"], "value": value})
        });
        let credentials: Value = credentials.collect();
        json!({"member": {
            "institution_code": code,
            "credentials": credentials,
            "skip_aggregation": true,
        }})
    }

    /// The guid of a new member that was not aggregated.
    async fn member(&self, code: &str, password: &str) -> String {
        let request = self.member_request(code, "test_atrium", password).await;
        let made = self.ok("createMember", &[], Some(request)).await;
        assert_eq!(made["member"]["connection_status"], "CREATED");
        assert_eq!(made["member"]["is_being_aggregated"], false);
        made["member"]["guid"].as_str().unwrap().to_owned()
    }

    /// The status of a member once its job has ended or waits for answers.
    async fn settled(&self, member: &str) -> Value {
        loop {
            let read = self
                .ok("readMemberStatus", &[("member_guid", member)], None)
                .await;
            let status = read["member"].clone();
            if status["is_being_aggregated"] == false || status["connection_status"] == "CHALLENGED"
            {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
