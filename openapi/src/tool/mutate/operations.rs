//! Mutations of operations: which there are, where they are reached, and what is known of them.

use serde_json::{Value, json};

use super::{Mutation, pointer};
use crate::document::{OperationEntry, operations};
use crate::tool::Prepared;
use crate::tool::diff::NextRelease::{Major, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

/// All of them.
pub(super) fn all(prepared: &Prepared) -> Vec<Mutation> {
    let document = &prepared.document;
    let mut mutations = Vec::new();
    for operation in operations(document) {
        mutations.extend(existence(&operation));
        mutations.extend(marks(&operation));
        mutations.extend(texts(&operation));
        let taken = |method: &str| !document["paths"][operation.path][method].is_null();
        let method = match operation.method {
            "get" => "post",
            "post" => "put",
            _ => "patch",
        };
        // A delete has no answer, whatever the document says; another method has the declared one.
        let answers = prepared.row(operation.id).is_some_and(|row| {
            row.answer == crate::operations::Answer::Nothing && has_answer(document, &operation)
        });
        if !taken(method) {
            let class = if answers {
                (Breaks, Major)
            } else {
                (Breaks, Patch)
            };
            let (path, old) = (operation.path.to_owned(), operation.method.to_owned());
            mutations.push(Mutation::new(
                "operation method changed",
                operation.id,
                class,
                move |document| {
                    let Some(found) = take(document, &path, &old) else {
                        return false;
                    };
                    document["paths"][path.as_str()][method] = found;
                    true
                },
            ));
        }
    }
    mutations
}

fn has_answer(document: &Value, operation: &OperationEntry<'_>) -> bool {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    responses.into_iter().flatten().any(|(status, response)| {
        status.starts_with('2')
            && crate::document::follow(document, response)["content"].is_object()
    })
}

fn take(document: &mut Value, path: &str, method: &str) -> Option<Value> {
    document["paths"][path].as_object_mut()?.remove(method)
}

fn existence(operation: &OperationEntry<'_>) -> Vec<Mutation> {
    let id = operation.id;
    let [path, method] = [operation.path, operation.method].map(str::to_owned);
    let removed = {
        let (path, method) = (path.clone(), method.clone());
        move |document: &mut Value| take(document, &path, &method).is_some()
    };
    let moved = {
        let (path, method) = (path.clone(), method.clone());
        move |document: &mut Value| {
            let Some(found) = take(document, &path, &method) else {
                return false;
            };
            let path = format!("/elsewhere{path}");
            document["paths"][path] = json!({method.as_str(): found});
            true
        }
    };
    let renamed = {
        let (at, old) = (pointer(&["paths", &path, &method]), id.to_owned());
        move |document: &mut Value| {
            let name = format!("{old}Anew");
            super::tidy::rename_owner(document, &old, &name);
            set(document, &at, "operationId", json!(name))
        }
    };
    vec![
        Mutation::new("operation removed", id, (Breaks, Major), removed),
        Mutation::new("operation path changed", id, (Breaks, Patch), moved),
        Mutation::new("operation renamed", id, (Works, Major), renamed),
    ]
}

fn marks(operation: &OperationEntry<'_>) -> Vec<Mutation> {
    let id = operation.id;
    let at = || pointer(&["paths", operation.path, operation.method]);
    let flip = |key: &'static str| {
        let (at, value) = (at(), !operation.flag(key));
        move |document: &mut Value| set(document, &at, key, json!(value))
    };
    let mut mutations = vec![
        Mutation::new(
            "operation deprecation flipped",
            id,
            (Works, Patch),
            flip("deprecated"),
        ),
        Mutation::new("operation tag changed", id, (Works, Patch), {
            let at = at();
            move |document| set(document, &at, "tags", json!(["elsewhere"]))
        }),
        Mutation::new("operation security changed", id, (Breaks, Patch), {
            let at = at();
            move |document| set(document, &at, "security", json!([{"another": []}]))
        })
        .unseen("the client sends the one header of the document; only the comparison can tell"),
    ];
    if operation.value.get("security") != Some(&json!([])) {
        let at = at();
        let withdrawn = move |document: &mut Value| set(document, &at, "security", json!([]));
        mutations.push(
            Mutation::new(
                "operation security withdrawn",
                id,
                (Works, Patch),
                withdrawn,
            )
            .unseen("the client sends its header all the same"),
        );
    }
    let starts = if operation.flag("x-starts-work") {
        Mutation::new(
            "operation starts no work",
            id,
            (Works, Patch),
            flip("x-starts-work"),
        )
    } else {
        Mutation::new(
            "operation starts work",
            id,
            (Degrades, Patch),
            flip("x-starts-work"),
        )
    };
    mutations.push(starts);
    if operation.method != "get" && !operation.flag("x-starts-work") {
        mutations.push(if operation.flag("x-reads-only") {
            Mutation::new(
                "operation no longer only reads",
                id,
                (Degrades, Patch),
                flip("x-reads-only"),
            )
        } else {
            Mutation::new(
                "operation only reads",
                id,
                (Works, Patch),
                flip("x-reads-only"),
            )
        });
    }
    let evidence = if operation.value.get("x-evidence") == Some(&json!("spec")) {
        "example"
    } else {
        "spec"
    };
    let at = at();
    mutations.push(Mutation::new(
        "operation evidence changed",
        id,
        (Works, Patch),
        move |document| set(document, &at, "x-evidence", json!(evidence)),
    ));
    mutations
}

fn texts(operation: &OperationEntry<'_>) -> Vec<Mutation> {
    let texts = ["summary", "description"].map(|key| {
        let at = pointer(&["paths", operation.path, operation.method]);
        let change =
            move |document: &mut Value| set(document, &at, key, json!("Said in other words."));
        Mutation::new(
            "operation text changed",
            operation.id,
            (Works, Patch),
            change,
        )
        .unseen("texts are for people")
        .variant(key)
    });
    Vec::from(texts)
}

/// Sets a key of the object at `at`, if there is one.
pub(super) fn set(document: &mut Value, at: &str, key: &str, value: Value) -> bool {
    match document.pointer_mut(at).and_then(Value::as_object_mut) {
        Some(members) => {
            members.insert(key.to_owned(), value);
            true
        }
        None => false,
    }
}

/// Removes a key of the object at `at`, if there is one.
pub(super) fn unset(document: &mut Value, at: &str, key: &str) -> bool {
    let members = document.pointer_mut(at).and_then(Value::as_object_mut);
    members.is_some_and(|members| members.remove(key).is_some())
}
