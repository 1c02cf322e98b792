//! Puts the operations of a client in groups: an index on its page, and an `impl` with a heading for each group. The search of
//! the documentation finds an operation by its second name as well, and the page of its builder leads back to it.

use std::collections::BTreeMap;

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};
use quote::quote;
use serde_json::Value;
use syn::{ImplItem, Item, ItemImpl, parse_quote};

use super::items_mut;
use super::setters::text_of;
use crate::Api;
use crate::document::operations;
use crate::operations::Row;
use crate::surface::last_segment;

/// Groups the operations, and returns how many methods were found.
pub(super) fn apply(file: &mut syn::File, api: &Api, document: &Value, rows: &[Row]) -> usize {
    let mut methods = take_methods(&mut file.items, rows);
    add_aliases(&mut methods, document);
    let count = methods.len();
    let mut groups: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        groups.entry(&row.tag).or_default().push(row);
    }
    let summaries = summaries(document);
    document_builders(file, rows, &summaries);
    let mut index = "# Operations\n".to_owned();
    for (group, rows) in groups {
        let feature = (!api.is_core(group)).then(|| group.to_kebab_case());
        let heading = match &feature {
            Some(feature) => format!("{}: feature `{feature}`", capitalised(group)),
            None => capitalised(group),
        };
        index.push_str(&format!("\n**{heading}**\n\n"));
        for row in &rows {
            let name = row.name.to_snake_case();
            let summary = summaries.get(&row.name).map_or("", String::as_str);
            index.push_str(&format!("- [`{name}`](Self::{name}): {summary}\n"));
        }
        let gate = feature.map(|feature| quote!(#[cfg_attr(docsrs, doc(cfg(feature = #feature)))]));
        let members = rows
            .iter()
            .filter_map(|row| methods.remove(&row.name.to_snake_case()));
        let title = format!("# {heading}");
        file.items.push(parse_quote! {
            #[doc = #title]
            #gate
            impl Client { #(#members)* }
        });
    }
    for item in &mut file.items {
        if let Item::Struct(client) = item
            && client.ident == "Client"
        {
            let introduction = introduction(api);
            client
                .attrs
                .retain(|attribute| text_of(attribute).is_none());
            client.attrs.push(parse_quote!(#[doc = #introduction]));
            client.attrs.push(parse_quote!(#[doc = #index]));
        }
    }
    count
}

/// What all operations have in common.
fn introduction(api: &Api) -> String {
    format!(
        "The operations of {}. Cheap to clone.\n\nEach operation is a method that returns a builder. Its setters give the parameters, \
         and `send()` sends the call. What is sent as JSON is given to `body`, whole, or made in place by `body_map`: \
         [calls](crate::guide::calls) shows both.\n\n",
        api.title
    )
}

/// Documents the builders of operations, and makes their constructors private to the client.
fn document_builders(file: &mut syn::File, rows: &[Row], summaries: &BTreeMap<String, String>) {
    for item in items_mut(&mut file.items, "builder").into_iter().flatten() {
        match item {
            Item::Struct(found) => {
                let builds = |row: &&Row| found.ident == row.name.to_upper_camel_case();
                let Some(row) = rows.iter().find(builds) else {
                    continue;
                };
                let method = row.name.to_snake_case();
                let summary = summaries
                    .get(&row.name)
                    .map_or(String::new(), |summary| format!("{summary}.\n\n"));
                let text = format!(
                    "{summary}From [`Client::{method}`](super::Client::{method}), which documents the operation."
                );
                found.attrs.retain(|attribute| text_of(attribute).is_none());
                found.attrs.push(parse_quote!(#[doc = #text]));
            }
            Item::Impl(found) if found.trait_.is_none() => {
                for member in &mut found.items {
                    if let ImplItem::Fn(function) = member
                        && function.sig.ident == "new"
                    {
                        function.vis = parse_quote!(pub(super));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Makes operations known to the search of the documentation by their second names.
fn add_aliases(methods: &mut BTreeMap<String, ImplItem>, document: &Value) {
    for operation in operations(document) {
        let alias = operation.value.get("x-alias").and_then(Value::as_str);
        let method = methods.get_mut(&operation.name().to_snake_case());
        if let (Some(alias), Some(ImplItem::Fn(method))) = (alias, method) {
            method.attrs.push(parse_quote!(#[doc(alias = #alias)]));
        }
    }
}

/// Takes the methods of the operations out of the client.
fn take_methods(items: &mut Vec<Item>, rows: &[Row]) -> BTreeMap<String, ImplItem> {
    let mut methods = BTreeMap::new();
    for item in items.iter_mut() {
        let Item::Impl(found) = item else { continue };
        if !is_client(found) {
            continue;
        }
        let members = std::mem::take(&mut found.items);
        for member in members {
            match &member {
                ImplItem::Fn(function) if is_operation(&function.sig.ident.to_string(), rows) => {
                    methods.insert(function.sig.ident.to_string(), member);
                }
                _ => found.items.push(member),
            }
        }
    }
    items.retain(
        |item| !matches!(item, Item::Impl(found) if is_client(found) && found.items.is_empty()),
    );
    methods
}

fn is_client(item: &ItemImpl) -> bool {
    item.trait_.is_none() && last_segment(&item.self_ty) == "Client"
}

fn is_operation(method: &str, rows: &[Row]) -> bool {
    rows.iter().any(|row| row.name.to_snake_case() == method)
}

/// The summary of each operation, by its name.
fn summaries(document: &Value) -> BTreeMap<String, String> {
    let named = |value: &serde_json::Map<String, Value>| {
        let summary = value.get("summary").and_then(Value::as_str)?;
        Some(summary.trim().trim_end_matches('.').to_owned())
    };
    let entries = operations(document);
    let known = entries
        .iter()
        .filter_map(|entry| Some((entry.id.to_owned(), named(entry.value)?)));
    known.collect()
}

fn capitalised(group: &str) -> String {
    let mut letters = group.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::APIS;
    use crate::operations::Answer;
    use serde_json::json;

    #[test]
    fn operations_are_listed_and_grouped_by_tag_with_the_feature_of_the_group() {
        let mut file: syn::File = parse_quote! {
            /// Client for Nexus.
            pub struct Client { inner: Inner }
            impl Client { pub fn new_with_client() -> Self { new() } }
            impl Client {
                pub fn list_tags(&self) -> builder::ListTags<'_> { list() }
                pub fn read_user(&self) -> builder::ReadUser<'_> { read() }
            }
            pub mod builder {
                /// Builder for it.
                pub struct ListTags<'a> { client: &'a super::Client }
                impl<'a> ListTags<'a> { pub fn new(client: &'a super::Client) -> Self { made() } }
            }
        };
        let row = |id: &str, tag: &str| Row {
            tag: tag.to_owned(),
            ..Row::sample(id, Answer::Json)
        };
        let rows = [row("listTags", "tags"), row("readUser", "user")];
        let operation =
            json!({"operationId": "listTags", "summary": "List tags.", "x-alias": "all_tags"});
        let document = json!({"paths": {"/tags": {"get": operation}}});
        assert_eq!(apply(&mut file, &APIS[0], &document, &rows), 2);
        let text = prettyplease::unparse(&file);
        for part in [
            "**Tags: feature `tags`**\n\n- [`list_tags`](Self::list_tags): List tags\n",
            "///# Tags: feature `tags`\n#[cfg_attr(docsrs, doc(cfg(feature = \"tags\")))]\nimpl Client {\n    #[doc(alias = \"all_tags\")]\n    pub fn list_tags",
            "    /**List tags.\n\nFrom [`Client::list_tags`](super::Client::list_tags), which documents the operation.*/\n    pub struct ListTags",
            "pub(super) fn new(client",
            "///# User\nimpl Client {\n    pub fn read_user",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert_eq!(text.matches("impl Client").count(), 3, "{text}");
        assert!(text.starts_with("/**The operations of Nexus."), "{text}");
    }
}
