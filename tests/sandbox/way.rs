//! The whole way with the real client: users, tokens, sessions, banks, questions, owners, each to the end that its password asks
//! for.

use std::collections::BTreeSet;
use std::time::Duration;

use mx_nexus::User;
use mx_nexus::identity::{Answers, Challenge, JobError, JobErrorKind, Owners};
use mx_nexus::sandbox::{JobKind, Sandbox};
use mx_nexus::values::ConnectionStatus;

use crate::{ADA, MX_BANK, PATIENCE, connect, find, known_user, open, polling, quick};

/// The answer that lets a job go on.
fn right(challenge: &Challenge) -> String {
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

/// Connects and identifies with a password; gives the end and the number of questions in each round.
async fn go(name: &str, password: &str) -> (Result<Owners, JobError>, Vec<usize>, Sandbox) {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let bank = find(&user, name).await;
    let connection = connect(&user, &bank, password).await;
    let (ended, rounds) = identify(&user, connection.member().as_str(), |one, _| right(one)).await;
    (ended, rounds, sandbox)
}

#[tokio::test]
async fn passwords_that_lead_to_owners() {
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
        let (ended, asked, _sandbox) = go(bank, password).await;
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
async fn passwords_that_lead_elsewhere() {
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
        let (ended, _, _sandbox) = go(bank, password).await;
        let error = ended
            .err()
            .unwrap_or_else(|| panic!("{password} gave owners"));
        assert_eq!(error.kind(), JobErrorKind::Ended, "{password}: {error}");
        assert_eq!(error.status(), Some(&status), "{password}");
        assert!(error.remedy().is_some(), "{password}");
    }
}

#[tokio::test]
async fn an_answer_may_bring_another_question_or_the_end() {
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
async fn a_question_that_nobody_answers_expires() {
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
async fn three_failed_logins_prevent_a_fourth() {
    let (_sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let connection = connect(&user, MX_BANK, "INVALID").await;
    let mut ends = Vec::new();
    for _ in 0..3 {
        let (ended, _) = identify(&user, connection.member().as_str(), |one, _| right(one)).await;
        ends.push(ended.unwrap_err().status().cloned().unwrap());
    }
    use ConnectionStatus::{Denied, Prevented};
    assert_eq!(ends, [Denied, Denied, Prevented]);
}

#[tokio::test]
async fn oauth_waits_for_the_person() {
    let (sandbox, nexus) = open().await;
    let user = known_user(&nexus, ADA).await;
    let bank = find(&user, "MX Bank (OAuth)").await;
    let form = user.connect(bank.as_str()).await.unwrap();
    assert!(form.is_oauth());
    let connection = form
        .submit(mx_nexus::connect::Entries::new())
        .await
        .unwrap();
    let window = connection.oauth_window().unwrap().expose().to_owned();
    assert!(window.starts_with(sandbox.address()), "{window}");
    let member = connection.member().as_str();
    let (pending, _) = identify(&user, member, |one, _| right(one)).await;
    assert_eq!(
        pending.unwrap_err().status(),
        Some(&ConnectionStatus::Pending)
    );
    let signing_in = mx_nexus::reqwest::Client::new().post(&window).send();
    assert_eq!(signing_in.await.unwrap().status().as_u16(), 200);
    assert!(!sandbox.finish_oauth(member), "the page was for one use");
    let (ended, _) = identify(&user, member, |one, _| right(one)).await;
    assert!(!ended.unwrap().is_empty());
}

#[tokio::test]
async fn institutions_and_partners_without_the_product_are_told_apart() {
    let (ended, _, _sandbox) = go("Sandbox Savings", "any").await;
    assert_eq!(ended.unwrap_err().kind(), JobErrorKind::NotSupported);
    let (ended, _, _sandbox) = go("Sandbox Private Bank", "any").await;
    assert_eq!(ended.unwrap_err().kind(), JobErrorKind::NotEnabled);
    let sandbox = quick()
        .without(JobKind::Identification)
        .start()
        .await
        .unwrap();
    let user = known_user(&sandbox.nexus().build().unwrap(), ADA).await;
    let connection = connect(&user, MX_BANK, "any").await;
    let (ended, _) = identify(&user, connection.member().as_str(), |one, _| right(one)).await;
    assert_eq!(ended.unwrap_err().kind(), JobErrorKind::NotEnabled);
}

#[tokio::test]
async fn a_second_member_of_the_same_login_is_refused() {
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
        .fold(mx_nexus::connect::Entries::new(), |entries, field| {
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
async fn members_of_another_user_are_not_there() {
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
async fn the_session_of_the_guides_serves_their_words() {
    let (_sandbox, nexus) = open().await;
    let user = nexus.with_session_token("test_session");
    let job = user.identify("test_nexus_member").with_polling(polling());
    let owners = job.run(PATIENCE, async |_| None).await.unwrap();
    assert!(!owners.is_empty());
}
