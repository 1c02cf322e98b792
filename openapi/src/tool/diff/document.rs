//! Compares what holds for a whole document: addresses, credentials, media type, paging, schemas by name, texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Side, Spot};
use super::comparison::{Comparison, became, went};
use super::model::type_name;
use super::rules::Rule;
use crate::tool::prepared::View;

impl Comparison<'_> {
    /// Compares everything beside operations and types.
    pub(super) fn document(&mut self) {
        let (old, new) = (&self.old.view.document, &self.new.view.document);
        let handled = [
            "openapi",
            "info",
            "servers",
            "security",
            "tags",
            "paths",
            "components",
        ];
        self.rest(&whole("$"), old, new, &handled);
        let versions = [&old["openapi"], &new["openapi"]];
        self.differs(
            &whole("$.openapi"),
            Rule::DocumentationChanged,
            "openapi",
            versions,
        );
        self.info(&old["info"], &new["info"]);
        self.servers(&old["servers"], &new["servers"]);
        self.security(old, new);
        self.key(
            &whole("$.tags"),
            Rule::DocumentationChanged,
            "tags",
            [old, new],
        );
        // Parameters, responses and bodies are compared where they are used.
        let used = [
            "schemas",
            "parameters",
            "responses",
            "requestBodies",
            "securitySchemes",
        ];
        let [before, after] = [old, new].map(|document| &document["components"]);
        self.rest(&whole("$.components"), before, after, &used);
        self.components();
    }

    fn info(&mut self, old: &Value, new: &Value) {
        let texts = [
            "contact",
            "license",
            "termsOfService",
            "description",
            "title",
        ];
        for key in texts {
            self.key(
                &whole("$.info"),
                Rule::DocumentationChanged,
                key,
                [old, new],
            );
        }
        let changed = [
            ("version", Rule::ContractVersionChanged),
            ("x-media-type", Rule::MediaTypeChanged),
            ("x-paging", Rule::PagingChanged),
        ];
        for (key, rule) in changed {
            if old.get(key) != new.get(key) {
                let what = match (old.get(key), new.get(key)) {
                    (Some(before), Some(after)) => became(key, before, after),
                    (before, after) => went(key, before, after),
                };
                self.note_whole(rule, &format!("$.info.{key}"), what);
            }
        }
        let mut handled = texts.to_vec();
        handled.extend(changed.map(|(key, _)| key));
        self.rest(&whole("$.info"), old, new, &handled);
    }

    fn servers(&mut self, old: &Value, new: &Value) {
        let (before, after) = (environments(old), environments(new));
        for (environment, address) in &before {
            let place = format!("$.servers ({environment})");
            if let Some(other) = after.get(environment) {
                let urls = [address, other];
                self.differs(&whole(&place), Rule::ServerAddressChanged, "url", urls);
            } else {
                let what = format!("{address} was removed");
                self.note_whole(Rule::ServerRemoved, &place, what);
            }
        }
        for (environment, address) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            let place = format!("$.servers ({environment})");
            self.note_whole(Rule::ServerAdded, &place, format!("{address} was added"));
        }
        if before == after && old != new {
            let what = "texts, order, or addresses of no environment changed";
            self.note_whole(Rule::ServerListChanged, "$.servers", what);
        }
    }

    fn security(&mut self, old: &Value, new: &Value) {
        let header = |view: &View| {
            let access = view.access.as_ref();
            access
                .map_or("none", |access| &access.credential_header)
                .to_owned()
        };
        let (before, after) = (header(self.old.view), header(self.new.view));
        if before != after {
            let what = became("header", before, after);
            self.note_whole(Rule::CredentialHeaderChanged, "$.security", what);
        } else if old["security"] != new["security"] || schemes(old) != schemes(new) {
            let what = "it is declared in another way";
            self.note_whole(Rule::SecurityChanged, "$.security", what);
        }
        let described = |document: &Value| document["components"]["securitySchemes"].clone();
        if described(old) != described(new) && schemes(old) == schemes(new) {
            let place = "$.components.securitySchemes";
            self.note_whole(Rule::DocumentationChanged, place, "texts changed");
        }
    }

    /// Compares which schemas there are; what is in them is compared where they are used.
    fn components(&mut self) {
        let schemas = |document: &Value| {
            document["components"]["schemas"]
                .as_object()
                .cloned()
                .unwrap_or_default()
        };
        let (old, new) = (
            schemas(&self.old.view.document),
            schemas(&self.new.view.document),
        );
        for name in old.keys() {
            let new_name = self.renames.of_schema(name).to_owned();
            let mut spot = Spot::new(Side::Request, &new_name, &self.old.reaching(name, None));
            if !new.contains_key(&new_name) {
                self.note(&spot, Rule::SchemaRemoved, "it was removed");
                continue;
            }
            spot.operations = self.new.reaching(&new_name, None);
            if let (Some(before), Some(after)) = (self.old.side(name), self.new.side(&new_name))
                && before != after
            {
                let what = became("side", format!("{before:?}"), format!("{after:?}"));
                self.note(&spot, Rule::SchemaChangedSides, what);
            }
            if *name != new_name {
                // Names that differ in their spelling alone are the same type in Rust.
                let is_same_in_rust = type_name(name) == type_name(&new_name);
                let rule = if is_same_in_rust {
                    Rule::DocumentationChanged
                } else {
                    Rule::SchemaRenamed
                };
                self.note(&spot, rule, became("name", name, &new_name));
            }
        }
        for name in new.keys() {
            let is_known = old
                .keys()
                .any(|other| self.renames.of_schema(other) == name);
            if !is_known {
                let spot = Spot::new(Side::Request, name, &self.new.reaching(name, None));
                self.note(&spot, Rule::SchemaAdded, "it was added");
            }
        }
    }
}

/// A place that concerns the document as a whole.
fn whole(place: &str) -> Spot {
    Spot::new(Side::Request, place, &[])
}

/// The addresses by environment, as the client has them.
fn environments(servers: &Value) -> BTreeMap<String, String> {
    let servers = servers.as_array().into_iter().flatten();
    servers
        .filter_map(|server| {
            let environment = server["x-environment"].as_str()?;
            let address = server["url"].as_str()?.trim_end_matches('/');
            Some((environment.to_owned(), address.to_owned()))
        })
        .collect()
}

/// The security schemes without their texts.
fn schemes(document: &Value) -> Map<String, Value> {
    let schemes = document["components"]["securitySchemes"].as_object();
    let mut schemes = schemes.cloned().unwrap_or_default();
    for scheme in schemes.values_mut() {
        if let Some(members) = scheme.as_object_mut() {
            members.remove("description");
            members.remove("x-evidence");
        }
    }
    schemes
}
