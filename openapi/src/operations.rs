//! The operations table: what retries, tracing, sending and tests need to know of each operation before it is called.

use std::collections::BTreeSet;
use std::fmt::Debug;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::access::Access;
use crate::document::{OperationEntry, follow, operations, schema_name};
use crate::failure::Failure;
use crate::groups::group_of;
use crate::normalise::media_types::{is_json, media_type};
use crate::normalise::parameters::{name_of, secret_header};
use crate::registry::Registry;

/// One row of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    pub id: String,
    /// The name of its method in camel case: the id, unless the overlay pins another.
    pub name: String,
    pub method: String,
    pub path: String,
    pub other_path: Option<String>,
    pub tag: String,
    pub parameters: Vec<Parameter>,
    pub request_media_type: Option<String>,
    pub request_type: Option<String>,
    pub request_may_be_empty: bool,
    pub answer_type: Option<String>,
    pub accept: String,
    pub answer: Answer,
    pub credential: String,
    pub starts_work: bool,
    pub replayable: bool,
    pub deprecated: bool,
    pub one_element_array: bool,
    pub evidence: String,
}

/// One parameter of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub name: String,
    pub place: Place,
    pub kind: ParameterKind,
    pub required: bool,
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    Text,
    Integer,
    Boolean,
    TextList,
}

#[cfg(test)]
impl Row {
    /// A row for tests: a plain GET that asks for CSV.
    pub(crate) fn sample(id: &str, answer: Answer) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            method: "GET".to_owned(),
            path: "/a".to_owned(),
            accept: "text/csv".to_owned(),
            answer,
            replayable: true,
            ..Self::default()
        }
    }
}

/// What the body of a success is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answer {
    Json,
    Bytes,
    #[default]
    Nothing,
}

/// Reads the table from an overlaid document, before normalising renames its media types. Sorted by the name in Rust.
pub(crate) fn read(document: &Value, registry: &Registry, access: &Access) -> Vec<Row> {
    let mut rows: Vec<Row> = operations(document)
        .iter()
        .map(|operation| read_row(document, operation, registry, access))
        .collect();
    rows.sort_by_key(|row| row.name.to_snake_case());
    rows
}

fn read_row(
    document: &Value,
    operation: &OperationEntry<'_>,
    registry: &Registry,
    access: &Access,
) -> Row {
    let vendor = access.media_type.as_str();
    let text = |name: &str| operation.value.get(name).and_then(Value::as_str);
    let request_media_type = operation.value.get("requestBody").map(|body| {
        media_type(follow(document, body))
            .unwrap_or(vendor)
            .to_owned()
    });
    let body_type = operation.successes(document).find_map(media_type);
    let starts_work = operation.flag("x-starts-work");
    let reads = operation.method == "get" || operation.flag("x-reads-only");
    Row {
        id: operation.id.to_owned(),
        name: operation.name().to_owned(),
        method: operation.method.to_uppercase(),
        path: operation.path.to_owned(),
        other_path: text("x-other-path").map(str::to_owned),
        tag: group_of(operation.value).to_owned(),
        request_media_type,
        // JSON is always requested as the one vendor type; older types are accepted in the response.
        accept: match body_type {
            Some(other) if !is_json(other) => other.to_owned(),
            _ => vendor.to_owned(),
        },
        answer: match body_type {
            _ if operation.method == "delete" => Answer::Nothing,
            None => Answer::Nothing,
            Some(json) if is_json(json) => Answer::Json,
            Some(_) => Answer::Bytes,
        },
        credential: secret_header(operation.value, operation.id, registry)
            .unwrap_or_else(|| access.credential_header.clone()),
        starts_work,
        replayable: reads && !starts_work,
        deprecated: operation.flag("deprecated"),
        one_element_array: may_answer_with_array(document, operation),
        evidence: text("x-evidence").unwrap_or("inferred").to_owned(),
        ..Row::default()
    }
}

