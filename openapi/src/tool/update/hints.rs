//! What a person has to look at after an update, though it stops nothing: what is told in words elsewhere.

use std::path::Path;

use super::plan::Plan;
use crate::Api;
use crate::tool::Finding;
use crate::tool::check::referred;

/// Where people are told how many operations there are.
const TELLING: [&str; 3] = ["README.md", "CONTRIBUTING.md", "openapi/README.md"];

/// Hints of what stands in the files below `root`.
pub(crate) fn hints(root: &Path, api: &Api, plan: &Plan) -> Vec<Finding> {
    let mut found = counts(root, api, plan);
    found.extend(rows(root, api, plan));
    found
}

/// Where the old number of operations is told.
fn counts(root: &Path, api: &Api, plan: &Plan) -> Vec<Finding> {
    let (old, new) = (plan.old_facts.operations, plan.new_facts.operations);
    if old == new {
        return Vec::new();
    }
    let number = old.to_string();
    let behaviour = format!("openapi/{}/BEHAVIOUR.md", api.name);
    let mut found = Vec::new();
    for file in TELLING.into_iter().chain([behaviour.as_str()]) {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let lines = text.lines().enumerate();
        let telling = lines.filter(|(_, line)| {
            let mut words = line.split(|one: char| !one.is_alphanumeric() && one != '.');
            line.contains("operations") && words.any(|word| word.trim_end_matches('.') == number)
        });
        found.extend(telling.map(|(line, _)| {
            let reason = format!("there were {old} operations, and are {new} now");
            Finding::new(file, line + 1, reason)
        }));
    }
    found
}

/// The rows of evidence whose corrections are all dropped.
fn rows(root: &Path, api: &Api, plan: &Plan) -> Vec<Finding> {
    let file = format!("openapi/{}/CORRECTIONS.md", api.name);
    let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
    let needed = referred(&plan.new.overlay, "CORRECTIONS");
    let mut found = Vec::new();
    for (corrections, why) in [
        (
            &plan.dropped.unnecessary,
            "the document says so by itself now",
        ),
        (
            &plan.dropped.stale,
            "what it corrects is gone from the document",
        ),
        (&plan.dropped.gone, "its correction is gone"),
    ] {
        let numbers = corrections
            .iter()
            .flat_map(|correction| referred(&correction.description, "CORRECTIONS"));
        for number in numbers.filter(|number| !needed.contains(number)) {
            let start = format!("| {number} |");
            let row = text.lines().position(|line| line.starts_with(&start));
            found.extend(row.map(|row| {
                let reason =
                    format!("{why}, and no correction refers to row {number} any more: remove it");
                Finding::new(&file, row + 1, reason)
            }));
        }
    }
    found.sort();
    found.dedup();
    found
}
