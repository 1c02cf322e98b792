//! What stands under Unreleased, and what becomes of it when another update comes before the release.
//!
//! A changelog tells what the last release has not. What one update brought and the next takes away again is nothing to tell; of
//! two documents only the last counts. A line in other words than those of this tool is never touched.

use super::{SECTIONS, wrapped};

/// The sections with their lines, as they stand in the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unreleased {
    /// What stands before the first section.
    head: String,
    sections: Vec<Section>,
}

#[derive(Debug, PartialEq, Eq)]
struct Section {
    title: String,
    /// As they are wrapped in the file.
    lines: Vec<String>,
}

impl Unreleased {
    /// Reads what stands between `## [Unreleased]` and the next release.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = text.split("\n### ");
        let head = parts.next().unwrap_or_default().trim_end().to_owned();
        let sections = parts.map(|part| {
            let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
            let mut lines: Vec<String> = Vec::new();
            for line in rest.trim().lines() {
                match lines.last_mut() {
                    Some(last) if !line.starts_with("- ") => {
                        last.push('\n');
                        last.push_str(line);
                    }
                    _ => lines.push(line.to_owned()),
                }
            }
            Section {
                title: title.trim().to_owned(),
                lines,
            }
        });
        Self {
            sections: sections.collect(),
            head,
        }
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{}\n", self.head);
        for section in &self.sections {
            text.push_str(&format!("\n### {}\n\n", section.title));
            for line in &section.lines {
                text.push_str(line);
                text.push('\n');
            }
        }
        text
    }

    /// Adds a line that an update proposes to the section of that title.
    pub(super) fn add(&mut self, title: &str, line: &str) {
        if self.replaces(line) || self.has(title, line) {
            return;
        }
        let Some(mut said) = Said::read(line) else {
            return self.push(title, line);
        };
        let opposite = match title {
            "Added" => "Removed",
            "Removed" => "Added",
            _ => return self.push(title, line),
        };
        let taken_back = self.take_back(opposite, &said);
        said.places.retain(|place| !taken_back.contains(place));
        // A value that was removed and is there again is as it was; a field may be another one.
        for place in taken_back.iter().filter(|_| said.is_of_the_place()) {
            if title == "Removed" {
                self.forget(place);
            } else {
                let back = format!(
                    "`{place}`: it was removed and is there again; see whether it is as in the last release."
                );
                self.push("Changed", &back);
            }
        }
        if !said.places.is_empty() {
            self.push(title, &said.text());
        }
        self.sections.retain(|section| !section.lines.is_empty());
    }

    /// Whether the line is the heading of a document, and has taken the place of the one before.
    fn replaces(&mut self, line: &str) -> bool {
        const MIDDLE: &str = " is that of ";
        let Some((document, _)) = line.split_once(MIDDLE) else {
            return false;
        };
        let start = format!("{document}{MIDDLE}");
        let mut lines = self
            .sections
            .iter_mut()
            .flat_map(|section| &mut section.lines);
        let Some(old) = lines.find(|old| unwrapped(old).starts_with(&start)) else {
            return false;
        };
        wrapped(line).trim_end().clone_into(old);
        true
    }

    fn has(&self, title: &str, line: &str) -> bool {
        let mut sections = self.sections.iter();
        let section = sections.find(|section| section.title == title);
        section.is_some_and(|section| section.lines.iter().any(|known| unwrapped(known) == line))
    }

    fn push(&mut self, title: &str, line: &str) {
        let line = wrapped(line).trim_end().to_owned();
        let rank = |title: &str| SECTIONS.iter().position(|known| *known == title);
        let known = self
            .sections
            .iter_mut()
            .find(|section| section.title == title);
        if let Some(section) = known {
            return section.lines.push(line);
        }
        let place = self
            .sections
            .iter()
            .position(|section| rank(&section.title) > rank(title));
        let section = Section {
            title: title.to_owned(),
            lines: vec![line],
        };
        self.sections
            .insert(place.unwrap_or(self.sections.len()), section);
    }

    /// Takes out of a section what is the opposite of what is said now; answers of which places that is true.
    fn take_back(&mut self, title: &str, now: &Said) -> Vec<String> {
        let mut found = Vec::new();
        let sections = self.sections.iter_mut();
        for section in sections.filter(|section| section.title == title) {
            section.lines.retain_mut(|line| {
                let Some(mut then) = Said::read(&unwrapped(line)) else {
                    return true;
                };
                if !then.is_of_the_same(now) {
                    return true;
                }
                let before = then.places.len();
                then.places.retain(|place| {
                    let is_opposite = now.places.contains(place);
                    if is_opposite {
                        found.push(place.clone());
                    }
                    !is_opposite
                });
                if then.places.len() < before {
                    wrapped(&then.text()).trim_end().clone_into(line);
                }
                !then.places.is_empty()
            });
        }
        found
    }

    /// Takes out what else was said of a place that no release has had.
    fn forget(&mut self, place: &str) {
        let within = format!("{place}.");
        let is_gone = |one: &String| one == place || one.starts_with(&within);
        for section in &mut self.sections {
            section.lines.retain(|line| {
                let said = Said::read(&unwrapped(line));
                !said.is_some_and(|said| said.places.iter().all(is_gone))
            });
        }
    }
}

/// A line as [`super::Entry::propose`] writes it: `place`: what. Or, of many places at once, what: `place`, `place`.
struct Said {
    mark: &'static str,
    places: Vec<String>,
    what: What,
}

#[derive(PartialEq, Eq)]
enum What {
    Of(String),
    OfMany(String),
}

