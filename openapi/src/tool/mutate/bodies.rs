//! Mutations of bodies, media types and statuses.

use serde_json::{Map, Value, json};

use super::operations::{set, unset};
use super::{Mutation, pointer};
use crate::document::{OperationEntry, follow, operations, schema_name};
use crate::normalise::media_types::{is_json, media_type};
use crate::tool::Prepared;
use crate::tool::diff::NextRelease::{Major, Minor, Patch};
use crate::tool::diff::Released::{Breaks, Degrades, Works};

/// All of them.
pub(super) fn all(prepared: &Prepared) -> Vec<Mutation> {
    let document = &prepared.document;
    let mut mutations = Vec::new();
    for operation in operations(document) {
        mutations.extend(request(document, &operation));
        mutations.extend(response(document, &operation));
    }
    mutations
}

fn request(document: &Value, operation: &OperationEntry<'_>) -> Vec<Mutation> {
    let id = operation.id;
    let at = pointer(&["paths", operation.path, operation.method]);
    let Some(body) = operation.value.get("requestBody") else {
        if !["post", "put"].contains(&operation.method) {
            return Vec::new();
        }
        let add = |required: bool| {
            let at = at.clone();
            move |document: &mut Value| {
                let names = if required {
                    json!(["brand_new"])
                } else {
                    json!([])
                };
                let schema = json!({
                    "type": "object", "required": names, "properties": {"brand_new": {"type": "string"}}
                });
                let body = json!({"content": {"application/json": {"schema": schema}}});
                set(document, &at, "requestBody", body)
            }
        };
        return vec![
            Mutation::new(
                "optional request body added",
                id,
                (Works, Minor),
                add(false),
            ),
            Mutation::new(
                "required request body added",
                id,
                (Breaks, Major),
                add(true),
            ),
        ];
    };
    let body = follow(document, body).clone();
    let Some(old) = media_type(&body).map(str::to_owned) else {
        return Vec::new();
    };
    let to = |new: &'static str| {
        let (at, body, old) = (at.clone(), body.clone(), old.clone());
        move |document: &mut Value| {
            let mut body = body.clone();
            rename_media_type(&mut body, &old, new);
            set(document, &at, "requestBody", body)
        }
    };
    let flipped = {
        let (at, mut body) = (at.clone(), body.clone());
        body["required"] = json!(body["required"] != true);
        move |document: &mut Value| set(document, &at, "requestBody", body.clone())
    };
    let removed = {
        let at = at.clone();
        move |document: &mut Value| unset(document, &at, "requestBody")
    };
    vec![
        Mutation::new("request body removed", id, (Degrades, Major), removed),
        Mutation::new(
            "request media type changed",
            id,
            (Breaks, Patch),
            to("application/vnd.another+json"),
        ),
        Mutation::new("request made no JSON", id, (Breaks, Major), to("text/csv")),
        Mutation::new("request body required flipped", id, (Works, Patch), flipped)
            .unseen("the client always sends the body"),
    ]
}

fn rename_media_type(holder: &mut Value, old: &str, new: &str) {
    let content = holder["content"].as_object_mut();
    if let Some(content) = content
        && let Some(media) = content.remove(old)
    {
        *content = Map::from_iter([(new.to_owned(), media)]);
    }
}

