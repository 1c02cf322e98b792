//! The public Rust of the generated modules: calls with their parameters, types with their fields, values. In blocks, so
//! that a name that changes is a line that changes, below the line that says whose it is.

use std::collections::BTreeMap;

use crate::apis;

#[test]
fn the_public_rust_of_the_generated_modules() {
    apis::pin_each("surface", |api| {
        let mut sections: BTreeMap<String, String> = BTreeMap::new();
        let mut section = String::new();
        for line in api.surface.lines() {
            if !line.starts_with(' ') {
                section = section_of(line).to_owned();
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
fn section_of(line: &str) -> &'static str {
    let is_answer = line.contains("non-exhaustive");
    match line.split([' ', '.']).next() {
        Some("client") => "calls",
        Some("value") => "values",
        Some("struct" | "enum" | "type") if is_answer => "responses",
        Some("struct" | "enum" | "type") => "requests",
        other => panic!("{other:?} is of no section"),
    }
}
