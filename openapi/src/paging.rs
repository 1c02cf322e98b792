//! Finds the list operations that page, and emits what turns each into a stream: the impls of `crate::pages::Paged` for its
//! builder and of `crate::pages::Page` for its body.
//!
//! A list pages when it takes both parameters. Its items are the one array of its answer, its paging objects are those that
//! count pages; an operation that takes the parameters and answers with anything else fails the build.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Path, parse_quote};

use crate::document::{OperationEntry, follow, operations, schema_name};
use crate::failure::Failure;

/// The query parameters of a list that pages.
const PARAMETERS: [&str; 2] = ["page", "records_per_page"];
/// What makes an object of an answer a paging object.
const COUNTERS: [&str; 2] = ["current_page", "total_pages"];

/// A list operation that pages, by the names of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    operation: String,
    body: String,
    /// The property that holds the items.
    items: String,
    item: String,
    /// The properties that are paging objects.
    counters: Vec<String>,
}

impl List {
    /// The operation and its item, for the reviewer of an update.
    pub(crate) fn place(&self) -> String {
        format!("{}: {}", self.operation, self.item)
    }
}

/// The lists of a normalised document, sorted by operation.
pub(crate) fn find(document: &Value) -> Result<Vec<List>, Failure> {
    let mut lists = operations(document)
        .iter()
        .filter(|operation| takes_pages(operation))
        .map(|operation| read(document, operation))
        .collect::<Result<Vec<_>, _>>()?;
    lists.sort_by(|one, other| one.operation.cmp(&other.operation));
    Ok(lists)
}

fn takes_pages(operation: &OperationEntry<'_>) -> bool {
    let parameters = operation.value.get("parameters").and_then(Value::as_array);
    PARAMETERS.iter().all(|name| {
        parameters
            .into_iter()
            .flatten()
            .any(|parameter| parameter["name"] == *name && parameter["in"] == "query")
    })
}

fn numbers_pages(operation: &OperationEntry<'_>) -> bool {
    let parameters = operation.value.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten().all(|parameter| {
        parameter["name"] != PARAMETERS[0] || parameter["schema"]["type"] == "integer"
    })
}

fn read(document: &Value, operation: &OperationEntry<'_>) -> Result<List, Failure> {
    let refuse = |reason: &str| {
        let reason = format!(
            "it takes page and records_per_page, but {reason}; correct its answer, or remove the parameters when it is no list"
        );
        Failure::new("pages", operation.id, reason)
    };
    if !numbers_pages(operation) {
        return Err(refuse("page is no integer"));
    }
    let answer = success_schema(document, operation).ok_or_else(|| refuse("has no JSON answer"))?;
    let body = schema_name(answer).ok_or_else(|| refuse("its answer has no name"))?;
    let properties = follow(document, answer)["properties"]
        .as_object()
        .ok_or_else(|| refuse("its answer is no object"))?;
    let mut arrays = properties
        .iter()
        .filter(|(_, property)| follow(document, property)["type"] == "array");
    let (Some((items, array)), None) = (arrays.next(), arrays.next()) else {
        return Err(refuse("its answer has not exactly one array"));
    };
    let item = schema_name(&follow(document, array)["items"])
        .ok_or_else(|| refuse("the items of its answer have no name"))?;
    let counts_pages = |property: &Value| {
        let object = follow(document, property);
        COUNTERS
            .iter()
            .all(|name| object["properties"][name].is_object())
    };
    let counters = properties
        .iter()
        .filter(|(_, property)| counts_pages(property))
        .map(|(name, _)| name.clone());
    Ok(List {
        operation: operation.id.to_owned(),
        body: body.to_owned(),
        items: items.clone(),
        item: item.to_owned(),
        counters: counters.collect(),
    })
}

fn success_schema<'a>(document: &'a Value, operation: &OperationEntry<'a>) -> Option<&'a Value> {
    let responses = operation.value.get("responses")?.as_object()?;
    responses
        .iter()
        .filter(|(status, _)| status.starts_with('2'))
        .find_map(|(_, response)| {
            follow(document, response).pointer("/content/application~1json/schema")
        })
}

