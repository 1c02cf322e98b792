//! The changes as Markdown for a pull request, text for a terminal, or JSON: the verdict and the counts first, then the entries.
//! Changes that are equal but for their place are one entry with a count. Writing to a string cannot fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write};

use serde_json::{Value, json};

use super::Released::{Breaks, Degrades, Works};
use super::hidden::is_text;
use super::{Change, Changes, NextRelease, Rule, Verdict};

/// How many places or operations a line names before it only counts the rest.
const LISTED: usize = 4;

/// How many characters of Markdown a pull request takes, with room for what is around the report.
pub const LONGEST: usize = 60_000;

/// The version of this package, which is that of `mx-nexus`.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Changes that are equal but for their place.
struct Entry<'c> {
    change: &'c Change,
    places: BTreeSet<&'c str>,
    operations: BTreeSet<&'c str>,
}

impl Changes {
    /// For a pull request: the verdict and the counts, then a table for each severity.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}: {}\n", self.api, self.summary("**"));
        if !self.refused.is_empty() {
            text.push_str("\n### The build refuses the new document\n\n");
            for failure in &self.refused {
                let _ = writeln!(text, "- {}", escaped(&failure.to_string()));
            }
        }
        let entries = self.entries();
        let titles = [
            (false, Breaks, "Breaks the released client"),
            (
                false,
                Degrades,
                "Degrades the released client: some calls fail, or values get lost",
            ),
            (
                true,
                Breaks,
                "Hidden by the overlay, breaks the released client",
            ),
            (
                true,
                Degrades,
                "Hidden by the overlay, degrades the released client",
            ),
            (
                true,
                Works,
                "Hidden by the overlay, the released client works",
            ),
            (false, Works, "The released client works"),
        ];
        for (hidden, released, title) in titles {
            let mut of_class = entries
                .iter()
                .filter(|entry| entry.change.hidden == hidden && entry.change.released == released)
                .peekable();
            if of_class.peek().is_none() {
                continue;
            }
            let header =
                "| where | what | next release | operations | why |\n|---|---|---|---|---|";
            let _ = writeln!(text, "\n### {title}\n\n{header}");
            for Entry {
                change,
                places,
                operations,
            } in of_class
            {
                let _ = writeln!(
                    text,
                    "| {} | {} (`{}`) | {} | {} | {} |",
                    escaped(&listed(places, "`")),
                    escaped(&change.what),
                    change.rule.id(),
                    word(change.next_release),
                    escaped(&listed(operations, "")),
                    change.why,
                );
            }
        }
        let texts = self.texts();
        if !texts.is_empty() {
            text.push_str("\n### Texts, evidence and examples\n\n");
            for (rule, places) in texts {
                let _ = writeln!(text, "- `{}`: {}", rule.id(), escaped(&places));
            }
        }
        text
    }

    /// The Markdown cut below `longest` characters, where it is longer; `file` is where the whole of it is.
    pub fn shortened(&self, longest: usize, file: &str) -> Option<String> {
        let whole = self.markdown();
        if whole.chars().count() < longest {
            return None;
        }
        let note = format!("\nThe report is cut here; the whole of it is in `{file}`.\n");
        let room = longest.saturating_sub(note.chars().count());
        let mut text = String::new();
        let mut length = 0;
        for line in whole.split_inclusive('\n') {
            length += line.chars().count();
            if length >= room {
                break;
            }
            text.push_str(line);
        }
        Some(text + &note)
    }

    /// For a terminal: the worst first.
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.api, self.summary(""));
        for failure in &self.refused {
            let _ = writeln!(text, "refused   {failure}");
        }
        for Entry {
            change,
            places,
            operations,
        } in self.entries()
        {
            let (released, next) = (word(change.released), word(change.next_release));
            let id = change.rule.id();
            let hidden = if change.hidden {
                ", hidden by the overlay"
            } else {
                ""
            };
            let (places, what) = (listed(&places, ""), &change.what);
            let _ = writeln!(
                text,
                "{released:<9} {next:<6} {places}: {what} [{id}{hidden}]"
            );
            let reached = match listed(&operations, "") {
                none if none.is_empty() => none,
                some => format!(" Reached by {some}."),
            };
            let _ = writeln!(text, "                 {}{reached}", change.why);
        }
        for (rule, places) in self.texts() {
            let _ = writeln!(text, "works     patch  {}: {places}", rule.id());
        }
        text
    }

    /// For machines. `schema` is the version of this form: it is raised when something is removed or means something else.
    /// `verdict` is null when nothing changed; `refused` lists what a build of the new document would refuse.
    pub fn json(&self) -> Value {
        json!({
            "schema": 2,
            "api": self.api,
            "verdict": self.worst(),
            "version": {"current": VERSION, "proposed": self.proposed_version()},
            "refused": self.refused.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "changes": self.changes,
        })
    }

    /// The version that the next release needs at least.
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
            let changes = self.changes.iter();
            changes.filter(|change| change.released == released).count()
        };
        let [breaks, degrades, works] = [Breaks, Degrades, Works].map(count);
        let hidden = self.changes.iter().filter(|change| change.hidden).count();
        format!(
            "the released client {emphasis}{}{emphasis}; the next release is {emphasis}{}{emphasis} ({VERSION} to {})\n\n\
             Changes that break calls: {breaks}; that degrade them: {degrades}; that do neither: {works}. \
             Hidden by the overlay: {hidden}. Refused by the build: {}.",
            word(released),
            word(next_release),
            self.proposed_version(),
            self.refused.len(),
        )
    }

    /// The changes but those of texts, grouped.
    fn entries(&self) -> Vec<Entry<'_>> {
        let mut entries: Vec<Entry<'_>> = Vec::new();
        let mut known = BTreeMap::new();
        for change in self.changes.iter().filter(|change| !is_text(change.rule)) {
            let index = *known
                .entry((change.hidden, change.rule, &change.what))
                .or_insert(entries.len());
            if index == entries.len() {
                entries.push(Entry {
                    change,
                    places: BTreeSet::new(),
                    operations: BTreeSet::new(),
                });
            }
            entries[index].places.insert(&change.place);
            entries[index]
                .operations
                .extend(change.operations.iter().map(String::as_str));
        }
        entries
    }

    /// The places of what is listed briefly.
    fn texts(&self) -> Vec<(Rule, String)> {
        let mut places: BTreeMap<Rule, BTreeSet<&str>> = BTreeMap::new();
        for change in self.changes.iter().filter(|change| is_text(change.rule)) {
            places.entry(change.rule).or_default().insert(&change.place);
        }
        places
            .into_iter()
            .map(|(rule, places)| (rule, listed(&places, "")))
            .collect()
    }
}

/// A text that stays within one cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The first names, each between `quotes`, and how many there are more.
fn listed(names: &BTreeSet<&str>, quotes: &str) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(LISTED)
        .map(|name| format!("{quotes}{name}{quotes}"))
        .collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more ({} in all)", names.len()),
    }
}

/// The class in a report.
fn word(class: impl Debug) -> String {
    format!("{class:?}").to_lowercase()
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
    fn version_before_1_0_raises_its_second_number_for_major() {
        let raise = |version: &str| {
            [NextRelease::Patch, NextRelease::Minor, NextRelease::Major]
                .map(|release| raised(version, release))
        };
        assert_eq!(raise("0.1.3"), ["0.1.4", "0.1.4", "0.2.0"]);
        assert_eq!(raise("1.2.3"), ["1.2.4", "1.3.0", "2.0.0"]);
    }
}
