//! The normalised document, to check the generated client against.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use crate::exerciser::Extent;
use crate::types::Side;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/nexus_document.json"));
    serde_json::from_str(text).expect("the build wrote JSON")
});

static PROMISED: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/nexus_contract.json"));
    serde_json::from_str(text).expect("the build wrote JSON")
});

/// One operation of the document.
#[derive(Clone, Copy)]
pub(crate) struct Documented {
    pub(crate) path: &'static str,
    pub(crate) method: &'static str,
    pub(crate) value: &'static Value,
}

/// One parameter of an operation.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) required: bool,
    /// The texts that the exerciser sends; one for each item of a list.
    pub(crate) values: Vec<String>,
}

/// The operations with an example of one side in the document before normalisation.
pub(crate) fn with_examples(side: Side) -> BTreeSet<&'static str> {
    let operations = PROMISED["paths"].as_object().into_iter().flatten();
    let operations = operations.flat_map(|(_, item)| item.as_object().into_iter().flatten());
    let has_one = |body: &Value| {
        let mut media = body["content"].as_object().into_iter().flatten();
        media.any(|(_, media)| !media["example"].is_null() || !media["examples"].is_null())
    };
    let with_one = operations.filter(|(_, operation)| match side {
        Side::Request => has_one(&operation["requestBody"]),
        Side::Response => {
            let mut responses = operation["responses"].as_object().into_iter().flatten();
            responses.any(|(status, response)| status.starts_with('2') && has_one(response))
        }
    });
    with_one
        .filter_map(|(_, operation)| operation["operationId"].as_str())
        .collect()
}

/// All operations by id.
pub(crate) static OPERATIONS: LazyLock<BTreeMap<&'static str, Documented>> = LazyLock::new(|| {
    let mut found = BTreeMap::new();
    for (path, item) in DOCUMENT["paths"].as_object().expect("there are paths") {
        for (method, value) in item.as_object().into_iter().flatten() {
            if let Some(id) = value["operationId"].as_str() {
                let documented = Documented {
                    path,
                    method,
                    value,
                };
                found.insert(id, documented);
            }
        }
    }
    found
});

impl Documented {
    /// Its parameters, in the order of the document.
    pub(crate) fn parameters(self) -> impl Iterator<Item = Parameter> {
        let parameters = self.value["parameters"].as_array();
        parameters.into_iter().flatten().map(|parameter| {
            let name = parameter["name"].as_str().expect("it has a name");
            let values = match parameter["schema"]["type"].as_str() {
                Some("integer") => vec!["7".to_owned()],
                Some("boolean") => vec!["true".to_owned()],
                Some("array") => vec![format!("{name}-1"), format!("{name}-2")],
                _ => vec![format!("{name}-value")],
            };
            Parameter {
                name,
                place: parameter["in"].as_str().expect("it has a place"),
                required: parameter["required"] == true,
                values,
            }
        })
    }

    /// The names and values that a call sends in one place, sorted; a list once for each item.
    pub(crate) fn sent_in(self, place: &str, extent: Extent) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = self
            .parameters()
            .filter(|parameter| parameter.place == place)
            .filter(|parameter| parameter.required || extent == Extent::Maximal)
            .flat_map(|parameter| {
                let name = parameter.name.to_owned();
                let values = parameter.values.into_iter();
                values.map(move |value| (name.clone(), value))
            })
            .collect();
        pairs.sort();
        pairs
    }

    /// The schema of a success.
    pub(crate) fn response_schema(self) -> &'static Value {
        &self.value["responses"]["2XX"]["content"]["application/json"]["schema"]
    }
}

/// All schemas by name.
pub(crate) fn schemas() -> impl Iterator<Item = (&'static String, &'static Value)> {
    DOCUMENT["components"]["schemas"]
        .as_object()
        .expect("there are schemas")
        .iter()
}

/// The schema behind a reference.
pub(crate) fn follow(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(reference) => DOCUMENT
            .pointer(reference.trim_start_matches('#'))
            .expect("no reference dangles"),
        None => schema,
    }
}

/// The name of a referenced schema.
pub(crate) fn name_of_reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// The names of all schemas that the bodies under `key` reach: `requestBody` or `responses`.
pub(crate) fn schemas_below(key: &str) -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for documented in OPERATIONS.values() {
        collect(&documented.value[key], &mut found);
    }
    found
}

fn collect(value: &'static Value, found: &mut BTreeSet<&'static str>) {
    if let Some(name) = name_of_reference(value)
        && found.insert(name)
    {
        collect(follow(value), found);
    }
    match value {
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
