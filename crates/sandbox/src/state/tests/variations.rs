//! Answers that are not the usual ones.

use super::*;
use crate::settings::Variation;

fn varied(variation: Variation) -> TestClient {
    let variations = [variation].into();
    TestClient::with(Settings {
        variations,
        ..Settings::default()
    })
}

#[tokio::test(start_paused = true)]
async fn job_guid_stays_the_same_or_is_missing() {
    let client = varied(Variation::SameJobGuid);
    let member = client.member("sandbox_bank", "challenge");
    let (_, first) = client.start(&member, "identifyMember");
    client.store.finish_jobs();
    client.answer(&member, "correct");
    client.store.finish_jobs();
    let (_, second) = client.start(&member, "verifyMember");
    assert!(first["most_recent_job_guid"].is_string());
    assert_eq!(
        first["most_recent_job_guid"],
        second["most_recent_job_guid"]
    );
    let guid = first["most_recent_job_guid"].as_str().unwrap();
    let (_, job) = client.send(client.nexus("readJob").at("job_guid", guid));
    assert_eq!(job["job"]["status_name"], "REQUESTED", "the latest");

    client.store.set_variations([Variation::NoJobGuid].into());
    assert_eq!(client.read(&member).get("most_recent_job_guid"), None);
    client.store.set_variations([].into());
    assert_eq!(client.read(&member)["most_recent_job_guid"], guid);
}

#[tokio::test(start_paused = true)]
async fn question_guids_repeat() {
    let client = varied(Variation::SameQuestionGuids);
    let member = client.member("sandbox_bank", "two_questions");
    let mut asked = Vec::new();
    for answer in ["challenge", "correct"] {
        if asked.is_empty() {
            client.start(&member, "identifyMember");
        }
        client.store.finish_jobs();
        let open = client.challenges(&member);
        asked.push([open[0]["guid"].clone(), open[1]["guid"].clone()]);
        client.answer(&member, answer);
    }
    client.store.finish_jobs();
    client.start(&member, "verifyMember");
    client.store.finish_jobs();
    assert_eq!(asked[0], asked[1], "the next round");
    assert_eq!(
        asked[0][0],
        client.challenges(&member)[0]["guid"],
        "the next job"
    );
    assert_ne!(asked[0][0], asked[0][1]);
    let (_, other) = client.request("sandbox_bank", &["other", "challenge"], json!({}));
    let other = other["member"]["guid"].as_str().unwrap();
    client.start(other, "identifyMember");
    client.store.finish_jobs();
    assert_ne!(
        asked[0][0],
        client.challenges(other)[0]["guid"],
        "another member"
    );
}

#[tokio::test(start_paused = true)]
async fn challenged_member_is_not_being_aggregated() {
    let client = varied(Variation::IdleWhileChallenged);
    let member = client.member("sandbox_bank", "challenge");
    client.start(&member, "identifyMember");
    assert!(client.status(&member).1);
    client.store.finish_jobs();
    assert_eq!(client.status(&member), ("CHALLENGED".into(), false));
    assert_eq!(
        client.start(&member, "verifyMember").0,
        409,
        "the job is open"
    );
    client.answer(&member, "correct");
    assert_eq!(client.status(&member), ("RESUMED".into(), true));
}

#[tokio::test(start_paused = true)]
async fn option_in_the_wrong_form_is_refused_and_stays_open() {
    for (variation, right, wrong) in [
        (Variation::OptionsByGuid, "guid", "value"),
        (Variation::OptionsByValue, "value", "guid"),
    ] {
        let client = varied(variation);
        let member = client.member("sandbox_bank", "options");
        client.start(&member, "identifyMember");
        client.store.finish_jobs();
        let option = client.challenges(&member)[0]["options"][0].clone();
        let open = client.challenges(&member);
        assert_eq!(
            client.answer(&member, option[wrong].as_str().unwrap()).0,
            400
        );
        assert_eq!(client.challenges(&member), open);
        assert_eq!(
            client.answer(&member, option[right].as_str().unwrap()).0,
            200
        );
        client.store.finish_jobs();
        assert_eq!(client.status(&member).0, "CONNECTED");
    }
}
