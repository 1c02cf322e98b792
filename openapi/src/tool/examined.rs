//! A document with its overlay as a check and an update see it: everything that a build would refuse, each with file and line.
//!
//! A build stops at the first pass that refuses. This goes on as far as the next pass can say something true.

use serde_json::Value;

use crate::document;
use crate::failure::Failure;
use crate::overlay::{self, Applied, Misfit, Survey};
use crate::registry::TYPES;
use crate::report::Report;
use crate::tool::{Finding, Lines};
use crate::{Api, Generated, Part};

/// What came of a document and its overlay.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    /// What is wrong, and would stop a build.
    pub findings: Vec<Finding>,
    /// The corrections that do not fit; each is among the findings too.
    pub misfits: Vec<Correction>,
    /// The patterns of the registry that no field has; each is among the findings too.
    pub unused: Vec<Pattern>,
    /// The published document, if it is YAML.
    pub published: Option<Value>,
    /// What a build would make, if it would.
    pub generated: Option<Generated>,
    files: Files,
}

/// An action of the overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Correction {
    pub index: usize,
    pub line: usize,
    pub target: String,
    pub description: String,
    /// What is wrong with it, and the same as it is told.
    pub misfit: Option<(Misfit, Finding)>,
}

impl Correction {
    /// Whether it is the same correction, wherever it stands.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        self.target == other.target && self.description == other.description
    }
}

/// A pattern of the registry, such as `MemberResponse.guid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub line: usize,
    /// That no field has it, as it is told.
    pub finding: Finding,
    /// Where in the overlay file.
    pub pointer: String,
    pub type_name: String,
    pub pattern: String,
}

