//! Makes every type `#[non_exhaustive]`: users build requests with builders and read responses by field, so that a new field or
//! value is no breaking change. Done here because progenitor's setting for it needs names, and inline types have none.

use syn::{Fields, Item, parse_quote};

/// Makes the structs with fields and the enums of `types` non-exhaustive.
pub(super) fn apply(file: &mut syn::File) {
    let types = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(found) if found.ident == "types" => found.content.as_mut(),
        _ => None,
    });
    // Users can neither write nor match what the inner modules (errors, builders) hold.
    for item in types.into_iter().flat_map(|(_, items)| items) {
        let attributes = match item {
            Item::Struct(found) if matches!(found.fields, Fields::Named(_)) => &mut found.attrs,
            Item::Enum(found) => &mut found.attrs,
            _ => continue,
        };
        attributes.push(parse_quote!(#[non_exhaustive]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_with_fields_and_enums_become_non_exhaustive() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                pub struct Member { pub name: String }
                pub struct Name(String);
                pub enum Mood { Good }
                pub mod builder { pub struct Member { name: String } }
            }
            pub mod builder { pub struct ReadMember { name: String } }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            pub mod types {
                #[non_exhaustive]
                pub struct Member { pub name: String }
                pub struct Name(String);
                #[non_exhaustive]
                pub enum Mood { Good }
                pub mod builder { pub struct Member { name: String } }
            }
            pub mod builder { pub struct ReadMember { name: String } }
        };
        assert_eq!(
            prettyplease::unparse(&file),
            prettyplease::unparse(&expected)
        );
    }
}
