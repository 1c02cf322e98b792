//! What each pass touched, for the reviewer of a document update, and the text fields that it has to decide on.

use std::fmt;

use crate::failure::Failure;

/// The passes a document went through, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each pass, and the places it changed: `Schema.property`, an operation id or an overlay action.
    passes: Vec<(String, Vec<String>)>,
    untyped: Vec<Failure>,
}

impl Report {
    /// Notes what a pass changed.
    pub(crate) fn note(&mut self, pass: &str, places: Vec<String>) {
        self.passes.push((pass.to_owned(), places));
    }

    /// Notes text fields that no pattern of the registry matches.
    pub(crate) fn note_untyped(&mut self, fields: Vec<Failure>) {
        self.untyped.extend(fields);
    }

    /// The text fields and parameters that no pattern of the registry matches: it is not decided whether they may be printed. A
    /// build ignores them, a check reports them.
    pub fn untyped(&self) -> &[Failure] {
        &self.untyped
    }

    /// An overlay action that gives all of them a type, to be pasted and edited.
    pub fn snippet(&self) -> Option<String> {
        let fields = self.untyped.iter();
        let fields: String = fields
            .map(|field| format!("            - '{}'\n", field.place()))
            .collect();
        (!fields.is_empty()).then(|| {
            format!(
                "  - target: $.components\n    description: Personal, Secret or PlainText? Split the list, and name the evidence.\n    \
                 update:\n      x-types:\n        Personal:\n          fields:\n{fields}"
            )
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (pass, places) in &self.passes {
            writeln!(formatter, "{pass}: {} places", places.len())?;
            for place in places {
                writeln!(formatter, "  {place}")?;
            }
        }
        Ok(())
    }
}
