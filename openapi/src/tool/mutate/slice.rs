//! Cuts a document into slices of a few operations, each a document of its own.

use std::collections::BTreeSet;

use serde_json::Value;

use super::tidy;
use crate::document::{change_operations, operations};
use crate::tool::Prepared;
use crate::{Api, Failure};

/// How many operations a slice has.
const OPERATIONS: usize = 6;

/// The slices of a document, in the order of its paths.
pub(super) fn all(api: &Api, prepared: &Prepared) -> Result<Vec<Prepared>, Failure> {
    let whole = prepared.with_types();
    let ids: Vec<String> = operations(&whole)
        .iter()
        .map(|operation| operation.id.to_owned())
        .collect();
    ids.chunks(OPERATIONS)
        .map(|kept| Prepared::from_overlaid(api, cut(&whole, kept)))
        .collect()
}

fn cut(whole: &Value, kept: &[String]) -> Value {
    let mut document = whole.clone();
    let is_kept = |operation: &Value| {
        let id = operation["operationId"].as_str();
        id.is_none_or(|id| kept.iter().any(|kept| kept == id))
    };
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            item.retain(|_, operation| is_kept(operation));
        }
    }
    if !pages(&mut document)
        && let Some(info) = document["info"].as_object_mut()
    {
        info.remove("x-paging");
    }
    tidy::tidy(&mut document);
    document
}

/// Whether any operation takes a page; a document that says how lists page must have one.
fn pages(document: &mut Value) -> bool {
    let words: BTreeSet<String> = ["page", "size"]
        .iter()
        .filter_map(|word| document["info"]["x-paging"][word].as_str())
        .map(str::to_owned)
        .collect();
    let whole = document.clone();
    let mut found = false;
    change_operations(document, |_, _, operation| {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let names: BTreeSet<&str> = parameters
            .into_iter()
            .flatten()
            .filter_map(|parameter| crate::document::follow(&whole, parameter)["name"].as_str())
            .collect();
        found |= !words.is_empty() && words.iter().all(|word| names.contains(word.as_str()));
    });
    found
}
