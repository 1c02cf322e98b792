//! `nexus call` and `nexus operations`.

use crate::running::{Serving, nexus};

#[test]
fn operations_are_called_by_name() {
    let sandbox = Serving::start(&[]);
    let run = |arguments: &[&str]| nexus(arguments).at(&sandbox).transcript();
    let search = r#"{"institution": {"name": "MX Bank"}}"#;
    let text = [
        run(&["call", "listMembers"]),
        run(&["call", "list_members", "page=1", "records_per_page=10"]),
        run(&["call", "deleteMember", "member_guid=MBR-1"]),
        run(&["call", "readMember", "member_guid=MBR-1"]),
    ];
    insta::assert_snapshot!("calls", text.join("\n"));
    let found = run(&["call", "searchInstitutions", "--body", search]);
    assert!(found.contains("\"name\": \"MX Bank\""), "{found}");
    let stdin = ["call", "searchInstitutions", "--body", "-"];
    let found = nexus(stdin).at(&sandbox).typing(search).output();
    assert!(found.status.success(), "{found:?}");
    let csv = nexus(["call", "listInstitutions"]).at(&sandbox).output();
    assert!(csv.status.success(), "{csv:?}");
    assert!(!csv.stdout.is_empty());
}

#[test]
fn call_without_credentials_runs_in_the_embedded_sandbox() {
    let text = nexus(["call", "listMembers"]).transcript();
    insta::assert_snapshot!("call_in_embedded_sandbox", text);
}

#[test]
fn wrong_calls_are_reported_with_the_nearest_names() {
    let runs: [&[&str]; 8] = [
        &["call", "raedMember"],
        &["call", "whatever"],
        &["call", "readMember"],
        &["call", "readMember", "member_giud=MBR-1"],
        &["call", "listMembers", "page=two"],
        &["call", "listMembers", "page"],
        &["call", "createMember"],
        &["call", "createMember", "--body", "{\"value\": hush}"],
    ];
    let text: Vec<String> = runs.iter().map(|run| nexus(*run).transcript()).collect();
    insta::assert_snapshot!("wrong_calls", text.join("\n"));
}

#[test]
fn operations_are_listed_and_shown() {
    let all = nexus(["operations"]).output();
    let all = String::from_utf8(all.stdout).unwrap();
    assert_eq!(
        all.lines().count(),
        1 + mx_nexus::operations::Api::Nexus.operations().len()
    );
    let text = [
        nexus(["operations", "--tag", "identity"]).transcript(),
        nexus(["operations", "identifyMember"]).transcript(),
        nexus(["operations", "search_institutions"]).transcript(),
        nexus(["operations", "listInstitutions"]).transcript(),
        nexus(["operations", "raedMember"]).transcript(),
        nexus(["operations", "--tag", "memberss"]).transcript(),
    ];
    insta::assert_snapshot!("operations", text.join("\n"));
}
