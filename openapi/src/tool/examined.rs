//! A document with its overlay as a check and an update see it: everything that a build would refuse, each with file and line.
//!
//! A build stops at the first pass that refuses. This goes on as far as the next pass can find something true.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document;
use crate::failure::Failure;
use crate::groups::Wanted;
use crate::overlay::{self, Applied, Fault, Outcome};
use crate::registry::TYPES;
use crate::report::Report;
use crate::tool::lines::Lines;
use crate::tool::{Finding, Prepared};
use crate::{Api, Generated, Part};

/// What came of a document and its overlay.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    /// What is wrong, and would stop a build.
    pub findings: Vec<Finding>,
    /// The indices of the actions whose change the document already has; each is among the findings too.
    pub taken_over: BTreeSet<usize>,
    /// The published document, if it is YAML.
    pub published: Option<Value>,
    /// What a build would make, if it would.
    pub generated: Option<Generated>,
    files: Files,
}

/// An action of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub(crate) index: usize,
    pub(crate) line: usize,
    /// The JSONPath of what it corrects.
    pub target: String,
    /// Why it is right.
    pub description: String,
}

/// The two files, to find the line of a value.
#[derive(Debug, Default)]
struct Files {
    document_name: String,
    overlay_name: String,
    document: Lines,
    overlay_lines: Lines,
    overlay: Value,
    applied: Vec<Applied>,
    overlaid: Value,
}

impl Examined {
    /// Looks at the texts of a document and its overlay.
    pub(crate) fn of(api: &Api, document: &str, overlay: &str) -> Self {
        let mut examined = Self {
            files: Files {
                document_name: format!("openapi/{}/{}", api.name, api.document),
                overlay_name: format!("openapi/{}/overlay.yaml", api.name),
                document: Lines::read(document),
                overlay_lines: Lines::read(overlay),
                ..Files::default()
            },
            ..Self::default()
        };
        let name = examined.files.document_name.clone();
        examined.published = examined.parse(&name, document);
        let name = examined.files.overlay_name.clone();
        let overlay = examined.parse(&name, overlay);
        examined.examine(api, overlay);
        examined.findings.sort();
        examined.findings.dedup();
        examined
    }

    fn parse(&mut self, name: &str, text: &str) -> Option<Value> {
        let failure = match document::parse(text) {
            Ok(value) => return Some(value),
            Err(failure) => failure,
        };
        // The place is `line 12 column 3`.
        let line = failure.place().split(' ').nth(1);
        let line = line.and_then(|line| line.parse().ok()).unwrap_or(1);
        let message = format!("not YAML that can be read: {}", failure.reason());
        self.findings.push(Finding::new(name, line, message));
        None
    }

    fn examine(&mut self, api: &Api, overlay: Option<Value>) {
        let Some(mut value) = self.published.clone() else {
            return;
        };
        let checked = document::check(&value);
        let is_sound = checked.is_ok();
        self.note(checked);
        let Some(overlay) = overlay else { return };
        self.files.overlay = overlay;
        if document::operations(&value).is_empty() {
            // Not a document of an API: every correction would be a finding.
            return;
        }
        let outcome = overlay::apply_where_possible(&mut value, api.document, &self.files.overlay);
        let Outcome { applied, faults } = match outcome {
            Ok(outcome) => outcome,
            Err(failure) => return self.note(Err(failure)),
        };
        self.files.applied = applied;
        for (index, fault, failure) in faults {
            if fault == Fault::Unnecessary {
                self.taken_over.insert(index);
            }
            self.note(Err(failure));
        }
        self.files.overlaid = value.clone();
        let passes_refuse = match Prepared::from_overlaid(api, value.clone()) {
            Ok(prepared) => {
                for failure in prepared.refused() {
                    self.note(Err(failure.clone()));
                }
                !prepared.refused().is_empty()
            }
            Err(failure) => return self.note(Err(failure)),
        };
        if !is_sound || passes_refuse {
            return;
        }
        match Generated::of(*api, value, Report::default(), Wanted::ALL) {
            Ok(generated) => {
                self.note(generated.files(&Part::ALL, &BTreeSet::new()).map(drop));
                self.generated = Some(generated);
            }
            Err(failure) => self.note(Err(failure)),
        }
    }

