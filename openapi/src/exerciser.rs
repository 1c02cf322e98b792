//! Emits a call of every operation with every parameter set, for the contract tests: the builders are typed, so nothing
//! generic can walk them. The library does not include it.
//!
//! The file is one table, `EXERCISES`. The test that includes it brings `types`, `values`, the row type `Exercise` and the
//! functions `body`, `json`, `bytes`, `nothing`, `decode_like` and `round_trip` into scope.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::{Map, Value, json};

use crate::document::{OperationEntry, follow, operations, schema_name};
use crate::failure::Failure;
use crate::normalise::parameters::name_of;
use crate::operations::{Answer, Row};
use crate::registry::{Kind, Registry};

const PASS: &str = "emitting exercises";

/// How often a schema may nest before its sample leaves a field out; only a schema that holds itself gets there.
const DEEPEST: usize = 8;

/// The table of all operations of a normalised document.
pub(crate) fn emit(
    document: &Value,
    examples: &Value,
    registry: &Registry,
    rows: &[Row],
) -> Result<TokenStream, Failure> {
    let exerciser = Exerciser {
        document,
        examples,
        registry,
    };
    let entries = operations(document);
    let exercises = rows
        .iter()
        .map(|row| {
            let entry = entries.iter().find(|entry| entry.id == row.id);
            let entry = entry.ok_or_else(|| Failure::new(PASS, &row.id, "it is gone"))?;
            exerciser.exercise(row, entry)
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let count = exercises.len();
    Ok(quote!(pub(crate) static EXERCISES: [Exercise; #count] = [#(#exercises),*];))
}

struct Exerciser<'a> {
    document: &'a Value,
    examples: &'a Value,
    registry: &'a Registry,
}

impl Exerciser<'_> {
    fn exercise(&self, row: &Row, entry: &OperationEntry<'_>) -> Result<TokenStream, Failure> {
        let id = &row.id;
        let call = format_ident!("{}", id.to_snake_case());
        let setters = self.setters(entry)?;
        let (request, set_body, decode_request) = match self.body_type(entry) {
            Some((name, schema)) => {
                let text = self.documented_or_sampled(id, "request", schema);
                let set_body = quote!(.body(body::<types::#name>(#text)));
                let decode = quote!(Some(round_trip::<types::#name>));
                (quote!(Some(#text)), set_body, decode)
            }
            None => (quote!(None), quote!(), quote!(None)),
        };
        let response = match (row.answer, response_schema(entry)) {
            (Answer::Json | Answer::Bytes, Some(schema)) => {
                let text = self.documented_or_sampled(id, "response", schema);
                quote!(Some(#text))
            }
            _ => quote!(None),
        };
        let documented = !self.examples[id]["response"].is_null();
        let runner = match row.answer {
            Answer::Json => quote!(json),
            Answer::Bytes => quote!(bytes),
            Answer::Nothing => quote!(nothing),
        };
        let decode = match row.answer {
            Answer::Json => {
                quote!(Some(|value| decode_like(|client| client.#call().send(), value)))
            }
            Answer::Bytes | Answer::Nothing => quote!(None),
        };
        Ok(quote! {
            Exercise {
                id: #id,
                request: #request,
                response: #response,
                documented: #documented,
                call: |client| #runner(client.#call() #(#setters)* #set_body .send()),
                decode: #decode,
                decode_request: #decode_request,
            }
        })
    }

    /// One setter a parameter, in a fixed value of its type that names the parameter.
    fn setters(&self, entry: &OperationEntry<'_>) -> Result<Vec<TokenStream>, Failure> {
        let parameters = entry.value.get("parameters").and_then(Value::as_array);
        let setters = parameters.into_iter().flatten().map(|parameter| {
            let name = name_of(parameter);
            let setter = format_ident!("{}", name.to_snake_case());
            let schema = &parameter["schema"];
            let argument = match schema["type"].as_str() {
                Some("string") => {
                    let text = format!("{name}-value");
                    quote!(#text)
                }
                Some("integer") => quote!(7i64),
                Some("boolean") => quote!(true),
                Some("array") => {
                    let item = self.item_type(&schema["items"]);
                    let texts = [format!("{name}-1"), format!("{name}-2")];
                    quote!(vec![#(#item::from(#texts)),*])
                }
                other => {
                    let reason = format!("there is no value for a parameter of type {other:?}");
                    return Err(Failure::new(PASS, format!("{}.{name}", entry.id), reason));
                }
            };
            Ok(quote!(.#setter(#argument)))
        });
        setters.collect()
    }

    fn item_type(&self, items: &Value) -> TokenStream {
        let entries = self.registry.entries().iter();
        match entries
            .into_iter()
            .find(|entry| items["format"] == entry.format().as_str())
        {
            Some(entry) => {
                let name = format_ident!("{}", entry.name);
                quote!(values::#name)
            }
            None => quote!(String),
        }
    }

    /// The Rust name and the schema of a request body.
    fn body_type<'d>(&'d self, entry: &'d OperationEntry<'_>) -> Option<(syn::Ident, &'d Value)> {
        let body = follow(self.document, entry.value.get("requestBody")?);
        let schema = &body["content"]["application/json"]["schema"];
        let name = schema_name(schema).map_or_else(
            || format!("{}Body", entry.id.to_upper_camel_case()),
            ToUpperCamelCase::to_upper_camel_case,
        );
        Some((format_ident!("{name}"), schema))
    }

    fn documented_or_sampled(&self, id: &str, side: &str, schema: &Value) -> String {
        match &self.examples[id][side] {
            Value::Null => self
                .sample("body", schema, 0)
                .unwrap_or_default()
                .to_string(),
            example => example.to_string(),
        }
    }

    /// A value of a schema with every field set; nothing where schemas nest for ever.
    fn sample(&self, name: &str, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let schema = follow(self.document, schema);
        if let Some(properties) = schema["properties"].as_object() {
            let fields = properties.iter().filter_map(|(name, property)| {
                Some((name.clone(), self.sample(name, property, depth + 1)?))
            });
            return Some(Value::Object(fields.collect::<Map<_, _>>()));
        }
        Some(match schema["type"].as_str() {
            Some("object") => json!({}),
            Some("array") => {
                let items = self.sample(name, &schema["items"], depth + 1);
                Value::Array(items.into_iter().collect())
            }
            Some("number") => json!(1.5),
            Some("boolean") => json!(true),
            Some("integer") => self.known_value(schema).unwrap_or(json!(7)),
            _ => self
                .known_value(schema)
                .unwrap_or_else(|| json!(format!("{name}-value"))),
        })
    }

    /// A value that a registered type knows.
    fn known_value(&self, schema: &Value) -> Option<Value> {
        let format = schema["format"].as_str()?;
        let mut entries = self.registry.entries().iter();
        let entry = entries.find(|entry| entry.format() == format)?;
        match entry.kind {
            Kind::OpenCode => Some(json!(entry.values.first()?.code?)),
            Kind::OpenText => Some(json!(entry.values.first()?.name)),
            Kind::Timestamp => Some(json!("2026-11-20T10:00:00Z")),
            Kind::Digits => Some(json!("0123456789")),
            _ => None,
        }
    }
}

fn response_schema<'d>(entry: &'d OperationEntry<'_>) -> Option<&'d Value> {
    let responses = entry.value.get("responses")?.as_object()?;
    let content = responses.values().next()?.get("content")?.as_object()?;
    content.values().next()?.get("schema")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(answer: Answer) -> Row {
        Row {
            method: "PUT".to_owned(),
            path: "/members/{member_guid}".to_owned(),
            ..Row::sample("updateMember", answer)
        }
    }

    fn emitted(operation: Value, examples: &Value, answer: Answer) -> Result<String, Failure> {
        let registry = Registry::from_value(&json!({
            "MemberGuid": {"kind": "identifier", "fields": ["*.member_guid"]},
            "Status": {"kind": "open-text", "fields": ["*.status"], "values": [{"name": "CONNECTED"}]}
        }))
        .unwrap();
        let document = json!({
            "components": {"schemas": {"Body": {"properties": {
                "status": {"type": "string", "format": "x-status"},
                "list": {"type": "array", "items": {"$ref": "#/components/schemas/Body"}}
            }}}},
            "paths": {"/members/{member_guid}": {"put": operation}}
        });
        let tokens = emit(&document, examples, &registry, &[row(answer)])?;
        Ok(tokens.to_string().replace(' ', ""))
    }

    #[test]
    fn every_parameter_is_set_to_a_value_of_its_type() {
        let text = emitted(
            json!({"operationId": "updateMember", "parameters": [
                {"name": "member_guid", "in": "path", "schema": {"type": "string"}},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
                {"name": "guids[]", "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "x-member-guid"}}}
            ]}),
            &json!({}),
            Answer::Nothing,
        );
        let text = text.unwrap();
        for setter in [
            r#".member_guid("member_guid-value")"#,
            ".page(7i64)",
            r#".guids(vec![values::MemberGuid::from("guids[]-1"),"#,
        ] {
            assert!(text.contains(setter), "{text}");
        }
    }

    #[test]
    fn a_parameter_without_a_value_fails_with_its_name() {
        let parameter = json!({"name": "filter", "in": "query", "schema": {"type": "object"}});
        let operation = json!({"operationId": "updateMember", "parameters": [parameter]});
        let failure = emitted(operation, &json!({}), Answer::Nothing).unwrap_err();
        assert_eq!(failure.place(), "updateMember.filter");
    }

    #[test]
    fn a_body_is_the_example_or_a_sample_with_every_field() {
        let schema = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}});
        let operation = json!({"operationId": "updateMember", "requestBody": schema, "responses": {"2XX": schema}});
        let examples = json!({"updateMember": {"request": {"status": "MINE"}}});
        let text = emitted(operation, &examples, Answer::Json).unwrap();
        assert!(
            text.contains(r#"body::<types::Body>("{\"status\":\"MINE\"}")"#),
            "{text}"
        );
        assert!(text.contains(r#"{\"list\":[{\"list\":"#), "{text}");
        assert!(text.contains(r#"\"status\":\"CONNECTED\""#), "{text}");
        assert!(text.contains("documented:false"), "{text}");
    }
}
