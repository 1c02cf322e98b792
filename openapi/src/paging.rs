//! Finds the list operations that page; `emit` turns each into a stream.
//!
//! A list pages when it takes both parameters that the overlay names under `$.info.x-paging`. Its items are the one array of
//! its answer, its paging objects are those with both counters named there; an operation that takes the parameters and answers
//! with anything else fails the build.

mod emit;

use serde::Deserialize;
use serde_json::Value;

use crate::document::{OperationEntry, follow, operations, schema_name};
use crate::failure::Failure;

pub(crate) use emit::{emit, open};

/// An API's names for the parts of its paging.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// The query parameter with the number of a page.
    page: String,
    /// The query parameter with the size of a page.
    size: String,
    /// The field of a paging object with the number of this page.
    current: String,
    /// The field with the number of pages.
    total: String,
}

/// A list operation that pages, by the names of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    words: Words,
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

    /// The id of the operation.
    pub(crate) fn operation(&self) -> &str {
        &self.operation
    }

    /// The schema of one item.
    pub(crate) fn item(&self) -> &str {
        &self.item
    }
}

/// The lists of a normalised document, sorted by operation. An API without `x-paging` has none.
pub(crate) fn find(document: &Value) -> Result<Vec<List>, Failure> {
    let said = &document["info"]["x-paging"];
    if said.is_null() {
        return Ok(Vec::new());
    }
    let words = Words::deserialize(said)
        .map_err(|error| Failure::new("pages", "$.info.x-paging", error.to_string()))?;
    let mut lists = operations(document)
        .iter()
        .filter(|operation| takes_pages(operation, &words))
        .map(|operation| read(document, operation, &words))
        .collect::<Result<Vec<_>, _>>()?;
    if lists.is_empty() {
        let reason = "no list takes these parameters; drop it when nothing pages";
        return Err(Failure::new("pages", "$.info.x-paging", reason));
    }
    lists.sort_by(|one, other| one.operation.cmp(&other.operation));
    Ok(lists)
}

fn takes_pages(operation: &OperationEntry<'_>, words: &Words) -> bool {
    [&words.page, &words.size].into_iter().all(|name| {
        let mut parameters = operation.parameters().iter();
        parameters.any(|parameter| parameter["name"] == **name && parameter["in"] == "query")
    })
}

fn numbers_pages(operation: &OperationEntry<'_>, words: &Words) -> bool {
    operation.parameters().iter().all(|parameter| {
        parameter["name"] != *words.page || parameter["schema"]["type"] == "integer"
    })
}

fn read(document: &Value, operation: &OperationEntry<'_>, words: &Words) -> Result<List, Failure> {
    let refuse = |reason: &str| {
        let Words { page, size, .. } = words;
        let reason = format!(
            "it takes {page} and {size}, but {reason}; correct its answer, or remove the parameters when it is no list"
        );
        Failure::new("pages", operation.id, reason)
    };
    if !numbers_pages(operation, words) {
        return Err(refuse("the page is no integer"));
    }
    let answer = operation
        .successes(document)
        .find_map(|response| response.pointer("/content/application~1json/schema"))
        .ok_or_else(|| refuse("has no JSON answer"))?;
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
        [&words.current, &words.total]
            .into_iter()
            .all(|name| object["properties"][name].is_object())
    };
    let counters = properties
        .iter()
        .filter(|(_, property)| counts_pages(property))
        .map(|(name, _)| name.clone());
    Ok(List {
        words: words.clone(),
        operation: operation.id.to_owned(),
        body: body.to_owned(),
        items: items.clone(),
        item: item.to_owned(),
        counters: counters.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(operation: &str, properties: &Value) -> Value {
        let number = json!({"type": "integer"});
        json!({
            "info": {"x-paging": {
                "page": "page", "size": "records_per_page",
                "current": "current_page", "total": "total_pages"
            }},
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
    fn an_api_without_paging_has_no_lists() {
        let mut document = document("listTags", &tags());
        document["info"] = json!({});
        assert_eq!(find(&document).unwrap(), []);
        document["info"] = json!({"x-paging": {"page": "page"}});
        let failure = find(&document).unwrap_err();
        assert_eq!(failure.place(), "$.info.x-paging");
    }

    #[test]
    fn an_operation_with_one_of_the_parameters_is_no_list() {
        for index in 0..2 {
            let mut document = document("listTags", &tags());
            document["paths"]["/a"]["get"]["parameters"]
                .as_array_mut()
                .unwrap()
                .remove(index);
            let failure = find(&document).unwrap_err();
            assert_eq!(failure.place(), "$.info.x-paging");
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
            (worded, "the page is no integer"),
        ] {
            let failure = find(&document).unwrap_err().to_string();
            assert!(failure.contains(reason), "{failure}");
        }
    }
}
