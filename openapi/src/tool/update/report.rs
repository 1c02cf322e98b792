//! What an update tells: on the terminal, and as the body of a pull request.

use std::fmt::Write;

use super::changelog::Entry;
use super::plan::Plan;
use crate::Api;
use crate::tool::Finding;
use crate::tool::examined::Correction;
use crate::tool::journal::SnapshotChanges;
use crate::tool::provenance;

/// How many files a list names before it only counts the rest.
const LISTED: usize = 40;

/// The report of `plan` in Markdown; of a plan that was only tried there are no snapshots.
pub(crate) fn markdown(
    api: &Api,
    plan: &Plan,
    entry: &Entry,
    snapshots: Option<&SnapshotChanges>,
) -> String {
    let mut text = format!("# Update of openapi/{}/{}\n\n", api.name, api.document);
    if !plan.is_document {
        text.push_str("## What stops it\n\n");
        text.push_str(&findings(&plan.stops));
        return text;
    }
    text.push_str(&facts(plan));
    if !plan.stops.is_empty() {
        text.push_str("\n## What stops it\n\n");
        text.push_str(&findings(&plan.stops));
    }
    text.push_str(&corrections(api, plan));
    if !plan.hints.is_empty() {
        text.push_str("\n## To look at\n\n");
        text.push_str(&findings(&plan.hints));
    }
    if let Some(changes) = &plan.changes {
        text.push('\n');
        text.push_str(&changes.markdown());
    }
    if let Some(snapshots) = snapshots {
        text.push_str(&snapshot_list(snapshots));
    }
    text.push_str("\n## Proposal\n\n");
    let version = env!("CARGO_PKG_VERSION");
    let proposed = plan
        .changes
        .as_ref()
        .map_or_else(|| version.to_owned(), |changes| changes.proposed_version());
    line(
        &mut text,
        &format!(
            "Version: {version} now, {proposed} for the next release at least. In `CHANGELOG.md` under Unreleased:\n"
        ),
    );
    // Headings of a level of their own: this stands within a report.
    text.push_str(&entry.text().replace("### ", "#### "));
    text
}

fn facts(plan: &Plan) -> String {
    let mut text = String::from("| | was | is |\n|---|---|---|\n");
    let (old, new) = (&plan.old_facts, &plan.new_facts);
    let of = |text: &str, key: &str| provenance::value(text, key).unwrap_or_default().to_owned();
    let key = "transcribed_on";
    for (what, was, is) in [
        (
            "transcribed on",
            of(&plan.old.provenance, key),
            of(&plan.new.provenance, key),
        ),
        ("version", old.version.clone(), new.version.clone()),
        (
            "operations",
            old.operations.to_string(),
            new.operations.to_string(),
        ),
        ("schemas", old.schemas.to_string(), new.schemas.to_string()),
        ("sha256", short(&old.sha256), short(&new.sha256)),
    ] {
        line(&mut text, &format!("| {what} | {was} | {is} |"));
    }
    text
}

fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

fn corrections(api: &Api, plan: &Plan) -> String {
    let mut text = String::new();
    let dropped = &plan.dropped;
    for (corrections, title) in [
        (
            &dropped.unnecessary,
            "Corrections that are dropped, because the document says so by itself",
        ),
        (
            &dropped.stale,
            "Corrections that are dropped, because what they correct is gone",
        ),
        (
            &dropped.gone,
            "Corrections that are gone since the update began",
        ),
        (
            &plan.only_words,
            "Corrections that now change only words: are they still needed?",
        ),
    ] {
        if !corrections.is_empty() {
            line(&mut text, &format!("\n## {title}\n"));
            for correction in corrections {
                text.push_str(&told(api, correction));
            }
        }
    }
    if !dropped.patterns.is_empty() {
        text.push_str("\n## Patterns of types that are dropped, because no field matches them\n\n");
        for pattern in &dropped.patterns {
            line(
                &mut text,
                &format!(
                    "- `openapi/{}/overlay.yaml:{}`: `{}` of `{}`",
                    api.name, pattern.line, pattern.pattern, pattern.type_name
                ),
            );
        }
    }
    text
}

fn told(api: &Api, correction: &Correction) -> String {
    let words: Vec<&str> = correction.description.split_whitespace().collect();
    format!(
        "- `openapi/{}/overlay.yaml:{}`: `{}`. {}\n",
        api.name,
        correction.line,
        correction.target,
        words.join(" ")
    )
}

fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding {
        file,
        line: number,
        message,
    } in findings
    {
        line(&mut text, &format!("- `{file}:{number}`: {message}"));
    }
    text
}

fn snapshot_list(snapshots: &SnapshotChanges) -> String {
    let SnapshotChanges {
        added,
        changed,
        removed,
    } = snapshots;
    let mut text = format!(
        "\n## Snapshots: {} changed, {} new, {} removed\n\n",
        changed.len(),
        added.len(),
        removed.len()
    );
    for (files, what) in [(changed, "changed"), (added, "new"), (removed, "removed")] {
        for file in files.iter().take(LISTED) {
            line(&mut text, &format!("- {what}: `{file}`"));
        }
        if files.len() > LISTED {
            line(
                &mut text,
                &format!("- {what}: {} more", files.len() - LISTED),
            );
        }
    }
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "{line}");
}
