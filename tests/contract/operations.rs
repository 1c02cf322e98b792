//! The operations tables, a line for each operation: what a caller may rely on before anything is sent.

use std::collections::BTreeMap;

use mx_nexus::operations::{Answer, Operation, Parameter, Place};

use crate::apis::{self, APIS, NEXUS};
use crate::document;

#[test]
fn every_operation_in_a_line() {
    apis::pin_each("operations", |api| {
        let lines: Vec<String> = api.operations().iter().map(describe).collect();
        BTreeMap::from([(api.name.to_owned(), lines.join("\n"))])
    });
}

#[test]
fn there_are_many_operations_in_many_groups_and_only_the_list_of_institutions_is_bytes() {
    let table = NEXUS.operations();
    let mut tags: Vec<&str> = table.iter().map(|operation| operation.tag).collect();
    tags.sort_unstable();
    tags.dedup();
    // The snapshot above holds each operation.
    assert_eq!(table.len(), document::of(NEXUS).operations.len());
    assert!(tags.len() > 1, "only {tags:?}");
    let bytes = table.iter().filter(|one| one.answer == Answer::Bytes);
    let bytes: Vec<&str> = bytes.map(|operation| operation.id).collect();
    assert_eq!(bytes, ["listInstitutions"]);
}

/// The clients of the neighbours are not public, so that no table of calls can send what they send; their own tests do.
#[test]
fn every_request_of_a_neighbour_is_in_a_snapshot_of_its_tests() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
    for api in APIS.iter().filter(|api| !api.has_public_client()) {
        let texts = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
            let entry = entry.unwrap();
            let is_of_api = entry
                .file_name()
                .to_str()?
                .starts_with(&format!("{}__", api.name));
            is_of_api.then(|| std::fs::read_to_string(entry.path()).unwrap())
        });
        let texts = texts.collect::<String>();
        for Operation { method, path, .. } in api.operations() {
            let pieces = path.split(['{', '}']).enumerate();
            // Every second piece is a parameter.
            let path: String = pieces
                .map(|(index, piece)| match index % 2 {
                    0 => regex::escape(piece),
                    _ => "[^/\n]+".to_owned(),
                })
                .collect();
            let request = regex::Regex::new(&format!("(?m)^{method} {path}$")).unwrap();
            assert!(request.is_match(&texts), "{request} is in no snapshot");
        }
    }
}

/// `id: METHOD path (parameters) body -> answer; marks`, with `?` after what may be left out.
fn describe(operation: &Operation) -> String {
    let Operation {
        id,
        method,
        path,
        tag,
        accept,
        evidence,
        ..
    } = operation;
    let headers = [
        Some(operation.credential_header),
        operation.client_id_header,
    ];
    let headers = headers
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ");
    let parameters: Vec<String> = operation.parameters.iter().map(parameter).collect();
    let body = match (operation.request_type, operation.request_media_type) {
        (Some(name), Some(media_type)) if operation.request_may_be_empty => {
            format!(" {name}? as {media_type}")
        }
        (Some(name), Some(media_type)) => format!(" {name} as {media_type}"),
        (None, None) => String::new(),
        half => panic!("{id} has a body by half: {half:?}"),
    };
    let answer = match operation.answer {
        Answer::Json => operation.answer_type.expect("JSON has a type"),
        Answer::Bytes => "bytes",
        _ => "nothing",
    };
    let other_path = operation.other_path.map(|path| format!(" or {path}"));
    let other_path = other_path.unwrap_or_default();
    let marks = [
        (operation.starts_work, "starts work"),
        (operation.deprecated, "deprecated"),
        (operation.one_element_array, "may answer with a list of one"),
    ];
    let marks = marks.iter().filter(|(set, _)| *set);
    let marks: String = marks.map(|(_, mark)| format!("; {mark}")).collect();
    let replay = if operation.replayable {
        "replayable"
    } else {
        "sent once"
    };
    format!(
        "{id}: {method} {path}{other_path} ({}){body} -> {answer} as {accept}; {replay}{marks}; {tag}; by {headers}; evidence {evidence:?}",
        parameters.join(", ")
    )
}

fn parameter(parameter: &Parameter) -> String {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        _ => "elsewhere",
    };
    let mark = if parameter.required { "" } else { "?" };
    format!("{place} {}{mark} {:?}", parameter.name, parameter.kind)
}
