//! Why a document was refused: which document, in which pass, at which place.
//!
//! `build.rs` prints a [`Failure`] as the build error, so its text is written for the person who has just edited a document.

use std::fmt;

/// A document that cannot be turned into a client, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    document: String,
    pass: Box<str>,
    place: Box<str>,
    reason: Box<str>,
    pointer: Option<Box<str>>,
    file: Option<Box<str>>,
    others: Box<[Failure]>,
}

impl Failure {
    /// A failure of `pass`, at `place` (a JSONPath, an operation id, a line), because of `reason`.
    pub(crate) fn new(pass: &str, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            document: String::new(),
            pass: pass.into(),
            place: place.into().into(),
            reason: reason.into().into(),
            pointer: None,
            file: None,
            others: Box::default(),
        }
    }

    /// One failure for all that a pass found, if it found any: the first, which holds the others.
    pub(crate) fn several(failures: Vec<Self>) -> Result<(), Self> {
        let mut failures = failures.into_iter();
        match failures.next() {
            None => Ok(()),
            Some(mut first) => {
                first.others = failures.collect();
                Err(first)
            }
        }
    }

    /// Names the document, unless it has one already.
    pub(crate) fn in_document(mut self, document: &str) -> Self {
        if self.document.is_empty() {
            self.document = document.to_owned();
        }
        let others = std::mem::take(&mut self.others).into_iter();
        self.others = others.map(|other| other.in_document(document)).collect();
        self
    }

    /// Names the file that the user gave, as long as it is not in the place of `document`.
    #[cfg(feature = "tool")]
    pub(crate) fn called(mut self, document: &str, file: &str) -> Self {
        if self.document == document {
            self.file = Some(file.into());
        }
        let others = std::mem::take(&mut self.others).into_iter();
        self.others = others.map(|other| other.called(document, file)).collect();
        self
    }

    /// Adds the JSON pointer of the fault, for looking up its line.
    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into().into());
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

    /// Why it was refused.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The JSON pointer of the fault, where the pass knows it.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// This failure and what else the same pass found.
    pub fn all(&self) -> impl Iterator<Item = &Failure> {
        std::iter::once(self).chain(self.others.iter())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            document,
            pass,
            place,
            reason,
            ..
        } = self;
        match &self.file {
            Some(file) => write!(formatter, "{file}")?,
            None => write!(formatter, "openapi/{document}")?,
        }
        write!(formatter, ": {pass} failed at {place}: {reason}")
    }
}

impl std::error::Error for Failure {}
