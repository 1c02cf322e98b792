//! Changes progenitor's output where it has no setting for what users of the client need.
//!
//! - `send()` builds the request and leaves the rest to `crate::wire`. It returns `crate::Error`: progenitor's own error prints
//!   whole bodies and headers.
//! - Path parameters are encoded by us: progenitor keeps the backslash, which a URL reads as a slash, and `..`, which leads elsewhere.
//! - Answers are read by `crate::object` in the place of serde's derive. Their fields of types marked `null_text` read the text
//!   `"null"` as absent, marked lists accept wrapped items, and marked fields have a second name.
//! - Every type is `#[non_exhaustive]`, so that a new field or value is no breaking change.
//! - The client has its connection alone, which knows the address and the HTTP client. The constructors are removed: both need a
//!   private type, and `new` can panic.
//! - Mocks answer with the vendor's media type, and with text where the operation answers with text.
//!
//! Every change is counted against the document, so that a new release of progenitor cannot silently skip one.

mod builders;
mod growth;
mod index;
mod mock;
mod objects;
mod send;
mod setters;

use quote::ToTokens;
use serde_json::Value;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Expr, ImplItem, Item, Token, parse_quote};

use crate::Api;
use crate::failure::Failure;
use crate::normalise::sides::Sides;
use crate::operations::Row;
use crate::surface::last_segment;

pub(crate) use mock::{document_for_mock, mock};
pub(crate) use objects::Lenient;

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
    let mut paths = Paths { changed: 0 };
    paths.visit_file_mut(file);
    let wanted = rows.iter().map(|row| row.path.matches('{').count()).sum();
    expect("path parameters", wanted, paths.changed)?;
    objects::apply(file, lenient, sides)?;
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
    expect("parts of Client", 6, change_client(file))?;
    Sketches.visit_file_mut(file);
    Ok(())
}

/// Calls our `encode_path` in the place of progenitor's. It can refuse a parameter, and its message names it.
struct Paths {
    changed: usize,
}

impl VisitMut for Paths {
    fn visit_macro_mut(&mut self, found: &mut syn::Macro) {
        let Some(mut arguments) = arguments_of(found) else {
            return;
        };
        for argument in &mut arguments {
            if let Expr::Call(call) = argument
                && matches!(&*call.func, Expr::Path(path) if path.path.is_ident("encode_path"))
                && let Some(Expr::Reference(text)) = call.args.first()
                && let Expr::MethodCall(to_string) = &*text.expr
            {
                let name = to_string.receiver.to_token_stream().to_string();
                let name = name.trim_end_matches('_');
                *argument = parse_quote!(
                    crate::wire::encode_path(#name, #text).map_err(Error::InvalidRequest)?
                );
                self.changed += 1;
            }
        }
        found.tokens = arguments.to_token_stream();
    }
}

/// The arguments of a macro that takes expressions, such as `format!`.
fn arguments_of(found: &syn::Macro) -> Option<Punctuated<Expr, Token![,]>> {
    found.parse_body_with(Punctuated::parse_terminated).ok()
}

/// Marks progenitor's sketches of calls as text: they use undefined variables and would show up as ignored tests.
struct Sketches;

impl VisitMut for Sketches {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        if text.contains("```ignore") {
            *literal = syn::LitStr::new(&text.replace("```ignore", "```text"), literal.span());
        }
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

/// Removes the constructors, all fields but the connection, and progenitor's `ClientInfo` and `ClientHooks`. Returns how many of the
/// six places were found.
fn change_client(file: &mut syn::File) -> usize {
    let mut removed = 0;
    file.items.retain_mut(|item| match item {
        Item::Struct(client) if client.ident == "Client" => {
            let connection: syn::FieldsNamed =
                parse_quote!({ pub(crate) inner: crate::wire::Connection });
            removed += client.fields.len() - connection.named.len();
            client.fields = syn::Fields::Named(connection);
            true
        }
        Item::Impl(found) => {
            let of_trait = found.trait_.as_ref();
            let name = of_trait.and_then(|(path, _)| path.segments.last());
            if name.is_some_and(|it| it.ident == "ClientInfo" || it.ident == "ClientHooks") {
                removed += 1;
                return false;
            }
            let before = found.items.len();
            if last_segment(&found.self_ty) == "Client" {
                found.items.retain(|member| match member {
                    ImplItem::Fn(it) => it.sig.ident != "new" && it.sig.ident != "new_with_client",
                    _ => true,
                });
            }
            removed += before - found.items.len();
            before == 0 || !found.items.is_empty()
        }
        _ => true,
    });
    removed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::APIS;
    use crate::operations::Answer;

    fn finished(mut file: syn::File, lenient: &Lenient, rows: &[Row]) -> Result<String, Failure> {
        let parts: syn::File = parse_quote! {
            pub struct Client { pub(crate) baseurl: String, pub(crate) client: reqwest::Client, pub(crate) inner: Connection }
            impl Client {
                pub fn new(inner: Connection) -> Self { Self::new_with_client(client.unwrap(), inner) }
                pub fn new_with_client(client: reqwest::Client, inner: Connection) -> Self { work() }
            }
            impl ClientInfo<Connection> for Client {}
            impl ClientHooks<Connection> for &Client {}
        };
        file.items.extend(parts.items);
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
    fn a_client_has_its_connection_and_no_hooks() {
        let text = finished(parse_quote!(), &Lenient::default(), &[]).unwrap();
        assert!(
            text.contains("pub(crate) inner: crate::wire::Connection"),
            "{text}"
        );
        for removed in ["fn new", "Hooks", "baseurl", "reqwest::Client"] {
            assert!(!text.contains(removed), "{text}");
        }
        let failure = client_of(parse_quote!(), &Lenient::default(), &[]).unwrap_err();
        assert_eq!(failure.place(), "parts of Client");
    }

    #[test]
    fn a_path_parameter_is_encoded_by_the_wire_which_may_refuse_it() {
        let mut file: syn::File = parse_quote! {
            fn build() {
                let url = client.inner.address.with(format_args!("/members/{}", encode_path(&member_guid.to_string()),));
            }
        };
        let expected: syn::File = parse_quote! {
            fn build() {
                let url = client.inner.address.with(format_args!(
                    "/members/{}",
                    crate::wire::encode_path("member_guid", &member_guid.to_string()).map_err(Error::InvalidRequest)?,
                ));
            }
        };
        let mut paths = Paths { changed: 0 };
        paths.visit_file_mut(&mut file);
        let [file, expected] = [&file, &expected].map(prettyplease::unparse);
        assert_eq!((paths.changed, file), (1, expected));
    }

    #[test]
    fn a_send_that_is_missed_fails_the_build() {
        let rows = [Row::sample("readMember", Answer::Json)];
        let failure = finished(parse_quote!(), &Lenient::default(), &rows);
        assert!(failure.unwrap_err().to_string().contains("0 of 1"));
    }
}
