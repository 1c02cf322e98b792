//! Mutations of what a field forbids, and of the forms in which a schema can say the same.

use serde_json::{Value, json};

use super::Mutation;
use super::fields::Site;
use super::operations::{set, unset};
use crate::tool::diff::NextRelease::{Major, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

const READ: &str = "an answer is read without its limits";
const REGISTERED: &str = "the registered type knows no limits";
const SERVER: &str = "only the server checks it";
const WRAPPER: &str = "a wrapper around one schema says nothing of its shape";

impl Site<'_> {
    /// Bounds, lengths, patterns and formats.
    pub(super) fn limits(&self) -> Vec<Mutation> {
        let mut limits = Vec::new();
        match self.property["type"].as_str() {
            Some("string") => {
                limits.push(self.limit("maxLength", json!(11), true));
                limits.push(self.limit("pattern", json!("^a"), false));
                limits.extend(self.format("date-time"));
                limits.extend(self.format("uuid"));
            }
            Some("integer") => {
                limits.push(self.limit("minimum", json!(1), true));
                if !self.is_request {
                    limits.extend(self.format("int32"));
                }
            }
            Some("number") => limits.push(self.limit("minimum", json!(1), false)),
            Some("array") => limits.push(self.limit("maxItems", json!(3), false)),
            _ => {}
        }
        limits
    }

    /// A limit that comes, or goes where there is one; `typed` is one that the generator makes a type of.
    fn limit(&self, key: &'static str, value: Value, typed: bool) -> Mutation {
        let had = self.property.get(key).is_some();
        let registered = self.kind().is_some();
        let in_rust = self.is_request && typed && !registered;
        let lost = if self.is_request && !had {
            Degrades
        } else {
            Works
        };
        let next = if in_rust { Major } else { Patch };
        let at = self.at();
        let kind = if had { "limit removed" } else { "limit added" };
        let mutation = Mutation::new(kind, self.place(), (lost, next), move |document| {
            if had {
                unset(document, &at, key)
            } else {
                set(document, &at, key, value.clone())
            }
        });
        let mutation = mutation.variant(key);
        match (in_rust, self.is_request, registered) {
            (true, ..) => mutation,
            (_, false, _) => mutation.unseen(READ),
            (_, _, true) => mutation.unseen(REGISTERED),
            _ => mutation.unseen(SERVER),
        }
    }

    /// A format of values of which the client takes all.
    fn format(&self, format: &'static str) -> Option<Mutation> {
        let is_plain = ["format", "enum"]
            .iter()
            .all(|key| self.property.get(key).is_none());
        let (lost, reason) = if self.is_request {
            (Degrades, SERVER)
        } else {
            (Works, READ)
        };
        let at = self.at();
        let change = move |document: &mut Value| set(document, &at, "format", json!(format));
        let mutation = Mutation::new("format added", self.place(), (lost, Patch), change);
        is_plain.then(|| mutation.variant(format).unseen(reason))
    }

    /// Several shapes in the place of one, and a wrapper around one.
    pub(super) fn composites(&self) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let declared = self.property["type"].as_str();
        if declared.is_some_and(|declared| !["object", "array"].contains(&declared)) {
            let at = self.at();
            let object = json!({"type": "object", "properties": {"brand_new": {"type": "string"}}});
            let shapes = json!({"oneOf": [object, {"type": "array", "items": object}]});
            let change = move |document: &mut Value| {
                let place = document.pointer_mut(&at);
                place.map(|place| *place = shapes.clone()).is_some()
            };
            mutations.push(Mutation::new(
                "scalar made one of several shapes",
                self.place(),
                (Breaks, Major),
                change,
            ));
        }
        let at = match (
            self.property.get("$ref"),
            self.property["items"].get("$ref"),
        ) {
            (Some(_), _) => Some(self.at()),
            (None, Some(_)) => Some(format!("{}/items", self.at())),
            (None, None) => None,
        };
        if let Some(at) = at {
            let change = move |document: &mut Value| {
                let place = document.pointer_mut(&at);
                let wrap = |place: &mut Value| *place = json!({"allOf": [place.take()]});
                place.map(wrap).is_some()
            };
            let wrapped = Mutation::new("reference wrapped", self.place(), (Works, Patch), change);
            mutations.push(wrapped.unseen(WRAPPER));
        }
        mutations
    }
}
