//! Faults that replace parts of an answer, and what happens to the request then.

use std::time::{Duration, SystemTime};

use mx_nexus::reqwest::{Client, Response, redirect};
use mx_nexus_sandbox::{Fault, FaultBody, FaultKind, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::http::ask;
use crate::{ADA, VENDOR, open, raw, session};

/// A sandbox with a member, and a client of its user that follows no redirect.
struct Bare {
    sandbox: Sandbox,
    member: String,
    http: Client,
    token: String,
}

impl Bare {
    async fn open() -> Self {
        let (sandbox, _) = open().await;
        let member = sandbox.add_member(ADA, "challenge").unwrap();
        let http = Client::builder().redirect(redirect::Policy::none());
        let http = http.build().unwrap();
        Self {
            token: session(&sandbox, &http, ADA).await,
            member: member.as_str().to_owned(),
            http,
            sandbox,
        }
    }

    /// Sends a request about the member, such as `POST /identify`, which this fault matches.
    async fn send(&self, request: &str, fault: Fault) -> Response {
        self.sandbox.fault(fault).unwrap();
        let (method, path) = request.split_once(' ').unwrap();
        let address = self.sandbox.address();
        let url = format!("{address}/nexus/members/{}{path}", self.member);
        let request = self.http.request(method.parse().unwrap(), url);
        let request = request.header("accept", VENDOR);
        let request = request.header("md-session-token", &self.token);
        request.send().await.unwrap()
    }

    async fn read(&self, fault: Fault) -> Value {
        let answer = self.send("GET ", fault).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], VENDOR);
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn fields_are_set_removed_or_null() {
    let bare = Bare::open().await;
    let set = Fault::altered()
        .set("member.connection_status", "NEW")
        .set("member.guid", Value::Null)
        .set("more", json!({"a": 1}))
        .remove("member.name");
    let member = bare.read(set).await;
    assert_eq!(member["member"]["connection_status"], "NEW");
    assert_eq!(member["member"].get("guid"), Some(&Value::Null));
    assert_eq!(member["member"].get("name"), None);
    assert_eq!(member["member"]["institution_code"], "sandbox_bank");
    assert_eq!(member["more"], json!({"a": 1}));
    let cleared = bare.read(Fault::altered().null_fields()).await;
    let fields = cleared["member"].as_object().unwrap();
    assert!(fields.len() > 10 && fields.values().all(Value::is_null));
    let list = Fault::altered().set("challenges.*.type", "NEW");
    bare.send("POST /identify", Fault::altered().set("member.guid", 1))
        .await;
    bare.sandbox.finish_jobs();
    let asked = bare.send("GET /challenges", list).await.text().await;
    let asked: Value = serde_json::from_str(&asked.unwrap()).unwrap();
    assert_eq!(asked["challenges"][0]["type"], "NEW");
    let kinds = bare.sandbox.requests().into_iter();
    let kinds: Vec<_> = kinds.filter_map(|one| one.fault).collect();
    assert_eq!(kinds, [FaultKind::Fields; 4]);
}

#[tokio::test]
async fn body_is_replaced_under_the_true_status() {
    let bare = Bare::open().await;
    for (body, text, has_type) in [
        (FaultBody::Null, "null", true),
        (FaultBody::Object, "{}", true),
        (FaultBody::Empty, "", false),
        (FaultBody::NotJson, "{\"error\": ", true),
    ] {
        let answer = bare.send("GET ", Fault::altered().body(body)).await;
        assert_eq!(answer.status(), 200, "{body:?}");
        let media_type = answer.headers().get("content-type");
        let media_type = media_type.map(|value| value.to_str().unwrap());
        assert_eq!(media_type, has_type.then_some(VENDOR), "{body:?}");
        assert_eq!(answer.text().await.unwrap(), text, "{body:?}");
    }
}

#[tokio::test]
async fn status_changes_the_request_only_when_processed() {
    for status in [202, 204, 302, 307, 401, 409, 429, 500, 503] {
        let bare = Bare::open().await;
        let fault = Fault::status(status);
        let refused = bare.send("POST /identify", fault.clone()).await;
        assert_eq!(refused.status(), status);
        assert!(bare.sandbox.jobs().is_empty(), "{status}");
        let lost = bare.send("POST /identify", fault.processed()).await;
        assert_eq!(lost.status(), status);
        assert_eq!(bare.sandbox.jobs().len(), 1, "{status}");
        let location = lost.headers().get("location").cloned();
        let path = format!("/nexus/members/{}/identify", bare.member);
        assert_eq!(
            location.map(|at| at.to_str().unwrap().to_owned()),
            (300..400).contains(&status).then_some(path)
        );
        let body = lost.text().await.unwrap();
        match status {
            202 => assert!(body.contains("connection_status"), "{body}"),
            400.. => assert!(body.contains("error"), "{body}"),
            _ => assert_eq!(body, ""),
        }
    }
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date() {
    let bare = Bare::open().await;
    let seconds = Fault::status(429).retry_after(Duration::from_millis(1500));
    let answer = bare.send("GET ", seconds).await;
    assert_eq!(answer.headers()["retry-after"], "2");
    let before = SystemTime::now();
    let date = Fault::status(429).retry_after_date(Duration::from_secs(30));
    let answer = bare.send("GET ", date).await;
    let date = answer.headers()["retry-after"].to_str().unwrap().to_owned();
    let date = httpdate::parse_http_date(&date).unwrap();
    let wait = date.duration_since(before).unwrap();
    assert!((30..40).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn closed_connection_ends_by_fin_without_an_answer() {
    let (sandbox, _) = open().await;
    sandbox.fault(Fault::closed()).unwrap();
    let mut stream = raw::connect(&sandbox).await;
    let request = b"GET /nexus/members HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut received = Vec::new();
    assert_eq!(stream.read_to_end(&mut received).await.unwrap(), 0);
    let requests = sandbox.requests();
    assert_eq!(requests[0].status, None);
    assert_eq!(requests[0].fault, Some(FaultKind::Closed));
}

#[tokio::test]
async fn documented_faults_are_accepted() {
    let (sandbox, _) = open().await;
    let text = include_str!("../../src/control.md");
    let faults = text.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("- ")?.split_once('`')?;
        let (fault, _) = rest.split_once('`')?;
        fault.starts_with("{\"request\"").then_some(fault)
    });
    let mut count = 0;
    for fault in faults {
        let added = ask(&sandbox, "POST /_sandbox/faults", fault).await;
        assert_eq!(added.status, 201, "{fault}: {}", added.body);
        count += 1;
    }
    assert_eq!(count, sandbox.faults().len());
    assert!(count >= 8, "{count} faults are documented");
}
