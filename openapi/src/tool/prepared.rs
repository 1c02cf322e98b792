//! A document as two of them are compared: overlaid, with its types, its table and its lists, and with what the build refuses.
//!
//! Unlike a build it goes on after a refusal. A document that has just been updated often has corrections that no longer apply,
//! and that is when its changes are wanted most.

use std::fmt;

use serde_json::Value;

use crate::access::{self, Access};
use crate::failure::Failure;
use crate::normalise::{self, lenient, parameters, sides};
use crate::operations::{self, Row};
use crate::paging::{self, List};
use crate::registry::Registry;
use crate::report::Report;
use crate::{Api, Normalised, document, overlay};

/// A document that can be compared with another.
pub struct Prepared {
    pub(crate) api: &'static str,
    /// Overlaid, without the types.
    pub(crate) document: Value,
    /// The same with the parameters that the client has: references followed, secrets and doubles dropped.
    pub(crate) effective: Value,
    pub(crate) registry: Registry,
    /// The types as the overlay lists them.
    pub(crate) types: Value,
    pub(crate) access: Option<Access>,
    pub(crate) rows: Vec<Row>,
    /// The lists that page; none is known of a document that cannot be normalised.
    pub(crate) lists: Option<Vec<List>>,
    refused: Vec<Failure>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Prepared")
            .field("api", &self.api)
            .field("operations", &self.rows.len())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl Prepared {
    /// Prepares the texts of a document and its overlay.
    ///
    /// # Errors
    ///
    /// What is no YAML, no overlay of this document, or lists types that cannot be read, cannot be compared. Everything else that
    /// a build refuses is kept, see [`Prepared::refused`].
    pub fn from_text(api: &Api, document: &str, overlay: &str) -> Result<Self, Failure> {
        let named = |file: &str| format!("{}/{file}", api.name);
        let document = document::parse(document)
            .map_err(|failure| failure.in_document(&named(api.document)))?;
        let overlay = document::parse(overlay)
            .map_err(|failure| failure.in_document(&named("overlay.yaml")))?;
        Self::from_values(api, document, &overlay)
    }

    /// Names the document as the person does who has it, in what a build refuses.
    pub(crate) fn called(mut self, api: &Api, file: &str) -> Self {
        let document = format!("{}/{}", api.name, api.document);
        let refused = self.refused.into_iter();
        self.refused = refused
            .map(|failure| failure.called(&document, file))
            .collect();
        self
    }

    /// Prepares the files of this package.
    ///
    /// # Errors
    ///
    /// As for [`Prepared::from_text`], and when a file cannot be read.
    pub fn from_files(api: &Api) -> Result<Self, Failure> {
        let [document, overlay] =
            [api.document, "overlay.yaml"].map(|file| format!("{}/{file}", api.name));
        let document = document::read(crate::folder(), &document)?;
        let overlay = document::read(crate::folder(), &overlay)?;
        Self::from_values(api, document, &overlay)
    }

    pub(crate) fn from_values(
        api: &Api,
        mut document: Value,
        overlay: &Value,
    ) -> Result<Self, Failure> {
        let in_document = format!("{}/{}", api.name, api.document);
        let in_overlay = format!("{}/overlay.yaml", api.name);
        if !document["paths"].is_object() {
            let reason = "there are no paths; it is no OpenAPI document";
            return Err(Failure::new("reading", "$.paths", reason).in_document(&in_document));
        }
        let mut refused = Vec::new();
        if let Err(failure) = document::check(&document) {
            refused.push(failure.in_document(&in_document));
        }
        // Actions that do not fit are skipped, and listed among what is refused.
        let survey = overlay::survey(&mut document, api.document, overlay)
            .map_err(|failure| failure.in_document(&in_overlay))?;
        let misfits = survey.misfits.into_iter();
        refused.extend(misfits.map(|(_, _, failure)| failure.in_document(&in_overlay)));
        let mut prepared = Self::from_overlaid(api, document)
            .map_err(|failure| failure.in_document(&in_overlay))?;
        // A fault of the document is one after its corrections too, and listed once.
        let is_listed = |failure: &Failure, refused: &[Failure]| {
            let mut listed = refused.iter().flat_map(Failure::all);
            listed.any(|one| one.place() == failure.place() && one.reason() == failure.reason())
        };
        prepared
            .refused
            .retain(|failure| !is_listed(failure, &refused));
        refused.append(&mut prepared.refused);
        prepared.refused = refused;
        Ok(prepared)
    }

    /// Prepares a document to which the overlay has been applied.
    pub(crate) fn from_overlaid(api: &Api, mut document: Value) -> Result<Self, Failure> {
        let in_overlay = format!("{}/overlay.yaml", api.name);
        let mut refused = Vec::new();
        let types = document["components"]["x-types"].clone();
        let registry = Registry::take(&mut document)?;
        if let Err(failure) = document::check(&document) {
            refused.push(failure);
        }
        parameters::spread(&mut document);
        let access = access::read(&document)
            .map_err(|failure| refused.push(failure))
            .ok();
        let mut rows = access
            .as_ref()
            .map(|access| operations::read(&document, &registry, access))
            .unwrap_or_default();
        let mut effective = document.clone();
        parameters::inline(&mut effective);
        parameters::drop_authentication(&mut effective, &registry);
        // The whole run below refuses two parameters of one name.
        let _ = parameters::separate(&mut effective);
        let mut normalised = document.clone();
        let lists = normalise::run(&mut normalised, &registry, &mut Report::default())
            .map_err(|failure| {
                refused.extend(later_failures(&failure, &mut normalised, &registry));
                refused.push(failure);
            })
            .and_then(|()| {
                let completed = operations::complete(&mut rows, &normalised);
                completed.map_err(|failure| refused.push(failure))
            })
            .ok()
            .and_then(|()| lists(&normalised, &mut refused));
        let refused = refused
            .into_iter()
            .map(|failure| failure.in_document(&in_overlay))
            .collect();
        Ok(Self {
            api: api.name,
            document,
            effective,
            registry,
            types,
            access,
            rows,
            lists,
            refused,
        })
    }

    /// Runs the generator as well, which takes seconds, and keeps what it refuses. Where something is refused already there is
    /// nothing for it to run on.
    #[must_use]
    pub fn with_generator(mut self, api: &Api) -> Self {
        if self.refused.is_empty() {
            let normalised = Normalised::of(self.with_types(), &mut Report::default());
            let client = normalised.and_then(|normalised| normalised.client(api));
            let document = format!("{}/{}", api.name, api.document);
            let refused = client.err().map(|failure| failure.in_document(&document));
            self.refused.extend(refused);
        }
        self
    }

    /// What a build refuses: corrections that no longer apply first. What the generator refuses is in it only after
    /// [`Prepared::with_generator`].
    pub fn refused(&self) -> &[Failure] {
        &self.refused
    }

    /// The overlaid document with its types.
    pub(crate) fn with_types(&self) -> Value {
        let mut document = self.document.clone();
        if !self.types.is_null() {
            document["components"]["x-types"] = self.types.clone();
        }
        document
    }

    /// The row of the operations table.
    pub(crate) fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }
}

/// What the passes after a failed one refuse, where they can be reached: after a failure of the types, the patterns that no field
/// has, and the closed lists of values.
fn later_failures(failure: &Failure, document: &mut Value, registry: &Registry) -> Vec<Failure> {
    if !["give types", "types"].contains(&failure.pass()) {
        return Vec::new();
    }
    let mut failures = Vec::new();
    if failure.pass() == "give types" {
        // Every field has been looked at before the pass failed.
        failures.extend(registry.check_all_used().err());
    }
    if let Ok(sides) = sides::find(document) {
        failures.extend(lenient::apply(document, &sides).err());
    }
    failures
}

/// The lists that page; none when a list cannot be read. That nothing pages any more is refused, and known.
fn lists(normalised: &Value, refused: &mut Vec<Failure>) -> Option<Vec<List>> {
    match paging::find(normalised) {
        Ok(lists) => Some(lists),
        Err(failure) => {
            let nothing_pages = failure.place() == "$.info.x-paging";
            refused.push(failure);
            nothing_pages.then(Vec::new)
        }
    }
}
