//! Judges mutations: was it reported with the right classes, and does any output that the contract tests pin show it?

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::{Mutation, implied, tidy};
use crate::document::{follow, operations};
use crate::normalise::parameters::name_of;
use crate::report::Report;
use crate::tool::Prepared;
use crate::tool::diff::{self, Verdict};
use crate::{Api, Failure, Normalised};

/// A mutation that somebody should have noticed otherwise than it was.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of mutation.
    pub kind: &'static str,
    /// Where it was made.
    pub place: String,
    /// What is wrong.
    pub problem: String,
}

/// What became of all mutations.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Summary {
    /// How many mutations could have been made.
    pub possible: usize,
    /// How many mutations were made, by kind.
    pub kinds: BTreeMap<&'static str, usize>,
    /// How many the comparison reported with the right classes.
    pub reported: usize,
    /// How many the build refuses after the overlay, naming the place.
    pub refused: usize,
    /// How many an output shows that the contract tests pin.
    pub seen: usize,
    /// How many no output can show, by kind, with the reason.
    pub unseen: BTreeMap<&'static str, (&'static str, usize)>,
    /// Of how many the same was done to the published document, and how many of these the build refuses.
    pub published: (usize, usize),
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Summary {
    /// How many mutations were made.
    pub fn made(&self) -> usize {
        self.kinds.values().sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made();
        let unseen: usize = self.unseen.values().map(|(_, count)| count).sum();
        let (possible, kinds) = (self.possible, self.kinds.len());
        writeln!(
            formatter,
            "{made} of {possible} mutations, of {kinds} kinds"
        )?;
        writeln!(
            formatter,
            "{} reported by diff with the right classes",
            self.reported
        )?;
        writeln!(formatter, "{} seen in a pinned output", self.seen)?;
        writeln!(
            formatter,
            "{} refused by the build, which names the place",
            self.refused
        )?;
        writeln!(formatter, "{unseen} that no output can show:")?;
        for (kind, (reason, count)) in &self.unseen {
            writeln!(formatter, "  {kind}: {count}; {reason}")?;
        }
        let (tried, refused) = self.published;
        writeln!(
            formatter,
            "{tried} tried on the published document as well; there the build refuses {refused}"
        )?;
        writeln!(formatter, "{} findings", self.findings.len())?;
        for Finding {
            kind,
            place,
            problem,
        } in &self.findings
        {
            writeln!(formatter, "  {kind} at {place}: {problem}")?;
        }
        Ok(())
    }
}

/// What the contract tests pin of a document.
struct Outputs {
    operations: String,
    types: String,
    surface: String,
}

impl Outputs {
    fn of(api: &Api, overlaid: Value) -> Result<Self, Failure> {
        let normalised = Normalised::of(overlaid, &mut Report::default())?;
        let client = normalised.client(api)?;
        let Normalised {
            document,
            registry,
            access,
            rows,
            lists,
            ..
        } = normalised;
        Ok(Self {
            operations: crate::operations::emit(&access, &rows).to_string(),
            types: types(&document),
            surface: crate::surface::describe(&client, &registry, &lists),
        })
    }

    fn differ_from(&self, other: &Self) -> bool {
        self.operations != other.operations
            || self.types != other.types
            || self.surface != other.surface
    }
}

/// The surface of the client of an overlaid document.
#[cfg(test)]
pub(super) fn surface(api: &Api, overlaid: Value) -> Result<String, Failure> {
    Outputs::of(api, overlaid).map(|outputs| outputs.surface)
}

/// What every operation takes, by its name on the wire.
fn types(document: &Value) -> String {
    let mut text = String::new();
    for operation in operations(document) {
        let parameters = operation.value.get("parameters").and_then(Value::as_array);
        for parameter in parameters.into_iter().flatten() {
            let required = parameter["required"] == true;
            let line = format!(
                "{} {} {} {required}\n",
                operation.id,
                parameter["in"],
                name_of(follow(document, parameter))
            );
            text.push_str(&line);
        }
    }
    text
}

/// How many mutations of a kind are made on the published document too: it is whole, and takes longer than all the rest.
const PUBLISHED: usize = 5;

