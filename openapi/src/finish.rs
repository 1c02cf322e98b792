//! Changes progenitor's output where it has no setting for what users of the client need.
//!
//! - `send()` builds the request and leaves the rest to `crate::wire`. It returns `crate::Error`: progenitor's own error prints
//!   whole bodies and headers.
//! - Path parameters are encoded by us: progenitor keeps the backslash, which a URL reads as a slash.
//! - Fields of types marked `null_text` read the text `"null"` as absent, marked lists accept wrapped items, and marked fields
//!   a second name.
//! - Every type is `#[non_exhaustive]`, so that a new field or value is no breaking change.
//! - `new_with_client` becomes private to the library, and `new` is removed: both need a private type, and `new` can panic.
//! - The error of a text that is no date names the form of dates.
//! - Mocks answer with the vendor's media type, and with text where the operation answers with text.
//!
//! Every change is counted against the document, so that a new release of progenitor cannot silently skip one.

mod builders;
mod fields;
mod growth;
mod index;
mod mock;
mod send;
mod setters;

use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, Item, parse_quote};

use crate::Api;
use crate::failure::Failure;
use crate::normalise::sides::Sides;
use crate::operations::Row;

pub(crate) use fields::Lenient;
pub(crate) use mock::{document_for_mock, mock};

/// Finishes a client.
pub(crate) fn client(
    file: &mut syn::File,
    api: &Api,
    document: &Value,
    lenient: &Lenient,
    sides: &Sides,
    rows: &[Row],
) -> Result<(), Failure> {
    expect("send", rows.len(), send::apply(file, api.name, rows))?;
    let mut encoding = Encoding { changed: 0 };
    encoding.visit_file_mut(file);
    expect("encode_path", 1, encoding.changed)?;
    fields::apply(file, lenient)?;
    growth::apply(file);
    expect(
        "builders of answers",
        sides.responses.len(),
        builders::drop_answers(file, sides),
    )?;
    let (fields, setters) = setters::apply(file, document);
    expect("setters", fields, setters)?;
    let methods = index::apply(file, api, document, rows);
    expect("operations of Client", rows.len(), methods)?;
    let mut constructors = Constructors { changed: 0 };
    constructors.visit_file_mut(file);
    expect("constructors of Client", 2, constructors.changed)?;
    Texts.visit_file_mut(file);
    Ok(())
}

/// Imports our `encode_path` in the place of progenitor's. The calls are in `format!`, where no visitor goes.
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

/// Marks progenitor's sketches of calls as text: they use undefined variables and would show up as ignored tests. And replaces the
/// message that a text is no date, which names a type of ours in the place of what to write.
struct Texts;

impl VisitMut for Texts {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let date = text.strip_prefix("conversion to `crate :: values :: Date` for ");
        let changed = if let Some(parameter) = date.and_then(|rest| rest.strip_suffix(" failed")) {
            format!("{parameter} is no date: write YYYY-MM-DD")
        } else if text.contains("```ignore") {
            text.replace("```ignore", "```text")
        } else {
            return;
        };
        *literal = syn::LitStr::new(&changed, literal.span());
    }
}

/// The items of a module.
fn items_mut<'a>(items: &'a mut [Item], module: &str) -> Option<&'a mut Vec<Item>> {
    items.iter_mut().find_map(|item| match item {
        Item::Mod(found) if found.ident == module => found.content.as_mut().map(|(_, items)| items),
        _ => None,
    })
}

fn expect(what: &str, wanted: usize, changed: usize) -> Result<(), Failure> {
    if wanted == changed {
        return Ok(());
    }
    let reason = format!("{changed} of {wanted} places were found in the generated client");
    Err(Failure::new("finishing", what, reason))
}

/// Makes the constructors private to the library.
struct Constructors {
    changed: usize,
}

impl VisitMut for Constructors {
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let is_client = item.trait_.is_none()
            && matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
        if !is_client {
            return;
        }
        let before = item.items.len();
        item.items
            .retain(|member| !matches!(member, ImplItem::Fn(found) if found.sig.ident == "new"));
        self.changed += before - item.items.len();
        for member in &mut item.items {
            if let ImplItem::Fn(found) = member
                && found.sig.ident == "new_with_client"
            {
                found.vis = parse_quote!(pub(crate));
                self.changed += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::APIS;
    use crate::operations::Answer;

    fn finished(mut file: syn::File, lenient: &Lenient, rows: &[Row]) -> Result<String, Failure> {
        let client: syn::Item = parse_quote! {
            impl Client {
                pub fn new(inner: Connection) -> Self { Self::new_with_client(client.unwrap(), inner) }
                pub fn new_with_client(client: reqwest::Client, inner: Connection) -> Self { work() }
            }
        };
        file.items.push(client);
        client_of(file, lenient, rows)
    }

    fn client_of(mut file: syn::File, lenient: &Lenient, rows: &[Row]) -> Result<String, Failure> {
        client(
            &mut file,
            &APIS[0],
            &json!({}),
            lenient,
            &Sides::default(),
            rows,
        )?;
        Ok(prettyplease::unparse(&file))
    }

    #[test]
    fn constructors_become_private_to_the_library() {
        let file: syn::File = parse_quote!(
            use progenitor_client::{Error, encode_path};
        );
        let text = finished(file.clone(), &Lenient::default(), &[]).unwrap();
        assert!(text.contains("pub(crate) fn new_with_client("), "{text}");
        assert!(!text.contains("fn new("), "{text}");
        let failure = client_of(file, &Lenient::default(), &[]).unwrap_err();
        assert_eq!(failure.place(), "constructors of Client");
    }

    #[test]
    fn paths_are_encoded_by_the_wire() {
        let file: syn::File = parse_quote!(
            use progenitor_client::{Error, encode_path};
        );
        let text = finished(file, &Lenient::default(), &[]).unwrap();
        assert!(!text.contains("encode_path}"), "{text}");
        assert!(text.contains("use crate::wire::encode_path;"), "{text}");
    }

    #[test]
    fn a_send_that_is_missed_fails_the_build() {
        let rows = [Row::sample("readMember", Answer::Json)];
        let failure = finished(parse_quote!(), &Lenient::default(), &rows);
        assert!(failure.unwrap_err().to_string().contains("0 of 1"));
    }
}
