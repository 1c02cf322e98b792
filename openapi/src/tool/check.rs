//! `cargo spec check`: everything that is wrong with the documents and what belongs to them, at once, each with file and line.
//!
//! It runs the pipeline of a build to its end, the generator included, so it finds everything that a build refuses.

use std::path::Path;

use crate::tool::examined::{Correction, Examined};
use crate::tool::provenance::{self, Facts};
use crate::tool::{Finding, examples};
use crate::{APIS, Api, Failure, Generated};

/// What a check looked at, and what it found.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong, by file and line.
    pub findings: Vec<Finding>,
    /// Actions to be pasted into the overlay of that name, and edited.
    pub snippets: Vec<(String, String)>,
    /// How many documents were looked at.
    pub documents: usize,
    /// How many operations those have.
    pub operations: usize,
    /// How many corrections.
    pub corrections: usize,
    /// How many examples were compared with their schemas.
    pub examples: usize,
}

/// Checks every document of the workspace at `root`.
pub fn check(root: &Path) -> Checked {
    let mut checked = Checked::default();
    for api in &APIS {
        match Texts::read(root, api) {
            Ok(texts) => texts.check(api, &mut checked),
            Err(finding) => checked.findings.push(finding),
        }
    }
    checked.findings.sort();
    checked.findings.dedup();
    checked
}

/// The texts that belong to one document.
#[derive(Debug)]
pub struct Texts {
    pub(crate) document: String,
    pub(crate) overlay: String,
    pub(crate) provenance: String,
    /// The files that the overlay's descriptions refer to, by the word they use.
    references: Vec<(&'static str, String)>,
}

/// What a description may refer to, and the file.
const REFERENCES: [(&str, &str); 2] = [
    ("CORRECTIONS", "CORRECTIONS.md"),
    ("BEHAVIOUR", "BEHAVIOUR.md"),
];

impl Texts {
    /// Reads the files of `api` in the workspace at `root`.
    ///
    /// # Errors
    ///
    /// The first file that cannot be read.
    pub fn read(root: &Path, api: &Api) -> Result<Self, Finding> {
        let folder = format!("openapi/{}", api.name);
        let read = |file: &str| {
            let file = format!("{folder}/{file}");
            std::fs::read_to_string(root.join(&file)).map_err(|error| {
                Finding::new(&file, 1, format!("the file cannot be read: {error}"))
            })
        };
        let references = REFERENCES
            .iter()
            .filter_map(|(word, file)| Some((*word, read(file).ok()?)));
        Ok(Self {
            document: read(api.document)?,
            overlay: read("overlay.yaml")?,
            provenance: read("PROVENANCE.toml")?,
            references: references.collect(),
        })
    }

    /// Makes everything from these texts, as a build does from the files.
    ///
    /// # Errors
    ///
    /// What a build refuses first.
    pub fn generate(&self, api: &Api) -> Result<Generated, Failure> {
        api.generate_from_text(&self.document, &self.overlay)
    }

    /// Adds everything that is wrong with one document.
    fn check(&self, api: &Api, checked: &mut Checked) {
        let examined = Examined::of(api, &self.document, &self.overlay);
        let findings = &mut checked.findings;
        findings.extend(examined.findings.iter().cloned());
        checked.documents += 1;
        if let Some(document) = &examined.published {
            let facts = Facts::of(&self.document, document);
            checked.operations += facts.operations;
            let file = format!("openapi/{}/PROVENANCE.toml", api.name);
            let faults = provenance::check(&self.provenance, api.document, &facts).into_iter();
            findings.extend(faults.map(|(line, fault)| Finding::new(&file, line, fault)));
        }
        let corrections = examined.corrections();
        checked.corrections += corrections.len();
        for correction in &corrections {
            findings.extend(self.check_references(api, correction));
        }
        if let Some(generated) = &examined.generated {
            for untyped in generated.report.untyped() {
                let (file, line) = examined.locate(untyped.pointer().unwrap_or_default());
                let question = format!("{}: {}", untyped.place(), untyped.reason());
                findings.push(Finding::new(&file, line, question));
            }
            let overlay = format!("openapi/{}/overlay.yaml", api.name);
            let snippet = generated.report.snippet();
            checked.snippets.extend(snippet.map(|text| (overlay, text)));
            let compared = examples::check(generated);
            checked.examples += compared.count;
            for (pointer, fault) in compared.faults {
                let (file, line) = examined.locate(&pointer);
                findings.push(Finding::new(&file, line, fault));
            }
        }
    }

    /// The rows and sections that a description refers to and that do not exist.
    fn check_references(&self, api: &Api, correction: &Correction) -> Vec<Finding> {
        let overlay = format!("openapi/{}/overlay.yaml", api.name);
        let mut findings = Vec::new();
        for (word, file) in REFERENCES {
            for number in referred(&correction.description, word) {
                let text = self.references.iter().find(|(known, _)| *known == word);
                let there = text.is_some_and(|(_, text)| has_number(text, &number));
                if !there {
                    let reason = format!("{file} has no {number}, which this correction refers to");
                    findings.push(Finding::new(&overlay, correction.line, reason));
                }
            }
        }
        findings
    }
}

/// The numbers that stand behind `word`, as in `CORRECTIONS 1.7, 1.9; evidence: …` and `BEHAVIOUR section 2`.
fn referred(description: &str, word: &str) -> Vec<String> {
    let lists = description.split(word).skip(1);
    let lists = lists.map(|rest| rest.split([';', ')']).next().unwrap_or_default());
    let parts = lists.flat_map(|list| list.split([' ', ',', '\n']));
    parts
        .map(|part| part.trim_end_matches('.'))
        .filter(|part| part.starts_with(|first: char| first.is_ascii_digit()))
        .map(ToOwned::to_owned)
        .collect()
}

/// Whether a text has a row or a section of this number.
fn has_number(text: &str, number: &str) -> bool {
    text.lines().any(|line| {
        let row = line.strip_prefix("| ").map(|rest| rest.split(' ').next());
        let heading = line
            .starts_with('#')
            .then(|| line.trim_start_matches('#').trim_start().split(". ").next());
        row.or(heading).flatten() == Some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_behind_a_word_are_found() {
        for (text, expected) in [
            (
                "So. (CORRECTIONS 1.7, 1.9; evidence: guide 3)",
                vec!["1.7", "1.9"],
            ),
            (
                "So. (CORRECTIONS\n6.24, 10.24; evidence: tried)",
                vec!["6.24", "10.24"],
            ),
            ("So. (CORRECTIONS sections 2 and 3.)", vec!["2", "3"]),
            ("So. (No correction; evidence: guide)", vec![]),
            ("1.7 is not behind CORRECTIONS", vec![]),
        ] {
            assert_eq!(referred(text, "CORRECTIONS"), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_that_of_a_row_or_a_section() {
        let text = "# About 4\n\n## 1. Answers\n\n| # | target |\n|---|---|\n| 1.1 | `$.P` |\n";
        for number in ["1", "1.1"] {
            assert!(has_number(text, number), "{number}");
        }
        for number in ["1.2", "4", "About"] {
            assert!(!has_number(text, number), "{number}");
        }
    }
}
