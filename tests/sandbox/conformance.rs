//! That the sandbox keeps to the documents: every operation is called as it may be, and every answer, success or refusal, is
//! held against the document by a judge of its own. And that the real client says nothing that the sandbox would not take.

use std::collections::BTreeMap;

use mx_nexus::reqwest::Client;
use mx_nexus::sandbox::Sandbox;
use mx_nexus::{RetryPolicy, operations};
use serde_json::{Value, json};

use crate::witness::{Promise, Witness};
use crate::{ADA, MX_BANK, connect, known_user, quick};

#[path = "../contract/exerciser.rs"]
#[allow(dead_code, reason = "the contract tests need more of it")]
mod exerciser;

const VENDOR: &str = "application/vnd.mx.nexus.v1+json";

async fn witness(sandbox: &Sandbox) -> Witness {
    let url = format!("{}/_sandbox/openapi/nexus.json", sandbox.address());
    let text = mx_nexus::reqwest::get(url)
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    Witness::new(serde_json::from_str(&text).unwrap())
}

/// A session of a user, opened by hand.
pub(crate) async fn session(sandbox: &Sandbox, http: &Client, user: &str) -> String {
    known_user(&sandbox.nexus().build().unwrap(), user).await;
    let token = api_token(sandbox, http, user).await;
    let url = format!("{}/nexus/sessions", sandbox.address());
    let sending = http
        .post(url)
        .header("accept", VENDOR)
        .header("content-type", VENDOR)
        .header("md-api-token", token)
        .body(r#"{"session":{"skip_aggregation":true}}"#)
        .send();
    let session: Value =
        serde_json::from_str(&sending.await.unwrap().text().await.unwrap()).unwrap();
    session["session"]["token"].as_str().unwrap().to_owned()
}

async fn api_token(sandbox: &Sandbox, http: &Client, user: &str) -> String {
    let (client, address) = (sandbox.client_id(), sandbox.address());
    let url = format!("{address}/sso/{client}/users/{user}/api_token.json");
    let sending = http
        .get(url)
        .header("accept", "application/vnd.moneydesktop.sso.v3+json")
        .header("md-api-key", sandbox.api_key().expose())
        .send();
    let token: Value = serde_json::from_str(&sending.await.unwrap().text().await.unwrap()).unwrap();
    token["api_token"]["token"].as_str().unwrap().to_owned()
}

/// A request to an operation, ready to be spoilt.
struct Asking {
    url: String,
    method: String,
    headers: BTreeMap<&'static str, String>,
    body: Option<Value>,
}

/// What came back.
struct Answered {
    status: u16,
    media_type: Option<String>,
    body: String,
}

async fn ask(http: &Client, asking: &Asking) -> Answered {
    let mut request = http.request(asking.method.parse().unwrap(), &asking.url);
    for (name, value) in &asking.headers {
        request = request.header(*name, value);
    }
    if let Some(body) = &asking.body {
        request = request.body(body.to_string());
    }
    let answer = request.send().await.unwrap();
    let media_type = answer.headers().get("content-type");
    Answered {
        status: answer.status().as_u16(),
        media_type: media_type.map(|value| value.to_str().unwrap().to_owned()),
        body: answer.text().await.unwrap(),
    }
}

fn judge(witness: &Witness, promise: &Promise, answered: &Answered) {
    let media_type = answered.media_type.as_deref();
    let verdict = witness.judge_answer(promise, answered.status, media_type, &answered.body);
    let id = &promise.id;
    assert_eq!(
        verdict,
        Ok(()),
        "{id}: {} {}",
        answered.status,
        answered.body
    );
    if answered.status >= 400 {
        assert_eq!(media_type, Some(VENDOR), "{id}");
    }
}

/// What a user has whom every operation can be called for.
struct Estate {
    session: String,
    api_token: String,
    ids: BTreeMap<&'static str, String>,
    credentials: Value,
    challenge: String,
}

/// The operations that a question has to be open for.
const ASKED: [&str; 3] = [
    "listMemberChallenges",
    "listJobMfaCredentials",
    "resumeAggregation",
];

/// A user with a member that has been identified, or that is asked something.
async fn estate(sandbox: &Sandbox, http: &Client, user: &str, is_asked: bool) -> Estate {
    let nexus = sandbox.nexus().build().unwrap();
    let of_ours = known_user(&nexus, user).await;
    let (password, status) = match is_asked {
        true => ("challenge", "CHALLENGED"),
        false => ("any", "CONNECTED"),
    };
    let connection = connect(&of_ours, MX_BANK, password).await;
    let member = connection.member().as_str();
    let session = session(sandbox, http, user).await;
    let call = async |method: &str, path: &str| -> Value {
        let asking = Asking {
            url: format!("{}/nexus{path}", sandbox.address()),
            method: method.to_owned(),
            headers: [
                ("accept", VENDOR.to_owned()),
                ("md-session-token", session.clone()),
            ]
            .into(),
            body: None,
        };
        let answered = ask(http, &asking).await;
        assert_eq!(answered.status, 200, "{path}: {}", answered.body);
        serde_json::from_str(&answered.body).unwrap()
    };
    call("POST", &format!("/members/{member}/identify")).await;
    let settled = loop {
        let read = call("GET", &format!("/members/{member}")).await;
        let is_done = is_asked || read["member"]["is_being_aggregated"] == false;
        if read["member"]["connection_status"] == status && is_done {
            break read;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    };
    let challenges = match is_asked {
        true => call("GET", &format!("/members/{member}/challenges")).await,
        false => Value::Null,
    };
    let credentials = call("GET", &format!("/institutions/{MX_BANK}/credentials")).await;
    let accounts = call("GET", &format!("/members/{member}/accounts")).await;
    let text = |value: &Value| value.as_str().unwrap_or("ACT-1").to_owned();
    Estate {
        api_token: api_token(sandbox, http, user).await,
        ids: [
            ("member_guid", member.to_owned()),
            ("institution_guid", MX_BANK.to_owned()),
            ("job_guid", text(&settled["member"]["most_recent_job_guid"])),
            ("account_guid", text(&accounts["accounts"][0]["guid"])),
            ("iteration_number", "1".to_owned()),
            ("start_date", "2026-01-01".to_owned()),
            ("end_date", "2026-02-01".to_owned()),
        ]
        .into(),
        credentials: credentials["credentials"].clone(),
        challenge: text(&challenges["challenges"][0]["guid"]),
        session,
    }
}

impl Estate {
    /// A request that keeps to the document, with identifiers that are there.
    fn asking(&self, sandbox: &Sandbox, witness: &Witness, promise: &Promise) -> Asking {
        let path: Vec<String> = promise
            .path
            .split('/')
            .map(|segment| {
                match segment
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
                {
                    Some(name) => self.ids.get(name).cloned().unwrap_or(format!("{name}-1")),
                    None => segment.to_owned(),
                }
            })
            .collect();
        let mut headers: BTreeMap<&'static str, String> = BTreeMap::new();
        let accept = if promise.id == "listInstitutions" {
            "text/csv"
        } else {
            VENDOR
        };
        headers.insert("accept", accept.to_owned());
        match promise.id.as_str() {
            "createSession" => headers.insert("md-api-token", self.api_token.clone()),
            _ => headers.insert("md-session-token", self.session.clone()),
        };
        let body = witness.body(promise).map(|(media_type, _, _)| {
            headers.insert("content-type", media_type);
            self.body(&promise.id)
        });
        Asking {
            url: format!("{}/nexus{}", sandbox.address(), path.join("/")),
            method: promise.method.clone(),
            headers,
            body,
        }
    }

    /// The document's example or the exerciser's sample, but for what has to be true.
    fn body(&self, id: &str) -> Value {
        let entries = |credentials: &Value| -> Value {
            let guids = credentials
                .as_array()
                .unwrap()
                .iter()
                .map(|one| &one["guid"]);
            guids
                .map(|guid| json!({"credential_guid": guid, "value": "another"}))
                .collect()
        };
        let mut body = exerciser::of(id).request().unwrap();
        match id {
            "createMember" => {
                body = json!({"member": {
                    "institution_guid": MX_BANK,
                    "credentials": entries(&self.credentials),
                    "skip_aggregation": true,
                }});
            }
            "updateMember" => {
                body = json!({"member": {"credentials": entries(&self.credentials), "skip_aggregation": true}});
            }
            "resumeAggregation" => {
                body["member"]["challenges"] =
                    json!([{"guid": self.challenge, "value": "correct"}]);
            }
            _ => {}
        }
        body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_answers_as_the_document_says() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let promises = witness.promises();
    assert_eq!(promises.len(), 128);
    let mut refused = BTreeMap::new();
    for (number, promise) in promises.values().enumerate() {
        let is_asked = ASKED.contains(&promise.id.as_str());
        let estate = estate(&sandbox, &http, &format!("U-{number}"), is_asked).await;
        let asking = estate.asking(&sandbox, &witness, promise);
        if let Some(body) = &asking.body {
            assert_eq!(
                witness.judge_request(promise, body),
                Ok(()),
                "{}",
                promise.id
            );
        }
        let answered = ask(&http, &asking).await;
        judge(&witness, promise, &answered);
        if answered.status >= 300 {
            refused.insert(promise.id.clone(), (answered.status, answered.body));
        }
    }
    assert_eq!(refused, BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_beside_a_running_job_is_answered_in_shape() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let estate = estate(&sandbox, &http, ADA, true).await;
    let mut statuses = BTreeMap::new();
    for promise in witness.promises().values() {
        if ["identifyMember", "verifyMember", "extendTransactionHistory"]
            .contains(&promise.id.as_str())
        {
            let answered = ask(&http, &estate.asking(&sandbox, &witness, promise)).await;
            judge(&witness, promise, &answered);
            statuses.insert(promise.id.clone(), answered.status);
        }
    }
    // MX Bank has no history to extend, which it says before anything else.
    let wanted = [
        ("extendTransactionHistory", 400),
        ("identifyMember", 202),
        ("verifyMember", 409),
    ];
    assert_eq!(
        statuses,
        wanted.map(|(id, status)| (id.to_owned(), status)).into()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_what_the_document_does_not_have() {
    let sandbox = quick().start().await.unwrap();
    let witness = witness(&sandbox).await;
    let http = Client::new();
    let estate = estate(&sandbox, &http, ADA, true).await;
    for promise in witness.promises().values() {
        let id = &promise.id;
        let ask_spoilt = async |spoil: &dyn Fn(&mut Asking)| {
            let mut asking = estate.asking(&sandbox, &witness, promise);
            spoil(&mut asking);
            let answered = ask(&http, &asking).await;
            judge(&witness, promise, &answered);
            answered.status
        };
        let without_token = ask_spoilt(&|asking| {
            asking.headers.remove("md-session-token");
            asking.headers.remove("md-api-token");
        });
        assert_eq!(without_token.await, 401, "{id} without a token");
        let wrong_token = ask_spoilt(&|asking| {
            for name in ["md-session-token", "md-api-token"] {
                asking
                    .headers
                    .entry(name)
                    .and_modify(|token| *token = "wrong".to_owned());
            }
        });
        assert_eq!(wrong_token.await, 401, "{id} with a wrong token");
        let any = ask_spoilt(&|asking| {
            asking.headers.insert("accept", "*/*".to_owned());
        });
        assert_eq!(any.await, 406, "{id}");
        if witness.body(promise).is_none() {
            continue;
        }
        let plain = ask_spoilt(&|asking| {
            asking
                .headers
                .insert("content-type", "application/json".to_owned());
        });
        assert_eq!(plain.await, 415, "{id}");
        let list = ask_spoilt(&|asking| asking.body = Some(json!(["no object"])));
        assert_eq!(list.await, 400, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_calls_every_operation_as_the_document_says() {
    let sandbox = quick().start().await.unwrap();
    let nexus = sandbox.nexus().retry(RetryPolicy::off()).build().unwrap();
    let user = known_user(&nexus, ADA).await;
    let api = user.api().await.unwrap();
    let http = Client::new();
    let token = api_token(&sandbox, &http, ADA).await;
    let session_api = nexus.session_api(token);
    let mut kept = 0;
    for operation in operations() {
        let before = sandbox.requests().len();
        let client = if operation.id == "createSession" {
            &session_api
        } else {
            &api
        };
        let outcome = (exerciser::of(operation.id).call)(client).await;
        let requests = sandbox.requests();
        let [only] = &requests[before..] else {
            panic!("{} sent {} requests", operation.id, requests.len() - before);
        };
        assert_eq!(only.operation, Some(operation.id));
        // The exerciser names things that nobody has, so some are not found and some bodies do not come true. But nothing
        // that it sends is out of shape.
        match outcome {
            Ok(_) => kept += 1,
            Err(error) => {
                let out_of_shape = [401, 405, 406, 408, 413, 415];
                let status = error.status().expect("the answer came");
                assert!(!out_of_shape.contains(&status), "{}: {error}", operation.id);
                let message = error.message().unwrap_or_default();
                let by_document = message.contains("document") || message.contains("parameter");
                assert!(!by_document, "{}: {message}", operation.id);
            }
        }
    }
    assert!(kept >= 90, "only {kept} went well");
}
