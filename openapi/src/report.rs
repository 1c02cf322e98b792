//! What each pass touched, for the reviewer of a document update, and the fields that it has to decide on.

use std::fmt;

use crate::normalise::typing::NUMBER_QUESTION;

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

    /// Notes fields of text and of numbers that no pattern of the registry matches.
    pub(crate) fn note_untyped(&mut self, fields: Vec<Failure>) {
        self.untyped.extend(fields);
    }

    /// The fields and parameters of text and of numbers that no pattern of the registry matches: it is not decided whether they may
    /// be printed, or are money. A build ignores them, a check reports them.
    pub fn untyped(&self) -> &[Failure] {
        &self.untyped
    }

    /// An overlay action that gives all of them a type, to be pasted and edited.
    pub fn snippet(&self) -> Option<String> {
        let group = |name: &str, are_numbers: bool| {
            let fields = self.untyped.iter();
            let fields = fields.filter(|field| (field.reason() == NUMBER_QUESTION) == are_numbers);
            let fields: String = fields
                .map(|field| format!("            - '{}'\n", field.place()))
                .collect();
            let group = format!("        {name}:\n          fields:\n{fields}");
            if fields.is_empty() { fields } else { group }
        };
        let groups = group("Personal", false) + &group("Amount", true);
        (!groups.is_empty()).then(|| {
            format!(
                "  - target: $.components\n    description: Personal, Secret or PlainText? Amount or PlainNumber? Split the lists, and name the \
                 evidence.\n    update:\n      x-types:\n{groups}"
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
