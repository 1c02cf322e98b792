//! Marks every type as one that may grow: whoever uses the client builds requests with builders, and reads answers by field, so
//! that a new field or value is no breaking change. By hand, because progenitor knows no name for what stands inline.

use syn::{Fields, Item, parse_quote};

/// Makes the structs with fields and the enums of `types` non-exhaustive.
pub(super) fn apply(file: &mut syn::File) {
    let types = file.items.iter_mut().find_map(|item| match item {
        Item::Mod(found) if found.ident == "types" => found.content.as_mut(),
        _ => None,
    });
    // The modules within, of errors and builders, have nothing that others could write or match.
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
    fn what_others_could_write_or_match_to_the_end_may_grow() {
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
