//! Drops the builders of the types that only occur in answers: a third of the generated code, and every field of an answer is
//! optional, so that `Default` makes one.

use syn::{ImplItem, Item, ItemImpl};

use super::items_mut;
use crate::normalise::sides::Sides;
use crate::surface::last_segment;

/// Removes them, and returns how many types had one.
pub(super) fn drop_answers(file: &mut syn::File, sides: &Sides) -> usize {
    let answers = sides.answers();
    let Some(types) = items_mut(&mut file.items, "types") else {
        return 0;
    };
    let before = types.len();
    types.retain(|item| !matches!(item, Item::Impl(found) if has_builder(found) && answers.contains(&last_segment(&found.self_ty))));
    let dropped = before - types.len();
    if let Some(builders) = items_mut(types, "builder") {
        builders.retain(|item| match item {
            Item::Struct(found) => !answers.contains(&found.ident.to_string()),
            Item::Impl(found) => !answers.contains(&last_segment(&found.self_ty)),
            _ => true,
        });
    }
    dropped
}

/// Whether an `impl` is the one with `builder()`.
fn has_builder(item: &ItemImpl) -> bool {
    item.trait_.is_none()
        && item
            .items
            .iter()
            .any(|member| matches!(member, ImplItem::Fn(found) if found.sig.ident == "builder"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn answers_have_no_builder_and_requests_keep_theirs() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                pub struct Answer { pub name: String }
                impl Answer { pub fn builder() -> builder::Answer { Default::default() } }
                pub struct Request { pub name: String }
                impl Request { pub fn builder() -> builder::Request { Default::default() } }
                pub mod builder {
                    pub struct Answer { name: String }
                    impl Answer { pub fn name(self) -> Self { self } }
                    impl TryFrom<Answer> for super::Answer { type Error = E; }
                    impl From<super::Answer> for Answer { }
                    pub struct Request { name: String }
                    impl TryFrom<Request> for super::Request { type Error = E; }
                }
            }
        };
        let sides = Sides {
            responses: ["answer".to_owned()].into(),
            ..Sides::default()
        };
        assert_eq!(drop_answers(&mut file, &sides), 1);
        let expected: syn::File = parse_quote! {
            pub mod types {
                pub struct Answer { pub name: String }
                pub struct Request { pub name: String }
                impl Request { pub fn builder() -> builder::Request { Default::default() } }
                pub mod builder {
                    pub struct Request { name: String }
                    impl TryFrom<Request> for super::Request { type Error = E; }
                }
            }
        };
        assert_eq!(
            prettyplease::unparse(&file),
            prettyplease::unparse(&expected)
        );
    }
}
