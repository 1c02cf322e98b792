//! Emits the registered types: calls of the macros in the library's `values` module, which define what such a type can do.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::failure::Failure;
use crate::registry::{Entry, Kind, KnownValue, Registry};

/// One macro call for each type that is used.
pub(crate) fn emit(
    registry: &Registry,
    is_used: impl Fn(&Entry) -> bool,
) -> Result<TokenStream, Failure> {
    let calls = registry
        .entries()
        .iter()
        .filter(|entry| entry.is_emitted() && is_used(entry))
        .map(emit_one)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(quote!(#(#calls)*))
}

fn emit_one(entry: &Entry) -> Result<TokenStream, Failure> {
    let name = format_ident!("{}", entry.name);
    let description = entry.description.trim();
    if description.is_empty() {
        return Err(Failure::new(
            "types",
            format!("x-types.{}", entry.name),
            "it has no description, and becomes a public type",
        ));
    }
    let variants = variants(entry)?;
    Ok(match entry.kind {
        Kind::Identifier => quote! {
            crate::values::identifier! { #[doc = #description] #name }
        },
        Kind::OpenCode => quote! {
            crate::values::open_code! { #[doc = #description] #name { #(#variants),* } }
        },
        _ => quote! {
            crate::values::open_text! { #[doc = #description] #name { #(#variants),* } }
        },
    })
}

fn variants(entry: &Entry) -> Result<Vec<TokenStream>, Failure> {
    let mut seen = BTreeSet::new();
    entry
        .values
        .iter()
        .map(|value| {
            let variant = value.name.to_upper_camel_case();
            let clashes = ["Unknown", "UnknownName"].contains(&variant.as_str());
            // A value that MX calls UNKNOWN must not clash with our own `Unknown`.
            let variant = if clashes {
                format!("Known{variant}")
            } else {
                variant
            };
            if !seen.insert(variant.clone()) {
                return Err(Failure::new(
                    "types",
                    format!("x-types.{}", entry.name),
                    format!("two values give the variant {variant}"),
                ));
            }
            let identifier = syn::parse_str::<syn::Ident>(&variant).map_err(|_| {
                Failure::new(
                    "types",
                    format!("x-types.{}", entry.name),
                    format!("{} gives no Rust name", value.name),
                )
            })?;
            Ok(variant_tokens(entry.kind, value, &identifier))
        })
        .collect()
}

fn variant_tokens(kind: Kind, value: &KnownValue, variant: &syn::Ident) -> TokenStream {
    let name = &value.name;
    let documentation = documentation(kind, value);
    let code = value.code.map(|code| {
        let code = proc_macro2::Literal::i64_unsuffixed(code);
        quote!((#code))
    });
    quote!(#[doc = #documentation] #variant = #name #code)
}

/// The meaning of a value, where the overlay has it, and how it is written.
fn documentation(kind: Kind, value: &KnownValue) -> String {
    let name = &value.name;
    let written = match (kind, value.code) {
        (Kind::OpenCode, Some(code)) => format!("`{code}` in JSON, named `{name}`."),
        (_, Some(code)) => format!("`{name}` in JSON, code {code}."),
        (_, None) => format!("`{name}` in JSON."),
    };
    match value.means.as_deref() {
        Some(means) => format!("{} {written}", means.trim()),
        None => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn emitted(types: &serde_json::Value) -> Result<String, Failure> {
        emit(&Registry::from_value(types).unwrap(), |_| true).map(|tokens| tokens.to_string())
    }

    #[test]
    fn an_open_type_lists_its_values_with_code_and_meaning() {
        let text = emitted(&json!({"Status": {
            "kind": "open-text", "description": "d", "fields": ["*.status"],
            "values": [{"name": "NOT_INSURED", "code": 2, "means": "It is not."}, {"name": "UNKNOWN"}]
        }}));
        let text = text.unwrap();
        assert!(text.contains("NotInsured = \"NOT_INSURED\" (2)"), "{text}");
        assert!(text.contains("KnownUnknown = \"UNKNOWN\""), "{text}");
        assert!(
            text.contains("It is not. `NOT_INSURED` in JSON, code 2."),
            "{text}"
        );
        assert!(text.contains("\"`UNKNOWN` in JSON.\""), "{text}");
    }

    #[test]
    fn a_code_is_documented_by_its_number() {
        let text = emitted(&json!({"Type": {
            "kind": "open-code", "description": "d", "fields": ["*.type"],
            "values": [{"name": "CREDIT", "code": 1}]
        }}));
        let text = text.unwrap();
        assert!(text.contains("`1` in JSON, named `CREDIT`."), "{text}");
    }

    #[test]
    fn hand_written_and_shared_types_are_not_emitted() {
        let text = emitted(&json!({
            "Secret": {"kind": "secret", "fields": ["*.value"]},
            "UserGuid": {"kind": "identifier", "shared": true, "fields": ["*.guid"]}
        }));
        assert_eq!(text.unwrap(), "");
    }

    #[test]
    fn a_public_type_without_a_description_is_refused() {
        let types = json!({"UserGuid": {"kind": "identifier", "fields": ["*.guid"]}});
        assert!(
            emitted(&types)
                .unwrap_err()
                .to_string()
                .contains("no description")
        );
    }
}
