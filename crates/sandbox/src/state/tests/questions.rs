//! Challenges that `tests/sandbox` does not show.

use super::*;

async fn asked(client: &TestClient, password: &str) -> String {
    let member = client.member("sandbox_bank", password);
    assert_eq!(client.identify(&member).await, "CHALLENGED", "{password}");
    member
}

#[tokio::test(start_paused = true)]
async fn option_is_chosen_by_guid_or_value() {
    for (password, key) in [("options", "options"), ("image_options", "image_options")] {
        for part in ["guid", "value"] {
            let client = TestClient::new();
            let member = asked(&client, password).await;
            let right = client.challenges(&member)[0][key][0].clone();
            assert_eq!(right["value"], "correct");
            client.answer(&member, right[part].as_str().unwrap());
            advance(2 * SECOND).await;
            assert_eq!(
                client.status(&member).0,
                "CONNECTED",
                "{password} by {part}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_challenges_need_two_answers() {
    let client = TestClient::new();
    let member = asked(&client, "two_questions").await;
    let open = client.challenges(&member);
    assert_eq!(open.len(), 2);
    let one = json!([{"guid": open[0]["guid"], "value": "correct"}]);
    assert_eq!(client.resume(&member, one).0, 400);
    assert_eq!(client.answer(&member, "").0, 400);
    let mixed = json!([
        {"guid": open[0]["guid"], "value": "correct"},
        {"guid": open[1]["guid"], "value": "incorrect"},
    ]);
    assert_eq!(client.resume(&member, mixed).0, 200);
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member).0, "REJECTED");
}

#[tokio::test(start_paused = true)]
async fn second_chance_is_rejected_then_challenged_once_more() {
    let client = TestClient::new();
    let member = asked(&client, "second_chance").await;
    client.answer(&member, "wrong");
    advance(SECOND).await;
    assert_eq!(client.status(&member), ("REJECTED".into(), false));
    assert_eq!(
        client.start(&member, "verifyMember").0,
        409,
        "the job is not over"
    );
    advance(SECOND).await;
    assert_eq!(client.status(&member).0, "CHALLENGED");
    client.answer(&member, "wrong");
    advance(SECOND).await;
    assert_eq!(client.status(&member), ("REJECTED".into(), false));
    advance(100 * SECOND).await;
    assert_eq!(client.status(&member).0, "REJECTED", "no third chance");
}

#[tokio::test(start_paused = true)]
async fn answers_by_stored_credential_and_by_update() {
    let client = TestClient::new();
    let member = asked(&client, "challenge").await;
    let job = client.read(&member)["most_recent_job_guid"].clone();
    let of_job = |operation| {
        client
            .nexus(operation)
            .at("job_guid", job.as_str().unwrap())
    };
    assert_eq!(
        client.send(of_job("resumeJob")).0,
        400,
        "no answer is stored"
    );
    let (_, body) = client.send(of_job("listJobMfaCredentials"));
    let question = &body["credentials"][0];
    assert_eq!(
        (&question["field_type"], &question["mfa"]),
        (&json!(0), &json!(true))
    );
    let answer = json!({"member": {"credential_guid": question["guid"], "value": "correct"}});
    let leaving = client.of(&member, "createMemberCredentials").body(answer);
    assert_eq!(client.send(leaving).0, 200);
    let (status, body) = client.send(of_job("resumeJob"));
    assert_eq!(
        (status, &body["job"]["status_name"]),
        (200, &json!("REQUESTED"))
    );
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));

    assert_eq!(client.identify(&member).await, "CHALLENGED");
    let open = client.challenges(&member);
    let entry = json!({"credential_guid": open[0]["guid"], "value": "correct"});
    let update = json!({"member": {"credentials": [entry]}});
    let (status, body) = client.send(client.of(&member, "updateMember").body(update));
    assert_eq!(
        (status, &body["member"]["connection_status"]),
        (200, &json!("RESUMED"))
    );
    advance(2 * SECOND).await;
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
}

#[tokio::test(start_paused = true)]
async fn finish_jobs_stops_at_challenges() {
    let client = TestClient::new();
    let member = client.member("sandbox_bank", "phone");
    client.start(&member, "identifyMember");
    for _ in 0..2 {
        assert_eq!(client.store.finish_jobs(), 1);
        assert_eq!(client.status(&member), ("CHALLENGED".into(), true));
        assert_eq!(client.store.finish_jobs(), 0, "it waits for an answer");
        assert_eq!(client.answer(&member, "correct").0, 200);
    }
    assert_eq!(client.store.finish_jobs(), 1);
    assert_eq!(client.status(&member), ("CONNECTED".into(), false));
    assert!(!client.owners(&member).is_empty());
}
