//! The changes as a person or a machine reads them: Markdown for a pull request, text for a terminal, JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Change, Changes, NextRelease, Released, Rule, Verdict};

/// How many operations a line names before it only counts the rest.
const LISTED: usize = 4;

/// The version of this package, which is that of `mx-nexus`.
const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Changes {
    /// For a pull request: the two verdicts, then a table for each severity.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}: {}\n", self.api, self.summary("**"));
        if !self.refused.is_empty() {
            text.push_str("\n### The build refuses the new document\n\n");
            for failure in &self.refused {
                line(
                    &mut text,
                    format_args!("- {}", escaped(&failure.to_string())),
                );
            }
        }
        for (released, title) in [
            (Released::Breaks, "Breaks the released client"),
            (
                Released::Degrades,
                "Degrades the released client: some calls fail, or values get lost",
            ),
            (Released::Works, "The released client goes on"),
        ] {
            let of_class: Vec<&Change> = self
                .changes
                .iter()
                .filter(|change| change.released == released && !is_text(change))
                .collect();
            if of_class.is_empty() {
                continue;
            }
            line(&mut text, format_args!("\n### {title}\n"));
            text.push_str(
                "| where | what | next release | operations | why |\n|---|---|---|---|---|\n",
            );
            for change in of_class {
                let Change {
                    place, what, why, ..
                } = change;
                let next = word(change.next_release);
                line(
                    &mut text,
                    format_args!(
                        "| `{}` | {} (`{}`) | {next} | {} | {why} |",
                        escaped(place),
                        escaped(what),
                        change.rule.id(),
                        escaped(&listed(&change.operations)),
                    ),
                );
            }
        }
        let texts = self.texts();
        if !texts.is_empty() {
            text.push_str("\n### Texts, evidence and examples\n\n");
            for (rule, places) in texts {
                line(
                    &mut text,
                    format_args!("- `{}`: {}", rule.id(), escaped(&places)),
                );
            }
        }
        text
    }

    /// For a terminal: a line for each change, the worst first.
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.api, self.summary(""));
        for failure in &self.refused {
            line(&mut text, format_args!("refused   {failure}"));
        }
        for change in self.changes.iter().filter(|change| !is_text(change)) {
            let Change {
                place, what, why, ..
            } = change;
            let (released, next) = (state(change.released), word(change.next_release));
            line(
                &mut text,
                format_args!(
                    "{released:<9} {next:<6} {place}: {what} [{}]",
                    change.rule.id()
                ),
            );
            let operations = listed(&change.operations);
            let reached = if operations.is_empty() {
                String::new()
            } else {
                format!(" Reached by {operations}.")
            };
            line(&mut text, format_args!("                 {why}{reached}"));
        }
        for (rule, places) in self.texts() {
            line(
                &mut text,
                format_args!("works     patch  {}: {places}", rule.id()),
            );
        }
        text
    }

    /// For machines. `schema` is the version of this form: a number above 1 means that something was taken away or means
    /// something else. `verdict` is null when nothing changed; `refused` lists what a build of the new document would say.
    pub fn json(&self) -> Value {
        json!({
            "schema": 1,
            "api": self.api,
            "verdict": self.worst(),
            "version": {"current": VERSION, "proposed": self.proposed_version()},
            "refused": self.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "changes": self.changes,
        })
    }

    /// The version that our next release needs at least.
    pub fn proposed_version(&self) -> String {
        match self.worst() {
            Some(verdict) => raised(VERSION, verdict.next_release),
            None => VERSION.to_owned(),
        }
    }

    fn summary(&self, emphasis: &str) -> String {
        let Some(Verdict {
            released,
            next_release,
        }) = self.worst()
        else {
            return "nothing changed".to_owned();
        };
        let count = |released| {
            let of_class = self
                .changes
                .iter()
                .filter(|change| change.released == released);
            of_class.count()
        };
        let [breaks, degrades, works] =
            [Released::Breaks, Released::Degrades, Released::Works].map(count);
        format!(
            "the released client {emphasis}{}{emphasis}; the next release is {emphasis}{}{emphasis} ({VERSION} to {})\n\n\
             Changes that break calls: {breaks}; that degrade them: {degrades}; that do neither: {works}.",
            state(released),
            word(next_release),
            self.proposed_version(),
        )
    }

    /// The places of what is listed briefly.
    fn texts(&self) -> Vec<(Rule, String)> {
        let rules = [
            Rule::DocumentationChanged,
            Rule::EvidenceChanged,
            Rule::ExampleChanged,
        ];
        let lists = rules.map(|rule| {
            let of_rule = self.changes.iter().filter(|change| change.rule == rule);
            let mut places: Vec<String> = of_rule.map(|change| change.place.clone()).collect();
            places.dedup();
            (rule, places)
        });
        let lists = lists.into_iter().filter(|(_, places)| !places.is_empty());
        lists
            .map(|(rule, places)| (rule, places.join(", ")))
            .collect()
    }
}

fn is_text(change: &Change) -> bool {
    use Rule::{DocumentationChanged, EvidenceChanged, ExampleChanged};
    matches!(
        change.rule,
        DocumentationChanged | EvidenceChanged | ExampleChanged
    )
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

/// A text that stays within one cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn listed(operations: &[String]) -> String {
    let shown = operations
        .iter()
        .take(LISTED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match operations.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn state(released: Released) -> &'static str {
    match released {
        Released::Works => "works",
        Released::Degrades => "degrades",
        Released::Breaks => "breaks",
    }
}

fn word(next_release: NextRelease) -> &'static str {
    match next_release {
        NextRelease::Patch => "patch",
        NextRelease::Minor => "minor",
        NextRelease::Major => "major",
    }
}

/// A version raised as Cargo reads it: before 1.0 the second number is the one that breaks.
fn raised(version: &str, next_release: NextRelease) -> String {
    let mut numbers = version
        .split('.')
        .map(|number| number.parse::<u64>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    let (major, minor, patch) = (next(), next(), next());
    match (major, next_release) {
        (0, NextRelease::Major) => format!("0.{}.0", minor + 1),
        (0, _) | (_, NextRelease::Patch) => format!("{major}.{minor}.{}", patch + 1),
        (_, NextRelease::Minor) => format!("{major}.{}.0", minor + 1),
        (_, NextRelease::Major) => format!("{}.0.0", major + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_first_version_the_second_number_breaks() {
        let raise = |version: &str| {
            [NextRelease::Patch, NextRelease::Minor, NextRelease::Major]
                .map(|release| raised(version, release))
        };
        assert_eq!(raise("0.1.3"), ["0.1.4", "0.1.4", "0.2.0"]);
        assert_eq!(raise("1.2.3"), ["1.2.4", "1.3.0", "2.0.0"]);
    }
}
