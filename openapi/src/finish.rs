//! The last touch on what progenitor made, where it has no setting for what a user of the client needs.
//!
//! - `send()` answers with `crate::Error`. progenitor's own error prints whole bodies and headers, and is not ours to redact.
//! - Path parameters are encoded by us: progenitor leaves the backslash, which a URL takes for a slash.
//! - Times and numbers take the text `"null"` for absent, and marked lists take wrapped items, as MX sends them.
//! - Mocks answer with the vendor's media type, and with text where the operation answers with text.
//!
//! Every change is counted against the document, so that a new release of progenitor cannot skip one in silence.

use heck::ToUpperCamelCase;
use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, parse_quote};

use crate::document::change_operations;
use crate::failure::Failure;
use crate::operations::{Answer, Row};

/// The types whose text `"null"` means absent.
const NULL_TEXT: [&str; 2] = ["crate::values::Timestamp", "crate::values::Digits"];

/// Finishes a client.
pub(crate) fn client(
    file: &mut syn::File,
    api: &str,
    unwrapped: &[(String, String)],
    rows: &[Row],
) -> Result<(), Failure> {
    let mut errors = Errors {
        api,
        rows,
        changed: 0,
    };
    errors.visit_file_mut(file);
    expect("send", rows.len(), errors.changed)?;
    let mut encoding = Encoding { changed: 0 };
    encoding.visit_file_mut(file);
    expect("encode_path", 1, encoding.changed)?;
    let mut fields = Fields {
        unwrapped,
        changed: 0,
    };
    fields.visit_file_mut(file);
    expect("x-unwrapped-items", unwrapped.len(), fields.changed)?;
    Sketches.visit_file_mut(file);
    Ok(())
}

/// Takes `encode_path` from us where progenitor's is imported. The calls are in `format!`, where no visitor goes.
struct Encoding {
    changed: usize,
}

impl VisitMut for Encoding {
    fn visit_use_tree_mut(&mut self, tree: &mut syn::UseTree) {
        if let syn::UseTree::Path(path) = tree
            && path.ident == "progenitor_client"
            && let syn::UseTree::Group(group) = &mut *path.tree
        {
            let imported = std::mem::take(&mut group.items);
            for item in imported {
                if matches!(&item, syn::UseTree::Name(name) if name.ident == "encode_path") {
                    self.changed += 1;
                } else {
                    group.items.push(item);
                }
            }
        }
        visit_mut::visit_use_tree_mut(self, tree);
    }

    fn visit_file_mut(&mut self, file: &mut syn::File) {
        visit_mut::visit_file_mut(self, file);
        if self.changed > 0 {
            file.items.push(parse_quote!(
                use crate::wire::encode_path;
            ));
        }
    }
}

/// The calls that progenitor sketches in the documentation have made-up variables: text, not tests that are left out.
struct Sketches;

impl VisitMut for Sketches {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        if text.contains("```ignore") {
            *literal = syn::LitStr::new(&text.replace("```ignore", "```text"), literal.span());
        }
    }
}

fn expect(what: &str, wanted: usize, changed: usize) -> Result<(), Failure> {
    if wanted == changed {
        return Ok(());
    }
    let reason = format!("{changed} of {wanted} places were found in the generated client");
    Err(Failure::new("finishing", what, reason))
}

/// Schemas and properties marked `x-unwrapped-items`.
pub(crate) fn unwrapped_items(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let schemas = document["components"]["schemas"].as_object();
    for (schema, value) in schemas.into_iter().flatten() {
        for (property, value) in value["properties"].as_object().into_iter().flatten() {
            if value["x-unwrapped-items"] == true {
                found.push((schema.clone(), property.clone()));
            }
        }
    }
    found
}

/// Gives every `send` our error, with the operation that failed.
struct Errors<'a> {
    api: &'a str,
    rows: &'a [Row],
    changed: usize,
}

impl VisitMut for Errors<'_> {
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let syn::Type::Path(path) = &*item.self_ty else {
            return;
        };
        let Some(name) = path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
        else {
            return;
        };
        let Some(row) = self
            .rows
            .iter()
            .find(|row| row.id.to_upper_camel_case() == name)
        else {
            return;
        };
        for member in &mut item.items {
            let ImplItem::Fn(function) = member else {
                continue;
            };
            let Some(answer) = answer_of(function) else {
                continue;
            };
            let (api, id, body) = (self.api, &row.id, &function.block);
            function.sig.output = parse_quote!(-> Result<#answer, crate::Error>);
            function.block = parse_quote!({
                let outcome: Result<#answer, Error<()>> = async move #body.await;
                outcome.map_err(|failure| crate::wire::explain(#api, #id, failure))
            });
            self.changed += 1;
        }
    }
}

/// The `ResponseValue<T>` of a `send`.
fn answer_of(function: &syn::ImplItemFn) -> Option<syn::Type> {
    if function.sig.ident != "send" {
        return None;
    }
    let syn::ReturnType::Type(_, output) = &function.sig.output else {
        return None;
    };
    let syn::Type::Path(path) = &**output else {
        return None;
    };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
    else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(answer) => Some(answer.clone()),
        _ => None,
    }
}

/// Adds `deserialize_with` where MX writes something that serde would not take.
struct Fields<'a> {
    unwrapped: &'a [(String, String)],
    changed: usize,
}

