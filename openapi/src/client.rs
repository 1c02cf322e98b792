//! Runs progenitor on a normalised document: builder style, registered types instead of tagged strings.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::Value;

use crate::Api;
use crate::access::Access;
use crate::conversions;
use crate::document::change_operations;
use crate::examples;
use crate::failure::Failure;
use crate::finish::{self, Lenient};
use crate::normalise::sides::Sides;
use crate::operations::Row;
use crate::registry::{Entry, Kind, Registry};

/// The client of a document.
pub(crate) fn generate(
    api: &Api,
    document: &Value,
    registry: &Registry,
    rows: &[Row],
    sides: &Sides,
    with_schemas: bool,
) -> Result<syn::File, Failure> {
    let mut settings = settings(api, registry);
    if with_schemas {
        settings.with_derive("schemars::JsonSchema");
    }
    let rust_path = |entry: &Entry| rust_path(api, entry);
    let lenient = Lenient::find(document, registry, rust_path);
    let mut document = document.clone();
    rename(&mut document);
    let mut stripped = document.clone();
    examples::strip(&mut stripped);
    let tokens = run(&stripped, &settings, |generator, document| {
        generator.generate_tokens(document)
    })?;
    let mut file = parse(tokens)?;
    conversions::check(&stripped, registry, &file, rust_path)?;
    finish::client(&mut file, api, &document, &lenient, sides, rows)?;
    Ok(file)
}

/// progenitor's typed mocks of the same document.
pub(crate) fn generate_mock(
    api: &Api,
    access: &Access,
    document: &Value,
    registry: &Registry,
    rows: &[Row],
) -> Result<syn::File, Failure> {
    let mut document = finish::document_for_mock(document);
    rename(&mut document);
    examples::strip(&mut document);
    let settings = settings(api, registry);
    let tokens = run(&document, &settings, |generator, document| {
        generator.httpmock(document, &api.client_module())
    })?;
    let mut file = parse(tokens)?;
    finish::mock(&mut file, &access.media_type, rows);
    Ok(file)
}

/// Gives operations the names that the overlay pins.
fn rename(document: &mut Value) {
    change_operations(document, |_, _, operation| {
        if let Some(name) = operation.remove("x-name") {
            operation.insert("operationId".to_owned(), name);
        }
    });
}

fn settings(api: &Api, registry: &Registry) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_inner_type(quote!(crate::wire::Connection))
        .with_derive("PartialEq");
    for entry in registry
        .entries()
        .iter()
        .filter(|entry| entry.kind != Kind::Plain)
    {
        let instance = match entry.json_type() {
            "integer" => InstanceType::Integer,
            "number" => InstanceType::Number,
            _ => InstanceType::String,
        };
        let schema = SchemaObject {
            instance_type: Some(instance.into()),
            format: Some(entry.format()),
            ..SchemaObject::default()
        };
        settings.with_conversion(
            schema,
            rust_path(api, entry),
            [TypeImpl::FromStr, TypeImpl::Display].into_iter(),
        );
    }
    settings
}

fn rust_path(api: &Api, entry: &Entry) -> String {
    let module = if entry.is_emitted() {
        api.values
    } else {
        "values"
    };
    format!("crate::{module}::{}", entry.name)
}

/// Runs the generator. Its panics become failures, since it asserts what it does not support.
fn run(
    document: &Value,
    settings: &GenerationSettings,
    generate: impl FnOnce(
        &mut Generator,
        &openapiv3::OpenAPI,
    ) -> Result<proc_macro2::TokenStream, progenitor::Error>,
) -> Result<proc_macro2::TokenStream, Failure> {
    let refuse = |place: &str, reason: String| Failure::new("progenitor", place, reason);
    let document: openapiv3::OpenAPI = serde_json::from_value(document.clone())
        .map_err(|error| refuse("reading OpenAPI", error.to_string()))?;
    let outcome = quietly(|| generate(&mut Generator::new(settings), &document));
    match outcome {
        Ok(tokens) => tokens.map_err(|error| refuse("generating", error.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("without a message");
            Err(refuse(
                "generating",
                format!("it does not support the document: {text}"),
            ))
        }
    }
}

/// Catches a panic and prints nothing for it, on this thread alone: other threads may panic at the same time.
fn quietly<T>(work: impl FnOnce() -> T) -> std::thread::Result<T> {
    thread_local! {
        static QUIET: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                usual(panic);
            }
        }));
    });
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    outcome
}

fn parse(tokens: proc_macro2::TokenStream) -> Result<syn::File, Failure> {
    syn::parse2(tokens)
        .map_err(|error| Failure::new("progenitor", "parsing its output", error.to_string()))
}
