//! The command line of `cargo spec`: what it answers with, and how it names what it was given.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod upstream;

use std::process::{Command, Output};

use mx_nexus_openapi::APIS;
use upstream::{Root, document};

fn spec(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spec"));
    command.args(arguments).output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The document of MDX and one that a build refuses, because a reference in it leads nowhere.
fn refused(root: &Root) -> [String; 2] {
    let [_, _, mdx] = &APIS;
    let old = document(mdx);
    let reference = "'#/components/schemas/UserResponseBody'";
    assert!(old.contains(reference));
    let new = old.replacen(reference, "'#/components/schemas/GoneResponseBody'", 1);
    [("old.yaml", old), ("new.yaml", new)].map(|(file, text)| {
        root.put(file, &text);
        root.0.join(file).to_string_lossy().into_owned()
    })
}

#[test]
fn a_comparison_answers_with_an_error_only_where_it_was_asked_to() {
    let root = Root::of_documents("answers");
    let [old, new] = refused(&root);
    let (old, new) = (old.as_str(), new.as_str());
    for (arguments, code) in [
        (vec![old, old], 0),
        (vec![old, new], 0),
        (vec![old, old, "--fail-on", "patch"], 0),
        (vec![old, new, "--fail-on", "breaks"], 3),
        (vec![old, "no-such-thing"], 1),
        (vec![old], 2),
    ] {
        let arguments: Vec<&str> = ["diff", "--api", "mdx"]
            .into_iter()
            .chain(arguments)
            .collect();
        let output = spec(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {output:?}");
    }
}

#[test]
fn a_file_is_called_what_it_was_called() {
    let root = Root::of_documents("called");
    let [old, new] = &refused(&root);
    let told = spec(&["diff", "--api", "mdx", old, new]);
    let told = String::from_utf8(told.stdout).unwrap();
    let refusals: Vec<&str> = told
        .lines()
        .filter(|line| line.starts_with("refused"))
        .collect();
    let [only] = refusals.as_slice() else {
        panic!("{told}");
    };
    assert!(only.starts_with(&format!("refused   {new}: ")), "{only}");

    root.put("bad.yaml", "openapi: 3.0.0\npaths: [\n  a: b: c\n");
    let bad = root.0.join("bad.yaml");
    let bad = bad.to_string_lossy();
    let told = errors(&spec(&["diff", "--api", "mdx", &bad, old]));
    assert!(told.starts_with(&format!("{bad}: ")), "{told}");
    assert!(!told.contains("v5.yaml"), "{told}");
    assert_eq!(told.matches("line 3").count(), 1, "{told}");
}

#[test]
fn a_report_that_cannot_be_written_stops_an_update_before_it_begins() {
    let root = Root::of_documents("report");
    let [old, _] = &refused(&root);
    let report = root.0.join("gone").join("report.md");
    let report = report.to_string_lossy();
    let output = spec(&["update", "--api", "mdx", old, "--report", &report]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        errors(&output).starts_with(&format!("cannot write {report}")),
        "{output:?}"
    );
}
