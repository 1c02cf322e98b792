//! The whole workflow with the real client, for every password.

use std::time::Duration;

use mx_nexus::User;
use mx_nexus::identity::{Answers, Challenge, JobError, Owners};
use mx_nexus::values::ConnectionStatus;
use mx_nexus_sandbox::Sandbox;

use crate::{ADA, MX_BANK, PATIENCE, connect, find, known_user, open, polling, quick};

/// The correct answer.
pub(crate) fn correct_answer(challenge: &Challenge) -> String {
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
) -> (Result<Owners, JobError>, Vec<usize>) {
    let mut rounds = Vec::new();
    let job = user.identify(member).with_polling(polling());
    let ended = job
        .run(PATIENCE, async |challenges| {
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
) -> (Result<Owners, JobError>, Vec<usize>, Sandbox) {
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
    let job = user.identify(connection.member()).with_polling(polling());
    let mut job = job.start(PATIENCE).await.unwrap();
    let error = loop {
        match job.next().await {
            Err(error) => break error,
            Ok(_) => tokio::time::sleep(Duration::from_millis(60)).await,
        }
    };
    assert_eq!(error.status(), Some(&ConnectionStatus::Expired), "{error}");
}

#[tokio::test]
async fn test_session_has_owners() {
    let (_sandbox, nexus) = open().await;
    let user = nexus.with_session_token("test_session");
    let job = user.identify("test_nexus_member").with_polling(polling());
    let owners = job.run(PATIENCE, async |_| None).await.unwrap();
    assert!(!owners.is_empty());
}
