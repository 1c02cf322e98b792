//! What each pass touched, for the reviewer of a document update.

use std::fmt;

/// The passes a document went through, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    passes: Vec<Touched>,
}

/// One pass, and the places it changed.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The name of the pass.
    pub pass: String,
    /// Every place it changed, as `Schema.property`, an operation id or an overlay action.
    pub places: Vec<String>,
}

impl Report {
    /// Notes what a pass changed.
    pub(crate) fn note(&mut self, pass: &str, places: Vec<String>) {
        self.passes.push(Touched {
            pass: pass.to_owned(),
            places,
        });
    }

    /// The passes in the order in which they ran.
    pub fn passes(&self) -> &[Touched] {
        &self.passes
    }

    /// How many places the named pass changed.
    pub fn count(&self, pass: &str) -> usize {
        self.passes
            .iter()
            .filter(|touched| touched.pass == pass)
            .map(|touched| touched.places.len())
            .sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Touched { pass, places } in &self.passes {
            writeln!(formatter, "{pass}: {} places", places.len())?;
            for place in places {
                writeln!(formatter, "  {place}")?;
            }
        }
        Ok(())
    }
}
