//! The public Rust of a generated client as text, one item a line: what a change of the document does to users of the client.
//! The contract tests pin it.

mod attributes;

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use quote::ToTokens;
use syn::{Expr, ImplItem, Item, Type, Visibility};

pub(crate) use attributes::serde;
use attributes::traits;

use crate::paging::List;
use crate::registry::{Kind, Registry};

/// The surface of a client: the calls with their parameters and answers, the types with their fields, the registered types
/// with their values. Each item is a line, what belongs to it follows indented; items are sorted by name.
///
/// `pages of` marks a list that can be read as a stream, `non-exhaustive` a struct that users cannot write as a literal,
/// `required` a field that a builder needs; `as` is followed by the name in JSON, `by` by the function that reads the field.
pub(crate) fn describe(file: &syn::File, registry: &Registry, lists: &[List]) -> String {
    let mut blocks = calls(file, lists);
    blocks.extend(types(file));
    blocks.extend(values(registry));
    blocks.concat()
}

/// One item and what belongs to it.
fn block(head: &str, members: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("{head}\n");
    for member in members {
        text.push_str("  ");
        text.push_str(&member);
        text.push('\n');
    }
    text
}

/// The methods of the client, each with the parameters of its builder and the result of `send`.
fn calls(file: &syn::File, lists: &[List]) -> Vec<String> {
    let builders = items_of(&file.items, "builder");
    let structs: BTreeMap<String, &syn::ItemStruct> = builders
        .iter()
        .filter_map(|item| match item {
            Item::Struct(found) => Some((found.ident.to_string(), found)),
            _ => None,
        })
        .collect();
    let answers = answers(builders);
    let mut calls = BTreeMap::new();
    for (name, found) in structs {
        let pages = lists
            .iter()
            .find(|list| list.operation().to_upper_camel_case() == name)
            .map(|list| format!("pages of {}", list.item().to_upper_camel_case()));
        let parameters = found.fields.iter().filter_map(|field| {
            let parameter = field.ident.as_ref().filter(|name| *name != "client")?;
            Some(format!("{parameter}: {}", within_result(&field.ty)))
        });
        let method = name.to_snake_case();
        let answer = answers.get(&name).map_or("nothing", String::as_str);
        let head = format!("client.{method}() -> {answer}");
        calls.insert(method, block(&head, parameters.chain(pages)));
    }
    calls.into_values().collect()
}

/// The result of each builder's `send`, by the name of the builder.
pub(crate) fn answers(builders: &[Item]) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for item in builders {
        let Item::Impl(found) = item else { continue };
        let owner = last_segment(&found.self_ty);
        for member in &found.items {
            if let ImplItem::Fn(function) = member
                && function.sig.ident == "send"
                && let syn::ReturnType::Type(_, output) = &function.sig.output
            {
                // Result<ResponseValue<Body>, crate::Error>; the error is the same for all.
                let answer = first_argument(output).and_then(first_argument);
                answers.insert(owner.clone(), written(answer.unwrap_or(output)));
            }
        }
    }
    answers
}

/// The structs, enums and aliases of `types`, sorted by name.
fn types(file: &syn::File) -> Vec<String> {
    let items = items_of(&file.items, "types");
    let defaults = items.iter().filter_map(|it| implementing(it, "Default"));
    let defaults: BTreeSet<String> = defaults.map(|it| last_segment(&it.self_ty)).collect();
    let readers: BTreeMap<String, Readers> = items.iter().filter_map(readers_of).collect();
    let mut types = BTreeMap::new();
    for item in items {
        let (name, generics, attributes) = match item {
            Item::Struct(found) if is_public(&found.vis) => {
                (&found.ident, &found.generics, &found.attrs)
            }
            Item::Enum(found) if is_public(&found.vis) => {
                (&found.ident, &found.generics, &found.attrs)
            }
            Item::Type(found) if is_public(&found.vis) => {
                let text = format!("type {} = {}", found.ident, written(&found.ty));
                types.insert(found.ident.to_string(), block(&text, None));
                continue;
            }
            _ => continue,
        };
        let mut head = format!("{name}{}", tight(&generics.to_token_stream().to_string()));
        let mut notes = traits(attributes);
        if defaults.contains(&name.to_string()) {
            notes.insert("Default".to_owned());
        }
        if attributes
            .iter()
            .any(|attribute| attribute.path().is_ident("non_exhaustive"))
        {
            notes.insert("non-exhaustive".to_owned());
        }
        if !notes.is_empty() {
            let notes: Vec<String> = notes.into_iter().collect();
            head = format!("{head} ({})", notes.join(", "));
        }
        let text = match item {
            Item::Struct(found) => {
                let readers = readers.get(&name.to_string());
                let fields = found.fields.iter().map(|it| field(it, readers));
                block(&format!("struct {head}"), fields)
            }
            Item::Enum(found) => block(&format!("enum {head}"), found.variants.iter().map(variant)),
            _ => continue,
        };
        types.insert(name.to_string(), text);
    }
    types.into_values().collect()
}

