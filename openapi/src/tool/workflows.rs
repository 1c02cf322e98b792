//! The workflow files of a hosted repository are YAML, and what they take from others is pinned. They cannot run here.

use std::path::Path;

use serde_json::Value;

use crate::document;
use crate::tool::{Finding, Lines};

const FOLDER: &str = ".github/workflows";

/// What is wrong with the workflow files below `root`, if there are any.
pub(crate) fn check(root: &Path) -> Vec<Finding> {
    let entries = std::fs::read_dir(root.join(FOLDER)).into_iter().flatten();
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut findings = Vec::new();
    for name in names {
        let file = format!("{FOLDER}/{}", name.to_string_lossy());
        match std::fs::read_to_string(root.join(&file)) {
            Ok(text) => findings.extend(check_text(&file, &text)),
            Err(error) => {
                let reason = format!("the file cannot be read: {error}");
                findings.push(Finding::new(&file, 1, reason));
            }
        }
    }
    findings
}

fn check_text(file: &str, text: &str) -> Vec<Finding> {
    let lines = match Lines::read(text) {
        Ok(lines) => lines,
        Err((line, reason)) => {
            return vec![Finding::new(
                file,
                line,
                format!("this is no YAML: {reason}"),
            )];
        }
    };
    let workflow = match document::parse(text) {
        Ok(workflow) => workflow,
        Err(failure) => {
            let line = lines.doubles().first().map_or(1, |double| double.line);
            return vec![Finding::new(file, line, failure.reason())];
        }
    };
    let mut findings = Vec::new();
    let mut refuse = |pointer: &str, reason: &str| {
        findings.push(Finding::new(file, lines.line(pointer), reason));
    };
    for (key, reason) in [
        ("on", "it does not say when it runs"),
        (
            "permissions",
            "it does not say what it may do; without that it may do much",
        ),
        ("jobs", "it has no jobs"),
    ] {
        if workflow[key].is_null() {
            refuse("", reason);
        }
    }
    for (name, job) in workflow["jobs"].as_object().into_iter().flatten() {
        let pointer = format!("/jobs/{}", document::escape(name));
        if job["timeout-minutes"].is_null() {
            refuse(&pointer, "the job has no timeout-minutes");
        }
        let steps = job["steps"].as_array().into_iter().flatten();
        for (index, step) in steps.enumerate() {
            let uses = step["uses"].as_str();
            if uses.is_some_and(|uses| !is_pinned(uses)) {
                let pointer = format!("{pointer}/steps/{index}/uses");
                refuse(
                    &pointer,
                    "the action is not pinned to a version, as in name@v1",
                );
            }
            if uses.is_none() && !matches!(&step["run"], Value::String(_)) {
                let pointer = format!("{pointer}/steps/{index}");
                refuse(
                    &pointer,
                    "the step neither uses an action nor runs a command",
                );
            }
        }
    }
    findings
}

/// A version or a commit behind the name; a branch may become anything.
fn is_pinned(uses: &str) -> bool {
    let Some((_, version)) = uses.split_once('@') else {
        return uses.starts_with("./");
    };
    let is_commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_version = version
        .strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    is_commit || is_version
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_of_a_workflow_has_its_line() {
        let text = "\
on: push
jobs:
  one:
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@v4
      - uses: actions/cache@main
      - name: nothing
  two:
    steps:
      - run: .ci/run
";
        let findings = check_text("ci.yml", text);
        let lines: Vec<usize> = findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 7, 8, 9], "{findings:?}");
        let findings = check_text("ci.yml", "on: push\non: pull\n");
        assert_eq!(findings[0].line, 2, "{findings:?}");
        let findings = check_text("ci.yml", "on: [push\n");
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}
