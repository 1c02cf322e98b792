//! The whole workflow with the real client, for every password.

use std::collections::BTreeSet;
use std::time::Duration;

use mx_nexus::User;
use mx_nexus::identity::{Answers, Challenge, IdentityError, IdentityErrorKind, Owners};
use mx_nexus::values::ConnectionStatus;
use mx_nexus_sandbox::{JobKind, Sandbox};

use crate::{ADA, MX_BANK, PATIENCE, connect, find, known_user, open, polling, quick};

/// The correct answer.
fn correct_answer(challenge: &Challenge) -> String {
    let correct = challenge
        .options()
        .iter()
        .find(|option| option.value() == "correct");
    match correct.or(challenge.options().first()) {
        Some(option) => option.value().to_owned(),
        None => "correct".to_owned(),
    }
}

async fn identify(
    user: &User,
    member: &str,
    mut answer: impl FnMut(&Challenge, usize) -> String,
) -> (Result<Owners, IdentityError>, Vec<usize>) {
    let mut rounds = Vec::new();
    let job = user.identify(member).polling(polling()).patience(PATIENCE);
    let ended = job
        .run(async |challenges| {
            rounds.push(challenges.len());
            let round = rounds.len();
            let answers = challenges.iter().fold(Answers::new(), |answers, one| {
                answers.with(one.guid(), answer(one, round))
            });
            Some(answers)
        })
        .await;
    (ended, rounds)
}

/// Connects and identifies with a password; returns the result and the number of challenges in each round.
async fn identify_with(
    name: &str,
    password: &str,
) -> (Result<Owners, IdentityError>, Vec<usize>, Sandbox) {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let bank = find(&user, name).await;
    let connection = connect(&user, &bank, password).await;
    let (ended, rounds) = identify(&user, connection.member().as_str(), |one, _| {
        correct_answer(one)
    })
    .await;
    (ended, rounds, sandbox)
}

#[tokio::test]
async fn passwords_that_succeed() {
    for (bank, password, rounds) in [
        ("MX Bank", "anything else", vec![]),
        ("MX Bank", "challenge", vec![1]),
        ("MX Bank", "options", vec![1]),
        ("MX Bank", "image", vec![1]),
        ("Sandbox Bank", "token", vec![1]),
        ("Sandbox Bank", "image_options", vec![1]),
        ("Sandbox Bank", "two_questions", vec![2]),
        ("Sandbox Bank", "phone", vec![1, 1]),
        ("Sandbox Bank", "quick", vec![]),
        ("Sandbox Bank", "slow", vec![]),
        ("Sandbox Bank", "delayed", vec![]),
    ] {
        let (ended, asked, _sandbox) = identify_with(bank, password).await;
        let owners = ended.unwrap_or_else(|error| panic!("{password}: {error}"));
        assert!(!owners.is_empty(), "{password}");
        assert!(
            owners.iter().all(|owner| owner.owner_name.is_some()),
            "{password}"
        );
        assert_eq!(asked, rounds, "{password}");
    }
}

#[tokio::test]
async fn passwords_that_end_with_another_status() {
    use ConnectionStatus as Is;
    for (bank, password, status) in [
        ("MX Bank", "BAD_REQUEST", Is::Failed),
        ("MX Bank", "UNAUTHORIZED", Is::Denied),
        ("MX Bank", "INVALID", Is::Denied),
        ("MX Bank", "LOCKED", Is::Locked),
        ("MX Bank", "DISABLED", Is::Denied),
        ("MX Bank", "SERVER_ERROR", Is::Failed),
        ("MX Bank", "UNAVAILABLE", Is::Failed),
        ("Sandbox Bank", "prevented", Is::Prevented),
        ("Sandbox Bank", "impeded", Is::Impeded),
        ("Sandbox Bank", "degraded", Is::Degraded),
        ("Sandbox Bank", "rejected", Is::Rejected),
        ("Sandbox Bank", "imported", Is::Imported),
        ("Sandbox Bank", "disabled", Is::Disabled),
        ("Sandbox Bank", "expired", Is::Expired),
        ("Sandbox Bank", "closed", Is::Closed),
    ] {
        let (ended, _, _sandbox) = identify_with(bank, password).await;
        let error = ended
            .err()
            .unwrap_or_else(|| panic!("{password} gave owners"));
        assert_eq!(
            error.kind(),
            IdentityErrorKind::Ended,
            "{password}: {error}"
        );
        assert_eq!(error.status(), Some(&status), "{password}");
        assert!(error.remedy().is_some(), "{password}");
    }
}

#[tokio::test]
async fn answer_opens_another_challenge_or_ends_the_job() {
    use ConnectionStatus as Is;
    let (_sandbox, nexus) = open().await;
    for (id, first, rounds, end) in [
        ("U-1", "correct", 1, None),
        ("U-2", "challenge", 2, None),
        ("U-3", "wrong", 1, Some(Is::Rejected)),
        ("U-4", "SERVER_ERROR", 1, Some(Is::Failed)),
        ("U-5", "UNAVAILABLE", 1, Some(Is::Failed)),
    ] {
        let user = known_user(&nexus, id).await;
        let connection = connect(&user, MX_BANK, "challenge").await;
        let answer = |_: &Challenge, round| match round {
            1 => first.to_owned(),
            _ => "correct".to_owned(),
        };
        let (ended, asked) = identify(&user, connection.member().as_str(), answer).await;
        assert_eq!(asked.len(), rounds, "{first}");
        let status = ended.err().and_then(|error| error.status().cloned());
        assert_eq!(status, end, "{first}");
    }
}

