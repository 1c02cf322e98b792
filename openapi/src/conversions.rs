//! Checks that the generator used every type of the registry. It skips a conversion silently when a schema has one keyword more
//! than it expects. Called by `client.rs` on the generated code.

use std::collections::BTreeMap;

use quote::ToTokens;
use serde_json::Value;
use syn::Item;

use crate::document::{children, operations};
use crate::failure::Failure;
use crate::normalise::typing::innermost;
use crate::registry::{Entry, Kind, Registry};
use crate::surface::items_of;

/// The number of fields of schemas and of parameters with a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Places {
    fields: usize,
    parameters: usize,
}

/// Compares, for every type, the count of tagged places in the document with that in the generated client.
pub(crate) fn check(
    document: &Value,
    registry: &Registry,
    file: &syn::File,
    rust_path: impl Fn(&Entry) -> String,
) -> Result<(), Failure> {
    let tagged = tagged(document);
    let generated = generated(file);
    let entries = registry.entries().iter();
    for entry in entries.filter(|entry| entry.kind != Kind::Plain) {
        let wanted = tagged.get(&entry.format()).copied().unwrap_or_default();
        let found = generated
            .get(&rust_path(entry))
            .copied()
            .unwrap_or_default();
        if wanted != found {
            let reason = format!(
                "the document has it in {} fields and {} parameters, the generated client in {} and {}",
                wanted.fields, wanted.parameters, found.fields, found.parameters
            );
            let place = format!("x-types.{}", entry.name);
            return Err(Failure::new("progenitor", place, reason));
        }
    }
    Ok(())
}

/// The places of a normalised document, by format.
fn tagged(document: &Value) -> BTreeMap<String, Places> {
    let mut places: BTreeMap<String, Places> = BTreeMap::new();
    count_fields(&document["components"]["schemas"], &mut places);
    for operation in operations(document) {
        for parameter in operation.parameters() {
            if let Some(format) = format_of(&parameter["schema"]) {
                places.entry(format.to_owned()).or_default().parameters += 1;
            }
        }
        let bodies = ["requestBody", "responses"].iter();
        for body in bodies.filter_map(|key| operation.value.get(*key)) {
            count_fields(body, &mut places);
        }
    }
    places
}

/// Counts the fields of every object within a value, at any depth.
fn count_fields(value: &Value, places: &mut BTreeMap<String, Places>) {
    let properties = value["properties"].as_object();
    for (_, property) in properties.into_iter().flatten() {
        if let Some(format) = format_of(property) {
            places.entry(format.to_owned()).or_default().fields += 1;
        }
    }
    children(value).for_each(|child| count_fields(child, places));
}

/// The format of a scalar, or of what a list or a map holds.
fn format_of(schema: &Value) -> Option<&str> {
    innermost(schema)["format"].as_str()
}

/// The places of a generated client, by path of the type: fields of `types`, and parameters as fields of `builder`.
fn generated(file: &syn::File) -> BTreeMap<String, Places> {
    let mut places: BTreeMap<String, Places> = BTreeMap::new();
    for path in paths_of_fields(file, "types") {
        places.entry(path).or_default().fields += 1;
    }
    for path in paths_of_fields(file, "builder") {
        places.entry(path).or_default().parameters += 1;
    }
    places
}

/// The full paths in the field types of every struct directly in a module.
fn paths_of_fields(file: &syn::File, module: &str) -> Vec<String> {
    let items = items_of(&file.items, module).iter();
    let structs = items.filter_map(|item| match item {
        Item::Struct(found) => Some(found),
        _ => None,
    });
    structs
        .flat_map(|found| &found.fields)
        .flat_map(|field| {
            let written = field.ty.to_token_stream().to_string().replace(' ', "");
            let in_path = |character: char| {
                character.is_alphanumeric() || character == '_' || character == ':'
            };
            let mut paths: Vec<String> = written
                .split(|character| !in_path(character))
                .map(str::to_owned)
                .collect();
            paths.sort();
            paths.dedup();
            paths
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use syn::parse_quote;

    fn document() -> Value {
        let tagged = json!({"type": "string", "format": "x-tag"});
        json!({
            "components": {"schemas": {"Tag": {"properties": {
                "guid": tagged,
                "others": {"type": "array", "items": tagged},
                "name": {"type": "string"}
            }}}},
            "paths": {"/tags": {"get": {"operationId": "a", "parameters": [{"name": "tag", "schema": tagged}]}}}
        })
    }

    fn outcome(file: &syn::File) -> Result<(), Failure> {
        let registry = Registry::from_value(&json!({
            "Tag": {"kind": "identifier", "fields": ["*.guid"]},
            "Plain": {"kind": "plain", "fields": ["*.external_guid"]}
        }));
        let path = |entry: &Entry| format!("crate::values::{}", entry.name);
        check(&document(), &registry.unwrap(), file, path)
    }

    #[test]
    fn equal_counts_are_accepted() {
        let file = parse_quote! {
            pub mod types {
                pub struct Tag {
                    pub guid: ::std::option::Option<crate::values::Tag>,
                    pub others: ::std::vec::Vec<crate::values::Tag>,
                    pub name: ::std::string::String,
                }
                pub mod builder {
                    pub struct Tag { guid: Result<crate::values::Tag, String> }
                }
            }
            pub mod builder {
                pub struct A<'a> { client: &'a super::Client, tag: Result<crate::values::Tag, String> }
            }
        };
        assert_eq!(outcome(&file), Ok(()));
    }

    #[test]
    fn a_field_that_stayed_a_string_is_refused_and_a_longer_name_does_not_count() {
        let file = parse_quote! {
            pub mod types {
                pub struct Tag {
                    pub guid: ::std::option::Option<crate::values::Tag>,
                    pub others: ::std::vec::Vec<crate::values::Tagging>,
                }
            }
            pub mod builder {
                pub struct A<'a> { tag: Result<crate::values::Tag, String> }
            }
        };
        let failure = outcome(&file).unwrap_err();
        assert_eq!(failure.place(), "x-types.Tag");
        let text = failure.to_string();
        assert!(
            text.contains("2 fields and 1 parameters") && text.contains("client in 1 and 1"),
            "{text}"
        );
    }
}
