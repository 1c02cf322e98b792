//! What changed between two documents, judged twice: for those who run the released client, and for our next release.
//!
//! `cargo spec diff` calls it, and so does whoever updates a document. It compares overlaid documents, not the published ones,
//! so that a correction that moves into the published document is no change.

mod bodies;
mod classes;
mod comparison;
mod document;
mod limits;
mod operations;
mod parameters;
mod registry;
mod renames;
mod report;
mod rules;
mod schemas;
mod shape;
mod values;

use serde::Serialize;

use crate::failure::Failure;
use crate::tool::Prepared;

pub use classes::{Direction, NextRelease, Released};
pub use rules::Rule;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Its kind.
    pub rule: Rule,
    /// What it does to the released client.
    pub released: Released,
    /// What it does to our next release.
    pub next_release: NextRelease,
    /// Which way it goes.
    pub direction: Direction,
    /// Where: an operation id, `operation.parameter`, `Schema.field`, a type, or a path from the root of the document.
    pub place: String,
    /// What is different, in a few words.
    pub what: String,
    /// Why it is of these classes.
    pub why: &'static str,
    /// The operations that reach the place, sorted. None are listed for what concerns all.
    pub operations: Vec<String>,
}

/// The worst of all changes, either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// How the released client fares.
    pub released: Released,
    /// What our next release is.
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
    let mut changes = comparison::Comparison::new(old, new).run();
    changes.sort_by(|one, other| {
        let rank = |change: &Change| (change.released, change.next_release);
        rank(other)
            .cmp(&rank(one))
            .then_with(|| one.place.cmp(&other.place))
            .then_with(|| one.rule.cmp(&other.rule))
            .then_with(|| one.what.cmp(&other.what))
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

    /// Whether nothing is different, and nothing refused.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.refused.is_empty()
    }

    /// The worst of all changes; `None` when there is none.
    pub fn worst(&self) -> Option<Verdict> {
        let released = self.changes.iter().map(|change| change.released).max()?;
        let next_release = self
            .changes
            .iter()
            .map(|change| change.next_release)
            .max()?;
        Some(Verdict {
            released,
            next_release,
        })
    }
}

#[cfg(test)]
mod tests;