impl Said {
    fn read(line: &str) -> Option<Self> {
        const BREAKING: &str = "**Breaking.** ";
        let (mark, rest) = match line.strip_prefix(BREAKING) {
            Some(rest) => (BREAKING, rest),
            None => ("", line),
        };
        let rest = rest.strip_suffix('.')?;
        if let Some(rest) = rest.strip_prefix('`') {
            let (place, what) = rest.split_once("`: ")?;
            return Some(Self {
                mark,
                places: vec![place.to_owned()],
                what: What::Of(what.to_owned()),
            });
        }
        let (what, places) = rest.split_once(": `")?;
        let places = places.strip_suffix('`')?.split("`, `");
        Some(Self {
            mark,
            places: places.map(ToOwned::to_owned).collect(),
            what: What::OfMany(what.to_owned()),
        })
    }

    fn text(&self) -> String {
        let Self { mark, places, what } = self;
        match what {
            What::Of(what) => format!("{mark}`{}`: {what}.", places.concat()),
            What::OfMany(what) => format!("{mark}{what}: `{}`.", places.join("`, `")),
        }
    }

    /// Whether both speak of the same, one that it is there and one that it is not.
    fn is_of_the_same(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Of(one), What::Of(other)) => subject(one) == subject(other),
            (What::OfMany(one), What::OfMany(other)) => kind(one) == kind(other),
            // One of them is of many places, so that it is of no value of theirs.
            _ => self.is_of_the_place() && other.is_of_the_place(),
        }
    }

    /// Whether the place itself is there or not, and not only a value of it.
    fn is_of_the_place(&self) -> bool {
        match &self.what {
            What::Of(what) => subject(what) == "it" || what.contains(" /"),
            What::OfMany(what) => !what.contains(" value "),
        }
    }
}

/// What is there or not, without whether it is.
fn subject(what: &str) -> &str {
    match what {
        "there is a body" | "there is no body any more" => "body",
        _ => {
            let endings = [" is new", " is gone", " was added", " was removed"];
            let mut without = endings.iter().filter_map(|end| what.strip_suffix(end));
            without.next().unwrap_or(what)
        }
    }
}

/// The words of a rule that say of what it is.
fn kind(what: &str) -> Vec<&str> {
    let words = what.split(' ');
    words
        .filter(|word| !matches!(*word, "added" | "removed" | "required" | "optional"))
        .collect()
}

/// A line of a list as one line without its dash.
fn unwrapped(line: &str) -> String {
    let line = line.strip_prefix("- ").unwrap_or(line);
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, lines: &[(&str, &str)]) -> String {
        let mut unreleased = Unreleased::read(text);
        for (title, line) in lines {
            unreleased.add(title, line);
        }
        unreleased.text().trim_start().to_owned()
    }

    #[test]
    fn of_two_documents_the_last_counts() {
        let text = "\n### Changed\n\n- Mine.\n- The document of the Nexus API is that\n  of 2027-01-15: 127 operations.\n- Mine too.\n";
        let line = "The document of the Nexus API is that of 2027-02-15: 126 operations.";
        let other = "The document of the SSO API is that of 2027-02-15: 5 operations.";
        assert_eq!(
            after(text, &[("Changed", line), ("Changed", other)]),
            format!("### Changed\n\n- Mine.\n- {line}\n- Mine too.\n- {other}\n")
        );
    }

    #[test]
    fn what_comes_and_goes_between_two_releases_is_not_told() {
        let text = "\n### Added\n\n- `Member.mood`: it is new.\n- `listMoods`: GET /moods.\n- response field added: `A.a`, `A.b`,\n  `A.c`, `A.d`.\n- `Member.mood`: \"GOOD\" is new.\n- I rewrote `Member.mood`: it is new, and I like it.\n\n### Changed\n\n- **Breaking.** `listMoods.page`: it is required.\n";
        let lines = [
            ("Removed", "**Breaking.** `Member.mood`: it is gone."),
            ("Removed", "**Breaking.** `listMoods`: GET /moods."),
            ("Removed", "**Breaking.** `A.b`: it is gone."),
            ("Removed", "**Breaking.** `Other.mood`: it is gone."),
        ];
        assert_eq!(
            after(text, &lines),
            "### Added\n\n- response field added: `A.a`, `A.c`, `A.d`.\n- I rewrote `Member.mood`: it is new, and I like it.\n\n\
             ### Removed\n\n- **Breaking.** `Other.mood`: it is gone.\n"
        );
    }

    #[test]
    fn what_goes_and_comes_back_may_have_changed() {
        let text = "\n### Removed\n\n- **Breaking.** response field removed: `A.a`, `A.b`, `A.c`, `A.d`.\n";
        let lines = [
            ("Added", "`A.b`: it is new."),
            ("Added", "`A.e`: it is new."),
        ];
        assert_eq!(
            after(text, &lines),
            "### Added\n\n- `A.e`: it is new.\n\n\
             ### Changed\n\n- `A.b`: it was removed and is there again; see whether it is as in the last release.\n\n\
             ### Removed\n\n- **Breaking.** response field removed: `A.a`, `A.c`, `A.d`.\n"
        );
    }

    #[test]
    fn one_line_stands_once_and_a_value_is_not_its_field() {
        let text = "\n### Added\n\n- `A.b`: \"X\" is new.\n- `A.c`: it is new.\n";
        let lines = [
            ("Added", "`A.c`: it is new."),
            ("Removed", "`A.b`: \"Y\" is gone."),
            ("Removed", "`A.b`: \"X\" is gone."),
        ];
        assert_eq!(
            after(text, &lines),
            "### Added\n\n- `A.c`: it is new.\n\n### Removed\n\n- `A.b`: \"Y\" is gone.\n"
        );
    }
}
