//! Readings that lag behind changes.

use std::time::Duration;

use super::client::*;
use super::*;
use crate::fault::Lag;

/// Changes a member three times, each with this lag: new credentials, a start, answers. After each, reads it so often, and returns for
/// every reading the status and the number of open challenges.
async fn readings(lag: Lag, count: usize) -> [Vec<(String, usize)>; 3] {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "challenge");
    let read = || {
        let reading = |_| (client.status(&member).0, client.challenges(&member).len());
        (0..count).map(reading).collect()
    };
    let login = json!({"member": {"skip_aggregation": true, "credentials": [
        {"credential_guid": bank("sandbox_bank").fields[0].guid, "value": "other"},
    ]}});
    client.send(client.of(&member, "updateMember").body(login).lagging(lag));
    let after_credentials = read();
    client.send(client.of(&member, "identifyMember").lagging(lag));
    client.store.finish_jobs();
    let after_start = read();
    let open = client.challenges(&member);
    let answers = json!([{"guid": open[0]["guid"], "value": "correct"}]);
    let body = json!({"member": {"challenges": answers}});
    client.send(
        client
            .of(&member, "resumeAggregation")
            .body(body)
            .lagging(lag),
    );
    [after_credentials, after_start, read()]
}

fn bank(code: &str) -> &'static crate::bank::Institution {
    let mut banks = institutions().iter();
    banks.find(|bank| bank.code == code).unwrap()
}

fn shown(expected: &[(&str, usize)]) -> Vec<(String, usize)> {
    let expected = expected.iter();
    expected
        .map(|(status, open)| ((*status).to_owned(), *open))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn count_of_readings_shows_the_state_before_every_change() {
    let [credentials, start, answers] = readings(Lag::readings(2), 3).await;
    assert_eq!(
        credentials,
        shown(&[("CREATED", 0), ("CREATED", 0), ("UPDATED", 0)])
    );
    assert_eq!(
        start,
        shown(&[("UPDATED", 0), ("UPDATED", 0), ("CHALLENGED", 1)])
    );
    let before = ("CHALLENGED", 1);
    assert_eq!(answers, shown(&[before, before, ("RESUMED", 0)]));
}

#[tokio::test(start_paused = true)]
async fn reading_may_show_the_change_before_the_lag() {
    let [credentials, start, _] = readings(Lag::readings(1).after(1), 3).await;
    assert_eq!(
        credentials,
        shown(&[("UPDATED", 0), ("CREATED", 0), ("UPDATED", 0)])
    );
    assert_eq!(
        start,
        shown(&[("CHALLENGED", 1), ("UPDATED", 0), ("CHALLENGED", 1)])
    );
}

#[tokio::test(start_paused = true)]
async fn time_hides_the_change_from_every_reading() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "any");
    let lag = Lag::time(Duration::from_millis(500));
    let start = client.of(&member, "identifyMember").lagging(lag);
    let (_, answer) = client.send(start);
    assert_eq!(answer["member"]["is_being_aggregated"], true);
    for _ in 0..9 {
        assert_eq!(client.status(&member), ("CREATED".to_owned(), false));
    }
    advance(Duration::from_millis(499)).await;
    assert!(!client.status(&member).1);
    advance(Duration::from_millis(1)).await;
    assert!(client.status(&member).1);
}

#[tokio::test(start_paused = true)]
async fn oldest_hidden_change_decides_what_a_reading_shows() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "quick");
    for _ in 0..2 {
        let lag = Lag::readings(2);
        client.send(client.of(&member, "identifyMember").lagging(lag));
        client.read(&member);
    }
    let guids: Vec<String> = client
        .store
        .jobs()
        .into_iter()
        .map(|job| job.guid)
        .collect();
    let seen = |read: Value| read.get("most_recent_job_guid").cloned();
    // Of the first start one reading was left and is used up; the second hides one more.
    assert_eq!(seen(client.read(&member)), Some(json!(guids[0])));
    assert_eq!(seen(client.read(&member)), Some(json!(guids[1])));
}

#[tokio::test(start_paused = true)]
async fn answer_and_list_may_lag_too_but_no_other_member() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "any");
    let (_, other) = client.request("sandbox_bank", &["other", "any"], json!({}));
    let other = other["member"]["guid"].as_str().unwrap().to_owned();
    let lag = Lag::readings(1).in_answer();
    let start = client.of(&member, "identifyMember").lagging(lag);
    let (_, answer) = client.send(start);
    assert_eq!(answer["member"]["is_being_aggregated"], false);
    client.start(&other, "identifyMember");
    let list = || {
        let (_, list) = client.send(client.nexus("listMembers"));
        let list = list["members"].as_array().unwrap().clone();
        list.into_iter()
            .map(|one| one["is_being_aggregated"] == true)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(), [false, true]);
    assert_eq!(list(), [true, true]);
}
