//! Requests for every operation, and a user with the data that they need.

use std::collections::BTreeMap;
use std::time::Duration;

use mx_nexus::connect::FormValues;
use mx_nexus::operations::Api;
use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::document::{Document, DocumentedOperation};
use crate::exerciser::{self, Extent};
use crate::support::{VENDOR, api_token, connect, find, known_user, session};

/// A request to an operation, which a test can change.
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) body: Option<Value>,
}

/// A response.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) media_type: Option<String>,
    pub(crate) body: String,
}

/// The parameters of paths, with the operation that creates or lists what they name; one inside another comes after it.
const ITEMS: [(&str, &str); 13] = [
    ("beat_guid", "listBeats"),
    ("budget_guid", "createBudget"),
    ("category_guid", "createSubcategory"),
    ("goal_guid", "createGoal"),
    ("holding_guid", "listHoldings"),
    ("micro_deposit_guid", "createMicrodeposit"),
    ("notification_guid", "createNotification"),
    ("deliverable_guid", "createDeliverable"),
    ("guid", "createScheduledPayment"),
    ("spending_plan_guid", "createSpendingPlan"),
    ("iteration_item_guid", "createSpendingPlanIterationItem"),
    ("spending_plan_account_guid", "listSpendingPlanAccounts"),
    ("transaction_rule_guid", "createTransactionRule"),
];

/// The exerciser's body of an operation, if it has one.
fn sample(id: &str) -> Option<Value> {
    exerciser::of::<mx_nexus::api::Client>(id).request(Extent::Maximal)
}

/// A segment of a path, with the identifier of its parameter.
fn filled(segment: &str, ids: &BTreeMap<&'static str, String>) -> String {
    let name = segment.strip_prefix('{');
    match name.and_then(|name| name.strip_suffix('}')) {
        Some(name) => ids.get(name).cloned().unwrap_or(format!("{name}-1")),
        None => segment.to_owned(),
    }
}

pub(crate) async fn send(http: &Client, request: &Request) -> Response {
    let mut builder = http.request(request.method.parse().unwrap(), &request.url);
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    if let Some(body) = &request.body {
        builder = builder.body(body.to_string());
    }
    let response = builder.send().await.unwrap();
    let media_type = response.headers().get("content-type");
    Response {
        status: response.status().as_u16(),
        media_type: media_type.map(|value| value.to_str().unwrap().to_owned()),
        body: response.text().await.unwrap(),
    }
}

/// The data of a user for whom every operation can be called.
pub(crate) struct Fixture {
    session: String,
    api_token: String,
    ids: BTreeMap<&'static str, String>,
    manual_account: String,
    /// The amount of the transaction.
    amount: Value,
    credentials: Value,
    challenge: Value,
}

/// The state of the member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// Identified, at a bank that supports everything.
    Identified,
    /// With an open challenge.
    Challenged,
    /// With an open challenge and a stored answer, for `resumeJob`.
    Answered,
    /// Not signed in by OAuth yet.
    Pending,
}

impl Member {
    /// The state that an operation needs to succeed.
    pub(crate) fn for_operation(id: &str) -> Self {
        match id {
            "listMemberChallenges" | "listJobMfaCredentials" | "resumeAggregation" => {
                Self::Challenged
            }
            "resumeJob" => Self::Answered,
            "generateOauthWindowUri" => Self::Pending,
            _ => Self::Identified,
        }
    }

    fn is_reached(self, member: &Value) -> bool {
        let status = &member["connection_status"];
        match self {
            Self::Identified => status == "CONNECTED" && member["is_being_aggregated"] == false,
            Self::Challenged | Self::Answered => status == "CHALLENGED",
            Self::Pending => status == "PENDING",
        }
    }
}

