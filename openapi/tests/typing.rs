//! Text that no schema of a name holds: in an answer without a name, and in objects within objects. It gets a type of the
//! registry, or a check asks for one; and a closed list of values there can be opened.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use mx_nexus_openapi::{APIS, Failure, Generated};

/// A document with one operation, whose answer has the fields of `properties`.
fn document(properties: &str) -> String {
    format!(
        r"openapi: 3.0.0
info: {{ title: T, version: '1', x-media-type: application/json }}
servers:
  - {{ url: 'https://a.example', x-environment: integration }}
  - {{ url: 'https://b.example', x-environment: production }}
security: [{{ key: [] }}]
components:
  securitySchemes: {{ key: {{ type: apiKey, in: header, name: X-KEY }} }}
  schemas:
    Mood: {{ type: string, enum: [GOOD, BAD] }}
paths:
  /it:
    get:
      operationId: readIt
      responses:
        '200':
          description: It.
          content:
            application/json:
              schema: {{ type: object, properties: {{ {properties} }} }}
"
    )
}

/// An overlay with these types, and these further actions.
fn overlay(types: &str, actions: &str) -> String {
    format!(
        "overlay: 1.0.0\ninfo: {{ title: T, version: '1' }}\nextends: v3.yaml\nactions:\n  \
         - target: $.components\n    description: The types.\n    update: {{ x-types: {{ {types} }} }}\n{actions}"
    )
}

fn generate(properties: &str, types: &str, actions: &str) -> Result<Generated, Failure> {
    APIS[1].generate_from_text(&document(properties), &overlay(types, actions))
}

const TEXTS: &str = "email: { type: string }, account_number: { type: string }, keys: { type: object, properties: { token: { type: string } } }";
const MOOD: &str = "mood: { $ref: '#/components/schemas/Mood' }";
const NO_TYPES: &str = "Personal: { kind: personal }, Mood: { kind: open-text, description: A mood., values: [{ name: GOOD }], fields: ['*.mood'] }";

#[test]
fn text_of_no_type_is_listed_and_the_snippet_gives_it_one() {
    let properties = format!("{TEXTS}, {MOOD}");
    let report = generate(&properties, NO_TYPES, "").unwrap().report;
    let places: Vec<&str> = report.untyped().iter().map(Failure::place).collect();
    let expected = [
        "readIt.answer.account_number",
        "readIt.answer.email",
        "readIt.answer.keys.token",
    ];
    assert_eq!(places, expected);
    assert!(report.untyped()[0].reason().contains("personal or secret"));
    let pasted = generate(&properties, NO_TYPES, &report.snippet().unwrap()).unwrap();
    assert!(pasted.report.untyped().is_empty());
    assert_eq!(pasted.report.snippet(), None);
    let surface = pasted.surface();
    assert!(
        surface.contains("token: Option<values::Personal>"),
        "{surface}"
    );
}

#[test]
fn a_closed_list_of_values_within_an_object_is_opened_by_the_pattern_that_its_refusal_names() {
    let properties = "inner: { type: object, properties: { moods: { type: array, items: { $ref: '#/components/schemas/Mood' } } } }";
    let mood = |field: &str| {
        format!(
            "Mood: {{ kind: open-text, description: A mood., values: [{{ name: GOOD }}], fields: [{field}] }}"
        )
    };
    let failure = generate(properties, "", "").unwrap_err();
    let pattern = "readIt.answer.inner.moods";
    assert_eq!(failure.place(), format!("{pattern}[]"));
    assert!(failure.reason().contains(pattern), "{failure}");
    let surface = generate(properties, &mood(pattern), "").unwrap().surface();
    assert!(
        surface.contains("moods: Option<Vec<sso::values::Mood>>"),
        "{surface}"
    );
}
