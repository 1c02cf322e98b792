//! What only Atrium has: open questions in the status that is polled, and no choice of what an aggregation gathers.

use mx_nexus::atrium::types;
use mx_nexus::jobs::steps::{self, Event};
use mx_nexus::jobs::{Answers, JobBuilder, JobErrorKind, Kind};
use mx_nexus::operations::Api;
use serde_json::{Map, Value, json};

use crate::atrium::{after_start, at_once, success, then, transcript};
use crate::script::{Client, LONG, Server, answer, challenges, member, member_with, status};

#[tokio::test]
async fn a_question_in_the_status_is_asked_without_a_list() {
    let question = json!({"guid": "CRD-1", "type": "TEXT", "label": "Town?"});
    let asking = member_with(200, "CHALLENGED#2", json!({"challenges": [question]}));
    let script = then([asking, member("RESUMED~#2")], success());
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn a_status_with_an_empty_list_of_questions_is_followed_by_the_list() {
    let asking = member_with(200, "CHALLENGED#2", json!({"challenges": []}));
    let script = then([asking, status(204)], success());
    insta::assert_snapshot!(transcript(after_start(script)).await);
}

#[tokio::test]
async fn an_aggregation_with_an_option_is_refused_before_its_start() {
    let server = Server::start_by(Api::Atrium, [member("CONNECTED#1")]);
    let aggregate = server.client().aggregate().with_holdings(false);
    let error = aggregate.run(LONG, async |_| None).await.unwrap_err();
    assert_eq!(error.kind(), JobErrorKind::Call);
    assert!(!error.handle().has_started());
    assert!(error.to_string().contains("no options"), "{error}");
    assert_eq!(server.count("POST"), 0, "{}", server.transcript());
}

#[tokio::test]
async fn single_steps_drive_a_job_that_is_resumed_before_each() {
    let question = json!([{"guid": "CRD-1", "type": "TEXT", "label": "Town?"}]);
    let asking = member_with(200, "CHALLENGED#2", json!({"challenges": question}));
    let answered = [asking.clone(), challenges(question), member("RESUMED~#2")];
    let script = after_start(then(then([asking], answered), success()));
    // A job that is resumed before its start reads the member again.
    let script = then([member("CONNECTED#1")], script);
    let server = Server::start_by(Api::Atrium, script);
    let mut handle = server.client().identify().prepare(LONG).handle().clone();
    let (mut asked, mut found) = (0, None);
    while found.is_none() && server.unused() > 0 {
        let saved = serde_json::to_string(&handle).unwrap();
        let resume = || {
            let handle = serde_json::from_str(&saved).unwrap();
            server.client().resume(handle).unwrap()
        };
        let (stepped, owners) = steps::step(resume(), LONG).await;
        (handle, found) = (stepped.handle, owners);
        match stepped.event {
            Event::Challenged { questions } => {
                asked += questions.len();
                let resume = server.client().resume(handle).unwrap();
                let answers = Answers::new().with("CRD-1", "Lehi");
                handle = steps::answer(resume, LONG, answers).await.handle;
            }
            Event::Failed { message, .. } => panic!("{message}\n{}", server.transcript()),
            Event::Running { .. } | Event::Done => {}
        }
    }
    assert!(found.is_some(), "{}", server.transcript());
    assert_eq!(asked, 1);
    assert_eq!(server.count("POST /members/MBR-1/identify"), 1);
}

#[tokio::test]
async fn a_handle_is_resumed_by_users_of_its_own_api_only() {
    let atrium = Server::start_by(Api::Atrium, []).client();
    let nexus = Server::start([]).client();
    for (of, other) in [(&atrium, &nexus), (&nexus, &atrium)] {
        let handle = of.identify().prepare(LONG).handle().clone();
        assert!(of.resume(handle.clone()).is_ok());
        let refusal = other.resume(handle).unwrap_err().to_string();
        assert!(refusal.contains("resume it with a user of"), "{refusal}");
    }
}

/// An object with every field of the type. A text is the name of its field.
fn with_every_field<T: schemars::JsonSchema>() -> Map<String, Value> {
    let schema = schemars::schema_for!(T).to_value();
    let fields = schema["properties"].as_object().unwrap().iter();
    let sample = fields.map(|(name, field)| {
        let kind = field["type"].as_array().map(|kinds| kinds[0].clone());
        let value = match kind.as_ref().and_then(Value::as_str) {
            Some("boolean") => json!(true),
            Some("integer") => json!(7),
            Some("number") => json!(1.25),
            None if field["anyOf"][0]["$ref"] == "#/$defs/Amount" => json!(1.25),
            _ => json!(name),
        };
        (name.clone(), value)
    });
    sample.collect()
}

/// Runs a job whose result is read from this list.
async fn result<K: Kind>(
    job: impl FnOnce(&Client) -> JobBuilder<K>,
    list: &str,
    item: &Map<String, Value>,
) -> K::Output {
    let script = [member("CONNECTED#2"), answer(200, &json!({list: [item]}))];
    let server = Server::start_by(Api::Atrium, after_start(script));
    let job = job(&server.client()).with_polling(at_once());
    job.run(LONG, async |_| None).await.unwrap()
}

fn fields(item: impl serde::Serialize) -> Map<String, Value> {
    let mut fields = serde_json::to_value(item).unwrap();
    let fields = fields.as_object_mut().unwrap();
    fields.retain(|_, field| !field.is_null());
    std::mem::take(fields)
}

#[tokio::test]
async fn no_field_of_a_result_is_lost() {
    let sent = with_every_field::<types::AccountOwnerResponse>();
    let owners = result(Client::identify, "account_owners", &sent).await;
    assert_eq!(fields(owners.iter().next()), sent);
    assert!(sent.contains_key("guid"));

    let sent = with_every_field::<types::AccountNumberResponse>();
    let numbers = result(Client::verify, "account_numbers", &sent).await;
    assert_eq!(fields(&numbers[0]), sent);

    let sent = with_every_field::<types::AccountResponse>();
    let accounts = result(Client::check_balance, "accounts", &sent).await;
    let mut expected = sent.clone();
    for (atrium, nexus) in [
        ("type", "account_type_name"),
        ("subtype", "account_subtype_name"),
    ] {
        let field = expected.remove(atrium).unwrap();
        expected.insert(nexus.to_owned(), field);
    }
    assert_eq!(fields(&accounts[0]), expected);
    assert!(sent.len() > 30 && sent["balance"] == 1.25 && sent["day_payment_is_due"] == 7);
}

#[tokio::test]
async fn the_result_of_an_extended_history_is_the_status_of_the_member() {
    let status = json!({
        "guid": "MBR-1", "connection_status": "CONNECTED", "is_being_aggregated": false, "is_authenticated": true,
        "status": "COMPLETED", "aggregated_at": "2026-11-28T01:00:00Z",
        "successfully_aggregated_at": "2026-11-28T01:00:30Z",
    });
    let connected = answer(200, &json!({"member": status}));
    let script = [
        member("CONNECTED#1"),
        member("CREATED~#2"),
        connected.clone(),
        connected,
    ];
    let server = Server::start_by(Api::Atrium, script);
    let job = server.client().extend_history().with_polling(at_once());
    let expected = json!({
        "member_guid": "MBR-1", "is_authenticated": true, "status_name": "COMPLETED",
        "started_at": "2026-11-28T01:00:00Z", "finished_at": "2026-11-28T01:00:30Z",
    });
    let read = job.run(LONG, async |_| None).await.unwrap();
    assert_eq!(Value::Object(fields(read)), expected);
}
