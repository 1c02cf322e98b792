//! Compares what holds for a whole document: addresses, credentials, media type, paging, texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Rule;
use super::comparison::{Comparison, went};

impl Comparison<'_> {
    /// Compares everything beside operations, schemas and types.
    pub(super) fn document(&mut self) {
        let (old, new) = (&self.old.document, &self.new.document);
        let handled = [
            "openapi",
            "info",
            "servers",
            "security",
            "tags",
            "paths",
            "components",
        ];
        self.rest("$", old, new, &handled, &[]);
        if old["openapi"] != new["openapi"] {
            let what = format!("{} became {}", old["openapi"], new["openapi"]);
            self.note(Rule::DocumentationChanged, "$.openapi", what, &[]);
        }
        self.info(&old["info"], &new["info"]);
        self.servers(&old["servers"], &new["servers"]);
        self.security(old, new);
        if old["tags"] != new["tags"] {
            let what = format!("tags {}", went(old.get("tags"), new.get("tags")));
            self.note(Rule::DocumentationChanged, "$.tags", what, &[]);
        }
        // Parameters, responses and bodies are compared where they are used.
        let used = [
            "schemas",
            "parameters",
            "responses",
            "requestBodies",
            "securitySchemes",
        ];
        self.rest(
            "$.components",
            &old["components"],
            &new["components"],
            &used,
            &[],
        );
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
            if old.get(key) != new.get(key) {
                let what = format!("{key} {}", went(old.get(key), new.get(key)));
                self.note(Rule::DocumentationChanged, "$.info", what, &[]);
            }
        }
        let changed = [
            ("version", Rule::ContractVersionChanged),
            ("x-media-type", Rule::MediaTypeChanged),
            ("x-paging", Rule::PagingChanged),
        ];
        for (key, rule) in changed {
            if old.get(key) != new.get(key) {
                let what = match (old.get(key), new.get(key)) {
                    (Some(before), Some(after)) => format!("{before} became {after}"),
                    (before, after) => format!("it {}", went(before, after)),
                };
                self.note(rule, format!("$.info.{key}"), what, &[]);
            }
        }
        let mut handled = texts.to_vec();
        handled.extend(changed.map(|(key, _)| key));
        self.rest("$.info", old, new, &handled, &[]);
    }

    fn servers(&mut self, old: &Value, new: &Value) {
        let (before, after) = (environments(old), environments(new));
        for (environment, address) in &before {
            let place = format!("$.servers ({environment})");
            match after.get(environment) {
                None => self.note(
                    Rule::ServerRemoved,
                    place,
                    format!("{address} is gone"),
                    &[],
                ),
                Some(other) if other != address => {
                    let what = format!("{address} became {other}");
                    self.note(Rule::ServerAddressChanged, place, what, &[]);
                }
                Some(_) => {}
            }
        }
        for (environment, address) in &after {
            if !before.contains_key(environment) {
                let place = format!("$.servers ({environment})");
                self.note(Rule::ServerAdded, place, format!("{address} is new"), &[]);
            }
        }
        if before == after && old != new {
            self.note(
                Rule::ServerListChanged,
                "$.servers",
                "other words or addresses",
                &[],
            );
        }
    }

    fn security(&mut self, old: &Value, new: &Value) {
        let header = |prepared: &crate::tool::Prepared| {
            let access = prepared.access.as_ref();
            access.map(|access| access.credential_header.clone())
        };
        let (before, after) = (header(self.old), header(self.new));
        if before != after {
            let name = |header: Option<String>| header.unwrap_or_else(|| "no header".to_owned());
            let what = format!("{} became {}", name(before), name(after));
            self.note(Rule::CredentialHeaderChanged, "$.security", what, &[]);
        } else if old["security"] != new["security"] || schemes(old) != schemes(new) {
            self.note(
                Rule::SecurityChanged,
                "$.security",
                "it is declared otherwise",
                &[],
            );
        }
        let described = |document: &Value| document["components"]["securitySchemes"].clone();
        if described(old) != described(new) && schemes(old) == schemes(new) {
            let place = "$.components.securitySchemes";
            self.note(Rule::DocumentationChanged, place, "texts changed", &[]);
        }
    }
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
