//! Writes the setters of both kinds of builders anew: each calls one function of `crate::input`, which compiles faster than
//! progenitor's conversions, and an optional one takes what a required one takes, or an `Option`.
//!
//! Each is documented with what the document has on its field or parameter, and with what it takes.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::{Attribute, FnArg, ImplItem, ImplItemFn, Item, Type, parse_quote};

use super::items_mut;
use crate::document::operations;
use crate::normalise::parameters::name_of;
use crate::surface::{first_argument, items_of, last_segment};

/// The documentation of fields by the name of their builder and their own.
type Documentation = BTreeMap<(String, String), String>;

/// Writes them, and returns how many fields builders have and how many setters were written.
pub(super) fn apply(file: &mut syn::File, document: &Value) -> (usize, usize) {
    let of_types = of_fields(items_of(&file.items, "types"));
    let of_operations = of_parameters(document);
    let mut counts = (0, 0);
    if let Some(types) = items_mut(&mut file.items, "types") {
        if let Some(builders) = items_mut(types, "builder") {
            write(builders, &of_types, &mut counts);
        }
        document_builders(types);
    }
    if let Some(builders) = items_mut(&mut file.items, "builder") {
        write(builders, &of_operations, &mut counts);
    }
    counts
}

fn write(builders: &mut [Item], documentation: &Documentation, counts: &mut (usize, usize)) {
    let mut fields: BTreeMap<(String, String), Type> = BTreeMap::new();
    for item in builders.iter() {
        let Item::Struct(found) = item else { continue };
        for field in &found.fields {
            if let Some(name) = field.ident.as_ref().filter(|name| *name != "client") {
                let key = (found.ident.to_string(), name.to_string());
                fields.extend(first_argument(&field.ty).map(|held| (key, held.clone())));
            }
        }
    }
    counts.0 += fields.len();
    for item in builders {
        let Item::Impl(found) = item else { continue };
        if found.trait_.is_some() {
            continue;
        }
        let owner = last_segment(&found.self_ty);
        for member in &mut found.items {
            let ImplItem::Fn(setter) = member else {
                continue;
            };
            let key = (owner.clone(), setter.sig.ident.to_string());
            if let Some(held) = fields.get(&key)
                && let Some(written) = setter_of(setter, held, documentation.get(&key))
            {
                *setter = written;
                counts.1 += 1;
            } else if let Some(name) = key.1.strip_suffix("_map") {
                let text = format!(
                    "Makes the {name} in place. The closure gets the builder of what was given, or an empty one."
                );
                setter.attrs.push(parse_quote!(#[doc = #text]));
            }
        }
    }
}

/// The setter in the place of progenitor's for a field that holds a value of this type.
fn setter_of(old: &ImplItemFn, held: &Type, text: Option<&String>) -> Option<ImplItemFn> {
    let bound = bound_of(old)?;
    let name = &old.sig.ident;
    let label = name.to_string();
    let inner = (last_segment(held) == "Option")
        .then(|| first_argument(held))
        .flatten();
    let taken = describe(inner.unwrap_or(&bound));
    let text = text.map(|text| format!("{text}\n\n")).unwrap_or_default();
    Some(match inner {
        Some(inner) => {
            let text = format!("{text}Takes {taken}. Optional.");
            parse_quote! {
                #[doc = #text]
                pub fn #name<F>(mut self, value: impl crate::input::Input<#inner, F>) -> Self {
                    self.#name = crate::input::optional(value, #label);
                    self
                }
            }
        }
        None => {
            // A body is kept as its builder.
            let is_body = !is_equal(held, &bound);
            let convert = is_body.then(|| quote!(.map(From::from)));
            let in_place = match is_body {
                true => format!(" [`{label}_map`](Self::{label}_map) makes it in place."),
                false => String::new(),
            };
            let text = format!("{text}Takes {taken}.{in_place}");
            parse_quote! {
                #[doc = #text]
                pub fn #name(
                    mut self,
                    value: impl ::std::convert::TryInto<#bound, Error: ::std::fmt::Display>,
                ) -> Self {
                    self.#name = crate::input::required::<#bound, _>(value, #label)#convert;
                    self
                }
            }
        }
    })
}

fn is_equal(one: &Type, other: &Type) -> bool {
    one.to_token_stream().to_string() == other.to_token_stream().to_string()
}

