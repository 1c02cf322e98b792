//! What one row of the table cannot show: what the build refuses, equal shapes in other places, what a report makes of many
//! changes.

use serde_json::{Value, json};

use super::edits::edit;
use super::surface::pinned_release;
use super::{api, prepared, sample};
use crate::tool::Prepared;
use crate::tool::diff::{Changes, NextRelease, Rule, compare};

/// The changes that the edits make of the sample.
fn edited(edits: &str) -> Changes {
    let mut new = sample::document();
    edit(&mut new, edits);
    compare(&prepared(&sample::document()), &prepared(&new))
}

#[test]
fn what_has_no_one_shape_is_refused_with_the_reason() {
    for (edits, words) in [
        (
            r##"set @Answer.status {"allOf": [{"type": "object"}, {"$ref": "#/components/schemas/Box"}]}"##,
            "it is no string and cannot become Status",
        ),
        (
            r#"set @Answer.weight {"anyOf": [{"type": "object"}, {"type": "string"}]}"#,
            "Answer.weight",
        ),
        (
            r#"set #listThings/parameters/2/schema {"type": "number"}"#,
            "listThings: the parameter since_day has the schema",
        ),
    ] {
        let changes = edited(edits);
        let mut refused = changes.refused().iter().map(ToString::to_string);
        assert!(
            refused.any(|text| text.contains(words)),
            "{edits}: {:?}",
            changes.refused()
        );
    }
}

#[test]
fn what_the_generator_cannot_do_is_refused_where_it_runs() {
    let mut new = sample::document();
    edit(
        &mut new,
        r#"set #listThings/parameters/2/style "deepObject""#,
    );
    assert_eq!(prepared(&new).refused(), []);
    let new = prepared(&new).with_generator(api());
    assert!(new.refused()[0].to_string().contains("style"));
    let fine = prepared(&sample::document()).with_generator(api());
    assert_eq!(fine.refused(), []);
}

#[test]
fn parameters_of_a_path_are_those_of_its_operations() {
    let old = sample::document();
    let mut shared = old.clone();
    let item = shared["paths"]["/things/{guid}"].as_object_mut().unwrap();
    let mut guid = Value::Null;
    for operation in item.values_mut() {
        guid = operation["parameters"].as_array_mut().unwrap().remove(0);
    }
    item.insert("parameters".to_owned(), json!([guid]));
    assert!(compare(&prepared(&old), &prepared(&shared)).is_empty());
    let more = r#"append /paths/~1things~1{guid}/parameters {"name": "deep", "in": "query", "required": true, "schema": {"type": "boolean"}}"#;
    edit(&mut shared, more);
    let changes = compare(&prepared(&old), &prepared(&shared));
    let added = changes
        .list()
        .iter()
        .filter(|change| change.rule == Rule::ParameterAddedRequired);
    let places: Vec<&str> = added.map(|change| change.place.as_str()).collect();
    assert_eq!(
        places,
        ["deleteThing.deep", "pokeThing.deep", "readThing.deep"]
    );
    assert_eq!(
        pinned_release(api(), &old, &shared),
        Some(NextRelease::Major)
    );
}

#[test]
fn bodies_are_the_same_in_components() {
    let old = sample::document();
    let mut new = old.clone();
    for (operation, key, kind) in [
        ("/paths/~1things/post", "requestBody", "requestBodies"),
        ("/paths/~1things/get/responses", "200", "responses"),
    ] {
        let body = new.pointer_mut(operation).unwrap()[key].take();
        new["components"][kind] = json!({"Body": body});
        new.pointer_mut(operation).unwrap()[key] =
            json!({"$ref": format!("#/components/{kind}/Body")});
    }
    let changes = compare(&prepared(&old), &prepared(&new));
    assert_eq!(changes.refused(), []);
    assert_eq!(changes.worst().unwrap().next_release, NextRelease::Patch);
    assert_eq!(pinned_release(api(), &old, &new), Some(NextRelease::Patch));
}

/// The published document lists no values, and those that are known are in the overlay: a list that comes is compared with them.
#[test]
fn listed_value_that_the_overlay_lacks_is_reported() {
    let unregistered = |values: &str| {
        let changes = edited(&format!("set @Answer.status/enum {values}"));
        let found = changes
            .list()
            .iter()
            .filter(|change| change.rule == Rule::UnregisteredValueAdded);
        found
            .map(|change| format!("{}: {}", change.place, change.what))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        unregistered(r#"["OPEN", "SHUT", "LOST"]"#),
        ["Answer.status: value \"LOST\" is listed, and Status lacks it"]
    );
    assert!(unregistered(r#"["OPEN", 2]"#).is_empty());
}

#[test]
fn missed_action_of_a_moved_path_changes_nothing_else() {
    let old = sample::document();
    let mut new = old.clone();
    edit(
        &mut new,
        "move /paths/~1things~1{guid} /paths/~1items~1{guid}",
    );
    let overlay = json!({"overlay": "1.0.0", "extends": "v1.yaml", "actions": [{
        "target": "$.paths['/things/{guid}'].post",
        "description": "A poke starts a job.",
        "update": {"x-starts-work": true, "responses": {"201": {"description": "Poked again."}}}
    }]});
    let [old, new] =
        [old, new].map(|document| Prepared::from_values(api(), document, &overlay).unwrap());
    let changes = compare(&old, &new);
    let found: Vec<Rule> = changes.list().iter().map(|change| change.rule).collect();
    assert_eq!(found, [Rule::OperationPathChanged; 3]);
    assert_eq!(changes.refused().len(), 1);
}

#[test]
fn equal_changes_are_one_entry_with_a_count() {
    let mut new = sample::document();
    for id in [
        "listThings",
        "createThing",
        "readThing",
        "deleteThing",
        "pokeThing",
        "readFile",
    ] {
        edit(
            &mut new,
            &format!(r#"set #{id}/responses/429 {{"description": "Too many."}}"#),
        );
    }
    let changes = compare(&prepared(&sample::document()), &prepared(&new));
    assert_eq!(changes.list().len(), 6);
    let text = changes.text();
    assert_eq!(
        text.matches("[error-response-changed]").count(),
        1,
        "{text}"
    );
    assert!(text.contains("and 2 more (6 in all)"), "{text}");
}

#[test]
fn long_report_is_cut_with_the_verdict_first() {
    let changes = edited("del @Answer.name ; del @Answer.weight ; del @Ask.level");
    let whole = changes.markdown();
    assert_eq!(
        changes.shortened(whole.chars().count() + 1, "whole.md"),
        None
    );
    let cut = changes.shortened(500, "whole.md").unwrap();
    assert!(cut.chars().count() < 500, "{cut}");
    assert!(
        cut.starts_with("## nexus: the released client **degrades**"),
        "{cut}"
    );
    assert!(cut.contains("the whole of it is in `whole.md`"), "{cut}");
}
