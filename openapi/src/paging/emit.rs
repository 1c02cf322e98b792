//! Emits what turns a list that pages into a stream: the impls of `crate::pages::Paged` for its builder and of
//! `crate::pages::Page` for its body.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Path, parse_quote};

use super::List;
use crate::failure::Failure;

/// Makes the page that a builder was given readable for the impls, and its parameters separable from its client: progenitor's
/// fields are private. Their documentation names the stream.
pub(crate) fn open(file: &mut syn::File, lists: &[List]) -> Result<(), Failure> {
    let mut builders = Builders {
        lists,
        opened: 0,
        detached: Vec::new(),
    };
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
    /// The impls for the builders of the module that is visited.
    detached: Vec<syn::Item>,
}

impl VisitMut for Builders<'_> {
    fn visit_item_mod_mut(&mut self, item: &mut syn::ItemMod) {
        if item.ident != "types" {
            visit_mut::visit_item_mod_mut(self, item);
            if let Some((_, items)) = &mut item.content {
                items.append(&mut self.detached);
            }
        }
    }

    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        let is_list = |list: &&List| item.ident == list.operation.to_upper_camel_case();
        let Some(list) = self.lists.iter().find(is_list) else {
            return;
        };
        let page = field_name(&list.words.page);
        let streams = "\n\nA list in pages: [`items`](crate::pages::Paged::items) returns it as a stream, page after page.";
        item.attrs.push(parse_quote!(#[doc = #streams]));
        let fields: Vec<Ident> = item
            .fields
            .iter()
            .filter_map(|it| it.ident.clone())
            .collect();
        for field in &mut item.fields {
            if field.ident.as_ref().is_some_and(|name| name == "client") {
                field.vis = parse_quote!(pub(crate));
            }
            if field.ident.as_ref() == Some(&page) {
                field.vis = parse_quote!(pub(crate));
                self.opened += 1;
                self.detached.push(detached(&item.ident, &fields));
            }
        }
    }
}

/// Separates the parameters of a list from its client, so that a stream can own both.
fn detached(builder: &Ident, fields: &[Ident]) -> syn::Item {
    let fields: Vec<_> = fields.iter().filter(|field| *field != "client").collect();
    parse_quote! {
        impl<'a> #builder<'a> {
            pub(crate) fn detached(
                self,
            ) -> impl Fn(&super::Client) -> #builder<'_> + Clone + Send + Sync + use<> {
                let Self { client: _, #(#fields),* } = self;
                move |client: &super::Client| #builder {
                    client,
                    #(#fields: #fields.clone()),*
                }
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
    let page = field_name(&list.words.page);
    quote! {
        impl crate::pages::sealed::Sealed for #module::builder::#builder<'_> {}
        impl<'a> crate::pages::Paged for #module::builder::#builder<'a> {
            type Item = #module::types::#item;
            type Body = #module::types::#body;
            type Asked = crate::pages::Asked<'a, Self::Body>;
            type Owned = crate::pages::Owned<#module::builder::#builder<'static>>;
            fn operation() -> Option<&'static crate::operations::Operation> {
                crate::operations::by_id(#api, #id)
            }
            fn first_page(&self) -> Option<i64> {
                self.#page.as_ref().ok().copied().flatten()
            }
            fn ask(&self, page: i64) -> Self::Asked {
                // A page that is no number stays as it is, and `send` refuses it.
                let list = match self.#page {
                    Ok(_) => self.clone().#page(page),
                    Err(_) => self.clone(),
                };
                Box::pin(async move { Ok(list.send().await?.into_inner()) })
            }
            fn owned(self) -> Self::Owned {
                let (first, has_page) = (self.first_page(), self.#page.is_ok());
                let client = std::sync::Arc::new(self.client.clone());
                let list = self.detached();
                crate::pages::Owned::new(first, move |page| {
                    let (client, list) = (std::sync::Arc::clone(&client), list.clone());
                    Box::pin(async move {
                        let list = list(&client);
                        let list = if has_page { list.#page(page) } else { list };
                        Ok(list.send().await?.into_inner())
                    })
                })
            }
        }
    }
}

fn emit_body(module: &Path, list: &List) -> TokenStream {
    let (body, item) = (type_name(&list.body), type_name(&list.item));
    let items = field_name(&list.items);
    let counters = [&list.words.current, &list.words.total];
    let [current_page, total_pages] = counters.map(|counter| {
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
    use crate::paging::Words;

    fn list() -> List {
        let name = str::to_owned;
        List {
            words: Words {
                page: name("page"),
                size: name("records_per_page"),
                current: name("current_page"),
                total: name("total_pages"),
            },
            operation: name("listTags"),
            body: name("TagsResponseBody"),
            items: name("tags"),
            item: name("TagResponse"),
            counters: vec![name("pagination")],
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
