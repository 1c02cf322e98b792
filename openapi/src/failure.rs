//! What went wrong while a document was prepared: which document, in which pass, at which place.
//!
//! `build.rs` prints a [`Failure`] as the build error, so its text is written for the person who has just edited a document.

use std::fmt;

/// A document that cannot be turned into a client, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    document: String,
    pass: String,
    place: String,
    reason: String,
}

impl Failure {
    /// A failure of `pass`, at `place` (a JSONPath, an operation id, a line), because of `reason`.
    pub(crate) fn new(pass: &str, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            document: String::new(),
            pass: pass.to_owned(),
            place: place.into(),
            reason: reason.into(),
        }
    }

    /// Names the document, unless a pass nearer to the fault has named one already.
    pub(crate) fn in_document(mut self, document: &str) -> Self {
        if self.document.is_empty() {
            self.document = document.to_owned();
        }
        self
    }

    /// The document, relative to the `openapi` folder.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The pass that refused the document.
    pub fn pass(&self) -> &str {
        &self.pass
    }

    /// Where in the document: a line, a JSONPath, an operation or an overlay action.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            document,
            pass,
            place,
            reason,
        } = self;
        write!(
            formatter,
            "openapi/{document}: {pass} failed at {place}: {reason}"
        )
    }
}

impl std::error::Error for Failure {}