/// Completes the rows from the normalised document: the parameters of a call, and the names of the types.
pub(crate) fn complete(rows: &mut [Row], document: &Value) -> Result<(), Failure> {
    let entries = operations(document);
    for row in rows {
        let Some(entry) = entries.iter().find(|entry| entry.id == row.id) else {
            continue;
        };
        row.parameters = entry
            .parameters()
            .iter()
            .map(|parameter| read_parameter(&row.id, parameter))
            .collect::<Result<_, _>>()?;
        let body_type = |body: Option<&Value>| {
            let content = follow(document, body?).get("content")?.as_object()?;
            let schema = content.values().next()?.get("schema")?;
            schema_name(schema).map(str::to_owned)
        };
        let body = entry.value.get("requestBody");
        // progenitor names a body without a name after its operation.
        row.request_type = body.map(|_| {
            let of_operation = || format!("{}Body", row.name.to_upper_camel_case());
            body_type(body).unwrap_or_else(of_operation)
        });
        row.request_may_be_empty = body.is_some_and(|body| wants_nothing(document, body));
        let mut successes = entry.successes(document);
        row.answer_type = successes.find_map(|response| body_type(Some(response)));
    }
    Ok(())
}

/// Whether an empty object is a valid body.
fn wants_nothing(document: &Value, body: &Value) -> bool {
    let content = follow(document, body)["content"].as_object();
    let media = content.and_then(|content| content.values().next());
    media.is_some_and(|media| {
        let schema = follow(document, &media["schema"]);
        let required = schema["required"].as_array();
        schema["type"] == "object" && required.is_none_or(Vec::is_empty)
    })
}

fn read_parameter(id: &str, parameter: &Value) -> Result<Parameter, Failure> {
    let name = name_of(parameter).to_owned();
    let refuse = |what: &str, value: &Value| {
        let reason =
            format!("the parameter {name} has the {what} {value}, which is not known here");
        Failure::new("reading parameters", id, reason)
    };
    let place = match parameter["in"].as_str() {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        _ => return Err(refuse("place", &parameter["in"])),
    };
    let schema = &parameter["schema"];
    let kind = match schema["type"].as_str() {
        Some("string") => ParameterKind::Text,
        Some("integer") => ParameterKind::Integer,
        Some("boolean") => ParameterKind::Boolean,
        Some("array") if schema["items"]["type"] == "string" => ParameterKind::TextList,
        _ => return Err(refuse("schema", schema)),
    };
    Ok(Parameter {
        required: parameter["required"] == true,
        name,
        place,
        kind,
    })
}

/// Whether the body of a success is marked as one that MX also sends as a list of one.
fn may_answer_with_array(document: &Value, operation: &OperationEntry<'_>) -> bool {
    operation.successes(document).any(|response| {
        let content = response["content"].as_object().into_iter().flatten();
        let mut schemas = content.map(|(_, media)| follow(document, &media["schema"]));
        schemas.any(|schema| schema["x-one-element-array"] == true)
    })
}

