//! The verdicts are tested by changes of the published Nexus document, one a row of `tests/published.txt`; how changes are found,
//! grouped and reported by the library document of `openapi/tests/diff`.

mod edits;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Changes, Rule, compare};
use crate::tool::Prepared;
use crate::{APIS, Api};

use edits::{edit, rows};

fn api() -> &'static Api {
    &APIS[0]
}

#[test]
fn changes_of_the_published_document_have_their_classes() {
    check_classes(0);
}

/// Each row prepares a whole document, so the rows are shared by two tests, which run at once.
#[test]
fn other_changes_of_the_published_document_have_their_classes() {
    check_classes(1);
}

fn check_classes(first: usize) {
    let (document, overlay) = api().read().unwrap();
    let prepare =
        |document: &Value| Prepared::from_values(api(), document.clone(), &overlay).unwrap();
    let published = prepare(&document);
    let mut wrong = Vec::new();
    for row in rows(include_str!("tests/published.txt"))
        .skip(first)
        .step_by(2)
    {
        let [name, classes, edits] = row[..] else {
            panic!("{row:?} is no row");
        };
        let (mut old, mut new) = (document.clone(), document.clone());
        let (before, after) = edits.split_once(" => ").unwrap_or(("", edits));
        edit(&mut old, before);
        edit(&mut new, before);
        edit(&mut new, after);
        let old = (!before.is_empty()).then(|| prepare(&old));
        let changes = compare(old.as_ref().unwrap_or(&published), &prepare(&new));
        let found = changes.worst().map_or_else(String::new, |worst| {
            format!("{:?} {:?}", worst.released, worst.next_release).to_lowercase()
        });
        if found != classes {
            wrong.push(format!("{name}: {classes} expected\n{}", changes.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The library document and its overlay.
fn library() -> [Value; 2] {
    [
        include_str!("../../../tests/diff/old.yaml"),
        include_str!("../../../tests/diff/overlay.yaml"),
    ]
    .map(|text| crate::document::parse(text).unwrap())
}

fn prepared([document, overlay]: &[Value; 2]) -> Prepared {
    Prepared::from_values(api(), document.clone(), overlay).unwrap()
}

/// The changes that the edits make of the library document, under its overlay and `action`.
fn edited(action: Option<Value>, edits: &str) -> Changes {
    let mut old = library();
    old[1]["actions"].as_array_mut().unwrap().extend(action);
    let mut new = old.clone();
    edit(&mut new[0], edits);
    compare(&prepared(&old), &prepared(&new))
}

/// Rule and place of every change.
fn found(changes: &Changes) -> Vec<(Rule, &str)> {
    let changes = changes.list().iter();
    changes
        .map(|change| (change.rule, change.place.as_str()))
        .collect()
}

#[test]
fn ids_of_rules_are_unique() {
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
}

#[test]
fn equal_documents_have_no_changes() {
    let changes = edited(None, "");
    assert_eq!(found(&changes), []);
    assert_eq!(changes.refused(), []);
    assert_eq!(changes.worst(), None);
    assert!(changes.markdown().contains("nothing changed"));
}

#[test]
fn change_below_a_correction_is_reported_as_hidden() {
    let action = json!({
        "target": "$.components.schemas.Book.properties.leaves", "description": "Half leaves exist.",
        "update": {"type": "number"}
    });
    let changes = edited(Some(action), r#"set @Book.leaves/type "string""#);
    assert_eq!(
        found(&changes),
        [(Rule::ResponseTypeChanged, "Book.leaves")]
    );
    assert!(changes.list()[0].hidden);
    assert!(changes.text().contains("hidden by the overlay"));
}

#[test]
fn action_that_fits_in_part_adds_no_changes() {
    let action = json!({
        "target": "$.components.schemas['Book', 'NewBook'].properties.title", "description": "Titles end.",
        "update": {"maxLength": 9}
    });
    let changes = edited(Some(action), "del @Book.title");
    assert_eq!(
        found(&changes),
        [(Rule::ResponseFieldRemoved, "Book.title")]
    );
    assert_eq!(changes.refused().len(), 1);
}

#[test]
fn refusal_of_the_generator_needs_a_run_of_it() {
    let mut new = library();
    edit(
        &mut new[0],
        r#"set #listBooks/parameters/2/style "deepObject""#,
    );
    let new = prepared(&new);
    assert_eq!(new.refused(), []);
    let refused = new.with_generator(api()).refused()[0].to_string();
    assert!(refused.contains("style"), "{refused}");
    assert_eq!(prepared(&library()).with_generator(api()).refused(), []);
}

#[test]
fn another_order_is_reported_as_documentation() {
    let edits = "move #listBooks/parameters/0 /info/x ; append #listBooks/parameters {} ; move /info/x #listBooks/parameters/2";
    let changes = edited(None, edits);
    assert_eq!(found(&changes), [(Rule::DocumentationChanged, "$")]);
}

#[test]
fn type_names_the_operations_that_have_it() {
    let [old, mut new] = [library(), library()];
    let types = new[1]["actions"][4]["update"]["x-types"]["Genre"].as_object_mut();
    types.unwrap()["values"] = json!([
        {"name": "NOVEL", "code": 1}, {"name": "POEMS", "code": 2}, {"name": "PLAY"}
    ]);
    let changes = compare(&prepared(&old), &prepared(&new));
    assert_eq!(found(&changes), [(Rule::KnownValueAdded, "x-types.Genre")]);
    let operations = &changes.list()[0].operations;
    assert_eq!(*operations, ["addBook", "listBooks", "readBook"]);
}

#[test]
fn equal_changes_are_one_entry_with_a_count() {
    let ids = ["listBooks", "addBook", "readBook", "burnBook", "lendBook"];
    let edits = ids.map(|id| format!(r#"set #{id}/responses/429 {{"description": "Wait."}}"#));
    let changes = edited(None, &edits.join(" ; "));
    assert_eq!(changes.list().len(), 5);
    let text = changes.text();
    assert_eq!(text.matches("[error-response-changed]").count(), 1);
    assert!(text.contains("and 1 more (5 in all)"), "{text}");
}

#[test]
fn long_report_is_cut_with_the_verdict_first() {
    let changes = edited(
        None,
        "del @Book.title ; del @Book.weight ; del @NewBook.genre",
    );
    let length = changes.markdown().chars().count();
    assert_eq!(changes.shortened(length + 1, "whole.md"), None);
    let cut = changes.shortened(500, "whole.md").unwrap();
    assert!(cut.chars().count() < 500, "{cut}");
    let head = "## nexus: the released client **degrades**";
    assert!(cut.starts_with(head), "{cut}");
    assert!(cut.contains("the whole of it is in `whole.md`"), "{cut}");
}