impl VisitMut for Fields<'_> {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let owner = item.ident.to_string();
        for field in &mut item.fields {
            let Some(name) = field.ident.as_ref().map(ToString::to_string) else {
                continue;
            };
            let written = field.ty.to_token_stream().to_string().replace(' ', "");
            let is_marked = |(schema, property): &(String, String)| {
                schema.to_upper_camel_case() == owner && *property == name
            };
            if !written.starts_with("::std::option::Option<") {
                continue;
            }
            if NULL_TEXT
                .iter()
                .any(|kind| written.ends_with(&format!("Option<{kind}>")))
            {
                field.attrs.push(
                    parse_quote!(#[serde(default, deserialize_with = "crate::values::absent_or_null_text")]),
                );
            } else if self.unwrapped.iter().any(is_marked) {
                field.attrs.push(
                    parse_quote!(#[serde(default, deserialize_with = "crate::values::unwrapped_items")]),
                );
                self.changed += 1;
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

/// The document that progenitor can make mocks of: a list in a query is matched one value at a time.
pub(crate) fn document_for_mock(document: &Value) -> Value {
    let mut document = document.clone();
    change_operations(&mut document, |_, _, operation| {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if parameter["schema"]["type"] == "array" {
                parameter["schema"] = json!({"type": "string"});
            }
        }
    });
    document
}

/// Finishes mocks: the media types that the operations really answer with.
pub(crate) fn mock(file: &mut syn::File, vendor: &str, rows: &[Row]) {
    struct MediaTypes<'a>(&'a str);
    impl VisitMut for MediaTypes<'_> {
        fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
            if literal.value() == "application/json" {
                *literal = syn::LitStr::new(self.0, literal.span());
            }
        }
    }
    MediaTypes(vendor).visit_file_mut(file);

    struct Texts<'a>(&'a [Row]);
    impl VisitMut for Texts<'_> {
        fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
            let owner = item.self_ty.to_token_stream().to_string();
            let Some(row) = self.0.iter().find(|row| {
                row.answer == Answer::Bytes
                    && format!("{}Then", row.id.to_upper_camel_case()) == owner
            }) else {
                return;
            };
            let media_type = &row.accept;
            for member in &mut item.items {
                if matches!(member, ImplItem::Fn(function) if function.sig.ident == "success") {
                    *member = parse_quote! {
                        pub fn success(self, status: u16, value: &str) -> Self {
                            assert_eq!(status / 100u16, 2u16);
                            Self(self.0.status(status).header("content-type", #media_type).body(value))
                        }
                    };
                }
            }
        }
    }
    Texts(rows).visit_file_mut(file);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, answer: Answer) -> Row {
        Row {
            id: id.to_owned(),
            method: "GET".to_owned(),
            path: "/a".to_owned(),
            tag: String::new(),
            request_media_type: None,
            accept: "text/csv".to_owned(),
            answer,
            credential: String::new(),
            starts_work: false,
            replayable: true,
            deprecated: false,
            one_element_array: false,
            evidence: String::new(),
        }
    }

    #[test]
    fn send_answers_with_our_error_and_names_the_operation() {
        let mut file: syn::File = parse_quote! {
            use progenitor_client::{encode_path, Error};
            impl<'a> ReadMember<'a> {
                pub async fn send(self) -> Result<ResponseValue<types::Member>, Error<()>> { work() }
            }
        };
        client(&mut file, "nexus", &[], &[row("readMember", Answer::Json)]).unwrap();
        let text = prettyplease::unparse(&file);
        assert!(
            text.contains("Result<ResponseValue<types::Member>, crate::Error>"),
            "{text}"
        );
        assert!(
            text.contains(r#"explain("nexus", "readMember", failure)"#),
            "{text}"
        );
        assert!(!text.contains("progenitor_client::{encode_path"), "{text}");
        assert!(text.contains("use crate::wire::encode_path;"), "{text}");
    }

    #[test]
    fn a_send_that_is_missed_fails_the_build() {
        let mut file: syn::File = parse_quote!();
        let failure = client(&mut file, "nexus", &[], &[row("readMember", Answer::Json)]);
        assert!(failure.unwrap_err().to_string().contains("0 of 1"));
    }

    #[test]
    fn times_take_the_text_null_and_marked_lists_take_wrapped_items() {
        let mut file: syn::File = parse_quote! {
            use progenitor_client::{encode_path, Error};
            pub struct Member {
                pub at: ::std::option::Option<crate::values::Timestamp>,
                pub list: ::std::option::Option<::std::vec::Vec<Item>>,
            }
        };
        let marked = [("Member".to_owned(), "list".to_owned())];
        client(&mut file, "nexus", &marked, &[]).unwrap();
        let text = prettyplease::unparse(&file);
        assert!(
            text.contains("absent_or_null_text") && text.contains("unwrapped_items"),
            "{text}"
        );
    }

    #[test]
    fn mocks_answer_with_the_media_type_of_the_operation() {
        let mut file: syn::File = parse_quote! {
            impl ListThen { pub fn success(self, status: u16, value: ::serde_json::Value) -> Self { x } }
            impl ReadThen { pub fn success(self, status: u16) -> Self { header("application/json") } }
        };
        mock(
            &mut file,
            "application/vnd.x+json",
            &[row("list", Answer::Bytes)],
        );
        let text = prettyplease::unparse(&file);
        assert!(
            text.contains("text/csv") && text.contains("vnd.x+json"),
            "{text}"
        );
        assert!(!text.contains("application/json"), "{text}");
    }
}
