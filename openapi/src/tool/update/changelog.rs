//! The entry that an update proposes for `CHANGELOG.md`, in the sections of Keep a Changelog, and where it goes.

mod unreleased;

use std::collections::BTreeMap;

use crate::tool::diff::{Change, Changes, NextRelease, Released, Rule};
use unreleased::Unreleased;

/// The sections, in the order in which they stand.
const SECTIONS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
];

const UNRELEASED: &str = "## [Unreleased]";

/// From how many places on a kind of change is one line for all.
const GATHERED: usize = 4;

/// The lines of an entry, by the index of their section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry(BTreeMap<usize, Vec<String>>);

impl Entry {
    /// What `changes` mean to those who use the client, with `heading` as the first line under Changed.
    pub(crate) fn propose(heading: String, changes: Option<&Changes>) -> Self {
        let mut entry = Self::default();
        entry.add("Changed", heading);
        let mut kinds: BTreeMap<(&str, bool, &str), Vec<&Change>> = BTreeMap::new();
        let list = changes.map(Changes::list).unwrap_or_default();
        for change in list.iter().filter(|change| is_seen(change)) {
            let breaking = change.next_release == NextRelease::Major;
            let key = (section(change.rule), !breaking, change.rule.id());
            kinds.entry(key).or_default().push(change);
        }
        for ((section, not_breaking, id), changes) in kinds {
            let breaking = if not_breaking { "" } else { "**Breaking.** " };
            if changes.len() < GATHERED {
                for change in changes {
                    let line = format!("{breaking}`{}`: {}.", change.place, plain(&change.what));
                    entry.add(section, line);
                }
            } else {
                let places: Vec<String> = changes
                    .iter()
                    .map(|change| format!("`{}`", change.place))
                    .collect();
                let kind = id.replace('-', " ");
                entry.add(section, format!("{breaking}{kind}: {}.", places.join(", ")));
            }
        }
        entry
    }

    fn add(&mut self, section: &str, line: String) {
        let index = SECTIONS.iter().position(|known| *known == section);
        let lines = self.0.entry(index.unwrap_or(1)).or_default();
        // Two rules may have the same to say.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }

    /// As it stands in the file.
    pub(crate) fn text(&self) -> String {
        let sections = self.0.iter().map(|(index, lines)| {
            let lines: Vec<String> = lines.iter().map(|line| wrapped(line)).collect();
            format!("### {}\n\n{}", SECTIONS[*index], lines.concat())
        });
        sections.collect::<Vec<_>>().join("\n")
    }

    /// Adds the entry under Unreleased, each line at the end of its section, and takes out what it makes untrue there.
    pub(crate) fn insert(&self, changelog: &str) -> Result<String, String> {
        let (before, rest) = changelog
            .split_once(UNRELEASED)
            .ok_or_else(|| format!("CHANGELOG.md has no {UNRELEASED}"))?;
        let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
        let (unreleased, after) = rest.split_at(end);
        let mut unreleased = Unreleased::read(unreleased);
        for (index, lines) in &self.0 {
            for line in lines {
                unreleased.add(SECTIONS[*index], line);
            }
        }
        let gap = if after.is_empty() { "" } else { "\n" };
        let unreleased = unreleased.text();
        Ok(format!("{before}{UNRELEASED}{unreleased}{gap}{after}"))
    }
}

/// Whether those who use the client notice it: in what they write, or in what goes wrong.
fn is_seen(change: &Change) -> bool {
    change.next_release > NextRelease::Patch || change.released > Released::Works
}

fn section(rule: Rule) -> &'static str {
    let id = rule.id();
    let has = |word: &str| id.split('-').any(|part| part == word);
    if has("deprecated") {
        "Deprecated"
    } else if has("removed") {
        "Removed"
    } else if has("added") {
        "Added"
    } else {
        "Changed"
    }
}

/// A sentence without the full stop at its end.
fn plain(what: &str) -> &str {
    what.trim_end_matches('.')
}

/// A line of a list, no longer than a line of the file should be.
fn wrapped(line: &str) -> String {
    const WIDTH: usize = 130;
    let mut text = String::from("-");
    let mut length = 1;
    for word in line.split(' ') {
        if length + 1 + word.chars().count() > WIDTH {
            text.push_str("\n ");
            length = 1;
        }
        text.push(' ');
        text.push_str(word);
        length += 1 + word.chars().count();
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        let mut entry = Entry::default();
        entry.add("Changed", "The document is new.".to_owned());
        entry.add("Removed", "`readGoal` is gone.".to_owned());
        entry.add("Added", "`Member.mood`.".to_owned());
        entry.add("Added", "`Member.mood`.".to_owned());
        entry
    }

    #[test]
    fn lines_join_the_sections_that_are_there() {
        let changelog = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n### Fixed\n\n- Two.\n\n## [0.1.0]\n\n### Added\n\n- Three.\n";
        assert_eq!(
            entry().insert(changelog).unwrap(),
            "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n- `Member.mood`.\n\n### Changed\n\n- The document is new.\n\n\
             ### Removed\n\n- `readGoal` is gone.\n\n### Fixed\n\n- Two.\n\n## [0.1.0]\n\n### Added\n\n- Three.\n"
        );
    }

    #[test]
    fn an_empty_unreleased_gets_its_first_sections() {
        for changelog in [
            "# Changelog\n\n## [Unreleased]\n",
            "# Changelog\n\n## [Unreleased]",
        ] {
            let text = entry().insert(changelog).unwrap();
            let expected = format!("# Changelog\n\n## [Unreleased]\n\n{}", entry().text());
            assert_eq!(text, expected);
        }
        assert!(entry().insert("# Changelog\n").is_err());
    }

    #[test]
    fn long_lines_are_wrapped() {
        let text = wrapped(&"word ".repeat(40));
        assert!(
            text.lines().all(|line| line.chars().count() <= 130),
            "{text}"
        );
        assert_eq!(text.matches("word").count(), 40);
        assert!(
            text.lines().skip(1).all(|line| line.starts_with("  word")),
            "{text}"
        );
    }

    #[test]
    fn every_rule_has_its_section() {
        for (rule, expected) in [
            (Rule::OperationAdded, "Added"),
            (Rule::OperationRemoved, "Removed"),
            (Rule::DeprecationChanged, "Changed"),
            (Rule::ParameterBecameRequired, "Changed"),
            (Rule::ResponseFieldAdded, "Added"),
        ] {
            assert_eq!(section(rule), expected, "{}", rule.id());
        }
    }
}
