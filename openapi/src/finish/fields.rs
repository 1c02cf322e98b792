//! Fields that accept more than serde would: MX writes the text `"null"` in places, wraps the items of some lists, and prints
//! two names of some fields.

use heck::{ToSnakeCase, ToUpperCamelCase};
use quote::ToTokens;
use serde_json::Value;
use syn::parse_quote;
use syn::visit_mut::{self, VisitMut};

use super::expect;
use crate::failure::Failure;
use crate::registry::{Entry, Registry};

/// Which fields accept more than serde would.
#[derive(Default)]
pub(crate) struct Lenient {
    /// Schema and property of lists whose items may be wrapped.
    unwrapped: Vec<(String, String)>,
    /// Schema, property and other name of fields that have two (`x-also-named`).
    also_named: Vec<(String, String, String)>,
    /// The Rust paths of the types in which the text `"null"` means absent.
    null_text: Vec<String>,
}

impl Lenient {
    /// Reads it from a normalised document and its types.
    pub(crate) fn find(
        document: &Value,
        registry: &Registry,
        rust_path: impl Fn(&Entry) -> String,
    ) -> Self {
        let schemas = document["components"]["schemas"].as_object();
        let properties = schemas.into_iter().flatten().flat_map(|(schema, value)| {
            let properties = value["properties"].as_object().into_iter().flatten();
            properties.map(move |(name, property)| (schema, name, property))
        });
        let also_named = properties.clone().filter_map(|(schema, name, property)| {
            let other = property["x-also-named"].as_str()?;
            Some((schema.clone(), name.clone(), other.to_owned()))
        });
        let also_named = also_named.collect();
        let unwrapped = properties.filter(|(_, _, property)| property["x-unwrapped-items"] == true);
        let null_text = registry.entries().iter().filter(|entry| entry.null_text);
        Self {
            unwrapped: unwrapped
                .map(|(schema, name, _)| (schema.clone(), name.clone()))
                .collect(),
            also_named,
            null_text: null_text.map(rust_path).collect(),
        }
    }
}

/// Adds the functions that read them.
pub(super) fn apply(file: &mut syn::File, lenient: &Lenient) -> Result<(), Failure> {
    let mut fields = Fields {
        lenient,
        unwrapped: 0,
        also_named: 0,
    };
    fields.visit_file_mut(file);
    expect("x-also-named", lenient.also_named.len(), fields.also_named)?;
    expect(
        "x-unwrapped-items",
        lenient.unwrapped.len(),
        fields.unwrapped,
    )
}

/// Adds `deserialize_with` where MX writes something that serde would not take.
struct Fields<'a> {
    lenient: &'a Lenient,
    unwrapped: usize,
    also_named: usize,
}

impl VisitMut for Fields<'_> {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let owner = item.ident.to_string();
        for field in &mut item.fields {
            let Some(name) = field.ident.as_ref().map(ToString::to_string) else {
                continue;
            };
            let is_field = |schema: &str, property: &str| {
                schema.to_upper_camel_case() == owner && property.to_snake_case() == name
            };
            for (schema, property, other) in &self.lenient.also_named {
                if is_field(schema, property) {
                    // MX's page prints a single item under the other name.
                    field.attrs.push(
                        parse_quote!(#[serde(alias = #other, default, deserialize_with = "crate::values::one_or_many")]),
                    );
                    self.also_named += 1;
                }
            }
            let is_marked = |(schema, property): &(String, String)| is_field(schema, property);
            let written = field.ty.to_token_stream().to_string().replace(' ', "");
            let inner = written.strip_prefix("::std::option::Option<");
            let Some(inner) = inner.and_then(|rest| rest.strip_suffix('>')) else {
                continue;
            };
            if self.lenient.null_text.iter().any(|path| path == inner) {
                field.attrs.push(
                    parse_quote!(#[serde(default, deserialize_with = "crate::values::absent_or_null_text")]),
                );
            } else if self.lenient.unwrapped.iter().any(is_marked) {
                field.attrs.push(
                    parse_quote!(#[serde(default, deserialize_with = "crate::values::unwrapped_items")]),
                );
                self.unwrapped += 1;
            }
        }
    }

    // The builders have fields of the same names and are not read from anything.
    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if item.ident != "builder" {
            visit_mut::visit_item_mod_mut(self, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_of_null_text_are_found_by_their_path_and_lists_by_their_mark() {
        let registry = Registry::from_value(&json!({
            "Timestamp": {"kind": "timestamp", "null_text": true, "fields": ["*.*_at"]},
            "Text": {"kind": "text", "fields": ["*.code"]}
        }))
        .unwrap();
        let list = json!({"type": "array", "x-unwrapped-items": true});
        let document = json!({"components": {"schemas": {"Member": {"properties": {"rows": list, "code": {}}}}}});
        let path = |entry: &Entry| format!("values::{}", entry.name);
        let lenient = Lenient::find(&document, &registry, path);
        assert_eq!(lenient.null_text, ["values::Timestamp"]);
        assert_eq!(
            lenient.unwrapped,
            [("Member".to_owned(), "rows".to_owned())]
        );
    }

    #[test]
    fn optional_fields_of_null_text_and_marked_lists_get_their_functions() {
        let mut file: syn::File = parse_quote! {
            pub struct Member {
                pub at: ::std::option::Option<crate::values::Timestamp>,
                pub due: crate::values::Timestamp,
                pub list: ::std::option::Option<::std::vec::Vec<Item>>,
            }
        };
        let lenient = Lenient {
            unwrapped: vec![("Member".to_owned(), "list".to_owned())],
            null_text: vec!["crate::values::Timestamp".to_owned()],
            also_named: vec![("Member".to_owned(), "due".to_owned(), "until".to_owned())],
        };
        apply(&mut file, &lenient).unwrap();
        let text = prettyplease::unparse(&file);
        assert_eq!(text.matches("absent_or_null_text").count(), 1, "{text}");
        assert_eq!(text.matches("unwrapped_items").count(), 1, "{text}");
        let alias = r#"alias = "until", default, deserialize_with = "crate::values::one_or_many")]
    pub due"#;
        assert!(text.contains(alias), "{text}");
    }

    #[test]
    fn a_list_that_is_missed_fails_the_build() {
        let lenient = Lenient {
            unwrapped: vec![("Member".to_owned(), "list".to_owned())],
            ..Lenient::default()
        };
        let failure = apply(&mut parse_quote!(), &lenient).unwrap_err();
        assert_eq!(failure.place(), "x-unwrapped-items");
    }
}
