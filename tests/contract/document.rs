//! The normalised document of an API, from which its client was generated: an independent witness of what the client does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use mx_nexus::operations;
use serde_json::Value;

use crate::apis::Api;
use crate::exerciser::Extent;
use crate::types::{Side, each_api};

macro_rules! list {
    ($($name:ident, $variant:ident, $title:literal, $client:path, $values:path;)*) => {
        [$(LazyLock::new(|| Document::read(
            include_str!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_document.json")),
            include_str!(concat!(env!("OUT_DIR"), "/", stringify!($name), "_contract.json")),
        ))),*]
    };
}

static DOCUMENTS: [LazyLock<Document>; operations::Api::ALL.len()] = each_api!(list);

/// The document of an API.
pub(crate) fn of(api: &Api) -> &'static Document {
    &DOCUMENTS[api.api as usize]
}

/// The document of one API.
pub(crate) struct Document {
    normalised: &'static Value,
    /// As it is promised, before it is normalised.
    promised: &'static Value,
    /// All operations by id.
    pub(crate) operations: BTreeMap<&'static str, Documented>,
}

/// One operation as the document has it.
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
    /// The texts that the exerciser gives it; one for each item of a list.
    pub(crate) values: Vec<String>,
}

impl Document {
    /// Reads the files of the build, which live as long as the tests.
    fn read(normalised: &str, promised: &str) -> Self {
        let read = |text: &str| -> &'static Value {
            let value = serde_json::from_str(text).expect("the build wrote JSON");
            Box::leak(Box::new(value))
        };
        let normalised = read(normalised);
        let mut operations = BTreeMap::new();
        for (path, item) in normalised["paths"].as_object().expect("there are paths") {
            for (method, value) in item.as_object().into_iter().flatten() {
                if let Some(id) = value["operationId"].as_str() {
                    let documented = Documented {
                        path,
                        method,
                        value,
                    };
                    operations.insert(id, documented);
                }
            }
        }
        Self {
            normalised,
            promised: read(promised),
            operations,
        }
    }

    /// The operations whose body of one side has an example in the document as it is promised.
    pub(crate) fn with_examples(&self, side: Side) -> BTreeSet<&'static str> {
        let operations = self.promised["paths"].as_object().into_iter().flatten();
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

    /// All schemas by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&'static String, &'static Value)> {
        self.normalised["components"]["schemas"]
            .as_object()
            .expect("there are schemas")
            .iter()
    }

    /// The schema behind a reference.
    pub(crate) fn follow(&self, schema: &'static Value) -> &'static Value {
        match schema["$ref"].as_str() {
            Some(reference) => self
                .normalised
                .pointer(reference.trim_start_matches('#'))
                .expect("no reference dangles"),
            None => schema,
        }
    }

    /// The names of all schemas that the bodies under `key` reach: `requestBody` or `responses`.
    pub(crate) fn schemas_below(&self, key: &str) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for documented in self.operations.values() {
            self.collect(&documented.value[key], &mut found);
        }
        found
    }

    fn collect(&self, value: &'static Value, found: &mut BTreeSet<&'static str>) {
        if let Some(name) = name_of_reference(value)
            && found.insert(name)
        {
            self.collect(self.follow(value), found);
        }
        match value {
            Value::Object(members) => members
                .values()
                .for_each(|member| self.collect(member, found)),
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, found)),
            _ => {}
        }
    }
}

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
                _ if parameter["schema"]["format"] == "x-date" => vec!["2026-11-20".to_owned()],
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

    /// What a call sends in one place, sorted: name and value, a list as often as it has items.
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

/// The last word of a reference to a schema.
fn name_of_reference(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}
