//! Mutations of what holds for a whole document, and of the registered types.

use serde_json::{Value, json};

use super::operations::{set, unset};
use super::{Mutation, pointer};
use crate::normalise::{sides, typing};
use crate::registry::{Entry, Kind};
use crate::tool::Prepared;
use crate::tool::diff::NextRelease::{Major, Minor, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

/// All of them.
pub(super) fn all(prepared: &Prepared) -> Vec<Mutation> {
    let mut mutations = whole(&prepared.document);
    for entry in prepared.registry.entries() {
        mutations.extend(of_type(prepared, entry));
    }
    mutations
}

fn whole(document: &Value) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    let servers = document["servers"].as_array();
    for (index, server) in servers.into_iter().flatten().enumerate() {
        if server["x-environment"].is_string() {
            let at = format!("/servers/{index}");
            mutations.push(Mutation::new(
                "server address changed",
                at.clone(),
                (Breaks, Patch),
                move |document| set(document, &at, "url", json!("https://elsewhere.example")),
            ));
        }
    }
    let turned = |document: &mut Value| {
        let servers = document["servers"].as_array_mut();
        servers.map(|servers| servers.reverse()).is_some()
    };
    let reason = "a server is known by its environment";
    mutations.push(
        Mutation::new(
            "servers in another order",
            "$.servers",
            (Works, Patch),
            turned,
        )
        .unseen(reason),
    );
    let media_type = |document: &mut Value| {
        set(
            document,
            "/info",
            "x-media-type",
            json!("application/vnd.z+json"),
        )
    };
    mutations.push(Mutation::new(
        "media type changed",
        "$.info",
        (Breaks, Patch),
        media_type,
    ));
    let version = |document: &mut Value| set(document, "/info", "version", json!("99.1"));
    mutations.push(Mutation::new(
        "contract version changed",
        "$.info",
        (Works, Patch),
        version,
    ));
    let title = |document: &mut Value| set(document, "/info", "title", json!("Another title"));
    let reason = "texts are for people";
    mutations.push(Mutation::new("title changed", "$.info", (Works, Patch), title).unseen(reason));
    let unheard = |document: &mut Value| set(document, "/info", "x-unheard-of", json!(true));
    let reason = "no part of the pipeline knows it; the comparison asks for a judgement";
    mutations.push(
        Mutation::new(
            "unknown keyword added",
            "$.info",
            (Degrades, Major),
            unheard,
        )
        .unseen(reason),
    );
    let schemes = document["components"]["securitySchemes"].as_object();
    for (name, _) in schemes.into_iter().flatten() {
        let used = document["security"][0].get(name).is_some();
        if used {
            let at = pointer(&["components", "securitySchemes", name]);
            mutations.push(Mutation::new(
                "credential header changed",
                name,
                (Breaks, Patch),
                move |document| set(document, &at, "name", json!("X-ANOTHER-TOKEN")),
            ));
        }
    }
    mutations
}

fn of_type(prepared: &Prepared, entry: &Entry) -> Vec<Mutation> {
    let name = entry.name.clone();
    let at = pointer(&["components", "x-types", &name]);
    let mut mutations = Vec::new();
    if entry.is_emitted() {
        let old = name.clone();
        mutations.push(Mutation::new(
            "registered type renamed",
            &name,
            (Works, Major),
            move |document| {
                let types = document["components"]["x-types"].as_object_mut();
                let Some(types) = types else { return false };
                let Some(entry) = types.remove(&old) else {
                    return false;
                };
                types.insert(format!("{old}Anew"), entry).is_none()
            },
        ));
    }
    if matches!(entry.kind, Kind::OpenText | Kind::OpenCode) && entry.is_emitted() {
        mutations.extend(of_values(&at, entry));
    }
    if is_read(prepared, &name) {
        let (was, at) = (entry.null_text, at);
        let (kind, class) = if was {
            ("null text withdrawn", (Works, Patch))
        } else {
            ("null text announced", (Degrades, Patch))
        };
        mutations.push(Mutation::new(kind, &name, class, move |document| {
            if was {
                unset(document, &at, "null_text")
            } else {
                set(document, &at, "null_text", json!(true))
            }
        }));
    }
    mutations
}

/// Whether a field that may be absent has the type, so that the text `null` can mean that it is.
fn is_read(prepared: &Prepared, name: &str) -> bool {
    let schemas = prepared.document["components"]["schemas"].as_object();
    let sent = sides::find(&prepared.document)
        .map(|sides| sides.requests)
        .unwrap_or_default();
    schemas.into_iter().flatten().any(|(schema, value)| {
        let fields = value["properties"].as_object();
        let is_received = !sent.contains(schema);
        fields.into_iter().flatten().any(|(field, property)| {
            let given = typing::given(&prepared.registry, schema, field, property);
            is_received
                && property["type"] != "array"
                && given.is_some_and(|entry| entry.name == name)
        })
    })
}

fn of_values(at: &str, entry: &Entry) -> Vec<Mutation> {
    let name = entry.name.as_str();
    let at = format!("{at}/values");
    let coded = entry.kind == Kind::OpenCode;
    let added = {
        let at = at.clone();
        move |document: &mut Value| {
            let value = if coded {
                json!({"name": "BRAND_NEW", "code": 987})
            } else {
                json!({"name": "BRAND_NEW"})
            };
            let values = document.pointer_mut(&at).and_then(Value::as_array_mut);
            values.map(|values| values.push(value)).is_some()
        }
    };
    let mut mutations = vec![Mutation::new(
        "known value added",
        name,
        (Works, Minor),
        added,
    )];
    for (index, value) in entry.values.iter().enumerate() {
        let place = format!("{name}.{}", value.name);
        if entry.values.len() > 1 {
            let at = at.clone();
            mutations.push(Mutation::new(
                "known value removed",
                &place,
                (Works, Major),
                move |document| {
                    let values = document.pointer_mut(&at).and_then(Value::as_array_mut);
                    values.map(|values| values.remove(index)).is_some()
                },
            ));
        }
        let of_value = format!("{at}/{index}");
        mutations.push(Mutation::new(
            "code of a value changed",
            &place,
            (Degrades, Patch),
            move |document| set(document, &of_value, "code", json!(986)),
        ));
        if coded {
            let of_value = format!("{at}/{index}");
            mutations.push(Mutation::new(
                "value of a code renamed",
                &place,
                (Works, Major),
                move |document| set(document, &of_value, "name", json!("CALLED_ANEW")),
            ));
        }
        let of_value = format!("{at}/{index}");
        let described = Mutation::new(
            "meaning of a value changed",
            &place,
            (Works, Patch),
            move |document| set(document, &of_value, "means", json!("Something else.")),
        );
        mutations.push(described.unseen("texts are for people"));
    }
    mutations
}