fn response(document: &Value, operation: &OperationEntry<'_>) -> Vec<Mutation> {
    let id = operation.id;
    let at = pointer(&["paths", operation.path, operation.method, "responses"]);
    let empty = Map::new();
    let responses = operation.value.get("responses").and_then(Value::as_object);
    let responses = responses.unwrap_or(&empty);
    let mut mutations = statuses(id, &at, responses);
    let successes: Vec<String> = responses
        .keys()
        .filter(|status| status.starts_with('2'))
        .cloned()
        .collect();
    if operation.method == "delete" || successes.is_empty() {
        return mutations;
    }
    let body = successes
        .iter()
        .find_map(|status| media_type(follow(document, &responses[status])));
    let Some(old) = body.map(str::to_owned) else {
        let added = move |document: &mut Value| {
            let schema = json!({"type": "object", "properties": {"brand_new": {"type": "string"}}});
            let status = &successes[0];
            set(
                document,
                &format!("{at}/{status}"),
                "content",
                json!({"application/json": {"schema": schema}}),
            )
        };
        mutations.push(Mutation::new(
            "response body added",
            id,
            (Works, Major),
            added,
        ));
        return mutations;
    };
    // Of several successes all say the same, or the build would refuse them.
    let change = |change: fn(&mut Value, &str)| {
        let (at, old, successes) = (at.clone(), old.clone(), successes.clone());
        move |document: &mut Value| {
            for status in &successes {
                let followed = document.pointer(&format!("{at}/{status}"));
                let mut response = followed
                    .map(|response| follow(document, response).clone())
                    .unwrap_or_default();
                change(&mut response, &old);
                set(document, &at, status, response);
            }
            true
        }
    };
    // The released client takes an empty answer for an object without fields.
    let removed = change(|response, _| {
        if let Some(members) = response.as_object_mut() {
            members.remove("content");
        }
    });
    mutations.push(Mutation::new(
        "response body removed",
        id,
        (Degrades, Major),
        removed,
    ));
    if is_json(&old) {
        let renamed = change(|response, old| {
            rename_media_type(response, old, "application/vnd.another+json")
        });
        mutations.push(
            Mutation::new("response media type changed", id, (Works, Patch), renamed)
                .unseen("JSON is read under whatever name it comes"),
        );
        let bytes = change(|response, old| rename_media_type(response, old, "text/csv"));
        mutations.push(Mutation::new(
            "response made no JSON",
            id,
            (Breaks, Major),
            bytes,
        ));
        mutations.extend(one_element_array(
            document, operation, responses, &successes, &old,
        ));
    } else {
        let bytes = change(|response, old| rename_media_type(response, old, "text/plain"));
        mutations.push(Mutation::new(
            "response bytes changed",
            id,
            (Breaks, Patch),
            bytes,
        ));
    }
    mutations
}

fn statuses(id: &str, at: &str, responses: &Map<String, Value>) -> Vec<Mutation> {
    let mut mutations = Vec::new();
    let any_success = "every 2xx is a success";
    let any_error = "an error is read whatever it is; only the documentation lists it";
    for status in responses.keys() {
        let (at, old) = (at.to_owned(), status.clone());
        let (kind, new, reason) = if status.starts_with('2') {
            ("success status changed", "299", any_success)
        } else {
            ("error status changed", "499", any_error)
        };
        let change = move |document: &mut Value| {
            let found = document.pointer_mut(&at).and_then(Value::as_object_mut);
            let Some(members) = found else { return false };
            match members.remove(&old) {
                Some(response) => members.insert(new.to_owned(), response).is_none(),
                None => false,
            }
        };
        let place = format!("{id}.{status}");
        mutations.push(Mutation::new(kind, place, (Works, Patch), change).unseen(reason));
    }
    mutations
}

/// The mark stands at a named schema, and counts where that is the body itself.
fn one_element_array(
    document: &Value,
    operation: &OperationEntry<'_>,
    responses: &Map<String, Value>,
    successes: &[String],
    media_type: &str,
) -> Option<Mutation> {
    let response = follow(document, &responses[successes.first()?]);
    let name = schema_name(&response["content"][media_type]["schema"])?;
    let at = pointer(&["components", "schemas", name]);
    let was = document.pointer(&at)?["x-one-element-array"] == true;
    let (kind, class) = if was {
        ("list of one withdrawn", (Works, Patch))
    } else {
        ("list of one announced", (Degrades, Patch))
    };
    let place = format!("{}: {name}", operation.id);
    Some(Mutation::new(kind, place, class, move |document| {
        set(document, &at, "x-one-element-array", json!(!was))
    }))
}