/// The `X` of `fn name<T: TryInto<X>>(mut self, value: T)`.
fn bound_of(setter: &ImplItemFn) -> Option<Type> {
    let takes_value = matches!(setter.sig.inputs.last(), Some(FnArg::Typed(_)));
    let clause = setter
        .sig
        .generics
        .where_clause
        .as_ref()
        .filter(|_| takes_value)?;
    let syn::WherePredicate::Type(predicate) = clause.predicates.first()? else {
        return None;
    };
    let syn::TypeParamBound::Trait(bound) = predicate.bounds.first()? else {
        return None;
    };
    let last = bound
        .path
        .segments
        .last()
        .filter(|last| last.ident == "TryInto")?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            syn::GenericArgument::Type(found) => Some(found.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// What a setter of a type takes, in words.
fn describe(taken: &Type) -> String {
    let path = taken.to_token_stream().to_string().replace(' ', "");
    let name = last_segment(taken);
    match (name.as_str(), first_argument(taken)) {
        ("bool", _) => "`true` or `false`".to_owned(),
        ("i64", _) => "a whole number".to_owned(),
        ("f64", _) => "a number".to_owned(),
        ("String", _) => "text, as `&str` or `String`".to_owned(),
        ("Vec", Some(item)) => format!("a `Vec` of {}", name_or_link(item)),
        _ if path.starts_with("crate::") => {
            format!("{} or its text", name_or_link(taken))
        }
        _ => format!("{} or its builder", name_or_link(taken)),
    }
}

/// The name of a type; a link where it is one of ours.
fn name_or_link(taken: &Type) -> String {
    let path = taken.to_token_stream().to_string().replace(' ', "");
    let name = last_segment(taken);
    if path.starts_with("types::") {
        format!("[`{name}`](super::{path})")
    } else if path.starts_with("crate::") || path.starts_with("super::") {
        format!("[`{name}`]({path})")
    } else {
        format!("`{name}`")
    }
}

/// What the document has on the fields of the types.
fn of_fields(types: &[Item]) -> Documentation {
    let mut found = Documentation::new();
    for item in types {
        let Item::Struct(owner) = item else { continue };
        for field in &owner.fields {
            if let Some(name) = &field.ident {
                let text: Vec<String> = field.attrs.iter().filter_map(text_of).collect();
                if !text.is_empty() {
                    found.insert((owner.ident.to_string(), name.to_string()), text.join("\n"));
                }
            }
        }
    }
    found
}

/// The text of a `doc` attribute.
pub(super) fn text_of(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// What the document has on the parameters of the operations.
fn of_parameters(document: &Value) -> Documentation {
    let mut found = Documentation::new();
    for operation in operations(document) {
        for parameter in operation.parameters() {
            if let Some(text) = parameter["description"].as_str() {
                let key = (
                    operation.id.to_upper_camel_case(),
                    name_of(parameter).to_snake_case(),
                );
                found.insert(key, text.trim().to_owned());
            }
        }
    }
    found
}

/// Documents the builders of types, and the functions that return them.
fn document_builders(types: &mut [Item]) {
    for item in types.iter_mut() {
        let Item::Impl(found) = item else { continue };
        for member in &mut found.items {
            if let ImplItem::Fn(function) = member
                && function.sig.ident == "builder"
            {
                function
                    .attrs
                    .push(parse_quote!(#[doc = "A builder in which nothing is set."]));
            }
        }
    }
    for item in items_mut(types, "builder").into_iter().flatten() {
        if let Item::Struct(found) = item {
            let text = format!("Builder of [`{0}`](super::{0}).", found.ident);
            found.attrs.push(parse_quote!(#[doc = #text]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(mut file: syn::File) -> (usize, usize, String) {
        let parameter =
            json!({"name": "page", "in": "query", "description": "Page number, from 1."});
        let operation = json!({"operationId": "listTags", "parameters": [parameter]});
        let counts = apply(&mut file, &json!({"paths": {"/tags": {"get": operation}}}));
        (counts.0, counts.1, prettyplease::unparse(&file))
    }

    #[test]
    fn setters_of_operations_take_what_converts_and_options() {
        let (fields, setters, text) = written(parse_quote! {
            pub mod builder {
                pub struct ListTags<'a> {
                    client: &'a super::Client,
                    page: Result<Option<i64>, String>,
                    body: Result<types::builder::Tag, String>,
                }
                impl<'a> ListTags<'a> {
                    pub fn page<V>(mut self, value: V) -> Self where V: std::convert::TryInto<i64> { old() }
                    pub fn body<V>(mut self, value: V) -> Self where V: std::convert::TryInto<types::Tag> { old() }
                    pub fn body_map<F>(mut self, f: F) -> Self where F: FnOnce() { kept() }
                }
            }
        });
        assert_eq!((fields, setters), (2, 2));
        let page = "        /**Page number, from 1.

Takes a whole number. Optional.*/
        pub fn page<F>(mut self, value: impl crate::input::Input<i64, F>) -> Self {
            self.page = crate::input::optional(value, \"page\");
            self
        }";
        assert!(text.contains(page), "{text}");
        let body = "///Takes [`Tag`](super::types::Tag) or its builder. [`body_map`](Self::body_map) makes it in place.
        pub fn body(
            mut self,
            value: impl ::std::convert::TryInto<types::Tag, Error: ::std::fmt::Display>,
        ) -> Self {
            self.body = crate::input::required::<types::Tag, _>(value, \"body\")
                .map(From::from);
            self
        }";
        assert!(text.contains(body), "{text}");
        assert!(text.contains("kept()") && !text.contains("old()"), "{text}");
    }

    #[test]
    fn setters_of_types_have_the_documentation_of_their_fields() {
        let (fields, setters, text) = written(parse_quote! {
            pub mod types {
                pub struct Tag {
                    #[doc = "Shown to the user."]
                    pub name: ::std::string::String,
                }
                pub mod builder {
                    pub struct Tag { name: ::std::result::Result<::std::string::String, ::std::string::String> }
                    impl Tag {
                        pub fn name<T>(mut self, value: T) -> Self
                        where T: ::std::convert::TryInto<::std::string::String>, T::Error: ::std::fmt::Display { old() }
                    }
                }
            }
        });
        assert_eq!((fields, setters), (1, 1));
        for part in [
            "Shown to the user.\n\nTakes text, as `&str` or `String`.",
            "///Builder of [`Tag`](super::Tag).",
            "crate::input::required::<",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