#[tokio::test]
async fn unanswered_challenge_expires() {
    let sandbox = quick()
        .challenge_timeout(Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let user = known_user(&sandbox.nexus().build().unwrap(), ADA).await;
    let connection = connect(&user, MX_BANK, "challenge").await;
    let job = user
        .identify(connection.member())
        .polling(polling())
        .patience(PATIENCE);
    let mut job = job.start().await.unwrap();
    let error = loop {
        match job.next().await {
            Err(error) => break error,
            Ok(_) => tokio::time::sleep(Duration::from_millis(60)).await,
        }
    };
    assert_eq!(error.status(), Some(&ConnectionStatus::Expired), "{error}");
}

#[tokio::test]
async fn third_failed_login_is_prevented() {
    let (_sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "INVALID").await;
    let mut ends = Vec::new();
    for _ in 0..3 {
        let (ended, _) = identify(&user, connection.member().as_str(), |one, _| {
            correct_answer(one)
        })
        .await;
        ends.push(ended.unwrap_err().status().cloned().unwrap());
    }
    use ConnectionStatus::{Denied, Prevented};
    assert_eq!(ends, [Denied, Denied, Prevented]);
}

#[tokio::test]
async fn oauth_member_is_pending_until_sign_in() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let bank = find(&user, "MX Bank (OAuth)").await;
    let form = user.connect(bank.as_str()).await.unwrap();
    assert!(form.is_oauth());
    let connection = form
        .submit(mx_nexus::connect::FormValues::new())
        .await
        .unwrap();
    let window = connection.oauth_window().unwrap().expose().to_owned();
    assert!(window.starts_with(sandbox.address()), "{window}");
    let member = connection.member().as_str();
    let (pending, _) = identify(&user, member, |one, _| correct_answer(one)).await;
    assert_eq!(
        pending.unwrap_err().status(),
        Some(&ConnectionStatus::Pending)
    );
    let signing_in = mx_nexus::reqwest::Client::new().post(&window).send();
    assert_eq!(signing_in.await.unwrap().status().as_u16(), 200);
    assert!(!sandbox.finish_oauth(member), "the page works once");
    let (ended, _) = identify(&user, member, |one, _| correct_answer(one)).await;
    assert!(!ended.unwrap().is_empty());
}

#[tokio::test]
async fn missing_support_and_missing_product_are_different_errors() {
    let (ended, _, _sandbox) = identify_with("Sandbox Savings", "any").await;
    assert_eq!(ended.unwrap_err().kind(), IdentityErrorKind::NotSupported);
    let (ended, _, _sandbox) = identify_with("Sandbox Private Bank", "any").await;
    assert_eq!(ended.unwrap_err().kind(), IdentityErrorKind::NotEnabled);
    let sandbox = quick()
        .without(JobKind::Identification)
        .start()
        .await
        .unwrap();
    let user = known_user(&sandbox.nexus().build().unwrap(), ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let (ended, _) = identify(&user, connection.member().as_str(), |one, _| {
        correct_answer(one)
    })
    .await;
    assert_eq!(ended.unwrap_err().kind(), IdentityErrorKind::NotEnabled);
}

#[tokio::test]
async fn second_member_with_the_same_login_is_refused() {
    let (_sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    connect(&user, MX_BANK, "any").await;
    let form = user.connect(MX_BANK).await.unwrap();
    let guids: BTreeSet<String> = form
        .fields()
        .iter()
        .map(|field| field.guid().as_str().to_owned())
        .collect();
    assert_eq!(guids.len(), 2);
    let entries = form
        .fields()
        .iter()
        .fold(mx_nexus::connect::FormValues::new(), |entries, field| {
            entries.with(field.guid(), "mxuser")
        });
    let error = form.submit(entries).await.unwrap_err();
    assert_eq!(
        error.call_error().and_then(mx_nexus::Error::status),
        Some(422),
        "{error}"
    );
}

#[tokio::test]
async fn member_of_another_user_is_not_found() {
    let (_sandbox, nexus) = open().await;
    let ada = known_user(&nexus, ADA).await;
    let member = connect(&ada, MX_BANK, "any").await;
    let bob = known_user(&nexus, "U-bob").await.api().await.unwrap();
    let error = bob
        .read_member()
        .member_guid(member.member())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(404));
}

#[tokio::test]
async fn test_session_has_owners() {
    let (_sandbox, nexus) = open().await;
    let user = nexus.with_session_token("test_session");
    let job = user
        .identify("test_nexus_member")
        .polling(polling())
        .patience(PATIENCE);
    let owners = job.run(async |_| None).await.unwrap();
    assert!(!owners.is_empty());
}
