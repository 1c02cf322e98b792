//! Writes into each operation what a reader of the generated client needs: what it does, what is special, how well it is known.

use serde_json::{Map, Value, json};

use crate::document::change_operations;
use crate::normalise::parameters::id_of;

/// Extends every operation's description; answers the operations.
pub(crate) fn describe(document: &mut Value) -> Vec<String> {
    let mut places = Vec::new();
    change_operations(document, |_, _, operation| {
        let mut paragraphs = Vec::new();
        if let Some(text) = operation.get("description").and_then(Value::as_str) {
            paragraphs.push(text.trim().to_owned());
        }
        paragraphs.extend(notes(operation));
        operation.insert("description".to_owned(), json!(paragraphs.join("\n\n")));
        places.push(id_of(operation));
    });
    places
}

fn notes(operation: &Map<String, Value>) -> Vec<String> {
    let flag = |name: &str| operation.get(name) == Some(&json!(true));
    let mut notes = Vec::new();
    if flag("deprecated") {
        notes.push("**Deprecated** by MX.".to_owned());
    }
    if flag("x-starts-work") {
        notes.push(
            "Starts work at MX, so it is never sent again when its answer was lost.".to_owned(),
        );
    }
    if let Some(Value::Object(statuses)) = operation.get("x-statuses") {
        notes.extend(statuses.iter().filter_map(|(status, meaning)| {
            Some(format!("Status {status}: {}", meaning.as_str()?))
        }));
    }
    let evidence = operation.get("x-evidence").and_then(Value::as_str);
    notes.push(format!("Known from: {}.", describe_evidence(evidence)));
    notes
}

/// What an evidence mark means, in words.
pub(crate) fn describe_evidence(mark: Option<&str>) -> &'static str {
    match mark {
        Some("spec") => "the printed specification",
        Some("table") => "the reference's tables of fields and parameters",
        Some("example") => "an example of the reference or a guide",
        _ => "inference from its siblings; check it first when something differs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_ends_with_how_well_it_is_known() {
        let mut document = json!({"paths": {"/a": {"get": {
            "operationId": "a", "description": "Reads it.", "x-evidence": "table",
            "x-starts-work": true, "x-statuses": {"403": "Not enabled."}
        }}}});
        describe(&mut document);
        let text = document["paths"]["/a"]["get"]["description"]
            .as_str()
            .unwrap();
        assert!(text.starts_with("Reads it.\n\nStarts work"), "{text}");
        assert!(text.contains("Status 403: Not enabled."), "{text}");
        assert!(
            text.ends_with("Known from: the reference's tables of fields and parameters."),
            "{text}"
        );
    }
}