/// Creates a user with a member.
pub(crate) async fn fixture(sandbox: &Sandbox, http: &Client, user: &str, kind: Member) -> Fixture {
    let nexus = sandbox.nexus().build().unwrap();
    let of_ours = known_user(&nexus, user).await;
    let (bank, password) = match kind {
        Member::Identified => ("Sandbox Bank", "any"),
        Member::Challenged | Member::Answered => ("Sandbox Bank", "challenge"),
        Member::Pending => ("MX Bank (OAuth)", ""),
    };
    let bank = find(&of_ours, bank).await;
    let connection = match kind {
        Member::Pending => {
            let form = of_ours.connect(bank.as_str()).await.unwrap();
            form.submit(FormValues::new()).await.unwrap()
        }
        _ => connect(&of_ours, &bank, password).await,
    };
    let member = connection.member().as_str();
    let session = session(sandbox, http, user).await;
    let call = async |method: &str, path: &str, body: Option<Value>| -> Value {
        let request = Request {
            url: format!("{}/nexus{path}", sandbox.address()),
            method: method.to_owned(),
            headers: [
                ("accept", VENDOR.to_owned()),
                ("content-type", VENDOR.to_owned()),
                ("md-session-token", session.clone()),
            ]
            .into(),
            body,
        };
        let response = send(http, &request).await;
        assert_eq!(response.status, 200, "{path}: {}", response.body);
        serde_json::from_str(&response.body).unwrap()
    };
    if kind != Member::Pending {
        call("POST", &format!("/members/{member}/identify"), None).await;
    }
    let read = loop {
        let read = call("GET", &format!("/members/{member}"), None).await;
        if kind.is_reached(&read["member"]) {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    let challenges = match kind {
        Member::Challenged | Member::Answered => {
            call("GET", &format!("/members/{member}/challenges"), None).await
        }
        _ => Value::Null,
    };
    let challenge = challenges["challenges"][0]["guid"].clone();
    if kind == Member::Answered {
        let answer = json!({"member": {"credential_guid": challenge, "value": "correct"}});
        let path = format!("/members/{member}/credentials");
        call("POST", &path, Some(answer)).await;
    }
    let credentials = call("GET", &format!("/institutions/{bank}/credentials"), None).await;
    let accounts = call("GET", &format!("/members/{member}/accounts"), None).await;
    let manual = json!({"account": {"name": "Piggy bank", "account_type": 2}});
    let manual = call("POST", "/accounts", Some(manual)).await;
    let text = |value: &Value, otherwise: &str| value.as_str().unwrap_or(otherwise).to_owned();
    let job = &read["member"]["most_recent_job_guid"];
    let manual_account = text(&manual["account"]["guid"], "");
    let path = format!("/accounts/{manual_account}/transactions");
    let transaction = call("POST", &path, sample("createManualTransaction")).await;
    let mut ids = BTreeMap::from([
        ("member_guid", member.to_owned()),
        ("institution_guid", bank),
        ("job_guid", text(job, "JOB-1")),
        (
            "account_guid",
            text(&accounts["accounts"][0]["guid"], "ACT-1"),
        ),
        (
            "transaction_guid",
            text(&transaction["transaction"]["guid"], ""),
        ),
        ("iteration_number", "1".to_owned()),
        ("start_date", "2026-01-01".to_owned()),
        ("end_date", "2026-02-01".to_owned()),
    ]);
    for (name, id) in ITEMS {
        let operations = Api::Nexus.operations().iter();
        let operation = operations.clone().find(|known| known.id == id).unwrap();
        let segments = operation.path.split('/');
        let segments: Vec<String> = segments.map(|segment| filled(segment, &ids)).collect();
        let answer = call(operation.method, &segments.join("/"), sample(id)).await;
        let mut parts = answer.as_object().unwrap().values();
        let guid = parts.find_map(|part| part["guid"].as_str().or(part[0]["guid"].as_str()));
        ids.insert(name, guid.unwrap().to_owned());
    }
    Fixture {
        api_token: api_token(sandbox, http, user).await,
        ids,
        manual_account,
        amount: transaction["transaction"]["amount"].clone(),
        credentials: credentials["credentials"].clone(),
        challenge,
        session,
    }
}

impl Fixture {
    /// A request as documented, with existing identifiers.
    pub(crate) fn request(
        &self,
        sandbox: &Sandbox,
        document: &Document,
        operation: &DocumentedOperation,
    ) -> Request {
        let path: Vec<String> = operation
            .path
            .split('/')
            .map(|segment| match (segment, operation.id.as_str()) {
                // Accounts of a bank take no transaction and cannot be deleted, only those that the user created.
                ("{account_guid}", "deleteManualAccount" | "createManualTransaction") => {
                    self.manual_account.clone()
                }
                _ => filled(segment, &self.ids),
            })
            .collect();
        let mut headers: BTreeMap<&'static str, String> = BTreeMap::new();
        let accept = if operation.id == "listInstitutions" {
            "text/csv"
        } else {
            VENDOR
        };
        headers.insert("accept", accept.to_owned());
        match operation.id.as_str() {
            "createSession" => headers.insert("md-api-token", self.api_token.clone()),
            _ => headers.insert("md-session-token", self.session.clone()),
        };
        let body = document.body(operation).map(|(media_type, _, _)| {
            headers.insert("content-type", media_type);
            self.body(&operation.id)
        });
        Request {
            url: format!("{}/nexus{}", sandbox.address(), path.join("/")),
            method: operation.method.clone(),
            headers,
            body,
        }
    }

    /// The exerciser's sample, with existing identifiers where they matter.
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
        let mut body = sample(id).unwrap();
        match id {
            "createMember" => {
                body = json!({"member": {
                    "institution_guid": self.ids["institution_guid"],
                    "credentials": entries(&self.credentials),
                    "skip_aggregation": true,
                }});
            }
            "updateMember" => {
                let entries = entries(&self.credentials);
                body = json!({"member": {"credentials": entries, "skip_aggregation": true}});
            }
            "createMemberCredentials" => {
                let first = &self.credentials[0]["guid"];
                body = json!({"member": {"credential_guid": first, "value": "another"}});
            }
            "mergeDuplicateAccounts" => {
                body = json!({"accounts": [self.ids["account_guid"], self.manual_account]});
            }
            "createDeprecatedSplitTransaction" => {
                body["transaction"]["parent_guid"] = json!(self.ids["transaction_guid"]);
            }
            "createSplitTransactions" => {
                body = json!({"transactions": [{"amount": self.amount}, {"amount": 0}]});
            }
            "repositionGoals" => body["goals"][0]["guid"] = json!(self.ids["goal_guid"]),
            "resumeAggregation" => {
                body["member"]["challenges"] =
                    json!([{"guid": self.challenge, "value": "correct"}]);
            }
            _ => {}
        }
        body
    }
}
