//! One difference between two documents, as every part of the comparison notes it.

use serde::Serialize;

use super::rules::{NextRelease, Released, Rule};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Its kind.
    pub rule: Rule,
    /// What it does to the released client.
    pub released: Released,
    /// What it does to the next release.
    pub next_release: NextRelease,
    /// Where: an operation id, `operation.parameter`, `Schema.field`, a type, or a path from the root of the document.
    pub place: String,
    /// What is different, in a few words.
    pub what: String,
    /// Why it is of these classes.
    pub why: &'static str,
    /// The operations that reach the place, sorted. None are listed for what concerns all.
    pub operations: Vec<String>,
    /// Whether only the published document has it: the overlay sets what is there, so no build shows the change.
    pub hidden: bool,
}

/// Which way a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    /// In a path, a query or a header, where every scalar is text.
    Parameter,
    Request,
    Response,
}

impl Side {
    pub(super) fn is_sent(self) -> bool {
        self != Self::Response
    }

    /// The rule of the side.
    pub(super) fn pick(self, sent: Rule, received: Rule) -> Rule {
        if self.is_sent() { sent } else { received }
    }
}

/// A place in both documents.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) side: Side,
    pub(super) place: String,
    pub(super) operations: Vec<String>,
    /// Whether the Rust type around it is another one already, so that no Rust type in it counts.
    pub(super) in_new_type: bool,
    /// Whether a default makes the Rust type another: only of a field that may be omitted.
    pub(super) takes_default: bool,
}

impl Spot {
    pub(super) fn new(side: Side, place: impl Into<String>, operations: &[String]) -> Self {
        Self {
            side,
            place: place.into(),
            operations: operations.to_vec(),
            in_new_type: false,
            takes_default: false,
        }
    }

    /// A place below this one.
    pub(super) fn below(&self, place: String) -> Self {
        Self {
            place,
            takes_default: false,
            ..self.clone()
        }
    }
}
