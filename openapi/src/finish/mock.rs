//! Changes progenitor's mocks: they respond with the media types of the operations.

use heck::ToUpperCamelCase;
use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit_mut::VisitMut;
use syn::{ImplItem, parse_quote};

use crate::document::change_operations;
use crate::operations::{Answer, Row};

/// A document that progenitor can make mocks of: a list in a query is matched one value at a time.
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

/// Sets the media types of the mocks' responses.
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
                    && format!("{}Then", row.name.to_upper_camel_case()) == owner
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

    #[test]
    fn mocks_answer_with_the_media_type_of_the_operation() {
        let mut file: syn::File = parse_quote! {
            impl ListThen { pub fn success(self, status: u16, value: ::serde_json::Value) -> Self { x } }
            impl ReadThen { pub fn success(self, status: u16) -> Self { header("application/json") } }
        };
        mock(
            &mut file,
            "application/vnd.x+json",
            &[Row::sample("list", Answer::Bytes)],
        );
        let text = prettyplease::unparse(&file);
        assert!(
            text.contains("text/csv") && text.contains("vnd.x+json"),
            "{text}"
        );
        assert!(!text.contains("application/json"), "{text}");
    }
}
