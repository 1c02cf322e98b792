//! Whole jobs, from the user to what they gathered.

use std::convert::Infallible;
use std::time::Duration;

use mx_nexus::jobs::Challenges;
use mx_nexus_sandbox::{Fault, JobState, Lag};
use serde_json::{Value, json};

use super::Atrium;
use crate::http::ask;
use crate::workflow::correct_answer;
use crate::{PATIENCE, polling, quick};

/// Answers to challenges, each the value of the right option or `correct`.
fn answers(challenges: &Value) -> Value {
    let answers = challenges.as_array().unwrap().iter().map(|challenge| {
        let options = challenge["options"].as_array();
        let options = options.or(challenge["image_options"].as_array());
        let right = options.map(|options| {
            assert!(options.iter().all(|option| option.get("guid").is_none()));
            options[0]["value"].clone()
        });
        json!({"guid": challenge["guid"], "value": right.unwrap_or(json!("correct"))})
    });
    let answers: Value = answers.collect();
    json!({"member": {"challenges": answers}})
}

#[tokio::test]
async fn identification_with_a_challenge_ends_with_owners() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "challenge").await;
    let of_member = [("member_guid", member.as_str())];
    let started = atrium
        .ok("identifyMember", &of_member, Some(json!({})))
        .await;
    assert_eq!(started["member"]["status"], "INITIATED");
    assert_eq!(started["member"]["is_being_aggregated"], true);

    let asked = atrium.settled(&member).await;
    assert_eq!(
        (&asked["connection_status"], &asked["status"]),
        (&json!("CHALLENGED"), &json!("CHALLENGED"))
    );
    assert_eq!(asked["is_authenticated"], false);
    let listed = atrium.ok("listMemberMFAChallenges", &of_member, None).await;
    assert_eq!(listed["challenges"], asked["challenges"]);
    assert_eq!(listed["challenges"][0]["type"], "TEXT");

    let answers = answers(&asked["challenges"]);
    let resumed = atrium.ok("resumeMember", &of_member, Some(answers)).await;
    assert_eq!(resumed["member"]["connection_status"], "RESUMED");
    assert_eq!(resumed["member"]["status"], "RECEIVED");

    let ended = atrium.settled(&member).await;
    assert_eq!(ended["connection_status"], "CONNECTED");
    assert_eq!(ended["status"], "COMPLETED");
    assert_eq!(ended["is_authenticated"], true);
    assert_eq!(ended["has_processed_accounts"], true);
    assert_eq!(ended["has_processed_transactions"], false);
    assert!(ended.get("challenges").is_none());

    let owners = atrium.ok("listAccountOwners", &of_member, None).await;
    let owners = owners["account_owners"].as_array().unwrap();
    assert!(!owners.is_empty());
    for owner in owners {
        assert_eq!(owner["user_guid"], atrium.user.as_str());
        assert!(owner["guid"].as_str().unwrap().starts_with("ACO-"));
        assert!(owner["owner_name"].is_string() && owner.get("first_name").is_none());
    }
}

#[tokio::test]
async fn passwords_end_as_documented() {
    let atrium = Atrium::open().await;
    for (login, password, connection, status) in [
        ("test_atrium", "password", "CONNECTED", "COMPLETED"),
        ("1", "options", "CONNECTED", "COMPLETED"),
        ("2", "image", "CONNECTED", "COMPLETED"),
        ("3", "BAD_REQUEST", "FAILED", "HALTED"),
        ("4", "UNAUTHORIZED", "DENIED", "DENIED"),
        ("5", "INVALID", "DENIED", "DENIED"),
        ("LOGIN", "PASSWORD", "DENIED", "DENIED"),
    ] {
        let mut request = atrium.member_request("mxbank", login, password).await;
        request["member"]["skip_aggregation"] = json!(false);
        let made = atrium.ok("createMember", &[], Some(request)).await;
        assert_eq!(made["member"]["connection_status"], "CREATED");
        assert_eq!(made["member"]["is_being_aggregated"], true);
        assert_eq!(made["member"]["status"], "INITIATED");
        let member = made["member"]["guid"].as_str().unwrap();
        let mut read = atrium.settled(member).await;
        if read["connection_status"] == "CHALLENGED" {
            let answers = answers(&read["challenges"]);
            let of_member = [("member_guid", member)];
            atrium.ok("resumeMember", &of_member, Some(answers)).await;
            read = atrium.settled(member).await;
        }
        assert_eq!(read["connection_status"], connection, "{password}");
        assert_eq!(read["status"], status, "{password}");
        let has_succeeded = connection == "CONNECTED";
        assert_eq!(read["has_processed_transactions"], has_succeeded);
    }
}

#[tokio::test]
async fn new_credentials_start_no_job() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "INVALID").await;
    let of_member = [("member_guid", member.as_str())];
    atrium.ok("verifyMember", &of_member, None).await;
    assert_eq!(atrium.settled(&member).await["status"], "DENIED");
    let fields = atrium.ok("listMemberCredentials", &of_member, None).await;
    let password = &fields["credentials"][1];
    assert_eq!(password["type"], "PASSWORD");
    let entry = json!({"guid": password["guid"], "value": "password"});
    let update = json!({"member": {"credentials": [entry], "metadata": "second"}});
    let updated = atrium.ok("updateMember", &of_member, Some(update)).await;
    let updated = &updated["member"];
    assert_eq!(updated["connection_status"], "UPDATED");
    assert_eq!(updated["is_being_aggregated"], false);
    assert_eq!(updated["status"], "INITIATED");
    assert_eq!(updated["metadata"], "second");
    atrium.ok("verifyMember", &of_member, None).await;
    assert_eq!(atrium.settled(&member).await["status"], "COMPLETED");
}

