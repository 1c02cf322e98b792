//! Reads answers by `crate::object` in the place of serde's derive, which costs the compiler more. Fields that accept more than
//! serde would have a function that reads them: MX writes the text `"null"` in places, wraps the items of some lists, and prints
//! two names of some fields.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenTree;
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::{Item, ItemImpl, ItemStruct, Token, parse_quote};

use super::{expect, items_mut};
use crate::failure::Failure;
use crate::normalise::sides::Sides;
use crate::registry::{Entry, Registry};
use crate::surface::{self, first_argument, items_of, last_segment, serde};

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

/// Replaces the derived `Deserialize` of every answer.
pub(super) fn apply(file: &mut syn::File, lenient: &Lenient, sides: &Sides) -> Result<(), Failure> {
    let mut answers = answers(file);
    let mut structs = Vec::new();
    for item in items_mut(&mut file.items, "types").into_iter().flatten() {
        if let Item::Struct(found) = item
            && answers.contains(&found.ident.to_string())
        {
            match remove_derive(&mut found.attrs, &found.ident)? {
                true => structs.push(found.clone()),
                false => _ = answers.remove(&found.ident.to_string()),
            }
        }
    }
    let named = sides.answers();
    expect("answers", named.len(), answers.intersection(&named).count())?;
    let mut readers = Readers {
        lenient,
        answers,
        unwrapped: 0,
        also_named: 0,
    };
    let mut impls = Vec::new();
    for answer in &structs {
        impls.extend(readers.implement(answer)?);
    }
    if let Some(types) = items_mut(&mut file.items, "types") {
        types.extend(impls.into_iter().map(Item::Impl));
    }
    expect("x-also-named", lenient.also_named.len(), readers.also_named)?;
    expect(
        "x-unwrapped-items",
        lenient.unwrapped.len(),
        readers.unwrapped,
    )
}

/// The structs that operations return, and those within them.
fn answers(file: &syn::File) -> BTreeSet<String> {
    let structs = items_of(&file.items, "types").iter();
    let structs: BTreeMap<String, &ItemStruct> = structs
        .filter_map(|item| match item {
            Item::Struct(found) => Some((found.ident.to_string(), found)),
            _ => None,
        })
        .collect();
    let returned = surface::answers(items_of(&file.items, "builder"));
    let mut waiting: Vec<String> = returned.into_values().collect();
    let mut answers = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(answer) = structs.get(&name)
            && answers.insert(name)
        {
            let types = answer.fields.iter().map(|field| field.ty.to_token_stream());
            let words = types.flatten().filter_map(|token| match token {
                TokenTree::Ident(word) => Some(word.to_string()),
                _ => None,
            });
            waiting.extend(words);
        }
    }
    answers
}

/// Chooses the function that reads a field, and counts the fields with a mark.
struct Readers<'a> {
    lenient: &'a Lenient,
    answers: BTreeSet<String>,
    unwrapped: usize,
    also_named: usize,
}

