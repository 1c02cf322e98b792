//! Emits calls and samples for the contract tests: the builders and types are generated, so no generic code can iterate over
//! them. The library does not include it.
//!
//! [`calls`] is the table `EXERCISES`, a maximal and a minimal call of every operation. The test that includes it brings
//! `types`, `values`, the row type `Exercise` and the functions `maximal`, `minimal`, `json`, `bytes` and `nothing` into
//! scope. [`types::emit`] are the tables `TYPES` and `REGISTERED`.

mod samples;
pub(crate) mod types;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;

use crate::document::{OperationEntry, operations};
use crate::failure::Failure;
use crate::normalise::parameters::name_of;
use crate::operations::{Answer, Row};
use crate::registry::{Kind, Registry};

const PASS: &str = "emitting exercises";

/// The calls of all operations of a normalised document.
pub(crate) fn calls(
    document: &Value,
    registry: &Registry,
    rows: &[Row],
) -> Result<TokenStream, Failure> {
    let entries = operations(document);
    let exercises = rows
        .iter()
        .map(|row| {
            let entry = entries.iter().find(|entry| entry.id == row.id);
            let entry = entry.ok_or_else(|| Failure::new(PASS, &row.id, "it is gone"))?;
            exercise(registry, row, entry)
        })
        .collect::<Result<Vec<_>, Failure>>()?;
    let count = exercises.len();
    Ok(quote!(pub(crate) static EXERCISES: [Exercise; #count] = [#(#exercises),*];))
}

fn exercise(
    registry: &Registry,
    row: &Row,
    entry: &OperationEntry<'_>,
) -> Result<TokenStream, Failure> {
    let id = &row.id;
    let call = format_ident!("{}", row.name.to_snake_case());
    let runner = match row.answer {
        Answer::Json => quote!(json),
        Answer::Bytes => quote!(bytes),
        Answer::Nothing => quote!(nothing),
    };
    let body = |extent: TokenStream| match &row.request_type {
        Some(name) => {
            let name = format_ident!("{}", name.to_upper_camel_case());
            quote!(.body(#extent::<types::#name>()))
        }
        None => quote!(),
    };
    let (maximal, minimal) = (body(quote!(maximal)), body(quote!(minimal)));
    let every = setters(registry, entry, |_| true)?;
    let required = setters(registry, entry, |parameter| parameter["required"] == true)?;
    Ok(quote! {
        Exercise {
            id: #id,
            maximal: |client| #runner(client.#call() #(#every)* #maximal .send()),
            minimal: |client| #runner(client.#call() #(#required)* #minimal .send()),
        }
    })
}

/// One setter for each wanted parameter, with a fixed value of its type that contains the parameter's name.
fn setters(
    registry: &Registry,
    entry: &OperationEntry<'_>,
    wanted: impl Fn(&Value) -> bool,
) -> Result<Vec<TokenStream>, Failure> {
    let setters = entry
        .parameters()
        .iter()
        .filter(|parameter| wanted(parameter))
        .map(|parameter| {
            let name = name_of(parameter);
            let setter = setter_of(name);
            let schema = &parameter["schema"];
            let argument = match schema["type"].as_str() {
                Some("string") if is_date(registry, schema) => {
                    let text = samples::DATE;
                    quote!(#text)
                }
                Some("string") => {
                    let text = format!("{name}-value");
                    quote!(#text)
                }
                Some("integer") => quote!(7i64),
                Some("boolean") => quote!(true),
                Some("array") => {
                    let item = item_type(registry, &schema["items"]);
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

/// The name of a parameter's setter: progenitor appends `_` to a keyword.
fn setter_of(parameter: &str) -> Ident {
    let name = parameter.to_snake_case();
    syn::parse_str(&name).unwrap_or_else(|_| format_ident!("{name}_"))
}

fn is_date(registry: &Registry, schema: &Value) -> bool {
    let mut entries = registry.entries().iter();
    entries.any(|entry| entry.kind == Kind::Date && schema["format"] == entry.format().as_str())
}

fn item_type(registry: &Registry, items: &Value) -> TokenStream {
    let mut entries = registry.entries().iter();
    match entries.find(|entry| items["format"] == entry.format().as_str()) {
        Some(entry) => {
            let name = format_ident!("{}", entry.name);
            quote!(values::#name)
        }
        None => quote!(String),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(request_type: Option<&str>) -> Row {
        Row {
            method: "PUT".to_owned(),
            path: "/members/{member_guid}".to_owned(),
            request_type: request_type.map(str::to_owned),
            ..Row::sample("updateMember", Answer::Nothing)
        }
    }

    fn emitted(parameters: Value, request_type: Option<&str>) -> Result<String, Failure> {
        let registry = Registry::from_value(&json!({
            "MemberGuid": {"kind": "identifier", "fields": ["*.member_guid"]}
        }))
        .unwrap();
        let operation = json!({"operationId": "updateMember", "parameters": parameters});
        let document = json!({"paths": {"/members/{member_guid}": {"put": operation}}});
        let tokens = calls(&document, &registry, &[row(request_type)])?;
        Ok(tokens.to_string().replace(' ', ""))
    }

    #[test]
    fn a_maximal_call_sets_every_parameter_to_a_value_of_its_type_and_a_minimal_one_what_it_must() {
        let text = emitted(
            json!([
                {"name": "member_guid", "in": "path", "required": true, "schema": {"type": "string"}},
                {"name": "page", "in": "query", "schema": {"type": "integer"}},
                {"name": "guids[]", "in": "query", "schema": {"type": "array", "items": {"type": "string", "format": "x-member-guid"}}}
            ]),
            Some("MemberUpdateRequestBody"),
        );
        let text = text.unwrap();
        let maximal = concat!(
            r#"maximal:|client|nothing(client.update_member().member_guid("member_guid-value").page(7i64)"#,
            r#".guids(vec![values::MemberGuid::from("guids[]-1"),values::MemberGuid::from("guids[]-2")])"#,
            ".body(maximal::<types::MemberUpdateRequestBody>()).send())"
        );
        assert!(text.contains(maximal), "{text}");
        let minimal = concat!(
            r#"minimal:|client|nothing(client.update_member().member_guid("member_guid-value")"#,
            ".body(minimal::<types::MemberUpdateRequestBody>()).send())"
        );
        assert!(text.contains(minimal), "{text}");
    }

    #[test]
    fn a_parameter_without_a_value_fails_with_its_name() {
        let parameter = json!({"name": "filter", "in": "query", "schema": {"type": "object"}});
        let failure = emitted(json!([parameter]), None).unwrap_err();
        assert_eq!(failure.place(), "updateMember.filter");
    }
}
