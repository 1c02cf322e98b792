//! Shapes that the documents do not have yet, and any update may bring: what they are called, and that the classes are right.

use serde_json::{Value, json};

use super::surface::pinned_release;
use super::{api, prepared, sample};
use crate::tool::diff::{NextRelease, Released, Rule, compare};

use NextRelease::{Major, Minor, Patch};
use Released::{Breaks, Degrades, Works};

const ANSWER: &str = "/components/schemas/Answer/properties";
const ASK: &str = "/components/schemas/Ask/properties";
const PARAMETERS: &str = "/paths/~1things/get/parameters";

/// What is expected of putting `value` at a place of the sample.
struct Expected {
    place: String,
    value: Value,
    rules: &'static [Rule],
    classes: (Released, NextRelease),
    /// What the build says, if it refuses the new document.
    refused: Option<&'static str>,
}

fn at(
    place: impl Into<String>,
    value: Value,
    rules: &'static [Rule],
    classes: (Released, NextRelease),
) -> Expected {
    Expected {
        place: place.into(),
        value,
        rules,
        classes,
        refused: None,
    }
}

impl Expected {
    fn refused(mut self, words: &'static str) -> Self {
        self.refused = Some(words);
        self
    }

    fn check(&self) {
        let old = sample::document();
        let mut new = old.clone();
        let (holder, key) = self.place.rsplit_once('/').unwrap();
        let holder = new.pointer_mut(holder).unwrap();
        match key.parse::<usize>() {
            Ok(index) => holder[index] = self.value.clone(),
            Err(_) => holder[key] = self.value.clone(),
        }
        let Self { place, value, .. } = self;
        let changes = compare(&prepared(&old), &prepared(&new));
        let rules: Vec<Rule> = changes.list().iter().map(|change| change.rule).collect();
        assert_eq!(rules, self.rules, "{value} at {place}");
        let worst = changes.worst().unwrap();
        let classes = (worst.released, worst.next_release);
        assert_eq!(classes, self.classes, "{value} at {place}");
        let refused: Vec<String> = changes.refused().iter().map(ToString::to_string).collect();
        match self.refused {
            Some(words) => assert!(
                refused.iter().any(|text| text.contains(words)),
                "{refused:?}"
            ),
            None => {
                assert!(refused.is_empty(), "{refused:?}");
                let pinned = pinned_release(api(), &old, &new);
                assert_eq!(pinned, Some(self.classes.1), "{value} at {place}");
            }
        }
    }
}

fn field(fields: &str, name: &str) -> String {
    format!("{fields}/{name}")
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn several_shapes_in_an_answer_are_judged_by_each_and_refused() {
    let text = json!({"type": "string"});
    let object = json!({"type": "object", "properties": {"a": text}});
    let no_type = "it is no string and cannot become Status";
    let no_choice = "fails the whole answer on a new shape";
    for expected in [
        at(
            field(ANSWER, "status"),
            json!({"allOf": [object, reference("Box")]}),
            &[Rule::ResponseTypeChanged],
            (Breaks, Major),
        )
        .refused(no_type),
        at(
            field(ANSWER, "status"),
            json!({"oneOf": [text, object]}),
            &[Rule::ResponseTypeWidened],
            (Degrades, Major),
        )
        .refused(no_type),
        at(
            field(ANSWER, "weight"),
            json!({"anyOf": [object, text]}),
            &[Rule::ResponseTypeChanged],
            (Breaks, Major),
        )
        .refused(no_choice),
        at(
            field(ANSWER, "weight"),
            json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
            &[Rule::ResponseTypeNarrowed],
            (Works, Major),
        )
        .refused(no_choice),
    ] {
        expected.check();
    }
}

#[test]
fn no_limit_of_an_answer_is_in_the_client() {
    let tightened = &[Rule::ResponseLimitChanged];
    let described = &[Rule::DocumentationChanged];
    for (name, key, value, rules) in [
        ("name", "maxLength", json!(9), tightened),
        ("name", "pattern", json!("^a"), tightened),
        ("weight", "minimum", json!(1), tightened),
        ("tags", "uniqueItems", json!(true), tightened),
        ("tags", "maxItems", json!(3), tightened),
        ("name", "format", json!("date"), described),
        ("name", "format", json!("uuid"), described),
        ("weight", "format", json!("float"), described),
    ] {
        at(
            format!("{ANSWER}/{name}/{key}"),
            value,
            rules,
            (Works, Patch),
        )
        .check();
    }
    let at_size = "/components/schemas/Box/properties/size_of";
    for (key, value, rules) in [
        ("minimum", json!(1), tightened),
        ("format", json!("int32"), described),
    ] {
        at(format!("{at_size}/{key}"), value, rules, (Works, Patch)).check();
    }
    let further = "/components/schemas/Answer/additionalProperties";
    at(
        further,
        json!(false),
        &[Rule::FurtherFieldsChanged],
        (Works, Patch),
    )
    .check();
}

#[test]
fn limits_of_what_is_sent_count_where_the_generator_makes_types_of_them() {
    let in_rust = &[Rule::RequestConstraintTightened];
    let on_the_wire = &[Rule::RequestLimitTightened];
    for (name, key, value, rules, next) in [
        ("name", "maxLength", json!(9), in_rust, Major),
        ("weight_of_all", "minimum", json!(1), in_rust, Major),
        ("name", "pattern", json!("^a"), on_the_wire, Patch),
        ("name", "format", json!("date-time"), on_the_wire, Patch),
        ("name", "format", json!("uuid"), on_the_wire, Patch),
        ("tags", "uniqueItems", json!(true), on_the_wire, Patch),
        ("tags", "maxItems", json!(3), on_the_wire, Patch),
    ] {
        at(
            format!("{ASK}/{name}/{key}"),
            value,
            rules,
            (Degrades, next),
        )
        .check();
    }
    at(
        format!("{ASK}/tags"),
        json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}),
        &[Rule::RequestConstraintTightened; 2],
        (Degrades, Major),
    )
    .check();
    at(
        format!("{PARAMETERS}/2/schema/format"),
        json!("date"),
        on_the_wire,
        (Degrades, Patch),
    )
    .check();
}