impl Readers<'_> {
    /// The implementations for one answer.
    fn implement(&mut self, answer: &ItemStruct) -> Result<[ItemImpl; 2], Failure> {
        let owner = &answer.ident;
        let refuse = |reason: String| Err(Failure::new("finishing", owner.to_string(), reason));
        let mut names = Vec::new();
        let mut numbers = Vec::new();
        let mut reads = Vec::new();
        for field in &answer.fields {
            let Some(ident) = &field.ident else {
                return refuse("it is not a struct with named fields".to_owned());
            };
            let serde = match serde(&field.attrs) {
                Ok(serde) => serde,
                Err(error) => return refuse(error.to_string()),
            };
            if let Some(other) = serde.other {
                return refuse(format!("`object.rs` does not know serde's `{other}`"));
            }
            let Ok(number) = u8::try_from(reads.len()) else {
                return refuse("it has more than 256 fields; number them by u16".to_owned());
            };
            let (reader, other_name) = self.reader(&owner.to_string(), ident, &field.ty);
            let name = serde.rename.unwrap_or_else(|| ident.to_string());
            for name in [Some(name), other_name].into_iter().flatten() {
                if names.contains(&name) {
                    return refuse(format!("two of its fields are read from `{name}`"));
                }
                numbers.push(quote!(#name => #number));
                names.push(name);
            }
            reads.push(quote!(#number => #reader(&mut self.#ident, map)));
        }
        Ok([
            parse_quote! {
                impl crate::object::Object for #owner {
                    const NAMES: &'static [&'static str] = &[#(#names),*];

                    fn field_number(name: &str) -> Option<u8> {
                        Some(match name {
                            #(#numbers,)*
                            _ => return None,
                        })
                    }

                    fn read_field<'de, A: ::serde::de::MapAccess<'de>>(
                        &mut self,
                        number: u8,
                        map: &mut A,
                    ) -> Result<(), A::Error> {
                        match number {
                            #(#reads,)*
                            _ => Ok(()),
                        }
                    }
                }
            },
            parse_quote! {
                impl<'de> ::serde::Deserialize<'de> for #owner {
                    fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                        crate::object::read(deserializer)
                    }
                }
            },
        ])
    }

    /// The function that reads a field, and the other name of the field.
    fn reader(
        &mut self,
        owner: &str,
        field: &syn::Ident,
        ty: &syn::Type,
    ) -> (syn::Path, Option<String>) {
        let is_field = |schema: &str, property: &str| {
            schema.to_upper_camel_case() == owner && field == &property.to_snake_case()
        };
        let mut also_named = self.lenient.also_named.iter();
        if let Some((_, _, other)) = also_named.find(|(schema, name, _)| is_field(schema, name)) {
            // MX's page prints a single item under the other name.
            self.also_named += 1;
            let reader = parse_quote!(crate::values::one_or_many);
            return (reader, Some(other.clone()));
        }
        let mut unwrapped = self.lenient.unwrapped.iter();
        if unwrapped.any(|(schema, name)| is_field(schema, name)) {
            self.unwrapped += 1;
            return (parse_quote!(crate::values::unwrapped_items), None);
        }
        let by_serde = parse_quote!(crate::object::value);
        let Some(inner) = first_argument(ty).filter(|_| last_segment(ty) == "Option") else {
            return (by_serde, None);
        };
        let path = inner.to_token_stream().to_string().replace(' ', "");
        if self.lenient.null_text.contains(&path) {
            return (parse_quote!(crate::values::absent_or_null_text), None);
        }
        let is_answer = |item| self.answers.contains(&last_segment(item));
        if last_segment(inner) == "Vec" && first_argument(inner).is_some_and(is_answer) {
            return (parse_quote!(crate::object::list), None);
        }
        if is_answer(inner) {
            return (parse_quote!(crate::object::one), None);
        }
        (by_serde, None)
    }
}

