//! Responses of operations that have no state: the document's example, or a sample of its schema, with the identifiers, the
//! page and the fields of the request in it.

use std::sync::OnceLock;

use http::StatusCode;
use serde_json::{Value, json};

use super::schema::Schema;
use super::{Contract, Documented, Match, follow};
use crate::call::{Body, Call, Reply};

mod hosts;

/// How deep a sample nests; only a recursive schema gets there.
const MAX_DEPTH: usize = 8;

/// The binary bodies of the documents are PDFs; this one has no pages.
const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
                   trailer<</Root 1 0 R>>\n%%EOF\n";

/// The success of an operation.
pub(super) struct ResponseTemplate {
    success: StatusCode,
    media_type: Option<String>,
    pub(super) schema: Schema,
    example: Option<Value>,
    body: OnceLock<Value>,
}

impl ResponseTemplate {
    pub(super) fn read(document: &Value, entry: &Value) -> Self {
        let responses = entry["responses"].as_object().into_iter().flatten();
        let mut successes: Vec<(StatusCode, &Value)> = responses
            .filter_map(|(status, response)| {
                let status: StatusCode = status.parse().ok()?;
                status
                    .is_success()
                    .then(|| (status, follow(document, response)))
            })
            .collect();
        // With a body before without one; then 200 before 202, but 204 before an empty 200.
        successes.sort_by_key(|(status, response)| match response.get("content") {
            Some(_) => (0, status.as_u16()),
            None => (1, u16::from(*status != StatusCode::NO_CONTENT)),
        });
        let first = successes.first();
        let content =
            first.and_then(|(_, response)| response["content"].as_object()?.iter().next());
        Self {
            success: first.map_or(StatusCode::OK, |(status, _)| *status),
            media_type: content.map(|(media_type, _)| media_type.clone()),
            schema: Schema::new(content.map_or(Value::Null, |(_, media)| media["schema"].clone())),
            example: content.and_then(|(_, media)| media.get("example").cloned()),
            body: OnceLock::new(),
        }
    }

    /// The media type of a success with a body.
    pub(super) fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// The body before it is adapted to a request.
    fn body(&self, document: &Value) -> &Value {
        self.body.get_or_init(|| {
            let mut body = match &self.example {
                Some(example) => example.clone(),
                None => sample(document, self.schema.raw(), "", 0).unwrap_or_default(),
            };
            hosts::replace_real_hosts(&mut body);
            body
        })
    }
}

impl Contract {
    /// The document's example of a success of an operation, or a sample of its schema; null where it has no body.
    pub(crate) fn example(&'static self, method: &str, path: &str) -> &'static Value {
        match self.find(method, path) {
            Match::Operation(documented, _) => documented.response.body(&self.document),
            _ => &Value::Null,
        }
    }
}

impl Documented {
    /// The media type of a response with this status.
    pub(crate) fn response_media_type(&self, status: StatusCode) -> Option<&str> {
        self.response.media_type().filter(|_| status.is_success())
    }

