//! The public Rust of the generated modules: calls with their parameters, types with their fields, values. In blocks, so
//! that a name that changes is a line that changes, below the line that says whose it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::apis;

#[test]
fn the_public_rust_of_the_generated_modules() {
    apis::pin_each("surface", |api| {
        let received = received(api.surface);
        let mut sections: BTreeMap<String, String> = BTreeMap::new();
        let mut section = String::new();
        for line in api.surface.lines() {
            if !line.starts_with(' ') {
                section = section_of(line, &received).to_owned();
            }
            let text = sections.entry(section.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
        assert_eq!(sections.len(), 4, "{}", api.name);
        sections
    });
}

/// Where a block belongs by its first line.
fn section_of(line: &str, received: &BTreeSet<&str>) -> &'static str {
    match line.split([' ', '.']).next() {
        Some("client") => "calls",
        Some("value") => "values",
        Some("struct" | "enum" | "type") if received.contains(name_of(line)) => "responses",
        Some("struct" | "enum" | "type") => "requests",
        other => panic!("{other:?} is of no section"),
    }
}

/// The types that calls answer with, and those in their fields.
fn received(surface: &str) -> BTreeSet<&str> {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut answers = Vec::new();
    let mut owner = "";
    for line in surface.lines() {
        match line.split_once(" -> ") {
            Some((_, answer)) => answers.extend(words(answer)),
            None if line.starts_with(' ') => parts.entry(owner).or_default().extend(words(line)),
            None => owner = name_of(line),
        }
    }
    let mut received = BTreeSet::new();
    while let Some(name) = answers.pop() {
        if received.insert(name) {
            answers.extend(parts.get(name).into_iter().flatten());
        }
    }
    received
}

/// The name in `struct Name (notes)`.
fn name_of(line: &str) -> &str {
    words(line).nth(1).unwrap_or_default()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.split(move |character| !is_part(character))
        .filter(|word| !word.is_empty())
}
