//! Every rule is produced by a change of a small invented document, forward or backward.

mod edits;
mod published;
mod sample;
mod shapes;
mod surface;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Changes, Rule, compare};
use crate::tool::Prepared;
use crate::{APIS, Api};

use edits::{edit, rows};
use surface::pinned_release;

fn api() -> &'static Api {
    &APIS[0]
}

fn prepared(document: &Value) -> Prepared {
    Prepared::from_overlaid(api(), document.clone()).unwrap()
}

fn rules(changes: &Changes) -> BTreeSet<Rule> {
    changes.list().iter().map(|change| change.rule).collect()
}

/// A row of the table of rules: the rules forward and backward, and the two documents.
struct Case {
    forward: &'static str,
    backward: &'static str,
    old: Value,
    new: Value,
}

fn cases() -> impl Iterator<Item = Case> {
    rows(include_str!("tests/rules.txt")).map(|row| {
        let [forward, backward, edits] = row[..] else {
            panic!("{row:?} is no row");
        };
        let (before, after) = edits.split_once(" => ").unwrap_or(("", edits));
        let mut old = sample::document();
        edit(&mut old, before);
        let mut new = old.clone();
        edit(&mut new, after);
        Case {
            forward,
            backward,
            old,
            new,
        }
    })
}

#[test]
fn every_case_gives_its_rules_forward_and_backward() {
    for case in cases() {
        let (old, new) = (prepared(&case.old), prepared(&case.new));
        for (rule, old, new) in [(case.forward, &old, &new), (case.backward, &new, &old)] {
            let changes = compare(old, new);
            let mut found = changes.list().iter();
            let is_found = rule == "-" || found.any(|change| change.rule.id() == rule);
            assert!(is_found, "{rule}: only {:?}", rules(&changes));
        }
    }
}

#[test]
fn every_rule_has_a_case_an_own_id_and_a_sentence() {
    let covered: BTreeSet<&str> = cases()
        .flat_map(|case| [case.forward, case.backward])
        .collect();
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        assert!(covered.contains(rule.id()), "{}", rule.id());
        assert!(
            rule.why().ends_with('.') && rule.why().len() < 130,
            "{}",
            rule.id()
        );
    }
}

/// The class of the next release has to be what the surfaces of the two generated clients make of it.
#[test]
fn generated_clients_agree_about_the_next_release() {
    // The first is judged as the worst; the second as if the overlay listed the value.
    let judged = [
        Rule::UnknownKeywordChanged.id(),
        Rule::UnregisteredValueAdded.id(),
    ];
    let mut agreed = 0;
    for case in cases().filter(|case| !judged.contains(&case.forward)) {
        for (old, new) in [(&case.old, &case.new), (&case.new, &case.old)] {
            let verdict = compare(&prepared(old), &prepared(new)).worst().unwrap();
            // Some documents are refused by the build, such as one without a server.
            if let Some(release) = pinned_release(api(), old, new) {
                assert_eq!(verdict.next_release, release, "{}", case.forward);
                agreed += 1;
            }
        }
    }
    assert!(agreed > 180, "only {agreed}");
}

#[test]
fn document_does_not_differ_from_itself() {
    let document = sample::document();
    let [one, other] = [prepared(&document), prepared(&document)];
    assert_eq!(one.refused(), []);
    let changes = compare(&one, &other);
    assert!(changes.is_empty());
    assert_eq!(changes.worst(), None);
    assert!(changes.markdown().contains("nothing changed"));
}

#[test]
fn renamed_schema_is_one_change() {
    let document = sample::document();
    let mut renamed = document.clone();
    let schemas = renamed["components"]["schemas"].as_object_mut().unwrap();
    let answer = schemas.remove("Answer").unwrap();
    schemas.insert("Reply".to_owned(), answer);
    let text = renamed.to_string();
    let text = text.replace("#/components/schemas/Answer", "#/components/schemas/Reply");
    let text = text.replace("\"Answer.", "\"Reply.");
    let renamed: Value = serde_json::from_str(&text).unwrap();
    let changes = compare(&prepared(&document), &prepared(&renamed));
    let found: Vec<Rule> = changes.list().iter().map(|change| change.rule).collect();
    assert_eq!(found, [Rule::SchemaRenamed, Rule::DocumentationChanged]);
    assert_eq!(changes.list()[0].what, "name: Answer became Reply");
    assert_eq!(changes.list()[0].operations, ["listThings", "readThing"]);
}

#[test]
fn what_the_build_refuses_is_listed_beside_the_changes() {
    let document = sample::document();
    let mut closed = document.clone();
    closed["components"]["schemas"]["Answer"]["properties"]["mood"] =
        json!({"type": "string", "enum": ["GOOD"]});
    let changes = compare(&prepared(&document), &prepared(&closed));
    let refused: Vec<String> = changes.refused().iter().map(ToString::to_string).collect();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("Answer.mood"), "{refused:?}");
    assert!(rules(&changes).contains(&Rule::ResponseFieldAdded));
    assert!(changes.markdown().contains("The build refuses"));
}

#[test]
fn action_that_fits_in_part_adds_no_changes() {
    let document = sample::document();
    let mut other = document.clone();
    let fields = other.pointer_mut("/components/schemas/Answer/properties");
    fields.unwrap().as_object_mut().unwrap().remove("name");
    let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": [{
        "target": "$.components.schemas['Answer', 'Ask'].properties.name",
        "description": "A name has an end.",
        "update": {"maxLength": 9}
    }]});
    let [old, new] =
        [document, other].map(|document| Prepared::from_values(api(), document, &overlay).unwrap());
    let changes = compare(&old, &new);
    let places: Vec<&str> = changes
        .list()
        .iter()
        .map(|change| change.place.as_str())
        .collect();
    assert_eq!(places, ["Answer.name"]);
    assert_eq!(changes.refused().len(), 1);
}

#[test]
fn another_order_is_reported_as_documentation() {
    let document = sample::document();
    let mut other = document.clone();
    let parameters = other.pointer_mut("/paths/~1things/get/parameters").unwrap();
    parameters.as_array_mut().unwrap().reverse();
    let changes = compare(&prepared(&document), &prepared(&other));
    assert_eq!(
        rules(&changes),
        BTreeSet::from([Rule::DocumentationChanged])
    );
}

#[test]
fn mark_without_effect_is_reported() {
    let mut document = sample::document();
    document["paths"]["/things/{guid}"]["post"]["x-starts-work"] = json!(true);
    let mut other = document.clone();
    other["paths"]["/things/{guid}"]["post"]["x-reads-only"] = json!(true);
    let changes = compare(&prepared(&document), &prepared(&other));
    assert_eq!(
        rules(&changes),
        BTreeSet::from([Rule::DocumentationChanged])
    );
}

#[test]
fn type_names_the_operations_that_have_it() {
    let document = sample::document();
    let mut other = document.clone();
    let values = other
        .pointer_mut("/components/x-types/Status/values")
        .unwrap();
    values.as_array_mut().unwrap().push(json!({"name": "LOST"}));
    let changes = compare(&prepared(&document), &prepared(&other));
    assert_eq!(changes.list()[0].rule, Rule::KnownValueAdded);
    assert_eq!(changes.list()[0].operations, ["listThings", "readThing"]);
}