/// The item, if it implements this trait.
fn implementing<'a>(item: &'a Item, of: &str) -> Option<&'a syn::ItemImpl> {
    let Item::Impl(found) = item else { return None };
    let (path, _) = found.trait_.as_ref()?;
    (path.segments.last()?.ident == of).then_some(found)
}

/// The functions that read some fields of an answer, by field.
type Readers = BTreeMap<String, String>;

/// The readers of an answer, from its `impl Object`.
fn readers_of(item: &Item) -> Option<(String, Readers)> {
    let found = implementing(item, "Object")?;
    let arms = found.items.iter().filter_map(|member| match member {
        ImplItem::Fn(read) if read.sig.ident == "read_field" => match read.block.stmts.first()? {
            syn::Stmt::Expr(Expr::Match(of_field), _) => Some(&of_field.arms),
            _ => None,
        },
        _ => None,
    });
    let readers = arms.flatten().filter_map(|arm| reader(&arm.body));
    Some((last_segment(&found.self_ty), readers.collect()))
}

/// The field and the function of `crate::values::function(&mut self.field, map)`.
fn reader(call: &Expr) -> Option<(String, String)> {
    if let Expr::Call(call) = call
        && let Expr::Path(function) = &*call.func
        && let Some(Expr::Reference(place)) = call.args.first()
        && let Expr::Field(field) = &*place.expr
        && let syn::Member::Named(name) = &field.member
    {
        let path = function.path.to_token_stream().to_string().replace(' ', "");
        let function = path.strip_prefix("crate::values::")?;
        return Some((name.to_string(), function.to_owned()));
    }
    None
}

fn field(field: &syn::Field, readers: Option<&Readers>) -> String {
    let name = field
        .ident
        .as_ref()
        .map_or_else(|| "0".to_owned(), ToString::to_string);
    // Attributes that do not parse are not part of the surface.
    let serde = serde(&field.attrs).unwrap_or_default();
    let mut text = format!("{name}: {}", written(&field.ty));
    if let Some(wire) = serde.rename {
        text.push_str(&format!(" as {wire}"));
    }
    // An optional list is no Option, so the type alone does not show it.
    if !serde.optional && field.ident.is_some() {
        text.push_str(" (required)");
    }
    if let Some(reader) = readers.and_then(|readers| readers.get(&name)) {
        text.push_str(&format!(" (by {reader})"));
    }
    text
}

fn variant(variant: &syn::Variant) -> String {
    let fields: Vec<String> = variant
        .fields
        .iter()
        .map(|field| written(&field.ty))
        .collect();
    let mut text = variant.ident.to_string();
    if !fields.is_empty() {
        text.push_str(&format!("({})", fields.join(", ")));
    }
    if let Some(wire) = serde(&variant.attrs).unwrap_or_default().rename {
        text.push_str(&format!(" as {wire}"));
    }
    text
}

/// The registered types that are generated for this document, with the values of the open ones.
fn values(registry: &Registry) -> Vec<String> {
    let mut values = BTreeMap::new();
    for entry in registry.entries().iter().filter(|entry| entry.is_emitted()) {
        let kind = match entry.kind {
            Kind::OpenCode => "open code",
            Kind::OpenText => "open text",
            _ => "identifier",
        };
        let known = entry.values.iter().map(|value| match value.code {
            Some(code) => format!("{} ({code})", value.name),
            None => value.name.clone(),
        });
        let head = format!("value {} ({kind})", entry.name);
        values.insert(entry.name.clone(), block(&head, known));
    }
    values.into_values().collect()
}

