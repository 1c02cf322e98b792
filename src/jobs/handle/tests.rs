//! Handles that were saved by released versions, a file for each phase. A file is never changed: when the format grows, add
//! new ones, and the old ones still have to be read.

use super::*;
use crate::jobs::machine::Directive;

/// What a saved handle of each phase leads to when it is read.
fn saved() -> [(&'static str, &'static str, Directive); 10] {
    let questions = Directive::Ask(vec!["CRD-1".into()]);
    let ended = Directive::Ended(crate::jobs::End::Status("DENIED".into()));
    [
        (
            "baseline",
            include_str!("saved/2-baseline.json"),
            Directive::ReadMember,
        ),
        (
            "start",
            include_str!("saved/2-start.json"),
            Directive::Start,
        ),
        (
            "sent",
            include_str!("saved/2-sent.json"),
            Directive::ReadMember,
        ),
        (
            "other_job",
            include_str!("saved/2-other_job.json"),
            Directive::ReadMember,
        ),
        (
            "follow",
            include_str!("saved/2-follow.json"),
            Directive::ReadMember,
        ),
        (
            "list",
            include_str!("saved/2-list.json"),
            Directive::ListChallenges,
        ),
        ("ask", include_str!("saved/2-ask.json"), questions),
        (
            "result",
            include_str!("saved/2-result.json"),
            Directive::ReadResult,
        ),
        (
            "finished",
            include_str!("saved/2-finished.json"),
            Directive::Finished,
        ),
        ("ended", include_str!("saved/2-ended.json"), ended),
    ]
}

#[test]
fn a_handle_of_every_phase_that_was_ever_saved_is_read() {
    for (phase, text, directive) in saved() {
        let handle: JobHandle = serde_json::from_str(text).expect(phase);
        assert_eq!(handle.machine.directive(), directive, "{phase}");
        assert_eq!(
            handle.has_started(),
            !["baseline", "start"].contains(&phase)
        );
        assert_eq!(
            (handle.user_id(), handle.member().as_str()),
            (Some("U-1"), "MBR-1")
        );
        let again = serde_json::to_value(&handle).expect(phase);
        let before: Value = serde_json::from_str(text).expect(phase);
        assert_eq!(again, before, "{phase}: what is read is saved as it was");
    }
}

#[test]
fn a_handle_is_changed_while_answering_only_where_a_question_is_open() {
    for (phase, text, _) in saved() {
        let handle: JobHandle = serde_json::from_str(text).expect(phase);
        let is_asking = ["list", "ask"].contains(&phase);
        let answering = handle.while_answering();
        assert_eq!(answering != handle, is_asking, "{phase}");
        assert_eq!(answering.has_started(), handle.has_started(), "{phase}");
    }
}

#[test]
fn every_field_but_version_kind_and_member_has_a_default() {
    let minimal = r#"{"version":"2","kind":"verification","member":"MBR-1"}"#;
    let handle: JobHandle = serde_json::from_str(minimal).expect("a handle");
    assert_eq!(handle.kind(), KindName::Verification);
    assert_eq!(handle.machine.directive(), Directive::ReadMember);
    assert!(handle.check_institution && !handle.has_started());
}

#[test]
fn a_handle_of_another_api_is_refused() {
    let other = r#"{"version":"2","api":"other","kind":"verification","member":"MBR-1"}"#;
    let refusal = serde_json::from_str::<JobHandle>(other).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "this handle is of the API other, which this build of mx-nexus does not have"
    );
}

#[test]
fn a_handle_of_atrium_is_read_by_a_build_with_atrium_and_refused_by_users_of_nexus() {
    let saved = include_str!("saved/2-atrium.json");
    let read = serde_json::from_str::<JobHandle>(saved);
    if !cfg!(feature = "atrium") {
        let refusal = read.unwrap_err().to_string();
        let reason = "is of the API atrium, which this build of mx-nexus does not have";
        return assert!(refusal.contains(reason), "{refusal}");
    }
    let handle = read.expect("a handle");
    assert_eq!(handle.api().name(), "atrium");
    assert_eq!(handle.machine.directive(), Directive::ReadMember);
    let before: Value = serde_json::from_str(saved).expect("JSON");
    assert_eq!(serde_json::to_value(&handle).expect("JSON"), before);
    let kind = KindName::Identification;
    let refusal = handle.check(Api::Nexus, None, kind).unwrap_err();
    let reason = "of a job of Atrium; resume it with a user of Atrium, not of Nexus";
    assert!(refusal.to_string().contains(reason), "{refusal}");
    assert!(handle.check(handle.api(), Some("USR-2"), kind).is_err());
    assert!(handle.check(handle.api(), Some("USR-1"), kind).is_ok());
}
