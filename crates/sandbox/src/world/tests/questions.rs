//! Every way through the questions of a bank.

use super::*;

async fn asked(desk: &Desk, password: &str) -> String {
    let member = desk.member("sandbox_bank", password);
    assert_eq!(desk.identify(&member).await, "CHALLENGED", "{password}");
    member
}

#[tokio::test(start_paused = true)]
async fn an_option_may_be_named_by_guid_or_value() {
    for (password, key) in [("options", "options"), ("image_options", "image_options")] {
        for part in ["guid", "value"] {
            let desk = Desk::new();
            let member = asked(&desk, password).await;
            let right = desk.challenges(&member)[0][key][0].clone();
            assert_eq!(right["value"], "correct");
            desk.answer(&member, right[part].as_str().unwrap());
            advance(2 * SECOND).await;
            assert_eq!(desk.glance(&member).0, "CONNECTED", "{password} by {part}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_challenge_brings_another_question() {
    let desk = Desk::new();
    let member = asked(&desk, "challenge").await;
    let first = desk.challenges(&member);
    desk.answer(&member, "challenge");
    advance(SECOND).await;
    assert_eq!(desk.glance(&member).0, "CHALLENGED");
    let second = desk.challenges(&member);
    assert_ne!(first[0]["guid"], second[0]["guid"]);
    let late = json!([{"guid": first[0]["guid"], "value": "correct"}]);
    assert_eq!(
        desk.resume(&member, late).0,
        400,
        "that one is not open any more"
    );
    desk.answer(&member, "correct");
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
}

#[tokio::test(start_paused = true)]
async fn two_questions_want_two_answers() {
    let desk = Desk::new();
    let member = asked(&desk, "two_questions").await;
    let open = desk.challenges(&member);
    assert_eq!(open.len(), 2);
    let one = json!([{"guid": open[0]["guid"], "value": "correct"}]);
    assert_eq!(desk.resume(&member, one).0, 400);
    assert_eq!(desk.answer(&member, "").0, 400);
    let mixed = json!([
        {"guid": open[0]["guid"], "value": "correct"},
        {"guid": open[1]["guid"], "value": "incorrect"},
    ]);
    assert_eq!(desk.resume(&member, mixed).0, 200);
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member).0, "REJECTED");
}

#[tokio::test(start_paused = true)]
async fn a_second_chance_rests_at_rejected_and_asks_again() {
    let desk = Desk::new();
    let member = asked(&desk, "second_chance").await;
    desk.answer(&member, "wrong");
    advance(SECOND).await;
    assert_eq!(desk.glance(&member), ("REJECTED".into(), false));
    assert_eq!(
        desk.start(&member, "verifyMember").0,
        409,
        "the job is not over"
    );
    advance(SECOND).await;
    assert_eq!(desk.glance(&member).0, "CHALLENGED");
    desk.answer(&member, "wrong");
    advance(SECOND).await;
    assert_eq!(desk.glance(&member), ("REJECTED".into(), false));
    advance(100 * SECOND).await;
    assert_eq!(desk.glance(&member).0, "REJECTED", "no third chance");
}

#[tokio::test(start_paused = true)]
async fn a_question_does_not_stay_open_for_ever() {
    let settings = Settings {
        challenge_timeout: 10 * SECOND,
        ..Settings::default()
    };
    let desk = Desk::with(settings);
    let member = asked(&desk, "challenge").await;
    advance(7 * SECOND).await;
    assert_eq!(desk.glance(&member).0, "CHALLENGED");
    advance(SECOND).await;
    assert_eq!(desk.glance(&member), ("EXPIRED".into(), false));
    assert_eq!(desk.challenges(&member), Vec::<Value>::new());
    assert_eq!(desk.resume(&member, json!([])).0, 405);
    assert_eq!(
        desk.identify(&member).await,
        "CHALLENGED",
        "a new job asks anew"
    );
}

#[tokio::test(start_paused = true)]
async fn the_older_ways_to_answer_work_too() {
    let desk = Desk::new();
    let member = asked(&desk, "challenge").await;
    let job = desk.read(&member)["most_recent_job_guid"].clone();
    let of_job = |operation| desk.nexus(operation).at("job_guid", job.as_str().unwrap());
    assert_eq!(
        desk.send(of_job("resumeJob")).0,
        400,
        "nothing was left yet"
    );
    let (_, body) = desk.send(of_job("listJobMfaCredentials"));
    let question = &body["credentials"][0];
    assert_eq!(
        (&question["field_type"], &question["mfa"]),
        (&json!(0), &json!(true))
    );
    let answer = json!({"member": {"credential_guid": question["guid"], "value": "correct"}});
    let leaving = desk.of(&member, "createMemberCredentials").body(answer);
    assert_eq!(desk.send(leaving).0, 200);
    let (status, body) = desk.send(of_job("resumeJob"));
    assert_eq!(
        (status, &body["job"]["status_name"]),
        (200, &json!("REQUESTED"))
    );
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));

    assert_eq!(desk.identify(&member).await, "CHALLENGED");
    let open = desk.challenges(&member);
    let entry = json!({"credential_guid": open[0]["guid"], "value": "correct"});
    let update = json!({"member": {"credentials": [entry]}});
    let (status, body) = desk.send(desk.of(&member, "updateMember").body(update));
    assert_eq!(
        (status, &body["member"]["connection_status"]),
        (200, &json!("RESUMED"))
    );
    advance(2 * SECOND).await;
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
}

#[tokio::test(start_paused = true)]
async fn who_is_in_a_hurry_comes_to_the_question_and_then_to_the_end() {
    let desk = Desk::new();
    let member = desk.member("sandbox_bank", "phone");
    desk.start(&member, "identifyMember");
    for _ in 0..2 {
        assert_eq!(desk.world.finish_jobs(), 1);
        assert_eq!(desk.glance(&member), ("CHALLENGED".into(), true));
        assert_eq!(desk.world.finish_jobs(), 0, "it waits for the person");
        assert_eq!(desk.answer(&member, "correct").0, 200);
    }
    assert_eq!(desk.world.finish_jobs(), 1);
    assert_eq!(desk.glance(&member), ("CONNECTED".into(), false));
    assert!(!desk.owners(&member).is_empty());
}