/// The table as Rust, with the types of `crate::operations`.
pub(crate) fn emit(access: &Access, rows: &[Row]) -> TokenStream {
    let constants = crate::access::emit(access);
    let count = rows.len();
    let client_id = optional(&access.client_id_header);
    let credentials = rows.iter().map(|row| &row.credential);
    let headers = credentials.chain(&access.client_id_header);
    let headers = Shared::of(
        "HEADER_NAMES",
        headers.map(|name| name.to_ascii_lowercase()),
    );
    let bodies = rows
        .iter()
        .filter_map(|row| row.request_media_type.as_ref());
    let media_types = rows.iter().map(|row| &row.accept).chain(bodies);
    let media_types = Shared::of("MEDIA_TYPES", media_types.cloned());
    let client_id_name = access.client_id_header.as_ref();
    let client_id_name = headers.optional(client_id_name.map(|name| name.to_ascii_lowercase()));
    let rows = rows.iter().map(|row| {
        let Row {
            id,
            method,
            path,
            tag,
            accept,
            credential,
            request_may_be_empty,
            starts_work,
            replayable,
            deprecated,
            one_element_array,
            ..
        } = row;
        let name = row.name.to_snake_case();
        let credential_name = headers.reference(&credential.to_ascii_lowercase());
        let accept_value = media_types.reference(accept);
        let request_value = media_types.optional(row.request_media_type.clone());
        let other_path = optional(&row.other_path);
        let request = optional(&row.request_media_type);
        let request_type = optional(&row.request_type);
        let answer_type = optional(&row.answer_type);
        let parameters = row.parameters.iter().map(emit_parameter);
        let answer = variant(row.answer);
        let evidence = format_ident!("{}", evidence_variant(&row.evidence));
        quote! {
            crate::operations::Operation {
                id: #id,
                name: #name,
                method: #method,
                path: #path,
                other_path: #other_path,
                tag: #tag,
                parameters: &[#(#parameters),*],
                request_media_type: #request,
                request_type: #request_type,
                request_may_be_empty: #request_may_be_empty,
                answer_type: #answer_type,
                accept: #accept,
                answer: crate::operations::Answer::#answer,
                credential_header: #credential,
                client_id_header: #client_id,
                credential_name: #credential_name,
                client_id_name: #client_id_name,
                accept_value: #accept_value,
                request_value: #request_value,
                starts_work: #starts_work,
                replayable: #replayable,
                deprecated: #deprecated,
                one_element_array: #one_element_array,
                evidence: crate::operations::Evidence::#evidence,
            }
        }
    });
    let headers = headers.emit(&quote!(::http::HeaderName));
    let media_types = media_types.emit(&quote!(::http::HeaderValue));
    quote! {
        #constants
        #headers
        #media_types

        pub(crate) static OPERATIONS: [crate::operations::Operation; #count] = [#(#rows),*];
    }
}

/// The variant of the library's `Evidence` for an `x-evidence` of the documents.
pub(crate) fn evidence_variant(mark: &str) -> &'static str {
    match mark {
        "spec" => "Specification",
        "table" => "Table",
        "example" => "Example",
        "guide" => "Guide",
        "live" => "Live",
        _ => "Inferred",
    }
}

fn optional(text: &Option<String>) -> TokenStream {
    match text {
        Some(text) => quote!(Some(#text)),
        None => quote!(None),
    }
}

/// Texts as the HTTP library has them: made once, and not for every request.
struct Shared {
    table: Ident,
    texts: Vec<String>,
}

impl Shared {
    fn of(table: &str, texts: impl Iterator<Item = String>) -> Self {
        let texts: BTreeSet<String> = texts.collect();
        Self {
            table: format_ident!("{table}"),
            texts: texts.into_iter().collect(),
        }
    }

    /// A reference to the entry of this text.
    fn reference(&self, text: &str) -> TokenStream {
        let table = &self.table;
        let index = self.texts.iter().take_while(|known| *known != text).count();
        quote!(&#table[#index])
    }

    /// The same for a text that may be missing.
    fn optional(&self, text: Option<String>) -> TokenStream {
        let reference = text.map(|text| self.reference(&text));
        reference.map_or_else(|| quote!(None), |found| quote!(Some(#found)))
    }

    fn emit(&self, of_type: &TokenStream) -> TokenStream {
        let Self { table, texts } = self;
        let count = texts.len();
        quote! {
            static #table: [#of_type; #count] = [#(#of_type::from_static(#texts)),*];
        }
    }
}

/// The variant of the library's enum that has the same name.
fn variant(value: impl Debug) -> Ident {
    format_ident!("{}", format!("{value:?}"))
}

fn emit_parameter(parameter: &Parameter) -> TokenStream {
    let Parameter { name, required, .. } = parameter;
    let (place, kind) = (variant(parameter.place), variant(parameter.kind));
    quote! {
        crate::operations::Parameter {
            name: #name,
            place: crate::operations::Place::#place,
            kind: crate::operations::ParameterKind::#kind,
            required: #required,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(operation: Value, method: &str) -> Vec<Row> {
        let document = json!({
            "info": {"x-media-type": "application/vnd.x+json"},
            "security": [{"sessionToken": []}],
            "servers": [
                {"url": "https://a.example", "x-environment": "integration"},
                {"url": "https://b.example", "x-environment": "production"}
            ],
            "components": {"securitySchemes": {"sessionToken": {"name": "MD-SESSION-TOKEN"}}},
            "paths": {"/a": {method: operation}}
        });
        let access = crate::access::read(&document).unwrap();
        read(&document, &Registry::default(), &access)
    }

    #[test]
    fn a_get_may_be_replayed_unless_it_starts_work() {
        assert!(rows(json!({"operationId": "a"}), "get")[0].replayable);
        let working = json!({"operationId": "a", "x-starts-work": true});
        assert!(!rows(working, "get")[0].replayable);
        assert!(!rows(json!({"operationId": "a"}), "post")[0].replayable);
        let reading = json!({"operationId": "a", "x-reads-only": true});
        assert!(rows(reading, "post")[0].replayable);
    }

    #[test]
    fn parameters_and_types_come_from_the_normalised_document() {
        let operation = json!({
            "operationId": "a",
            "parameters": [
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
                {"name": "guid", "in": "path", "required": true, "schema": {"type": "string", "format": "x-guid"}}
            ],
            "responses": {"2XX": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}
        });
        let document = json!({"paths": {"/a": {"get": operation}}});
        let mut rows = [Row::sample("a", Answer::Json)];
        complete(&mut rows, &document).unwrap();
        assert_eq!(rows[0].answer_type.as_deref(), Some("A"));
        assert_eq!(rows[0].request_type, None);
        let body = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
        let document =
            json!({"paths": {"/a": {"put": {"operationId": "doIt", "requestBody": body}}}});
        let mut unnamed = [Row::sample("doIt", Answer::Nothing)];
        complete(&mut unnamed, &document).unwrap();
        assert_eq!(unnamed[0].request_type.as_deref(), Some("DoItBody"));
        assert!(unnamed[0].request_may_be_empty);
        assert!(!rows[0].request_may_be_empty, "it has none");
        let kinds: Vec<_> = rows[0]
            .parameters
            .iter()
            .map(|one| (one.place, one.kind, one.required))
            .collect();
        assert_eq!(
            kinds,
            [
                (Place::Query, ParameterKind::Integer, false),
                (Place::Path, ParameterKind::Text, true)
            ]
        );
    }

    #[test]
    fn a_parameter_of_an_unknown_kind_is_refused() {
        let operation = json!({"operationId": "a", "parameters": [{"name": "p", "in": "cookie", "schema": {}}]});
        let document = json!({"paths": {"/a": {"get": operation}}});
        let text = complete(&mut [Row::sample("a", Answer::Json)], &document)
            .unwrap_err()
            .to_string();
        assert!(text.contains("cookie"), "{text}");
    }

    #[test]
    fn other_json_is_asked_for_by_the_vendor_type_and_text_by_its_own() {
        let answers = |media_type: &str| json!({"operationId": "a", "responses": {"200": {"content": {media_type: {}}}}});
        let json = &rows(answers("application/vnd.other+json"), "get")[0];
        assert_eq!(
            (json.accept.as_str(), json.answer),
            ("application/vnd.x+json", Answer::Json)
        );
        let csv = &rows(answers("text/csv"), "get")[0];
        assert_eq!(
            (csv.accept.as_str(), csv.answer),
            ("text/csv", Answer::Bytes)
        );
    }
}
