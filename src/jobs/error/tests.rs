//! The text of every kind of failure.

use std::fmt::Write as _;

use super::*;
use crate::error::Problem;
use crate::jobs::api::{KindName, Options};
use crate::jobs::machine::{Machine, Observation, OtherJob, Reading};
use crate::operations::Api;

fn handle() -> JobHandle {
    let mut handle = JobHandle {
        api: Api::Nexus,
        kind: KindName::Identification,
        user: Some("U-1".to_owned()),
        member: "MBR-1".into(),
        options: Options::default(),
        check_institution: false,
        machine: Machine::new(&"MBR-1".into(), OtherJob::Wait),
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
fn every_kind() -> Vec<JobError> {
    use JobErrorKind as Kind;
    let ended = |end: End| JobError::ended(&end, circumstances());
    let of = |kind| match kind {
        Kind::Ended => ended(End::Status("DENIED".into())),
        Kind::NoSuchMember => ended(End::NoSuchMember),
        Kind::NotSupported => ended(End::NotSupported),
        Kind::Unavailable => ended(End::Unavailable),
        Kind::Overtaken => ended(End::Overtaken),
        Kind::NotEnabled => ended(End::NotEnabled),
        Kind::OtherJobRuns => ended(End::OtherJobRuns),
        Kind::StartUnknown => ended(End::StartUnknown),
        Kind::AnswersRefused => ended(End::AnswersRefused),
        Kind::Throttled => ended(End::Throttled),
        Kind::TimedOut => JobError::timed_out(circumstances()),
        Kind::NoAnswer => JobError::not_answered(circumstances()),
        Kind::InvalidAnswers => JobError::invalid_answers(NOTHING_ASKED, circumstances()),
        Kind::Call => JobError::call(Error::session_expired(), circumstances()),
    };
    // The match above does not compile without a kind; this list is as long as it.
    let kinds = [
        Kind::Ended,
        Kind::NoSuchMember,
        Kind::NotSupported,
        Kind::Unavailable,
        Kind::NotEnabled,
        Kind::OtherJobRuns,
        Kind::Overtaken,
        Kind::StartUnknown,
        Kind::AnswersRefused,
        Kind::Throttled,
        Kind::TimedOut,
        Kind::NoAnswer,
        Kind::InvalidAnswers,
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
fn the_address_of_oauth_is_in_no_text_and_in_no_handle() {
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
fn the_numbers_of_a_wait_are_in_the_error() {
    let error = JobError::timed_out(circumstances());
    assert_eq!(error.waited(), Duration::from_secs(75));
    assert_eq!(error.progress().polls, 1);
    assert_eq!(
        error.status().map(ConnectionStatus::as_str),
        Some("DREAMING")
    );
}

/// Whether a job can be resumed after a failed call, before it has started and after.
#[test]
fn a_failed_call_is_not_the_end_of_a_job_that_runs() {
    let operation = crate::operations::by_id("nexus", "readMember").unwrap();
    let status = |status| Error::status_of(operation, status, Problem::default());
    let refused_by = |id, code| {
        let operation = crate::operations::by_id("nexus", id);
        let operation = operation.or_else(|| crate::operations::by_id("sso", id));
        let refusal = Error::from_status(operation, code);
        Error::session_from("no session", refusal)
    };
    let sealed = || Error::session_source("the source of API tokens gave none", "sealed".into());
    for (error, before, after) in [
        (status(403), false, true),
        (status(404), false, true),
        (status(503), true, true),
        (Error::request(Some(operation), "too long"), false, true),
        (Error::session_expired(), true, true),
        (sealed(), true, true),
        // A wrong key, an unknown user, an address that is not allowed yet, and a one-time token that can be replaced.
        (refused_by("getApiToken", 401), false, true),
        (refused_by("getApiToken", 404), false, true),
        (refused_by("getApiToken", 403), true, true),
        (refused_by("createSession", 401), true, true),
    ] {
        let mut prepared = circumstances();
        prepared.handle.machine = Machine::new(&"MBR-1".into(), OtherJob::Wait);
        let text = error.to_string();
        let is_resumable = |circumstances| {
            let error = JobError::call(error.clone(), circumstances);
            error.is_resumable()
        };
        let found = (is_resumable(prepared), is_resumable(circumstances()));
        assert_eq!(found, (before, after), "{text}");
    }
}
