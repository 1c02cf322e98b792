//! Changes a document in one place at a time, and asks whether anybody would notice: the comparison of `diff`, with the right
//! classes, and the outputs that the contract tests pin. Called by a test for a sample, and by `cargo spec mutate`.
//!
//! What is to be expected of a mutation is written where it is made, and owes nothing to the rules of `diff`.

mod bodies;
mod document;
mod fields;
mod implied;
mod judge;
mod limits;
mod operations;
mod parameters;
mod seed;
mod slice;
mod tidy;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::tool::Prepared;
use crate::tool::diff::{NextRelease, Released};
use crate::{Api, Failure};

pub use judge::{Finding, Summary};

/// What the generated clients of two overlaid documents say about the next release; nothing where the build refuses one.
#[cfg(test)]
pub(crate) fn pinned_release(api: &Api, old: &Value, new: &Value) -> Option<NextRelease> {
    let surface = |document: &Value| judge::surface(api, document.clone()).ok();
    Some(implied::release(&surface(old)?, &surface(new)?))
}

/// One change that can be made to a document.
pub(crate) struct Mutation {
    /// What is changed, such as `response field removed`.
    kind: &'static str,
    /// Where.
    place: String,
    /// Tells apart what is done to one place in several ways.
    variant: &'static str,
    released: Released,
    next_release: NextRelease,
    /// Why no output of the pipeline can show it, if none can.
    unseen: Option<&'static str>,
    /// Makes the change; the answer is whether there was anything to change.
    change: Box<dyn Fn(&mut Value) -> bool>,
}

impl Mutation {
    fn new(
        kind: &'static str,
        place: impl Into<String>,
        (released, next_release): (Released, NextRelease),
        change: impl Fn(&mut Value) -> bool + 'static,
    ) -> Self {
        Self {
            kind,
            place: place.into(),
            variant: "",
            released,
            next_release,
            unseen: None,
            change: Box::new(change),
        }
    }

    /// Names one of several ways.
    fn variant(mut self, variant: &'static str) -> Self {
        self.variant = variant;
        self
    }

    /// Says that no output shows it, and why that is right.
    fn unseen(mut self, reason: &'static str) -> Self {
        self.unseen = Some(reason);
        self
    }
}

/// Every mutation of a document.
fn all(prepared: &Prepared) -> Vec<Mutation> {
    let mut mutations = document::all(prepared);
    mutations.extend(operations::all(prepared));
    mutations.extend(parameters::all(prepared));
    mutations.extend(bodies::all(prepared));
    mutations.extend(fields::all(prepared));
    mutations
}

/// Judges `count` mutations, or all; each kind in turn, at places that `seed` chooses.
///
/// Every mutation is made in a slice of the document: a few operations with what they need. A change is judged by what is near
/// it, and a whole client takes seconds to generate.
///
/// # Errors
///
/// When the documents of this package cannot be prepared.
pub fn run(api: &Api, count: Option<usize>, seed: u64) -> Result<Summary, Failure> {
    let prepared = Prepared::from_files(api)?;
    let slices = slice::all(api, &prepared)?;
    let mut by_kind: BTreeMap<&'static str, Vec<(usize, Mutation)>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for (index, slice) in slices.iter().enumerate() {
        for mutation in all(slice) {
            // A schema that two slices share is changed in the first.
            if known.insert((mutation.kind, mutation.place.clone(), mutation.variant)) {
                let of_kind = by_kind.entry(mutation.kind).or_default();
                of_kind.push((index, mutation));
            }
        }
    }
    let possible = known.len();
    let mut seed = seed::Seed::new(seed);
    for mutations in by_kind.values_mut() {
        seed.shuffle(mutations);
    }
    let wanted = count.unwrap_or(usize::MAX);
    let mut chosen = Vec::new();
    while chosen.len() < wanted && by_kind.values().any(|mutations| !mutations.is_empty()) {
        chosen.extend(by_kind.values_mut().filter_map(Vec::pop));
    }
    chosen.truncate(wanted);
    let published = judge::Published::read(api)?;
    let mut summary = Summary {
        possible,
        ..Summary::default()
    };
    for (index, slice) in slices.iter().enumerate() {
        let of_slice = chosen.iter().filter(|(of, _)| *of == index);
        let mutations: Vec<&Mutation> = of_slice.map(|(_, mutation)| mutation).collect();
        if !mutations.is_empty() {
            judge::all(api, slice, &published, &mutations, &mut summary)?;
        }
    }
    Ok(summary)
}

/// A path into a document, with the names in it as they are.
fn pointer(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect()
}
