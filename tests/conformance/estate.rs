//! Requests by hand, and a user for whom every operation can be called: what the tests of conformance ask with.

use std::collections::BTreeMap;
use std::time::Duration;

use mx_nexus::connect::FormValues;
use mx_nexus::reqwest::Client;
use mx_nexus_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::exerciser::{self, Extent};
use crate::support::{VENDOR, api_token, connect, find, known_user, session};
use crate::witness::{Promise, Witness};

/// A request to an operation, ready to be spoilt.
pub(crate) struct Asking {
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) body: Option<Value>,
}

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) media_type: Option<String>,
    pub(crate) body: String,
}

pub(crate) async fn ask(http: &Client, asking: &Asking) -> Answered {
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

/// What a user has whom every operation can be called for.
pub(crate) struct Estate {
    session: String,
    api_token: String,
    ids: BTreeMap<&'static str, String>,
    credentials: Value,
    challenge: Value,
}

/// How the member of an estate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// Identified, at a bank that supports everything.
    Settled,
    /// Asked something.
    Asked,
    /// Asked something, and the answer is left at the member, in the older way.
    Answered,
    /// Waiting for the person to sign in on the bank's page.
    Pending,
}

impl Member {
    /// What an operation needs to go well.
    pub(crate) fn for_operation(id: &str) -> Self {
        match id {
            "listMemberChallenges" | "listJobMfaCredentials" | "resumeAggregation" => Self::Asked,
            "resumeJob" => Self::Answered,
            "generateOauthWindowUri" => Self::Pending,
            _ => Self::Settled,
        }
    }

    fn is_there(self, member: &Value) -> bool {
        let status = &member["connection_status"];
        match self {
            Self::Settled => status == "CONNECTED" && member["is_being_aggregated"] == false,
            Self::Asked | Self::Answered => status == "CHALLENGED",
            Self::Pending => status == "PENDING",
        }
    }
}

/// Makes a user with a member.
pub(crate) async fn estate(sandbox: &Sandbox, http: &Client, user: &str, kind: Member) -> Estate {
    let nexus = sandbox.nexus().build().unwrap();
    let of_ours = known_user(&nexus, user).await;
    let (bank, password) = match kind {
        Member::Settled => ("Sandbox Bank", "any"),
        Member::Asked | Member::Answered => ("Sandbox Bank", "challenge"),
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
        let asking = Asking {
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
        let answered = ask(http, &asking).await;
        assert_eq!(answered.status, 200, "{path}: {}", answered.body);
        serde_json::from_str(&answered.body).unwrap()
    };
    if kind != Member::Pending {
        call("POST", &format!("/members/{member}/identify"), None).await;
    }
    let read = loop {
        let read = call("GET", &format!("/members/{member}"), None).await;
        if kind.is_there(&read["member"]) {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    let challenges = match kind {
        Member::Asked | Member::Answered => {
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
    let text = |value: &Value, otherwise: &str| value.as_str().unwrap_or(otherwise).to_owned();
    let job = &read["member"]["most_recent_job_guid"];
    Estate {
        api_token: api_token(sandbox, http, user).await,
        ids: [
            ("member_guid", member.to_owned()),
            ("institution_guid", bank),
            ("job_guid", text(job, "JOB-1")),
            (
                "account_guid",
                text(&accounts["accounts"][0]["guid"], "ACT-1"),
            ),
            ("iteration_number", "1".to_owned()),
            ("start_date", "2026-01-01".to_owned()),
            ("end_date", "2026-02-01".to_owned()),
        ]
        .into(),
        credentials: credentials["credentials"].clone(),
        challenge,
        session,
    }
}

impl Estate {
    /// A request that keeps to the document, with identifiers that are there.
    pub(crate) fn asking(&self, sandbox: &Sandbox, witness: &Witness, promise: &Promise) -> Asking {
        let path: Vec<String> = promise
            .path
            .split('/')
            .map(|segment| {
                match segment
                    .strip_prefix('{')
                    .and_then(|rest| rest.strip_suffix('}'))
                {
                    // The accounts of a bank cannot be deleted, only those that the user made by hand.
                    Some("account_guid") if promise.id == "deleteManualAccount" => {
                        "ACT-1".to_owned()
                    }
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
        let mut body = exerciser::of(id).request(Extent::Maximal).unwrap();
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
            "resumeAggregation" => {
                body["member"]["challenges"] =
                    json!([{"guid": self.challenge, "value": "correct"}]);
            }
            _ => {}
        }
        body
    }
}
