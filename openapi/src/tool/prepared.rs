//! A document as two of them are compared: published, overlaid, and with what the build refuses.
//!
//! Unlike a build it goes on after a refusal. A document that has just been updated often has corrections that no longer apply,
//! and that is when its changes are wanted most.

use std::cell::OnceCell;
use std::fmt;

use serde_json::Value;

use crate::access::{self, Access};
use crate::failure::Failure;
use crate::groups::Wanted;
use crate::normalise::{self, lenient, parameters, sides};
use crate::operations::{self, Row};
use crate::overlay::{Fault, Outcome};
use crate::paging;
use crate::registry::Registry;
use crate::report::Report;
use crate::{Api, Normalised, document, overlay};

/// A document that can be compared with another.
pub struct Prepared {
    pub(crate) api: &'static str,
    /// The document without its overlay; nothing where only the overlaid one is known.
    pub(crate) published: Value,
    pub(crate) overlay: Value,
    /// What the overlay did to the published document.
    pub(crate) outcome: Outcome,
    /// The document with its overlay and its types.
    pub(crate) overlaid: Value,
    pub(crate) view: View,
    published_view: OnceCell<Option<View>>,
    refused: Vec<Failure>,
}

/// What a comparison reads of an overlaid document.
pub(crate) struct View {
    /// The document without the types; the parameters of paths are those of operations.
    pub(crate) document: Value,
    /// The same with the parameters that the client has: references followed, secrets and duplicates removed.
    pub(crate) effective: Value,
    pub(crate) registry: Registry,
    /// The types as the overlay lists them.
    pub(crate) types: Value,
    pub(crate) access: Option<Access>,
    pub(crate) rows: Vec<Row>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Prepared")
            .field("api", &self.api)
            .field("operations", &self.view.rows.len())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

impl View {
    /// Reads an overlaid document. A document without access data has no rows; why is in the second value.
    pub(crate) fn of(mut document: Value) -> Result<(Self, Option<Failure>), Failure> {
        let types = document["components"]["x-types"].clone();
        let registry = Registry::take(&mut document)?;
        parameters::spread(&mut document);
        let (access, refused) = match access::read(&document) {
            Ok(access) => (Some(access), None),
            Err(failure) => (None, Some(failure)),
        };
        let rows = access
            .as_ref()
            .map(|access| operations::read(&document, &registry, access))
            .unwrap_or_default();
        let mut effective = document.clone();
        parameters::inline(&mut effective);
        parameters::drop_authentication(&mut effective, &registry);
        // Two parameters of one name are reported by the passes.
        let _ = parameters::separate(&mut effective);
        let view = Self {
            document,
            effective,
            registry,
            types,
            access,
            rows,
        };
        Ok((view, refused))
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
        let (document, overlay) = api.parse(document, overlay)?;
        Self::from_values(api, document, &overlay)
    }

    /// Names the document by the file it was read from, in what a build refuses.
    pub(crate) fn called(mut self, api: &Api, file: &str) -> Self {
        let document = api.document_name();
        let refused = self.refused.into_iter();
        self.refused = refused
            .map(|failure| failure.called(&document, file))
            .collect();
        self
    }

    /// Prepares a document and its overlay, both parsed, as [`Prepared::from_text`] does.
    pub(crate) fn from_values(
        api: &Api,
        published: Value,
        overlay: &Value,
    ) -> Result<Self, Failure> {
        let (in_document, in_overlay) = (api.document_name(), api.overlay_name());
        if !published["paths"].is_object() {
            let reason = "there are no paths; it is no OpenAPI document";
            return Err(Failure::new("reading", "$.paths", reason).in_document(&in_document));
        }
        let mut refused = Vec::new();
        if let Err(failure) = document::check(&published) {
            refused.push(failure.in_document(&in_document));
        }
        // Actions that do not fit are skipped and reported.
        let mut overlaid = published.clone();
        let outcome = overlay::apply_where_possible(&mut overlaid, api.document, overlay)
            .map_err(|failure| failure.in_document(&in_overlay))?;
        let faults = outcome.faults.iter();
        refused.extend(faults.map(|(.., failure)| failure.clone().in_document(&in_overlay)));
        let mut prepared = Self::from_overlaid(api, overlaid)
            .map_err(|failure| failure.in_document(&in_overlay))?;
        // What is wrong with the document is wrong with it after its corrections too, and reported once.
        let is_known = |failure: &Failure, refused: &[Failure]| {
            let mut known = refused.iter().flat_map(Failure::all);
            known
                .any(|known| known.place() == failure.place() && known.reason() == failure.reason())
        };
        prepared
            .refused
            .retain(|failure| !is_known(failure, &refused));
        refused.append(&mut prepared.refused);
        Ok(Self {
            published,
            overlay: overlay.clone(),
            outcome,
            refused,
            ..prepared
        })
    }

    /// Prepares a document to which the overlay has been applied.
    pub(crate) fn from_overlaid(api: &Api, overlaid: Value) -> Result<Self, Failure> {
        let in_overlay = api.overlay_name();
        let (mut view, no_access) = View::of(overlaid.clone())?;
        let mut refused = Vec::new();
        refused.extend(document::check(&view.document).err());
        refused.extend(no_access);
        let mut normalised = view.document.clone();
        let run = normalise::run(&mut normalised, &view.registry, &mut Report::default());
        if let Err(failure) = &run {
            refused.extend(later_failures(failure, &mut normalised, &view.registry));
        }
        let passes = run
            .and_then(|()| operations::complete(&mut view.rows, &normalised))
            .and_then(|()| paging::find(&normalised).map(drop));
        refused.extend(passes.err());
        let refused = refused.into_iter();
        Ok(Self {
            api: api.name,
            published: Value::Null,
            overlay: Value::Null,
            outcome: Outcome::default(),
            overlaid,
            view,
            published_view: OnceCell::new(),
            refused: refused
                .map(|failure| failure.in_document(&in_overlay))
                .collect(),
        })
    }

    /// Runs the generator as well, and keeps what it refuses. It runs only where nothing else is refused.
    #[must_use]
    pub fn with_generator(mut self, api: &Api) -> Self {
        if self.refused.is_empty() {
            let normalised =
                Normalised::of(self.overlaid.clone(), &mut Report::default(), Wanted::ALL);
            let client = normalised.and_then(|normalised| normalised.client(api));
            let refused = client.err();
            let refused = refused.map(|failure| failure.in_document(&api.document_name()));
            self.refused.extend(refused);
        }
        self
    }

    /// What a build refuses about it, corrections that no longer apply first; what the generator refuses only after
    /// [`Prepared::with_generator`].
    pub fn refused(&self) -> &[Failure] {
        &self.refused
    }

    /// The published document, with what the overlay says of the whole API: types, addresses, media type, paging.
    pub(crate) fn published_view(&self) -> Option<&View> {
        let read = || {
            let mut document = self.published.clone();
            for key in ["info", "servers"] {
                document[key] = self.overlaid[key].clone();
            }
            let components = document["components"].as_object_mut()?;
            components.insert("x-types".to_owned(), self.view.types.clone());
            View::of(document).ok().map(|(view, _)| view)
        };
        self.published_view.get_or_init(read).as_ref()
    }

    /// The actions of the overlay whose target is missing, at all places or at some.
    pub(crate) fn missed_actions(&self) -> impl Iterator<Item = usize> {
        let faults = self.outcome.faults.iter();
        faults
            .filter(|(_, fault, _)| matches!(fault, Fault::Stale | Fault::InPart))
            .map(|(index, ..)| *index)
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
