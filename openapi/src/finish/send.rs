//! Replaces the second half of every `send`: progenitor's hooks take the request and give back a response, which would be copied
//! on the way and decoded from a stream. `crate::wire` sends the request instead, and decodes the bytes that it has read.
//!
//! What is left of progenitor's code builds the request, in a closure: what it needs is no part of the future of a call. The address
//! of the API is copied with a path set, where progenitor makes a text that reqwest parses.

use heck::ToUpperCamelCase;
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ImplItem, Stmt, Token, parse_quote};

use super::arguments_of;
use crate::operations::{Answer, Row};
use crate::surface::{first_argument, last_segment};

/// What progenitor does with a built request: describes the operation, calls three hooks, and decodes the response.
const SENDING: usize = 6;

/// Replaces them, and returns how many were found.
pub(super) fn apply(file: &mut syn::File, api: &str, rows: &[Row]) -> usize {
    let mut sends = Sends {
        api,
        rows,
        changed: 0,
    };
    sends.visit_file_mut(file);
    sends.changed
}

struct Sends<'a> {
    api: &'a str,
    rows: &'a [Row],
    changed: usize,
}

impl VisitMut for Sends<'_> {
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let name = last_segment(&item.self_ty);
        let mut rows = self.rows.iter();
        let Some(index) = rows.position(|row| row.name.to_upper_camel_case() == name) else {
            return;
        };
        for member in &mut item.items {
            if let ImplItem::Fn(function) = member
                && let Some(answer) = answer_of(function)
                && let Some(mut building) = building(&mut function.block)
                && trim(&mut building) == 1
            {
                let api = format_ident!("{}", self.api);
                let decode = match self.rows[index].answer {
                    Answer::Json => quote!(json(operation)),
                    Answer::Bytes => quote!(stream()),
                    Answer::Nothing => quote!(empty()),
                };
                function.sig.output = parse_quote!(-> Result<#answer, crate::Error>);
                function.block = parse_quote!({
                    let client = self.client;
                    let operation = &crate::operations::#api::OPERATIONS[#index];
                    let build = move || -> Result<::reqwest::Request, Error<()>> {
                        #(#building)*
                        Ok(request)
                    };
                    let request = crate::wire::prepare(operation, build())?;
                    client.inner.exchange(operation, request).await?.#decode
                });
                self.changed += 1;
            }
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
    first_argument(output).cloned()
}

/// The statements that build the request, if those that send it follow as expected.
fn building(block: &mut syn::Block) -> Option<Vec<Stmt>> {
    let starts = |part: &Stmt, start: &str| part.to_token_stream().to_string().starts_with(start);
    let split = block.stmts.len().checked_sub(SENDING)?;
    let building = block.stmts.get(..split)?;
    let is_as_expected = starts(block.stmts.get(split)?, "let info = OperationInfo")
        && starts(block.stmts.get(split + 2)?, "let result = client . exec")
        && building.last().is_some_and(|last| {
            last.to_token_stream()
                .to_string()
                .contains("let mut request =")
        });
    is_as_expected.then(|| building.to_vec())
}

/// Removes `api-version`, which MX does not know, and `Accept`, which the wire sets; and the memory for headers that are not set.
/// Returns how many addresses were found.
fn trim(building: &mut Vec<Stmt>) -> usize {
    let text = |part: &Stmt| part.to_token_stream().to_string();
    building.retain(|part| !text(part).contains("api-version"));
    let appends = building
        .iter()
        .any(|part| text(part).contains("header_map . append"));
    if !appends {
        building.retain(|part| !text(part).starts_with("let mut header_map"));
    }
    let mut trim = Trim {
        appends,
        addresses: 0,
    };
    building
        .iter_mut()
        .for_each(|part| trim.visit_stmt_mut(part));
    trim.addresses
}

struct Trim {
    /// Whether a header may be set.
    appends: bool,
    addresses: usize,
}

impl VisitMut for Trim {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        match expression {
            Expr::MethodCall(call)
                if (call.method == "headers" && !self.appends)
                    || (call.method == "header" && is_accept(call)) =>
            {
                *expression = (*call.receiver).clone();
            }
            Expr::Call(call) if last_of(&call.func) == "with_capacity" => {
                *expression = parse_quote!(::reqwest::header::HeaderMap::new());
            }
            Expr::Macro(found) if found.mac.path.is_ident("format") => {
                if let Some(path) = below_the_address(&found.mac) {
                    *expression = parse_quote!(client.inner.address.with(format_args!(#path)));
                    self.addresses += 1;
                }
            }
            Expr::Field(field) if reads(field, "client . client") => {
                *expression = parse_quote!(client.inner.http);
            }
            Expr::Try(outcome) => {
                if let Some(method) = method_alone(&outcome.expr) {
                    *expression =
                        parse_quote!(::reqwest::Request::new(::reqwest::Method::#method, url));
                }
            }
            _ => {}
        }
    }
}

/// The path and its parameters of `format!("{}/members/{}", client.baseurl, …)`.
fn below_the_address(found: &syn::Macro) -> Option<Punctuated<Expr, Token![,]>> {
    let mut arguments = arguments_of(found)?.into_iter();
    let text: syn::LitStr = syn::parse2(arguments.next()?.into_token_stream()).ok()?;
    let text = text.value();
    let path = text.strip_prefix("{}")?;
    let is_address = reads(&arguments.next()?, "client . baseurl");
    is_address.then(|| [parse_quote!(#path)].into_iter().chain(arguments).collect())
}

/// The method of a request that has nothing but an address.
fn method_alone(outcome: &Expr) -> Option<syn::Ident> {
    if let Expr::MethodCall(build) = outcome
        && build.method == "build"
        && let Expr::MethodCall(request) = &*build.receiver
        && reads(&*request.receiver, "client . inner . http")
    {
        let method = request.method.to_string().to_uppercase();
        return Some(format_ident!("{method}"));
    }
    None
}

/// Whether the tokens of an expression are these.
fn reads(expression: &impl ToTokens, tokens: &str) -> bool {
    expression.to_token_stream().to_string() == tokens
}

fn is_accept(call: &syn::ExprMethodCall) -> bool {
    call.args
        .first()
        .is_some_and(|name| last_of(name) == "ACCEPT")
}

/// The last segment of a path.
fn last_of(expression: &Expr) -> String {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(mut file: syn::File, answer: Answer) -> (usize, String) {
        let rows = [
            Row::sample("aFirst", answer),
            Row::sample("readMember", answer),
        ];
        let changed = apply(&mut file, "nexus", &rows);
        (changed, prettyplease::unparse(&file))
    }

    fn generated() -> syn::File {
        parse_quote! {
            impl<'a> ReadMember<'a> {
                pub async fn send(self) -> Result<ResponseValue<types::Member>, Error<()>> {
                    let Self { client, skip } = self;
                    let url = format!("{}/a", client.baseurl);
                    let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
                    header_map.append(
                        ::reqwest::header::HeaderName::from_static("api-version"),
                        ::reqwest::header::HeaderValue::from_static(super::Client::api_version()),
                    );
                    let mut request = client
                        .client
                        .get(url)
                        .header(::reqwest::header::ACCEPT, value())
                        .headers(header_map)
                        .build()?;
                    let info = OperationInfo { operation_id: "read_member" };
                    client.pre(&mut request, &info).await?;
                    let result = client.exec(request, &info).await;
                    client.post(&result, &info).await?;
                    let response = result?;
                    match response.status().as_u16() {
                        200..=299 => ResponseValue::from_response(response).await,
                        _ => Err(Error::UnexpectedResponse(response)),
                    }
                }
            }
        }
    }

    #[test]
    fn send_leaves_everything_after_the_request_to_the_wire() {
        let expected: syn::File = parse_quote! {
            impl<'a> ReadMember<'a> {
                pub async fn send(self) -> Result<ResponseValue<types::Member>, crate::Error> {
                    let client = self.client;
                    let operation = &crate::operations::nexus::OPERATIONS[1usize];
                    let build = move || -> Result<::reqwest::Request, Error<()>> {
                        let Self { client, skip } = self;
                        let url = client.inner.address.with(format_args!("/a"));
                        let mut request = ::reqwest::Request::new(::reqwest::Method::GET, url);
                        Ok(request)
                    };
                    let request = crate::wire::prepare(operation, build())?;
                    client.inner.exchange(operation, request).await?.json(operation)
                }
            }
        };
        let (changed, text) = replaced(generated(), Answer::Json);
        assert_eq!((changed, text), (1, prettyplease::unparse(&expected)));
        assert!(
            replaced(generated(), Answer::Bytes)
                .1
                .contains(".await?.stream()")
        );
        assert!(
            replaced(generated(), Answer::Nothing)
                .1
                .contains(".await?.empty()")
        );
    }

    #[test]
    fn headers_of_the_operation_are_kept() {
        let mut file = generated();
        if let syn::Item::Impl(item) = &mut file.items[0]
            && let ImplItem::Fn(send) = &mut item.items[0]
        {
            let append = parse_quote!(if let Some(value) = skip {
                header_map.append("MX-Skip-Webhook", value);
            });
            send.block.stmts.insert(4, append);
        }
        let (_, text) = replaced(file, Answer::Json);
        let text = text.replace("\n                        .", ".");
        for kept in [
            "HeaderMap::new()",
            r#"header_map.append("MX-Skip-Webhook", value)"#,
            "client.inner.http.get(url).headers(header_map).build()?",
        ] {
            assert!(text.contains(kept), "{text}");
        }
        assert!(
            !text.contains("api-version") && !text.contains("ACCEPT"),
            "{text}"
        );
    }

    #[test]
    fn a_send_of_another_shape_is_not_counted() {
        let mut file = generated();
        if let syn::Item::Impl(item) = &mut file.items[0]
            && let ImplItem::Fn(send) = &mut item.items[0]
        {
            send.block.stmts.pop();
        }
        assert_eq!(replaced(file, Answer::Json).0, 0);
    }
}