    /// A response from the document alone, for the user with this guid if there is one.
    pub(crate) fn sample_reply(
        &'static self,
        contract: &Contract,
        call: &Call,
        user: Option<&str>,
    ) -> Reply {
        let Some(media_type) = self.response.media_type() else {
            return Reply::empty(self.response.success);
        };
        let document = contract.document();
        let body = self.response.body(document);
        if let (false, Value::String(text)) = (media_type.ends_with("json"), body) {
            let bytes = text.clone().into_bytes();
            return Reply {
                status: self.response.success,
                headers: Vec::new(),
                body: Body::Bytes { media_type, bytes },
            };
        }
        let mut body = body.clone();
        set_identifiers(&mut body, call, user);
        copy_sent_fields(&mut body, call, document, self.response.schema.raw());
        paginate(&mut body, call);
        Reply::json(self.response.success, body)
    }
}

/// A value that fits a schema, without MX's hosts.
pub(crate) fn sample_of(document: &Value, schema: &Value) -> Value {
    let mut sample = sample(document, schema, "", 0).unwrap_or_default();
    hosts::replace_real_hosts(&mut sample);
    sample
}

/// A value that fits a schema: its example, null where that is allowed, else a value for its type and name.
fn sample(document: &Value, schema: &Value, name: &str, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    let nullable = schema["nullable"] == true;
    let schema = follow(document, schema);
    if let Some(example) = schema.get("example") {
        return Some(example.clone());
    }
    if nullable || schema["nullable"] == true {
        return Some(Value::Null);
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    let value = match schema["type"].as_str() {
        Some("boolean") => json!(false),
        Some("integer") => json!(1),
        Some("number") => json!(1.0),
        Some("array") => {
            let item = sample(document, &schema["items"], singular(name), depth + 1);
            Value::Array(item.into_iter().collect())
        }
        Some("string") if schema["format"] == "binary" => json!(PDF),
        Some("string") => json!(text(name)),
        _ => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let fields = properties.filter_map(|(name, property)| {
                // One list has one paging object; MX writes two kinds.
                let is_second =
                    name == "pagination_data" && schema["properties"]["pagination"].is_object();
                let value = sample(document, property, name, depth + 1).filter(|_| !is_second)?;
                Some((name.clone(), value))
            });
            Value::Object(fields.collect())
        }
    };
    Some(value)
}

/// A text for the name of its field.
fn text(name: &str) -> String {
    let resource = name
        .strip_suffix("guid")
        .map(|rest| rest.trim_end_matches('_'));
    if let Some(resource) = resource {
        return format!("{}-00000000-0000-4000-8000-000000000001", prefix(resource));
    }
    if name.ends_with("_at") {
        return "2026-01-15T12:00:00.000Z".to_owned();
    }
    if name.ends_with("_on") || name.ends_with("date") {
        return "2026-01-15".to_owned();
    }
    if name.ends_with("_url") || name.ends_with("_uri") {
        return format!("https://sandbox.example/{name}");
    }
    name.replace('_', " ")
}

/// The prefix of an identifier: as in the documents, else the first three letters.
fn prefix(resource: &str) -> String {
    let known = match resource {
        "account" => "ACT",
        "category" | "parent" | "top_level_category" => "CAT",
        "credential" => "CRD",
        "institution" => "INS",
        "job" => "JOB",
        "member" => "MBR",
        "merchant" => "MCH",
        "micro_deposit" => "MIC",
        "transaction" => "TRN",
        "user" => "USR",
        other => {
            return other
                .chars()
                .chain("ANY".chars())
                .take(3)
                .collect::<String>()
                .to_uppercase();
        }
    };
    known.to_owned()
}

fn singular(name: &str) -> &str {
    name.strip_suffix('s').unwrap_or(name)
}

/// Sets the identifiers of the path and of the user in the fields of their names, and in the object that the path identifies.
fn set_identifiers(body: &mut Value, call: &Call, user: Option<&str>) {
    for (name, value) in &call.path {
        replace(body, name, value);
    }
    if let Some(user) = user {
        replace(body, "user_guid", user);
        if let Some(guid @ Value::String(_)) = body.pointer_mut("/user/guid") {
            *guid = json!(user);
        }
    }
    let last_segment = call.operation.path.rsplit('/').next().unwrap_or_default();
    let last = last_segment
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix('}'));
    for (key, object) in body.as_object_mut().into_iter().flatten() {
        let by_key = call.path.get(format!("{key}_guid").as_str());
        let identifier = by_key.or_else(|| call.path.get(last?));
        if let (Some(identifier), Some(guid @ Value::String(_))) =
            (identifier, object.get_mut("guid"))
        {
            *guid = json!(identifier);
        }
    }
}

fn replace(value: &mut Value, name: &str, by: &str) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(text) if key == name => by.clone_into(text),
                    field => replace(field, name, by),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, name, by)),
        _ => {}
    }
}

/// Copies the fields that were sent of the same object, where the response has such a field and the value fits it.
fn copy_sent_fields(body: &mut Value, call: &Call, document: &Value, schema: &Value) {
    let schema = follow(document, schema);
    for (key, sent) in call.body.as_object().into_iter().flatten() {
        let object = follow(document, &schema["properties"][key]);
        let (Some(sent), Some(Value::Object(answered))) = (sent.as_object(), body.get_mut(key))
        else {
            continue;
        };
        for (name, value) in sent {
            let property = follow(document, &object["properties"][name]);
            if let Some(field) = answered.get_mut(name)
                && is_scalar_of(property, value)
            {
                *field = value.clone();
            }
        }
    }
}

/// Whether a value is a scalar of the type of its field.
fn is_scalar_of(property: &Value, value: &Value) -> bool {
    property.get("enum").is_none()
        && match property["type"].as_str() {
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => false,
        }
}

/// Applies the requested page to the list and its paging object: page 1 has all records.
fn paginate(body: &mut Value, call: &Call) {
    let Some(body) = body.as_object_mut() else {
        return;
    };
    let (number, size) = call.page();
    if !call.has_pages {
        body.remove("pagination");
        body.remove("pagination_data");
        return;
    }
    let is_paged = call
        .operation
        .parameters
        .iter()
        .any(|one| one.name == "page");
    let mut total = 0;
    for list in body.values_mut().filter_map(Value::as_array_mut) {
        total = total.max(list.len());
        if number > 1 && is_paged {
            list.clear();
        }
    }
    let on_page = if number > 1 { 0 } else { total };
    let values = [
        ("current_page", number),
        ("per_page", size),
        ("total_entries", total),
        ("total_pages", 1),
        ("total_records_found", total),
        ("records_on_current_page", on_page),
        ("records_per_page", size),
    ];
    for name in ["pagination", "pagination_data"] {
        for (field, value) in values {
            if let Some(field) = body.get_mut(name).and_then(|paging| paging.get_mut(field)) {
                *field = json!(value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