/// Judges each of `mutations` on a document.
pub(super) fn all(
    api: &Api,
    prepared: &Prepared,
    published: &Published,
    mutations: &[&Mutation],
    summary: &mut Summary,
) -> Result<(), Failure> {
    let original = prepared.with_types();
    let judge = Judge {
        api,
        prepared,
        outputs: Outputs::of(api, original.clone())?,
        published,
        original,
    };
    for mutation in mutations {
        let made = summary.kinds.entry(mutation.kind).or_default();
        *made += 1;
        if *made <= PUBLISHED {
            judge.on_the_published(mutation, summary);
        }
        for problem in judge.one(mutation, summary) {
            summary.findings.push(Finding {
                kind: mutation.kind,
                place: mutation.place.clone(),
                problem,
            });
        }
    }
    Ok(())
}

struct Judge<'a> {
    api: &'a Api,
    prepared: &'a Prepared,
    /// The overlaid document, with its types.
    original: Value,
    outputs: Outputs,
    published: &'a Published,
}

/// The published document and its overlay.
pub(super) struct Published {
    document: Value,
    overlay: Value,
}

impl Published {
    pub(super) fn read(api: &Api) -> Result<Self, Failure> {
        let [document, overlay] =
            [api.document, "overlay.yaml"].map(|file| format!("{}/{file}", api.name));
        Ok(Self {
            document: crate::document::read(crate::folder(), &document)?,
            overlay: crate::document::read(crate::folder(), &overlay)?,
        })
    }
}

impl Judge<'_> {
    /// What is wrong about one mutation.
    fn one(&self, mutation: &Mutation, summary: &mut Summary) -> Vec<String> {
        let mut document = self.original.clone();
        if !(mutation.change)(&mut document) {
            return vec!["there was nothing to change".to_owned()];
        }
        tidy::tidy(&mut document);
        let mut problems = Vec::new();
        let changes = match Prepared::from_overlaid(self.api, document.clone()) {
            Ok(new) => diff::compare(self.prepared, &new),
            Err(failure) => {
                summary.refused += 1;
                return vec![format!("it cannot be compared: {failure}")];
            }
        };
        let worst = changes.worst();
        match worst {
            None => problems.push("diff reports nothing".to_owned()),
            Some(Verdict {
                released,
                next_release,
            }) => {
                if (released, next_release) == (mutation.released, mutation.next_release) {
                    summary.reported += 1;
                } else {
                    let rules: Vec<&str> = changes
                        .list()
                        .iter()
                        .map(|change| change.rule.id())
                        .collect();
                    problems.push(format!(
                        "diff says {released:?} and {next_release:?} by {rules:?}; to be expected were {:?} and {:?}",
                        mutation.released, mutation.next_release
                    ));
                }
            }
        }
        match Outputs::of(self.api, document) {
            Err(failure) if failure.place().is_empty() => {
                problems.push(format!("the build names no place: {failure}"));
            }
            Err(_) => summary.refused += 1,
            Ok(outputs) => {
                self.seen(mutation, &outputs, summary, &mut problems);
                let implied = implied::release(&self.outputs.surface, &outputs.surface);
                if worst.is_some_and(|worst| worst.next_release != implied)
                    && mutation.kind != "unknown keyword added"
                {
                    problems.push(format!("by its surface the next release is {implied:?}"));
                }
            }
        }
        problems
    }

    fn seen(
        &self,
        mutation: &Mutation,
        outputs: &Outputs,
        summary: &mut Summary,
        problems: &mut Vec<String>,
    ) {
        match (self.outputs.differ_from(outputs), mutation.unseen) {
            (true, None) => summary.seen += 1,
            (false, Some(reason)) => {
                summary.unseen.entry(mutation.kind).or_insert((reason, 0)).1 += 1;
            }
            (true, Some(reason)) => {
                problems.push(format!(
                    "an output shows it, which was not expected: {reason}"
                ));
            }
            (false, None) => problems.push("no pinned output shows it".to_owned()),
        }
    }

    /// The same at the published document, where the overlay may have something to say first.
    fn on_the_published(&self, mutation: &Mutation, summary: &mut Summary) {
        let mut document = self.published.document.clone();
        if !(mutation.change)(&mut document) {
            return;
        }
        summary.published.0 += 1;
        let refused = match Prepared::from_values(self.api, document, &self.published.overlay) {
            Ok(prepared) => !prepared.refused().is_empty(),
            Err(_) => true,
        };
        if refused {
            summary.published.1 += 1;
        }
    }
}
