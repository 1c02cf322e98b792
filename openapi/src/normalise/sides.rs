//! Which schemas are sent in requests and which in responses. The two are normalised differently, so no schema may be both.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::document::{children, follow, operations, schema_name};
use crate::failure::Failure;

/// The schemas of either side, by name.
#[derive(Default)]
pub(crate) struct Sides {
    pub requests: BTreeSet<String>,
    pub responses: BTreeSet<String>,
}

impl Sides {
    /// The Rust types of answers.
    pub(crate) fn answers(&self) -> BTreeSet<String> {
        let names = self.responses.iter();
        names.map(|name| name.to_upper_camel_case()).collect()
    }
}

/// Follows every body of every operation into the schemas.
pub(crate) fn used(document: &Value) -> Sides {
    let mut sides = Sides::default();
    for operation in operations(document) {
        if let Some(body) = operation.value.get("requestBody") {
            collect(document, body, &mut sides.requests);
        }
        if let Some(responses) = operation.value.get("responses") {
            collect(document, responses, &mut sides.responses);
        }
    }
    sides
}

/// The sides of a document in which every schema has exactly one.
pub(crate) fn find(document: &Value) -> Result<Sides, Failure> {
    let sides = used(document);
    if let Some(shared) = sides.requests.intersection(&sides.responses).next() {
        return Err(Failure::new(
            "finding sides",
            format!("$.components.schemas.{shared}"),
            "it is both sent and received; split it by overlay, since requests are exact and responses lenient",
        ));
    }
    let schemas = document["components"]["schemas"].as_object();
    let names = schemas.into_iter().flatten().map(|(name, _)| name);
    let unused = names
        .filter(|name| !sides.requests.contains(*name) && !sides.responses.contains(*name))
        .map(|name| {
            Failure::new(
                "finding sides",
                format!("$.components.schemas.{name}"),
                "no operation uses it; remove it by overlay",
            )
        });
    // All at once: the removal of one schema leaves those unused that only it referred to.
    Failure::several(unused.collect())?;
    Ok(sides)
}

fn collect(document: &Value, value: &Value, names: &mut BTreeSet<String>) {
    if let Some(name) = schema_name(value)
        && names.insert(name.to_owned())
    {
        collect(document, follow(document, value), names);
    }
    children(value).for_each(|child| collect(document, child, names));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(request: &str, response: &str) -> Value {
        let body = |name: &str| json!({"content": {"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}}});
        json!({
            "components": {"schemas": {
                "A": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
                "Inner": {},
                "B": {}
            }},
            "paths": {"/a": {"post": {
                "operationId": "a",
                "requestBody": body(request),
                "responses": {"2XX": body(response)}
            }}}
        })
    }

    #[test]
    fn nested_schemas_belong_to_the_side_of_their_body() {
        let sides = find(&document("A", "B")).unwrap();
        assert!(sides.requests.contains("Inner") && sides.responses.contains("B"));
    }

    #[test]
    fn a_schema_that_nothing_uses_is_refused() {
        let failure = find(&document("A", "Inner")).err();
        assert!(failure.is_some());
        let failure = find(&document("B", "Inner")).err().unwrap();
        assert!(failure.to_string().contains("schemas.A"), "{failure}");
        let failure = find(&document("Other", "B")).err().unwrap();
        let places: Vec<&str> = failure.all().map(Failure::place).collect();
        assert_eq!(
            places,
            ["$.components.schemas.A", "$.components.schemas.Inner"]
        );
    }
}
