//! The class of the next release by the generated clients of two documents, to check the table of rules against.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::report::Report;
use crate::tool::diff::NextRelease::{self, Major, Minor, Patch};
use crate::{Api, Normalised};

/// What the generated clients of two overlaid documents make of the next release; nothing where the build refuses one.
pub(super) fn pinned_release(api: &Api, old: &Value, new: &Value) -> Option<NextRelease> {
    let surface = |document: &Value| {
        let normalised = Normalised::of(document.clone(), &mut Report::default()).ok()?;
        let client = normalised.client(api).ok()?;
        let Normalised {
            registry, lists, ..
        } = &normalised;
        Some(crate::surface::describe(&client, registry, lists))
    };
    Some(release(&surface(old)?, &surface(new)?))
}

/// What the difference between two surfaces makes of our next release.
fn release(old: &str, new: &str) -> NextRelease {
    let (old, new) = (blocks(old), blocks(new));
    let gone = old.keys().any(|name| !new.contains_key(name));
    let come = new.keys().any(|name| !old.contains_key(name));
    let changed = old.iter().filter_map(|(name, block)| {
        let other = new.get(name)?;
        Some(block.compared_with(other, &new))
    });
    let presence = match (gone, come) {
        (true, _) => Major,
        (false, true) => Minor,
        (false, false) => Patch,
    };
    changed.fold(presence, Ord::max)
}

/// An item: its head without the name, and its members by name.
#[derive(Debug)]
struct Block<'a> {
    head: &'a str,
    members: BTreeMap<&'a str, &'a str>,
}

fn blocks(surface: &str) -> BTreeMap<&str, Block<'_>> {
    let mut blocks: BTreeMap<&str, Block<'_>> = BTreeMap::new();
    let mut current = "";
    for line in surface.lines() {
        if let Some(member) = line.strip_prefix("  ") {
            // A field is `name: type`; a known value is `NAME (code)`, and its code is no part of the type.
            let (name, rest) = match member.split_once(": ") {
                Some(parts) => parts,
                None => (member.split(" (").next().unwrap_or(member), ""),
            };
            if let Some(block) = blocks.get_mut(current) {
                block.members.insert(name, rest);
            }
        } else {
            let end = line.find([' ', '(']).unwrap_or(line.len());
            // `struct Name`, `value Name`: the second word is the name.
            let end = match line.split_once(' ') {
                Some(("struct" | "enum" | "value" | "type", rest)) => {
                    line.len() - rest.len() + rest.find(' ').unwrap_or(rest.len())
                }
                _ => end,
            };
            let (name, head) = line.split_at(end);
            current = name;
            blocks.insert(
                name,
                Block {
                    head,
                    members: BTreeMap::new(),
                },
            );
        }
    }
    blocks
}

impl Block<'_> {
    fn compared_with(&self, new: &Self, all: &BTreeMap<&str, Block<'_>>) -> NextRelease {
        let members = self
            .members
            .iter()
            .map(|(name, before)| match new.members.get(name) {
                None => Major,
                Some(after) => changed_member(self.is_call(), before, after),
            });
        let members = members.fold(Patch, Ord::max);
        let added = new
            .members
            .iter()
            .filter(|(name, _)| !self.members.contains_key(*name))
            .map(|(name, after)| self.added_member(name, after, all));
        let added = added.fold(Patch, Ord::max);
        self.changed_head(new).max(members).max(added)
    }

    fn is_call(&self) -> bool {
        self.head.starts_with("() -> ")
    }

    /// A head is what a call returns, or what a type can do.
    fn changed_head(&self, new: &Self) -> NextRelease {
        // The version of the contract is a value, and no type.
        if self.head == new.head || self.head.starts_with("() -> \"") {
            return Patch;
        }
        let notes = |head: &str| -> BTreeSet<String> {
            let notes = head.trim().trim_start_matches('(').trim_end_matches(')');
            notes
                .split(", ")
                .filter(|note| !note.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (before, after) = (notes(self.head), notes(new.head));
        let closes = after.contains("non-exhaustive") && !before.contains("non-exhaustive");
        let more = !self.is_call() && before.is_subset(&after) && !closes;
        if more { Minor } else { Major }
    }

    fn added_member(
        &self,
        name: &str,
        after: &str,
        all: &BTreeMap<&str, Block<'_>>,
    ) -> NextRelease {
        if self.is_call() {
            let needs_nothing = |body: &str| {
                let found = all.get(format!("struct {body}").as_str());
                found.is_some_and(|block| block.head.contains("Default"))
            };
            let optional = after.starts_with("Option<") || after.starts_with("Vec<");
            let optional =
                optional || name.starts_with("pages of") || name == "body" && needs_nothing(after);
            return if optional { Minor } else { Major };
        }
        let is_value = self.head.starts_with(" (open") || self.head == " (identifier)";
        // Others can write the struct as a literal, or match the enum to its end; and a builder asks for what is required.
        let grows = self.head.contains("non-exhaustive") && !after.contains(" (required)");
        if is_value || grows { Minor } else { Major }
    }
}

fn changed_member(of_call: bool, before: &str, after: &str) -> NextRelease {
    // How a field is read is not to be seen.
    let [before, after] = [before, after].map(|text| text.split(" (by ").next().unwrap_or(text));
    // What it is called in JSON neither.
    let [before, after] = [before, after].map(without_wire_name);
    if before == after {
        return Patch;
    }
    // The setter of a parameter takes the bare value either way.
    if of_call && after == format!("Option<{before}>") {
        return Minor;
    }
    let loosened = before.strip_suffix(" (required)") == Some(after.as_str());
    if !of_call && loosened { Minor } else { Major }
}

fn without_wire_name(text: &str) -> String {
    match text.split_once(" as ") {
        Some((kind, rest)) => match rest.split_once(' ') {
            Some((_, notes)) => format!("{kind} {notes}"),
            None => kind.to_owned(),
        },
        None => text.to_owned(),
    }
}
