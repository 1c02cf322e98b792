//! Changes of the published Nexus document, each with its class for the released client and for the next release, through what
//! `cargo spec diff` calls.

use serde_json::Value;

use super::edits::{edit, rows};
use super::{api, compare};
use crate::tool::Prepared;

#[test]
fn changes_of_the_published_document_have_their_classes() {
    let [document, overlay] = [api().document, "overlay.yaml"].map(|file| {
        crate::document::read(crate::folder(), &format!("{}/{file}", api().name)).unwrap()
    });
    let prepare =
        |document: &Value| Prepared::from_values(api(), document.clone(), &overlay).unwrap();
    let published = prepare(&document);
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows(include_str!("published.txt")) {
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
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 70, "only {count}");
}
