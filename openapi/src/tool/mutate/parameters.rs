//! Mutations of parameters.

use serde_json::{Value, json};

use super::operations::set;
use super::{Mutation, pointer, tidy};
use crate::document::{OperationEntry, operations};
use crate::normalise::parameters::name_of;
use crate::normalise::typing;
use crate::registry::Kind;
use crate::tool::Prepared;
use crate::tool::diff::NextRelease::{Major, Minor, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

/// All of them: of the parameters that builders have.
pub(super) fn all(prepared: &Prepared) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    for operation in operations(&prepared.effective) {
        mutations.extend(added(&operation));
        let parameters = operation.value.get("parameters").and_then(Value::as_array);
        for parameter in parameters.into_iter().flatten() {
            mutations.extend(of_one(prepared, &operation, parameter));
        }
    }
    mutations
}

fn added(operation: &OperationEntry<'_>) -> [Mutation; 3] {
    let at = pointer(&["paths", operation.path, operation.method]);
    let add = |required: bool| {
        let at = at.clone();
        move |document: &mut Value| {
            let parameter = json!({
                "name": "brand_new", "in": "query", "required": required, "schema": {"type": "string"}
            });
            match document
                .pointer_mut(&at)
                .and_then(|operation| operation["parameters"].as_array_mut())
            {
                Some(list) => list.push(parameter),
                None => return set(document, &at, "parameters", json!([parameter])),
            }
            true
        }
    };
    let path = pointer(&["paths", operation.path]);
    let shared = Mutation::new(
        "optional parameter added to a path",
        operation.path,
        (Works, Minor),
        move |document: &mut Value| {
            let parameter =
                json!({"name": "brand_new", "in": "query", "schema": {"type": "string"}});
            set(document, &path, "parameters", json!([parameter]))
        },
    );
    [
        Mutation::new(
            "optional parameter added",
            operation.id,
            (Works, Minor),
            add(false),
        ),
        Mutation::new(
            "required parameter added",
            operation.id,
            (Breaks, Major),
            add(true),
        ),
        shared,
    ]
}

/// Changes one parameter of one operation, though many may refer to it.
fn change(
    operation: &OperationEntry<'_>,
    parameter: &Value,
    change: impl Fn(&mut Value) + 'static,
) -> impl Fn(&mut Value) -> bool + 'static {
    let at = pointer(&["paths", operation.path, operation.method, "parameters"]);
    let original = parameter.clone();
    move |document| {
        let Some(index) = position(document, &at, &original) else {
            return false;
        };
        let mut changed = original.clone();
        change(&mut changed);
        if let Some(place) = document.pointer_mut(&format!("{at}/{index}")) {
            *place = changed;
        }
        true
    }
}

fn position(document: &Value, at: &str, parameter: &Value) -> Option<usize> {
    let list = document.pointer(at)?.as_array()?;
    list.iter()
        .position(|entry| crate::document::follow(document, entry) == parameter)
}