/// Removes `Deserialize` from the derives of a type, if `Default` is one of them: all of its fields are optional then.
fn remove_derive(attributes: &mut [syn::Attribute], owner: &syn::Ident) -> Result<bool, Failure> {
    let is = |path: &syn::Path, name: &str| {
        let last = path.segments.last();
        last.is_some_and(|last| last.ident == name)
    };
    for attribute in attributes {
        if !attribute.path().is_ident("derive") {
            continue;
        }
        let traits = Punctuated::<syn::Path, Token![,]>::parse_terminated;
        let traits = attribute
            .parse_args_with(traits)
            .map_err(|error| Failure::new("finishing", owner.to_string(), error.to_string()))?;
        if traits.iter().any(|path| is(path, "Default")) {
            let kept = traits.iter().filter(|path| !is(path, "Deserialize"));
            *attribute = parse_quote!(#[derive(#(#kept),*)]);
            return Ok(true);
        }
    }
    Ok(false)
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

    fn members() -> syn::File {
        parse_quote! {
            pub mod types {
                #[derive(::serde::Deserialize, ::serde::Serialize, Default)]
                pub struct Member {
                    pub at: ::std::option::Option<crate::values::Timestamp>,
                    pub due: ::std::option::Option<::std::vec::Vec<Item>>,
                    pub list: ::std::option::Option<::std::vec::Vec<Item>>,
                    pub parts: ::std::option::Option<::std::vec::Vec<Member>>,
                    #[serde(rename = "type")]
                    pub type_: ::std::option::Option<MemberDetails>,
                    pub is_open: ::std::option::Option<bool>,
                }
                #[derive(::serde::Deserialize, ::serde::Serialize, Default)]
                pub struct MemberDetails {
                    pub at: ::std::option::Option<crate::values::Timestamp>,
                }
                #[derive(::serde::Deserialize, ::serde::Serialize, Default)]
                pub struct ReadMemberBody {
                    pub at: ::std::option::Option<crate::values::Timestamp>,
                }
            }
            pub mod builder {
                impl<'a> ReadMember<'a> {
                    pub async fn send(self) -> Result<ResponseValue<types::Member>, crate::Error> { work() }
                }
            }
        }
    }

    fn answers() -> Sides {
        Sides {
            responses: ["member".to_owned()].into(),
            ..Sides::default()
        }
    }

    #[test]
    fn an_answer_is_read_by_the_names_of_its_fields() {
        let mut file = members();
        let lenient = Lenient {
            unwrapped: vec![("Member".to_owned(), "list".to_owned())],
            null_text: vec!["crate::values::Timestamp".to_owned()],
            also_named: vec![("Member".to_owned(), "due".to_owned(), "until".to_owned())],
        };
        apply(&mut file, &lenient, &answers()).unwrap();
        let text = prettyplease::unparse(&file);
        for expected in [
            "#[derive(::serde::Serialize, Default)]",
            r#""due" => 1u8,"#,
            r#""until" => 1u8,"#,
            r#""type" => 4u8,"#,
            "0u8 => crate::values::absent_or_null_text(&mut self.at, map),",
            "1u8 => crate::values::one_or_many(&mut self.due, map),",
            "2u8 => crate::values::unwrapped_items(&mut self.list, map),",
            "3u8 => crate::object::list(&mut self.parts, map),",
            "4u8 => crate::object::one(&mut self.type_, map),",
            "5u8 => crate::object::value(&mut self.is_open, map),",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        let tight = text.replace(char::is_whitespace, "");
        let names = r#"=&["at","due","until","list","parts","type","is_open",];"#;
        assert!(tight.contains(names), "{text}");
        // That of the object within, too, but no request.
        assert_eq!(
            text.matches("crate::values::absent_or_null_text(").count(),
            2
        );
    }

    #[test]
    fn an_answer_that_cannot_be_read_so_is_refused() {
        let refused = |fields: syn::FieldsNamed| {
            let mut file = parse_quote! {
                pub mod types { #[derive(Default)] pub struct Member #fields }
                pub mod builder {
                    impl<'a> ReadMember<'a> {
                        pub async fn send(self) -> Result<ResponseValue<types::Member>, crate::Error> { work() }
                    }
                }
            };
            let failure = apply(&mut file, &Lenient::default(), &answers()).unwrap_err();
            failure.to_string()
        };
        let of_any_name = refused(parse_quote!({ #[serde(flatten)] pub extra: Map }));
        assert!(of_any_name.contains("serde's `flatten`"), "{of_any_name}");
        let twice = refused(
            parse_quote!({ pub a: Option<i64>, #[serde(rename = "a")] pub b: Option<i64> }),
        );
        assert!(
            twice.contains("two of its fields are read from `a`"),
            "{twice}"
        );
    }

    #[test]
    fn a_list_or_an_answer_that_is_missed_fails_the_build() {
        let lenient = Lenient {
            unwrapped: vec![("Member".to_owned(), "list".to_owned())],
            ..Lenient::default()
        };
        let failure = apply(&mut parse_quote!(), &lenient, &Sides::default()).unwrap_err();
        assert_eq!(failure.place(), "x-unwrapped-items");
        let failure = apply(&mut parse_quote!(), &Lenient::default(), &answers()).unwrap_err();
        assert_eq!(failure.place(), "answers");
    }
}
