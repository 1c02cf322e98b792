//! Emits the tables of all types of a document. The test that includes them brings the module `types` of the
//! client, `values` with its registered types, `shared` with those of the library, the row types `Type`, `Side`, `Registered`
//! and `Kind`, and the functions `schema`, `rewrite` and `show` into scope.

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use super::samples::{Extent, Samples};
use crate::document::{follow, operations, schema_name};
use crate::normalise::sides::Sides;
use crate::operations::Row;
use crate::registry::{Entry, Kind, Registry};

/// `TYPES`, what is sent or received, sorted by name; and `REGISTERED`, the types of strings and codes.
pub(crate) fn emit(
    document: &Value,
    registry: &Registry,
    sides: &Sides,
    rows: &[Row],
) -> TokenStream {
    let schemas = document["components"]["schemas"].as_object();
    let mut found: Vec<(String, bool, &Value)> = schemas
        .into_iter()
        .flatten()
        .map(|(name, schema)| {
            let name_in_rust = name.to_upper_camel_case();
            (name_in_rust, sides.requests.contains(name), schema)
        })
        .collect();
    let bodies = inline_bodies(document, rows);
    found.extend(
        bodies
            .into_iter()
            .map(|(name, schema)| (name, true, schema)),
    );
    found.sort_by(|(left, ..), (right, ..)| left.cmp(right));
    let types = found.iter().map(|(name, is_request, schema)| {
        let path = format_ident!("{name}");
        let side = if *is_request {
            quote!(Request)
        } else {
            quote!(Response)
        };
        let sample = |extent| {
            let samples = Samples {
                document,
                registry,
                extent,
            };
            samples.of(schema).to_string()
        };
        let (maximal, minimal) = (sample(Extent::Maximal), sample(Extent::Minimal));
        quote! {
            Type {
                name: #name,
                side: Side::#side,
                maximal: #maximal,
                minimal: #minimal,
                schema: schema::<types::#path>,
                rewrite: rewrite::<types::#path>,
            }
        }
    });
    let registered: Vec<TokenStream> = registry
        .entries()
        .iter()
        .filter(|entry| entry.kind != Kind::Plain)
        .map(emit_registered)
        .collect();
    let (types_count, registered_count) = (found.len(), registered.len());
    quote! {
        pub(crate) static TYPES: [Type; #types_count] = [#(#types),*];
        pub(crate) static REGISTERED: [Registered; #registered_count] = [#(#registered),*];
    }
}

/// The request bodies whose schema has no name in the document, by the name that the table gives them.
fn inline_bodies<'d>(document: &'d Value, rows: &[Row]) -> Vec<(String, &'d Value)> {
    let bodies = operations(document).into_iter().filter_map(|operation| {
        let body = follow(document, operation.value.get("requestBody")?);
        let content = body["content"].as_object()?;
        let schema = content.values().next()?.get("schema")?;
        let row = rows.iter().find(|row| row.id == operation.id)?;
        let name = row.request_type.clone()?;
        schema_name(schema).is_none().then_some((name, schema))
    });
    bodies.collect()
}

fn emit_registered(entry: &Entry) -> TokenStream {
    let name = &entry.name;
    let path = format_ident!("{name}");
    let module = if entry.is_emitted() {
        quote!(values)
    } else {
        quote!(shared)
    };
    let kind = format_ident!("{}", format!("{:?}", entry.kind));
    quote! {
        Registered {
            name: #name,
            kind: Kind::#kind,
            schema: schema::<#module::#path>,
            show: show::<#module::#path>,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::sides;
    use crate::operations::Answer;
    use serde_json::json;

    #[test]
    fn every_schema_and_every_body_without_a_name_is_listed() {
        let registry = Registry::from_value(&json!({
            "MemberGuid": {"kind": "identifier", "fields": ["*.guid"]},
            "Secret": {"kind": "secret", "fields": ["*.value"]},
            "Id": {"kind": "plain", "fields": ["*.id"]}
        }))
        .unwrap();
        let content = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let document = json!({
            "components": {"schemas": {"Answer": {
                "type": "object", "properties": {"guid": {"type": "string", "format": "x-member-guid"}}
            }}},
            "paths": {"/a": {"post": {
                "operationId": "startIt",
                "requestBody": content(json!({"type": "object", "properties": {"now": {"type": "boolean"}}})),
                "responses": {"2XX": content(json!({"$ref": "#/components/schemas/Answer"}))}
            }}}
        });
        let row = Row {
            request_type: Some("StartItBody".to_owned()),
            ..Row::sample("startIt", Answer::Json)
        };
        let sides = sides::find(&document).unwrap();
        let text = emit(&document, &registry, &sides, &[row]).to_string();
        let text = text.replace(' ', "");
        for expected in [
            r#"Type{name:"Answer",side:Side::Response,maximal:"{\"guid\":\"guid-value\"}",minimal:"{}",schema:schema::<types::Answer>"#,
            r#"Type{name:"StartItBody",side:Side::Request,maximal:"{\"now\":true}""#,
            r#"Registered{name:"MemberGuid",kind:Kind::Identifier,schema:schema::<values::MemberGuid>,show:show::<values::MemberGuid>"#,
            r#"Registered{name:"Secret",kind:Kind::Secret,schema:schema::<shared::Secret>,show:show::<shared::Secret>"#,
            "TYPES:[Type;2usize]",
            "REGISTERED:[Registered;2usize]",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
    }
}
