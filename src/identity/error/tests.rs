//! What every kind of failure says, to a log and to a caller.

use std::fmt::Write as _;

use super::*;
use crate::identity::machine::{Machine, Observation, OtherJob, Reading};

fn handle() -> JobHandle {
    let mut handle = JobHandle {
        user: Some("U-1".to_owned()),
        member: "MBR-1".into(),
        include_transactions: false,
        machine: Machine::new(OtherJob::Wait),
    };
    let reading = Reading {
        status: Some("DREAMING".into()),
        ..Reading::default()
    };
    for _ in 0..2 {
        handle.machine.observe(Observation::Member(reading.clone()));
        handle.machine.observe(Observation::AnswerLost);
    }
    handle
}

fn circumstances() -> Circumstances {
    Circumstances {
        waited: Duration::from_secs(75),
        message: Some("MX's words".to_owned()),
        oauth_window: Some("S3CR3T address".into()),
        ..Circumstances::of(handle())
    }
}

/// One error of every kind.
fn every_kind() -> Vec<IdentityError> {
    use IdentityErrorKind as Kind;
    let ended = |end: End| IdentityError::ended(&end, circumstances());
    let of = |kind| match kind {
        Kind::Ended => ended(End::Status(Some("DENIED".into()))),
        Kind::NotSupported => ended(End::NotSupported),
        Kind::NotEnabled => ended(End::NotEnabled),
        Kind::OtherJobRuns => ended(End::OtherJobRuns),
        Kind::StartUnknown => ended(End::StartUnknown),
        Kind::AnswersRefused => ended(End::AnswersRefused),
        Kind::OutOfPatience => IdentityError::out_of_patience(circumstances()),
        Kind::PersonLeft => IdentityError::person_left(circumstances()),
        Kind::BadAnswers => IdentityError::bad_answers(NOTHING_ASKED, circumstances()),
        Kind::Call => IdentityError::call(Error::session_expired(), circumstances()),
    };
    // The match above does not compile without a kind; this list is as long as it.
    let kinds = [
        Kind::Ended,
        Kind::NotSupported,
        Kind::NotEnabled,
        Kind::OtherJobRuns,
        Kind::StartUnknown,
        Kind::AnswersRefused,
        Kind::OutOfPatience,
        Kind::PersonLeft,
        Kind::BadAnswers,
        Kind::Call,
    ];
    kinds.into_iter().map(of).collect()
}

#[test]
fn every_kind_says_what_happened_and_what_to_do() {
    let mut text = String::new();
    for error in every_kind() {
        let resumable = if error.is_resumable() {
            ", resumable"
        } else {
            ""
        };
        writeln!(text, "{:?}{resumable}\n  {error}", error.kind()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn an_error_tells_the_person_the_address_and_nobody_else() {
    for error in every_kind() {
        assert!(error.oauth_window().is_some());
        assert_eq!(error.message(), Some("MX's words"));
        let handle = serde_json::to_string(error.handle()).unwrap();
        for text in [format!("{error:?}"), error.to_string(), handle] {
            assert!(!text.contains("S3CR3T"), "{text}");
        }
    }
}

#[test]
fn the_numbers_of_a_wait_are_told() {
    let error = IdentityError::out_of_patience(circumstances());
    assert_eq!(error.waited(), Duration::from_secs(75));
    assert_eq!(error.progress().polls, 1);
    assert_eq!(
        error.status().map(ConnectionStatus::as_str),
        Some("DREAMING")
    );
}

#[test]
fn that_no_session_is_to_be_had_is_not_the_end_of_a_job() {
    let sealed = Error::session_source("the source of API tokens gave none", "sealed".into());
    assert!(!sealed.is_transient());
    assert!(IdentityError::call(sealed, circumstances()).is_resumable());
}