/// Lets the impls read the page that a builder was given, which progenitor keeps to itself.
pub(crate) fn open(file: &mut syn::File, lists: &[List]) -> Result<(), Failure> {
    let mut builders = Builders { lists, opened: 0 };
    builders.visit_file_mut(file);
    if builders.opened == lists.len() {
        return Ok(());
    }
    let reason = format!(
        "{} of {} builders with a page were found in the generated client",
        builders.opened,
        lists.len()
    );
    Err(Failure::new("pages", "opening builders", reason))
}

struct Builders<'a> {
    lists: &'a [List],
    opened: usize,
}

impl VisitMut for Builders<'_> {
    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if item.ident != "types" {
            visit_mut::visit_item_mod_mut(self, item);
        }
    }

    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let is_list = |list: &List| item.ident == list.operation.to_upper_camel_case();
        if !self.lists.iter().any(is_list) {
            return;
        }
        for field in &mut item.fields {
            if field.ident.as_ref().is_some_and(|name| name == "page") {
                field.vis = parse_quote!(pub(crate));
                self.opened += 1;
            }
        }
    }
}

/// The impls, over the client in `module`; a body that several lists share gets its own once.
pub(crate) fn emit(api: &str, module: &str, lists: &[List]) -> Result<TokenStream, Failure> {
    let module: Path = syn::parse_str(module)
        .map_err(|_| Failure::new("pages", module, "it is no path of a module"))?;
    let by_body: BTreeMap<&str, &List> = lists
        .iter()
        .map(|list| (list.body.as_str(), list))
        .collect();
    let operations = lists.iter().map(|list| emit_list(api, &module, list));
    let bodies = by_body.into_values().map(|list| emit_body(&module, list));
    let count = lists.len();
    let names = lists.iter().map(
        |List {
             operation, item, ..
         }| quote!((#operation, #item)),
    );
    Ok(quote! {
        #(#operations)*
        #(#bodies)*
        /// Every list that pages, with its item.
        #[cfg(test)]
        pub(super) const LISTS: [(&str, &str); #count] = [#(#names),*];
    })
}

fn emit_list(api: &str, module: &Path, list: &List) -> TokenStream {
    let builder = type_name(&list.operation);
    let (body, item) = (type_name(&list.body), type_name(&list.item));
    let id = &list.operation;
    quote! {
        impl crate::pages::sealed::Sealed for #module::builder::#builder<'_> {}
        impl<'a> crate::pages::Paged for #module::builder::#builder<'a> {
            type Item = #module::types::#item;
            type Body = #module::types::#body;
            type Asked = crate::pages::Asked<'a, Self::Body>;
            fn operation() -> Option<&'static crate::operations::Operation> {
                crate::operations::by_id(#api, #id)
            }
            fn first_page(&self) -> Option<i64> {
                self.page.as_ref().ok().copied().flatten()
            }
            fn ask(&self, page: i64) -> Self::Asked {
                // A page that is no number stays as it is, and `send` says so.
                let list = match self.page {
                    Ok(_) => self.clone().page(page),
                    Err(_) => self.clone(),
                };
                Box::pin(async move { Ok(list.send().await?.into_inner()) })
            }
        }
    }
}

fn emit_body(module: &Path, list: &List) -> TokenStream {
    let (body, item) = (type_name(&list.body), type_name(&list.item));
    let items = field_name(&list.items);
    let [current_page, total_pages] = COUNTERS.map(|counter| {
        let counter = field_name(counter);
        let found = list.counters.iter().map(|property| {
            let property = field_name(property);
            quote!(.or_else(|| self.#property.as_ref()?.#counter))
        });
        quote!(None #(#found)*)
    });
    quote! {
        impl crate::pages::sealed::Sealed for #module::types::#body {}
        impl crate::pages::Page for #module::types::#body {
            type Item = #module::types::#item;
            fn items(&self) -> &[Self::Item] {
                self.#items.as_deref().unwrap_or_default()
            }
            fn into_items(self) -> Vec<Self::Item> {
                self.#items.unwrap_or_default()
            }
            fn current_page(&self) -> Option<i64> {
                #current_page
            }
            fn total_pages(&self) -> Option<i64> {
                #total_pages
            }
        }
    }
}

fn type_name(name: &str) -> Ident {
    format_ident!("{}", name.to_upper_camel_case())
}

fn field_name(name: &str) -> Ident {
    format_ident!("{}", name.to_snake_case())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(operation: &str, properties: &Value) -> Value {
        let number = json!({"type": "integer"});
        json!({
            "paths": {"/a": {"get": {
                "operationId": operation,
                "parameters": [
                    {"name": "page", "in": "query", "schema": number},
                    {"name": "records_per_page", "in": "query", "schema": number},
                ],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/TagsResponseBody"}}}}},
            }}},
            "components": {"schemas": {
                "TagsResponseBody": {"type": "object", "properties": properties},
                "TagResponse": {"type": "object"},
                "Counters": {"type": "object", "properties": {"current_page": number, "total_pages": number}},
            }},
        })
    }

    fn tags() -> Value {
        json!({
            "tags": {"type": "array", "items": {"$ref": "#/components/schemas/TagResponse"}},
            "user": {"type": "object", "properties": {}},
            "pagination": {"$ref": "#/components/schemas/Counters"},
        })
    }

    fn list() -> List {
        find(&document("listTags", &tags())).unwrap().remove(0)
    }

    #[test]
    fn a_list_is_found_with_its_items_and_its_paging_objects() {
        let list = list();
        assert_eq!(list.place(), "listTags: TagResponse");
        assert_eq!(
            (list.body.as_str(), list.items.as_str()),
            ("TagsResponseBody", "tags")
        );
        assert_eq!(list.counters, ["pagination"]);
    }

    #[test]
    fn an_operation_with_one_of_the_parameters_is_no_list() {
        for index in 0..2 {
            let mut document = document("listTags", &tags());
            document["paths"]["/a"]["get"]["parameters"]
                .as_array_mut()
                .unwrap()
                .remove(index);
            assert_eq!(find(&document).unwrap(), []);
        }
    }

    #[test]
    fn an_answer_without_exactly_one_array_is_refused_with_the_operation() {
        let array = tags()["tags"].take();
        for properties in [json!({}), json!({"one": array, "two": array})] {
            let failure = find(&document("readTag", &properties)).unwrap_err();
            assert_eq!((failure.pass(), failure.place()), ("pages", "readTag"));
            assert!(
                failure.to_string().contains("not exactly one array"),
                "{failure}"
            );
        }
    }

    #[test]
    fn what_cannot_be_asked_for_or_named_is_refused() {
        let mut inline = document("listTags", &tags());
        inline["paths"]["/a"]["get"]["responses"]["200"]["content"]["application/json"]["schema"] =
            json!({"type": "array"});
        let nameless = json!({"tags": {"type": "array", "items": {"type": "string"}}});
        let mut silent = document("listTags", &tags());
        silent["paths"]["/a"]["get"]["responses"] = json!({"204": {}});
        let mut worded = document("listTags", &tags());
        worded["paths"]["/a"]["get"]["parameters"][0]["schema"]["type"] = json!("string");
        for (document, reason) in [
            (inline, "its answer has no name"),
            (document("listTags", &nameless), "items of its answer"),
            (silent, "no JSON answer"),
            (worded, "page is no integer"),
        ] {
            let failure = find(&document).unwrap_err().to_string();
            assert!(failure.contains(reason), "{failure}");
        }
    }

    #[test]
    fn a_body_that_lists_share_is_implemented_once() {
        let other = List {
            operation: "listTagsByName".to_owned(),
            ..list()
        };
        let text = emit("nexus", "crate::api::generated", &[list(), other])
            .unwrap()
            .to_string();
        assert_eq!(
            text.matches("crate :: pages :: Page for").count(),
            1,
            "{text}"
        );
        assert_eq!(
            text.matches("crate :: pages :: Paged for").count(),
            2,
            "{text}"
        );
        assert!(
            text.contains(r#"("listTagsByName" , "TagResponse")"#),
            "{text}"
        );
    }

    #[test]
    fn the_page_of_a_builder_is_opened_and_a_builder_that_is_missed_fails_the_build() {
        let mut file: syn::File = parse_quote! {
            pub mod builder {
                pub struct ListTags<'a> { client: &'a Client, page: Result<Option<i64>, String> }
            }
        };
        open(&mut file, &[list()]).unwrap();
        assert!(quote!(#file).to_string().contains("pub (crate) page"));
        let failure = open(&mut parse_quote!(), &[list()]).unwrap_err();
        assert!(failure.to_string().contains("0 of 1"), "{failure}");
    }
}
