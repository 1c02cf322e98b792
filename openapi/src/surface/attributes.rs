//! Reads the attributes of generated items: the name of a field in JSON, and which traits a type derives.

use std::collections::BTreeSet;

/// The traits that every type of a client derives; only others are listed.
const COMMON: [&str; 6] = [
    "Deserialize",
    "Serialize",
    "Clone",
    "Debug",
    "PartialEq",
    "JsonSchema",
];

/// The serde attributes of a field.
#[derive(Default)]
pub(crate) struct Serde {
    pub(crate) rename: Option<String>,
    pub(crate) optional: bool,
    /// The first attribute beside these, such as a `default` that is a function.
    pub(crate) other: Option<String>,
}

pub(crate) fn serde(attributes: &[syn::Attribute]) -> syn::Result<Serde> {
    let mut found = Serde::default();
    for attribute in attributes {
        if !attribute.path().is_ident("serde") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            let value: Option<syn::LitStr> = match meta.value() {
                Ok(value) => Some(value.parse()?),
                Err(_) => None,
            };
            let name = meta.path.get_ident().map(ToString::to_string);
            let name = name.unwrap_or_default();
            found.optional |= matches!(&*name, "default" | "skip_serializing_if");
            match (&*name, value) {
                ("rename", value) => found.rename = value.map(|text| text.value()),
                ("skip_serializing_if", _) | ("default", None) => {}
                _ => _ = found.other.get_or_insert(name),
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The traits that a type derives beyond those of all types.
pub(super) fn traits(attributes: &[syn::Attribute]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for attribute in attributes {
        if attribute.path().is_ident("derive") {
            let _ = attribute.parse_nested_meta(|meta| {
                let name = meta.path.segments.last().map(|last| last.ident.to_string());
                names.extend(name.filter(|name| !COMMON.contains(&name.as_str())));
                Ok(())
            });
        }
    }
    names
}