/// The two files, for those who ask where something stands.
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
        let mut examined = Self::default();
        examined.files.document_name = format!("openapi/{}/{}", api.name, api.document);
        examined.files.overlay_name = format!("openapi/{}/overlay.yaml", api.name);
        let document = examined.read(document, true);
        let overlay = examined.read(overlay, false);
        if let (Some(document), Some(overlay)) = (document, overlay) {
            examined.published = Some(document.clone());
            examined.files.overlay = overlay;
            examined.examine(api, document);
        }
        examined.findings.sort();
        examined.findings.dedup();
        examined
    }

    /// The corrections of an overlay that change nothing but words.
    pub(crate) fn only_words(api: &Api, document: &str, overlay: &str) -> Vec<Correction> {
        let (Ok(mut value), Ok(overlay_value)) =
            (document::parse(document), document::parse(overlay))
        else {
            return Vec::new();
        };
        let survey = overlay::survey(&mut value, api.document, &overlay_value);
        let files = Files {
            overlay_lines: Lines::read(overlay).unwrap_or_default(),
            overlay: overlay_value,
            ..Files::default()
        };
        let applied = survey.map(|survey| survey.applied).unwrap_or_default();
        let only_words = applied.iter().filter(|applied| applied.only_words);
        only_words
            .map(|applied| files.correction(applied.index, None))
            .collect()
    }

    /// Reads one of the two texts, with its lines and what makes it no YAML or no good YAML.
    fn read(&mut self, text: &str, is_document: bool) -> Option<Value> {
        let name = if is_document {
            self.files.document_name.clone()
        } else {
            self.files.overlay_name.clone()
        };
        let lines = match Lines::read(text) {
            Ok(lines) => lines,
            Err((line, reason)) => {
                let reason = format!("this is no YAML: {reason}");
                self.findings.push(Finding::new(&name, line, reason));
                return None;
            }
        };
        for double in lines.doubles() {
            let reason = format!(
                "the key {} stands twice in one mapping, here and in line {}",
                double.key, double.first
            );
            self.findings.push(Finding::new(&name, double.line, reason));
        }
        let clean = lines.doubles().is_empty();
        let value = match document::parse(text) {
            Ok(value) => Some(value),
            Err(failure) if clean => {
                let reason = format!("{}: {}", failure.place(), failure.reason());
                self.findings.push(Finding::new(&name, 1, reason));
                None
            }
            Err(_) => None,
        };
        if is_document {
            self.files.document = lines;
        } else {
            self.files.overlay_lines = lines;
        }
        value
    }

    fn examine(&mut self, api: &Api, mut value: Value) {
        let checked = document::check(&value);
        let broken = checked.is_err();
        self.note(checked);
        if document::operations(&value).is_empty() {
            // It is no document of an API: that no correction fits it is nothing to tell.
            return;
        }
        let overlay = std::mem::take(&mut self.files.overlay);
        let survey = overlay::survey(&mut value, api.document, &overlay);
        self.files.overlay = overlay;
        let Survey { applied, misfits } = match survey {
            Ok(survey) => survey,
            Err(failure) => return self.note(Err(failure)),
        };
        self.files.applied = applied;
        for (index, misfit, failure) in misfits {
            let finding = self.files.finding(&failure);
            let wrong = Some((misfit, finding.clone()));
            self.misfits.push(self.files.correction(index, wrong));
            self.findings.push(finding);
        }
        if broken {
            return;
        }
        self.files.overlaid = value.clone();
        match api.generate_overlaid(value, Report::default()) {
            Ok(generated) => {
                self.note(generated.files(&Part::ALL).map(drop));
                self.generated = Some(generated);
            }
            Err(failure) => self.note(Err(failure)),
        }
    }

    /// Makes findings of what a pass refused.
    fn note(&mut self, outcome: Result<(), Failure>) {
        let Err(failure) = outcome else { return };
        for failure in failure.all() {
            let finding = self.files.finding(failure);
            let pattern = failure
                .pointer()
                .and_then(|pointer| self.files.pattern(pointer, &finding));
            self.unused.extend(pattern);
            self.findings.push(finding);
        }
    }

    /// The file and the line of a place in the overlaid document.
    pub(crate) fn locate(&self, pointer: &str) -> (String, usize) {
        self.files.locate(pointer)
    }

    /// Every correction with what it says, for those who look for references in it.
    pub(crate) fn corrections(&self) -> Vec<Correction> {
        let actions = self.files.overlay["actions"].as_array();
        (0..actions.map_or(0, Vec::len))
            .map(|index| self.files.correction(index, None))
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

    fn correction(&self, index: usize, misfit: Option<(Misfit, Finding)>) -> Correction {
        let action = &self.overlay["actions"][index];
        let text = |key: &str| action[key].as_str().unwrap_or_default().trim().to_owned();
        Correction {
            index,
            line: self.overlay_lines.line(&format!("/actions/{index}")),
            target: text("target"),
            description: text("description"),
            misfit,
        }
    }

    /// Where in the overlay file the value comes from that stands at `pointer` in the overlaid document, if it does.
    fn in_overlay(&self, pointer: &str) -> Option<String> {
        if ["/actions", "/overlay", "/extends"]
            .iter()
            .any(|root| pointer.starts_with(root))
        {
            return Some(pointer.to_owned());
        }
        // What was said last is what stands.
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
        // A place that is nowhere yet, such as a missing field, is looked for as what is around it.
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

    /// The pattern of the registry that a pointer into the overlaid document means.
    fn pattern(&self, pointer: &str, finding: &Finding) -> Option<Pattern> {
        let rest = pointer.strip_prefix(TYPES)?.strip_prefix('/')?;
        let (type_name, rest) = rest.split_once('/')?;
        rest.strip_prefix("fields/")?;
        let pointer = self.in_overlay(pointer)?;
        let pattern = self.overlay.pointer(&pointer)?.as_str()?.to_owned();
        Some(Pattern {
            line: finding.line,
            finding: finding.clone(),
            type_name: document::unescape(type_name),
            pattern,
            pointer,
        })
    }
}
