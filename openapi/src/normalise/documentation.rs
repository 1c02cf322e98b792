//! Extends descriptions for the generated rustdoc: each operation gets links to the types of its body and response and to its
//! evidence, and its special rules; each schema links to the places that use it and to its evidence.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value, json};

use crate::document::{
    OperationEntry, change_operations, children, follow, operations, schema_name,
};
use crate::normalise::parameters::id_of;
use crate::operations::evidence_variant;

/// The number of names that a sentence lists; it counts the rest.
const LISTED: usize = 5;

/// Extends every description; returns the operations and the schemas.
pub(crate) fn describe(document: &mut Value) -> Vec<String> {
    let mut places = describe_schemas(document);
    let whole = document.clone();
    change_operations(document, |_, _, operation| {
        let mut paragraphs = Vec::from_iter(text_of(operation.get("description")));
        paragraphs.extend(types_of(&whole, operation));
        paragraphs.extend(notes(operation));
        operation.insert("description".to_owned(), json!(paragraphs.join("\n\n")));
        places.push(id_of(operation));
    });
    places
}

fn text_of(description: Option<&Value>) -> Option<String> {
    let text = description?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The types of the request and the response.
fn types_of(document: &Value, operation: &Map<String, Value>) -> Option<String> {
    let body = operation
        .get("requestBody")
        .and_then(|body| schema_in(document, body));
    let answer = answer_of(document, operation);
    let mut sentences = Vec::new();
    if let Some(name) = body.and_then(schema_name) {
        sentences.push(format!("Body: {}.", link(name, "types::")));
    }
    match answer {
        Some(schema) if schema["format"] == "binary" => {
            sentences.push("Answer: a stream of bytes.".to_owned());
        }
        Some(schema) => {
            sentences.extend(
                schema_name(schema).map(|name| format!("Answer: {}.", link(name, "types::"))),
            );
        }
        None => {}
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn answer_of<'a>(document: &'a Value, operation: &'a Map<String, Value>) -> Option<&'a Value> {
    let responses = operation.get("responses")?.as_object()?;
    responses
        .values()
        .find_map(|response| schema_in(document, response))
}

/// The schema of a body, of whatever media type.
fn schema_in<'a>(document: &'a Value, body: &'a Value) -> Option<&'a Value> {
    let content = follow(document, body).get("content")?.as_object()?;
    content.values().find_map(|media| media.get("schema"))
}

fn notes(operation: &Map<String, Value>) -> Vec<String> {
    let flag = |name: &str| operation.get(name) == Some(&json!(true));
    let mut notes = Vec::new();
    if flag("deprecated") {
        notes.push("**Deprecated** by MX.".to_owned());
    }
    if flag("x-starts-work") {
        notes.push(
            "Starts work at MX, so it is never sent again when its answer was lost.".to_owned(),
        );
    }
    if let Some(Value::Object(statuses)) = operation.get("x-statuses") {
        notes.extend(statuses.iter().filter_map(|(status, meaning)| {
            Some(format!("Status {status}: {}", meaning.as_str()?))
        }));
    }
    if let Some(alias) = operation.get("x-alias").and_then(Value::as_str) {
        notes.push(format!(
            "The search of this documentation finds it as `{alias}` too."
        ));
    }
    let evidence = operation.get("x-evidence").and_then(Value::as_str);
    notes.push(evidence_link(evidence.unwrap_or_default()));
    notes
}

/// A link to a type, from below `path`.
fn link(schema: &str, path: &str) -> String {
    let name = schema.to_upper_camel_case();
    if path.is_empty() {
        return format!("[`{name}`]");
    }
    format!("[`{name}`]({path}{name})")
}

/// A link to the variant of `Evidence`, which has the meaning of the mark.
fn evidence_link(mark: &str) -> String {
    let variant = evidence_variant(mark);
    format!("Evidence: [{variant}](crate::operations::Evidence::{variant}).")
}

/// Where a schema occurs, as links.
#[derive(Default)]
struct Uses {
    bodies: Vec<String>,
    answers: Vec<String>,
    holders: Vec<String>,
}

impl Uses {
    fn sentences(&self) -> Vec<String> {
        let lists = [
            ("Body", &self.bodies),
            ("Answer", &self.answers),
            ("Part", &self.holders),
        ];
        let used = lists.into_iter().filter(|(_, names)| !names.is_empty());
        used.map(|(what, names)| format!("{what} of {}.", listed(names)))
            .collect()
    }
}

/// The first links, and how many there are besides.
fn listed(names: &[String]) -> String {
    let shown = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn describe_schemas(document: &mut Value) -> Vec<String> {
    let uses = uses(document);
    let mut places = Vec::new();
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return places;
    };
    for (name, schema) in schemas {
        let Value::Object(schema) = schema else {
            continue;
        };
        let mut sentences = uses.get(name).map(Uses::sentences).unwrap_or_default();
        if let Some(mark) = schema.get("x-evidence").and_then(Value::as_str) {
            sentences.push(evidence_link(mark));
        }
        let mut paragraphs = Vec::from_iter(text_of(schema.get("description")));
        if !sentences.is_empty() {
            paragraphs.push(sentences.join(" "));
        }
        schema.insert("description".to_owned(), json!(paragraphs.join("\n\n")));
        places.push(name.clone());
    }
    places
}

fn uses(document: &Value) -> BTreeMap<String, Uses> {
    let mut uses: BTreeMap<String, Uses> = BTreeMap::new();
    for operation in operations(document) {
        let body = operation.value.get("requestBody");
        if let Some(name) = body
            .and_then(|body| schema_in(document, body))
            .and_then(schema_name)
        {
            let method = method_link(&operation);
            uses.entry(name.to_owned()).or_default().bodies.push(method);
        }
        if let Some(name) = answer_of(document, operation.value).and_then(schema_name) {
            let method = method_link(&operation);
            uses.entry(name.to_owned())
                .or_default()
                .answers
                .push(method);
        }
    }
    let schemas = document["components"]["schemas"].as_object();
    for (holder, schema) in schemas.into_iter().flatten() {
        for name in held(schema) {
            let holders = &mut uses.entry(name.to_owned()).or_default().holders;
            let holding = link(holder, "");
            // A schema may refer to another more than once, and to itself.
            if holders.last() != Some(&holding) && name != holder {
                holders.push(holding);
            }
        }
    }
    uses
}

/// A link to the method of an operation, from the module of the types.
fn method_link(operation: &OperationEntry<'_>) -> String {
    let method = operation.name().to_snake_case();
    format!("[`{method}`](super::Client::{method})")
}

/// The schemas that a schema refers to, at any depth.
fn held(value: &Value) -> Vec<&str> {
    let below = children(value).flat_map(held);
    schema_name(value).into_iter().chain(below).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(name: &str) -> Value {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        json!({"content": {"application/json": {"schema": schema}}})
    }

    fn described() -> Value {
        let held = json!({"$ref": "#/components/schemas/Member"});
        let mut document = json!({
            "components": {"schemas": {
                "Ask": {"x-evidence": "guide"},
                "Answer": {
                    "description": "One or many.",
                    "properties": {"member": held, "members": {"type": "array", "items": held}}
                },
                "Member": {"x-evidence": "live", "properties": {"parent": held}}
            }},
            "paths": {"/a": {"post": {
                "operationId": "askMember", "description": "Asks.", "x-evidence": "table",
                "x-starts-work": true, "x-alias": "question_member", "x-statuses": {"403": "Not enabled."},
                "requestBody": content("Ask"),
                "responses": {"2XX": content("Answer")}
            }, "get": {
                "operationId": "readFile",
                "responses": {"2XX": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}
            }}}
        });
        let places = describe(&mut document);
        assert_eq!(places, ["Answer", "Ask", "Member", "readFile", "askMember"]);
        document
    }

    #[test]
    fn an_operation_links_to_its_types_and_its_evidence() {
        let document = described();
        let text = document["paths"]["/a"]["post"]["description"].as_str();
        let expected = [
            "Asks.",
            "Body: [`Ask`](types::Ask). Answer: [`Answer`](types::Answer).",
            "Starts work at MX, so it is never sent again when its answer was lost.",
            "Status 403: Not enabled.",
            "The search of this documentation finds it as `question_member` too.",
            "Evidence: [Table](crate::operations::Evidence::Table).",
        ];
        assert_eq!(text, Some(expected.join("\n\n").as_str()));
        let text = document["paths"]["/a"]["get"]["description"].as_str();
        assert!(text.unwrap().starts_with("Answer: a stream of bytes.\n\n"));
    }

    #[test]
    fn a_schema_links_to_where_it_occurs_and_its_evidence() {
        let document = described();
        let text = |name: &str| document["components"]["schemas"][name]["description"].as_str();
        assert_eq!(
            text("Ask"),
            Some(
                "Body of [`ask_member`](super::Client::ask_member). Evidence: [Guide](crate::operations::Evidence::Guide)."
            )
        );
        assert_eq!(
            text("Answer"),
            Some("One or many.\n\nAnswer of [`ask_member`](super::Client::ask_member).")
        );
        assert_eq!(
            text("Member"),
            Some("Part of [`Answer`]. Evidence: [Live](crate::operations::Evidence::Live).")
        );
    }

    #[test]
    fn many_names_are_counted() {
        let names: Vec<String> = (1..=7).map(|number| format!("n{number}")).collect();
        assert_eq!(listed(&names), "n1, n2, n3, n4, n5 and 2 more");
        assert_eq!(listed(&names[..2]), "n1, n2");
    }
}