#[tokio::test]
async fn member_with_oauth_is_connected_by_its_page() {
    let atrium = Atrium::open().await;
    let request = json!({"member": {"institution_code": "mx_bank_oauth", "is_oauth": true}});
    let made = atrium.ok("createMember", &[], Some(request)).await;
    assert_eq!(made["member"]["connection_status"], "PENDING");
    assert!(made["member"]["oauth_window_uri"].is_string());
    let member = made["member"]["guid"].as_str().unwrap();
    let again = atrium
        .ok("readOauthWindowUri", &[("member_guid", member)], None)
        .await;
    assert!(again["member"]["oauth_window_uri"].is_string());
    assert!(atrium.sandbox.finish_oauth(member));
    assert_eq!(atrium.settled(member).await["status"], "COMPLETED");
}

#[tokio::test]
async fn job_goes_through_every_status() {
    let hour = Duration::from_secs(3600);
    let atrium = Atrium::of(quick().job_time(hour).start().await.unwrap()).await;
    let member = atrium.member("mxbank", "challenge").await;
    let of_member = [("member_guid", member.as_str())];
    let read = async || {
        let read = atrium.ok("readMemberStatus", &of_member, None).await;
        read["member"].clone()
    };
    assert_eq!(read().await["status"], "INITIATED");
    atrium.ok("aggregateMember", &of_member, None).await;
    assert_eq!(read().await["status"], "REQUESTED");
    assert_eq!(atrium.sandbox.finish_jobs(), 1);
    let asked = read().await;
    assert_eq!(asked["status"], "CHALLENGED");
    let answers = answers(&asked["challenges"]);
    atrium.ok("resumeMember", &of_member, Some(answers)).await;
    assert_eq!(read().await["status"], "RECEIVED");
    assert_eq!(atrium.sandbox.finish_jobs(), 1);
    assert_eq!(read().await["status"], "COMPLETED");
}

#[tokio::test]
async fn lagging_reading_shows_the_job_before() {
    let atrium = Atrium::open().await;
    let member = atrium.member("mxbank", "challenge").await;
    let of_member = [("member_guid", member.as_str())];
    atrium.ok("identifyMember", &of_member, None).await;
    let before = atrium.settled(&member).await;
    let lag = Fault::lag(Lag::readings(1)).on("PUT", "/atrium/users/*/members/*/resume");
    atrium.sandbox.fault(lag).unwrap();
    let answers = answers(&before["challenges"]);
    let resumed = atrium.ok("resumeMember", &of_member, Some(answers)).await;
    assert_eq!(resumed["member"]["connection_status"], "RESUMED");
    let read = atrium.ok("readMemberStatus", &of_member, None).await;
    assert_eq!(read["member"], before);
    assert_eq!(atrium.settled(&member).await["status"], "COMPLETED");
}

#[tokio::test]
async fn member_is_added_over_the_control_api() {
    let atrium = Atrium::open().await;
    let body = json!({"user_id": crate::ADA, "password": "options", "api": "atrium"});
    let added = ask(&atrium.sandbox, "POST /_sandbox/members", &body.to_string()).await;
    assert_eq!(added.status, 201, "{}", added.body);
    assert_eq!(added.body["user"], atrium.user.as_str());
    let member = added.body["member"].as_str().unwrap();
    atrium
        .ok("identifyMember", &[("member_guid", member)], None)
        .await;
    assert_eq!(atrium.settled(member).await["status"], "CHALLENGED");
    let jobs = atrium.sandbox.jobs();
    assert_eq!(
        (jobs.len(), jobs[0].user.as_str()),
        (1, atrium.user.as_str())
    );
}

#[tokio::test]
async fn client_runs_every_kind_of_job() {
    let sandbox = quick().start().await.unwrap();
    let guid = sandbox.add_atrium_user(crate::ADA).unwrap();
    let member = sandbox.add_atrium_member(&guid, "two_questions").unwrap();
    let user = sandbox.atrium().build().unwrap().user(guid);
    let answer = async |challenges: Challenges| {
        let answers = challenges.answer_all(|one| Ok::<_, Infallible>(correct_answer(one)));
        Some(answers.unwrap())
    };
    let job = user.identify(&member).with_polling(polling());
    assert!(!job.run(PATIENCE, answer).await.unwrap().is_empty());
    let job = user.verify(&member).with_polling(polling());
    assert!(!job.run(PATIENCE, answer).await.unwrap().is_empty());
    let job = user.aggregate(&member).with_polling(polling());
    job.run(PATIENCE, answer).await.unwrap();
    let job = user.check_balance(&member).with_polling(polling());
    job.run(PATIENCE, answer).await.unwrap();
    let job = user.extend_history(&member).with_polling(polling());
    job.run(PATIENCE, answer).await.unwrap();
    let states = sandbox.jobs().into_iter().map(|job| job.state);
    assert_eq!(states.collect::<Vec<_>>(), [JobState::Succeeded; 5]);
}