fn of_one(prepared: &Prepared, operation: &OperationEntry<'_>, parameter: &Value) -> Vec<Mutation> {
    let name = name_of(parameter).to_owned();
    let place = format!("{}.{name}", operation.id);
    let in_path = parameter["in"] == "path";
    let required = parameter["required"] == true;
    let lost = if required { Breaks } else { Degrades };
    let turns_pages = turns_pages(prepared, operation, &name);
    let mut mutations = Vec::new();
    if !in_path {
        let class = if required {
            (Degrades, Minor)
        } else {
            (Degrades, Major)
        };
        let class = if required { (Works, class.1) } else { class };
        let kind = if required {
            "parameter made optional"
        } else {
            "parameter made required"
        };
        let flip = change(operation, parameter, move |parameter| {
            parameter["required"] = json!(!required)
        });
        mutations.push(Mutation::new(kind, &place, class, flip));
        let to = if parameter["in"] == "query" {
            "header"
        } else {
            "query"
        };
        let moved = change(operation, parameter, move |parameter| {
            parameter["in"] = json!(to)
        });
        let next = if turns_pages { Major } else { Patch };
        mutations.push(Mutation::new(
            "parameter moved",
            &place,
            (lost, next),
            moved,
        ));
        let at = pointer(&["paths", operation.path, operation.method, "parameters"]);
        let original = parameter.clone();
        let removed = move |document: &mut Value| {
            let Some(index) = position(document, &at, &original) else {
                return false;
            };
            let list = document.pointer_mut(&at).and_then(Value::as_array_mut);
            list.map(|list| list.remove(index)).is_some()
        };
        mutations.push(Mutation::new(
            "parameter removed",
            &place,
            (Degrades, Major),
            removed,
        ));
    }
    // A value in the path is known by its place, not by its name.
    let lost_by_name = if in_path { Works } else { lost };
    for (kind, new, next) in [
        ("parameter renamed", format!("another_{name}"), Major),
        (
            "parameter respelled",
            respelled(&name),
            if turns_pages { Major } else { Patch },
        ),
    ] {
        if new != name {
            mutations.push(renamed(
                operation,
                parameter,
                kind,
                &new,
                (lost_by_name, next),
            ));
        }
    }
    if !in_path && !required {
        let was = parameter["schema"]["nullable"] == true;
        let flip = change(operation, parameter, move |parameter| {
            parameter["schema"]["nullable"] = json!(!was);
        });
        let flipped = Mutation::new(
            "optional parameter nullable flipped",
            &place,
            (Works, Patch),
            flip,
        );
        mutations.push(flipped.unseen("what is absent is left out, and never null"));
    }
    let schema = &parameter["schema"];
    let given = typing::given(&prepared.registry, operation.id, &name, schema);
    let kind = given.map(|entry| entry.kind);
    let (new, stays) = match schema["type"].as_str() {
        Some("string") => (
            "integer",
            matches!(kind, Some(Kind::OpenCode | Kind::Text | Kind::Personal)),
        ),
        // Of a list only the items are registered.
        Some("array") => ("string", false),
        _ => ("string", kind.is_some()),
    };
    let class = if stays {
        (Breaks, Patch)
    } else {
        (Breaks, Major)
    };
    let retyped = change(operation, parameter, move |parameter| {
        parameter["schema"] = json!({"type": new})
    });
    let retyped = Mutation::new("parameter type changed", &place, class, retyped);
    let reason = "the registered type is the same, and only the comparison sees the declared one";
    mutations.push(if stays {
        retyped.unseen(reason)
    } else {
        retyped
    });
    let described = change(operation, parameter, |parameter| {
        parameter["description"] = json!("Other words.")
    });
    let described = Mutation::new("parameter text changed", &place, (Works, Patch), described);
    mutations.push(described.unseen("texts are for people"));
    if schema["type"] == "string" && given.is_none() {
        let limited = change(operation, parameter, |parameter| {
            parameter["schema"]["maxLength"] = json!(7)
        });
        mutations.push(Mutation::new(
            "parameter limited",
            &place,
            (Degrades, Major),
            limited,
        ));
        let listed = change(operation, parameter, |parameter| {
            parameter["schema"]["enum"] = json!(["ONE", "OTHER"]);
        });
        mutations.push(Mutation::new(
            "parameter values closed",
            &place,
            (Degrades, Major),
            listed,
        ));
    }
    mutations
}

/// Whether the stream of the list goes with the parameter.
fn turns_pages(prepared: &Prepared, operation: &OperationEntry<'_>, name: &str) -> bool {
    let words = &prepared.document["info"]["x-paging"];
    let lists = prepared.lists.iter().flatten();
    ["page", "size"].iter().any(|word| words[word] == name)
        && lists
            .into_iter()
            .any(|list| list.operation() == operation.id)
}

/// The same name in Rust, written otherwise.
fn respelled(name: &str) -> String {
    if name.contains(['[', '-']) {
        return name.to_owned();
    }
    heck::ToLowerCamelCase::to_lower_camel_case(name)
}

/// Renames a parameter; one in the path there as well.
fn renamed(
    operation: &OperationEntry<'_>,
    parameter: &Value,
    kind: &'static str,
    new: &str,
    class: (crate::tool::diff::Released, crate::tool::diff::NextRelease),
) -> Mutation {
    let old = name_of(parameter).to_owned();
    let place = format!("{}.{old}", operation.id);
    let [id, path, method, new] =
        [operation.id, operation.path, operation.method, new].map(str::to_owned);
    let in_path = parameter["in"] == "path";
    let rename = {
        let new = new.clone();
        change(operation, parameter, move |parameter| {
            parameter["name"] = json!(new)
        })
    };
    Mutation::new(kind, place, class, move |document| {
        tidy::keep_type(document, &id, &old, &new);
        if !rename(document) {
            return false;
        }
        if in_path {
            let found = document["paths"][path.as_str()].as_object_mut();
            let Some(found) = found.and_then(|item| item.remove(&method)) else {
                return false;
            };
            let path = path.replace(&format!("{{{old}}}"), &format!("{{{new}}}"));
            document["paths"][path][method.as_str()] = found;
        }
        true
    })
}
