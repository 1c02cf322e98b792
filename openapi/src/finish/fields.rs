//! Fields that read more than serde would: MX writes the text `"null"` in places, and wraps the items of some lists.

use heck::{ToSnakeCase, ToUpperCamelCase};
use quote::ToTokens;
use serde_json::Value;
use syn::parse_quote;
use syn::visit_mut::{self, VisitMut};

use super::expect;
use crate::failure::Failure;
use crate::registry::{Entry, Registry};

/// Which fields read more than serde would.
#[derive(Default)]
pub(crate) struct Lenient {
    /// Schema and property of lists whose items may be wrapped.
    unwrapped: Vec<(String, String)>,
    /// Schema and property of what the text `"null"` means absent in.
    null_text: Vec<(String, String)>,
}

impl Lenient {
    /// Reads it from a normalised document.
    pub(crate) fn find(document: &Value, registry: &Registry) -> Self {
        let mut found = Self::default();
        let null_text: Vec<String> = registry
            .entries()
            .iter()
            .filter(|entry| entry.null_text)
            .map(Entry::format)
            .collect();
        let schemas = document["components"]["schemas"].as_object();
        for (schema, value) in schemas.into_iter().flatten() {
            for (property, value_of) in value["properties"].as_object().into_iter().flatten() {
                let place = || (schema.clone(), property.clone());
                let is_required = || {
                    let required = value["required"].as_array();
                    required.is_some_and(|names| names.iter().any(|name| name == property))
                };
                if value_of["x-unwrapped-items"] == true {
                    found.unwrapped.push(place());
                } else if null_text.iter().any(|format| value_of["format"] == *format)
                    && !is_required()
                {
                    found.null_text.push(place());
                }
            }
        }
        found
    }
}

/// Gives every one of them its way to be read.
pub(super) fn apply(file: &mut syn::File, lenient: &Lenient) -> Result<(), Failure> {
    let mut fields = Fields {
        lenient,
        unwrapped: 0,
        null_text: 0,
    };
    fields.visit_file_mut(file);
    let unwrapped = lenient.unwrapped.len();
    expect("x-unwrapped-items", unwrapped, fields.unwrapped)?;
    expect("null_text", lenient.null_text.len(), fields.null_text)
}

/// Adds `deserialize_with` where MX writes something that serde would not take.
struct Fields<'a> {
    lenient: &'a Lenient,
    unwrapped: usize,
    null_text: usize,
}

impl VisitMut for Fields<'_> {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let owner = item.ident.to_string();
        for field in &mut item.fields {
            let Some(name) = field.ident.as_ref().map(ToString::to_string) else {
                continue;
            };
            let is_marked = |(schema, property): &(String, String)| {
                schema.to_upper_camel_case() == owner && property.to_snake_case() == name
            };
            let written = field.ty.to_token_stream().to_string().replace(' ', "");
            if !written.starts_with("::std::option::Option<") {
                continue;
            }
            if self.lenient.null_text.iter().any(is_marked) {
                field.attrs.push(
                    parse_quote!(#[serde(default, deserialize_with = "crate::values::absent_or_null_text")]),
                );
                self.null_text += 1;
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
    fn a_type_of_null_text_is_read_so_wherever_it_may_be_absent() {
        let registry = Registry::from_value(&json!({
            "Timestamp": {"kind": "timestamp", "null_text": true, "fields": ["*.*_at"]},
            "Text": {"kind": "text", "fields": ["*.code"]}
        }))
        .unwrap();
        let time = json!({"type": "string", "format": "x-timestamp"});
        let document = json!({"components": {"schemas": {"Member": {
            "required": ["made_at"],
            "properties": {"made_at": time, "read_at": time, "code": {"format": "x-text"}}
        }}}});
        let lenient = Lenient::find(&document, &registry);
        let expected = ("Member".to_owned(), "read_at".to_owned());
        assert_eq!(lenient.null_text, [expected]);
    }

    #[test]
    fn marked_fields_take_the_text_null_and_marked_lists_take_wrapped_items() {
        let mut file: syn::File = parse_quote! {
            pub struct Member {
                pub at: ::std::option::Option<crate::values::Timestamp>,
                pub list: ::std::option::Option<::std::vec::Vec<Item>>,
            }
        };
        let place = |property: &str| vec![("Member".to_owned(), property.to_owned())];
        let lenient = Lenient {
            unwrapped: place("list"),
            null_text: place("at"),
        };
        apply(&mut file, &lenient).unwrap();
        let text = prettyplease::unparse(&file);
        assert!(
            text.contains("absent_or_null_text") && text.contains("unwrapped_items"),
            "{text}"
        );
    }

    #[test]
    fn a_field_that_is_missed_fails_the_build() {
        let place = ("Member".to_owned(), "at".to_owned());
        let lenient = Lenient {
            null_text: vec![place],
            ..Lenient::default()
        };
        let failure = apply(&mut parse_quote!(), &lenient).unwrap_err();
        assert_eq!(failure.place(), "null_text");
    }
}