#[test]
fn an_object_without_a_name_may_grow() {
    let inner = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let mut more = inner.clone();
    more["properties"]["b"] = json!({"type": "string"});
    for (place, rule) in [
        (field(ANSWER, "inner"), Rule::ResponseFieldAdded),
        (field(ASK, "inner"), Rule::RequestFieldAddedOptional),
    ] {
        let [old, new] = [&inner, &more].map(|inner| {
            let mut document = sample::document();
            let (fields, name) = place.rsplit_once('/').unwrap();
            document.pointer_mut(fields).unwrap()[name] = inner.clone();
            document
        });
        let changes = compare(&prepared(&old), &prepared(&new));
        assert_eq!(changes.list()[0].rule, rule);
        assert_eq!(changes.worst().unwrap().next_release, Minor);
        assert_eq!(pinned_release(api(), &old, &new), Some(Minor), "{place}");
    }
}

#[test]
fn a_wrapper_around_one_schema_is_told_and_changes_nothing() {
    let wrapped = |name: &str| json!({"allOf": [reference(name)]});
    for (place, value) in [
        (
            "/components/schemas/List/properties/paging",
            wrapped("Paging"),
        ),
        (
            "/components/schemas/List/properties/things/items",
            wrapped("Answer"),
        ),
        (
            "/components/schemas/Answer/properties/status",
            json!({"allOf": [{"type": "string"}]}),
        ),
        (
            "/paths/~1things/post/requestBody/content/application~1vnd.x+json/schema",
            wrapped("Ask"),
        ),
    ] {
        at(place, value, &[Rule::DocumentationChanged], (Works, Patch)).check();
    }
}

#[test]
fn what_the_table_of_operations_cannot_say_is_refused() {
    let place = format!("{PARAMETERS}/2/schema");
    at(
        place,
        json!({"type": "number"}),
        &[Rule::RequestTypeTightened],
        (Degrades, Major),
    )
    .refused("listThings: the parameter since_day has the schema")
    .check();
}

#[test]
fn what_the_generator_cannot_do_is_refused_where_it_is_asked() {
    let old = sample::document();
    let mut new = old.clone();
    new.pointer_mut(PARAMETERS).unwrap()[2]["style"] = json!("deepObject");
    assert_eq!(prepared(&new).refused(), []);
    let new = prepared(&new).with_generator(api());
    let changes = compare(&prepared(&old), &new);
    assert!(changes.refused()[0].to_string().contains("style"));
    let fine = prepared(&old).with_generator(api());
    assert_eq!(fine.refused(), []);
}

#[test]
fn parameters_of_a_path_are_compared_as_those_of_its_operations() {
    let old = sample::document();
    let mut shared = old.clone();
    let item = shared["paths"]["/things/{guid}"].as_object_mut().unwrap();
    let mut guid = Value::Null;
    for operation in item.values_mut() {
        guid = operation["parameters"].as_array_mut().unwrap().remove(0);
    }
    item.insert("parameters".to_owned(), json!([guid]));
    assert!(compare(&prepared(&old), &prepared(&shared)).is_empty());
    let more =
        json!({"name": "deep", "in": "query", "required": true, "schema": {"type": "boolean"}});
    let parameters = shared.pointer_mut("/paths/~1things~1{guid}/parameters");
    parameters.unwrap().as_array_mut().unwrap().push(more);
    let changes = compare(&prepared(&old), &prepared(&shared));
    let places: Vec<&str> = changes
        .list()
        .iter()
        .filter(|change| change.rule == Rule::ParameterAddedRequired)
        .map(|change| change.place.as_str())
        .collect();
    assert_eq!(
        places,
        ["deleteThing.deep", "pokeThing.deep", "readThing.deep"]
    );
    assert_eq!(pinned_release(api(), &old, &shared), Some(Major));
}

#[test]
fn bodies_are_the_same_wherever_they_stand() {
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
    let worst = changes.worst().unwrap();
    assert_eq!((worst.released, worst.next_release), (Works, Patch));
    assert_eq!(pinned_release(api(), &old, &new), Some(Patch));
}

/// The published document lists no values, and those that are known stand in the overlay: a list that comes is compared with them.
#[test]
fn a_value_that_the_overlay_lacks_is_told_when_the_document_begins_to_list() {
    let changed = |values: Value| {
        let old = sample::document();
        let mut new = old.clone();
        new.pointer_mut(ANSWER).unwrap()["status"]["enum"] = values;
        let changes = compare(&prepared(&old), &prepared(&new));
        let told = changes.list().iter();
        told.filter(|change| change.rule == Rule::UnregisteredValueAdded)
            .map(|change| format!("{}: {}", change.place, change.what))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        changed(json!(["OPEN", "SHUT", "LOST"])),
        ["Answer.status: value \"LOST\" is listed, and Status lacks it"]
    );
    assert!(changed(json!(["OPEN", 2])).is_empty());
}