pub(crate) fn items_of<'a>(items: &'a [Item], module: &str) -> &'a [Item] {
    let found = items.iter().find_map(|item| match item {
        Item::Mod(found) if found.ident == module => found.content.as_ref(),
        _ => None,
    });
    found.map_or(&[], |(_, items)| items.as_slice())
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

pub(crate) fn last_segment(found: &Type) -> String {
    match found {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
    .unwrap_or_default()
}

/// The `T` of `Result<T, String>`, in which a builder keeps what it was given.
fn within_result(found: &Type) -> String {
    written(first_argument(found).unwrap_or(found))
}

/// The first type argument of a type, such as `T` of `Vec<T>`.
pub(crate) fn first_argument(found: &Type) -> Option<&Type> {
    let Type::Path(path) = found else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(first) => Some(first),
        _ => None,
    }
}

/// A type without the paths of what is usually imported.
fn written(found: &Type) -> String {
    let mut text = tight(&found.to_token_stream().to_string());
    for path in [
        "::std::option::",
        "::std::vec::",
        "::std::string::",
        "::serde_json::",
        "types::builder::",
        "types::",
        "super::",
        "crate::",
    ] {
        text = text.replace(path, "");
    }
    text
}

fn tight(text: &str) -> String {
    text.replace(' ', "").replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use syn::parse_quote;

    fn file() -> syn::File {
        parse_quote! {
            pub mod types {
                #[non_exhaustive]
                #[derive(::serde::Deserialize, Clone, Default)]
                pub struct MemberResponse {
                    #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
                    pub type_: ::std::option::Option<crate::values::MemberGuid>,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    pub uses: ::std::option::Option<::std::vec::Vec<Mood>>,
                }
                pub struct MemberRequest {
                    pub value: ::std::vec::Vec<MemberResponse>,
                }
                impl crate::object::Object for MemberResponse {
                    fn read_field(&mut self, number: u8, map: &mut A) -> Result<(), A::Error> {
                        match number {
                            0u8 => crate::values::unwrapped_items(&mut self.uses, map),
                            1u8 => crate::object::list(&mut self.value, map),
                        }
                    }
                }
                impl ::std::default::Default for MemberRequest { fn default() -> Self { made() } }
                pub enum Mood { #[serde(rename = "good")] Good, Number(i64) }
                pub struct Wrapper(pub ::serde_json::Map<::std::string::String, ::serde_json::Value>);
                struct Hidden;
                pub mod builder { pub struct MemberRequest { value: i64 } }
            }
            impl Client { pub fn list_members(&self) -> builder::ListMembers<'_> { new() } }
            pub mod builder {
                pub struct ListMembers<'a> {
                    client: &'a super::Client,
                    page: Result<Option<i64>, String>,
                    body: Result<types::builder::MemberRequest, String>,
                }
                impl<'a> ListMembers<'a> {
                    pub async fn send(self) -> Result<ResponseValue<types::MemberResponse>, crate::Error> { work() }
                }
            }
        }
    }

    #[test]
    fn calls_types_and_values_are_listed_with_their_members() {
        let registry = Registry::from_value(&json!({
            "Status": {"kind": "open-text", "description": "d", "fields": ["*.status"],
                "values": [{"name": "OPEN", "code": 1}, {"name": "SHUT"}]},
            "MemberGuid": {"kind": "identifier", "description": "d", "fields": ["*.guid"]},
            "Secret": {"kind": "secret", "fields": ["*.token"]}
        }))
        .unwrap();
        let text = describe(&file(), &registry, &[]);
        let expected = "\
client.list_members() -> MemberResponse
  page: Option<i64>
  body: MemberRequest
struct MemberRequest (Default)
  value: Vec<MemberResponse> (required)
struct MemberResponse (Default, non-exhaustive)
  type_: Option<values::MemberGuid> as type
  uses: Option<Vec<Mood>> (by unwrapped_items)
enum Mood
  Good as good
  Number(i64)
struct Wrapper
  0: Map<String, Value>
value MemberGuid (identifier)
value Status (open text)
  OPEN (1)
  SHUT
";
        assert_eq!(text, expected);
    }
}