    /// Makes findings of what a pass refused.
    fn note(&mut self, outcome: Result<(), Failure>) {
        let Err(failure) = outcome else { return };
        let findings = failure.all().map(|failure| self.files.finding(failure));
        self.findings.extend(findings.collect::<Vec<_>>());
    }

    /// The file and the line of a place in the overlaid document.
    pub(crate) fn locate(&self, pointer: &str) -> (String, usize) {
        self.files.locate(pointer)
    }

    /// Every correction of the overlay.
    pub(crate) fn corrections(&self) -> Vec<Correction> {
        let actions = self.files.overlay["actions"].as_array();
        let actions = actions.into_iter().flatten().enumerate();
        actions
            .map(|(index, action)| {
                let text = |key: &str| action[key].as_str().unwrap_or_default().trim().to_owned();
                Correction {
                    index,
                    line: self.files.overlay_lines.line(&format!("/actions/{index}")),
                    target: text("target"),
                    description: text("description"),
                }
            })
            .collect()
    }
}

impl Files {
    fn finding(&self, failure: &Failure) -> Finding {
        let pointer = failure
            .pointer()
            .map_or_else(|| self.pointer_of(failure.place()), ToOwned::to_owned);
        let (file, line) = self.locate(&pointer);
        let message = format!("{}: {}", failure.place(), failure.reason());
        Finding::new(&file, line, message)
    }

    /// Where in the overlay file the value comes from that stands at `pointer` in the overlaid document, if it does.
    fn in_overlay(&self, pointer: &str) -> Option<String> {
        if ["/actions", "/overlay", "/extends"]
            .iter()
            .any(|root| pointer.starts_with(root))
        {
            return Some(pointer.to_owned());
        }
        // The last action that writes a value wins.
        for applied in self.applied.iter().rev() {
            for place in &applied.places {
                let Some(rest) = pointer.strip_prefix(place.as_str()) else {
                    continue;
                };
                let here = format!("/actions/{}/update{rest}", applied.index);
                if (rest.is_empty() || rest.starts_with('/'))
                    && self.overlay.pointer(&here).is_some()
                {
                    return Some(here);
                }
            }
        }
        None
    }

    fn locate(&self, pointer: &str) -> (String, usize) {
        // For a place that does not exist, such as a missing field, the nearest one around it.
        let mut around = pointer;
        loop {
            if let Some(here) = self.in_overlay(around) {
                return (self.overlay_name.clone(), self.overlay_lines.line(&here));
            }
            if self.document.place(around).is_some() {
                return (self.document_name.clone(), self.document.line(around));
            }
            match around.rsplit_once('/') {
                Some((parent, _)) => around = parent,
                None => return (self.document_name.clone(), 1),
            }
        }
    }

    /// What a pass calls `Schema.field`, `x-types.Name`, `GET /path` or by an operation id, as a pointer.
    fn pointer_of(&self, place: &str) -> String {
        let known = |pointer: String| self.overlaid.pointer(&pointer).is_some().then_some(pointer);
        let (owner, field) = place.split_once('.').unwrap_or((place, ""));
        let owner = document::escape(owner.trim());
        let field = document::escape(field.trim());
        if owner == "x-types" {
            return format!("{TYPES}/{field}");
        }
        let schema = format!("/components/schemas/{owner}");
        let operation = document::operations(&self.overlaid)
            .into_iter()
            .find(|one| {
                one.id == owner || format!("{} {}", one.method.to_uppercase(), one.path) == place
            })
            .map(|one| format!("/paths/{}/{}", document::escape(one.path), one.method));
        let path = place
            .starts_with('$')
            .then(|| overlay::places(&self.overlaid, place).into_iter().next())
            .flatten();
        path.or_else(|| known(format!("{schema}/properties/{field}")))
            .or_else(|| known(schema))
            .or(operation)
            .unwrap_or_default()
    }
}
