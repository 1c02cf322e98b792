//! What changed between two documents, judged twice: for users of the released client, and for the next release.
//!
//! `cargo spec diff` and `cargo spec update` call it. Overlaid documents are compared, so that a correction that moves into the
//! published document is no change; then the published ones, for what the overlay hides. Each part imports only from those
//! before it: rules, change, model, renames, shape, limits, comparison, values, parameters, operations, document, types, hidden.

mod change;
mod comparison;
mod document;
mod hidden;
mod limits;
mod model;
mod operations;
mod parameters;
mod renames;
mod report;
mod rules;
mod shape;
mod types;
mod values;

use serde::Serialize;

use crate::failure::Failure;
use crate::tool::Prepared;

pub use change::Change;
pub use report::LONGEST;
pub use rules::{NextRelease, Released, Rule};

/// The worst of all changes, for both questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// What happens to users of the released client.
    pub released: Released,
    /// What the next release is.
    pub next_release: NextRelease,
}

/// Everything that differs between two documents of one API.
#[derive(Clone, Debug)]
pub struct Changes {
    api: &'static str,
    changes: Vec<Change>,
    refused: Vec<Failure>,
}

/// Compares two documents of one API.
pub fn compare(old: &Prepared, new: &Prepared) -> Changes {
    let without_missed = hidden::without_missed(old, new);
    let before = without_missed.as_ref().unwrap_or(&old.view);
    let mut comparison = comparison::Comparison::new(before, &new.view);
    comparison.document();
    comparison.types();
    comparison.operations();
    let mut changes = comparison.changes;
    let hidden = hidden::hidden(old, new, &changes);
    changes.extend(hidden);
    let differs = before.document != new.view.document || before.types != new.view.types;
    if changes.is_empty() && (differs || old.published != new.published) {
        let what = "the order of something, or what nothing uses";
        let mut comparison = comparison::Comparison::new(before, &new.view);
        comparison.note_whole(Rule::DocumentationChanged, "$", what);
        changes = comparison.changes;
    }
    changes.sort_by(|one, other| {
        let rank = |change: &Change| (change.released, change.next_release);
        let place = |change: &Change| (change.place.clone(), change.rule, change.what.clone());
        rank(other)
            .cmp(&rank(one))
            .then_with(|| place(one).cmp(&place(other)))
    });
    Changes {
        api: new.api,
        changes,
        refused: new.refused().to_vec(),
    }
}

impl Changes {
    /// The changes, the worst first.
    pub fn list(&self) -> &[Change] {
        &self.changes
    }

    /// What the build refuses about the new document, such as a correction that no longer applies.
    pub fn refused(&self) -> &[Failure] {
        &self.refused
    }

    /// The worst of all changes; `None` when there is none.
    pub fn worst(&self) -> Option<Verdict> {
        let changes = || self.changes.iter();
        Some(Verdict {
            released: changes().map(|change| change.released).max()?,
            next_release: changes().map(|change| change.next_release).max()?,
        })
    }
}

#[cfg(test)]
mod tests;
