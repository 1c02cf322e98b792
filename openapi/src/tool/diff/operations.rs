//! Compares the operations: which there are, how they are reached, and what the client knows of them beforehand.

use serde_json::{Map, Value};

use super::Rule;
use super::comparison::{Comparison, flag, went};
use super::parameters::route;
use crate::document::{OperationEntry, operations};

/// Keys that other parts compare, or whose meaning stands in the operations table.
const HANDLED: [&str; 9] = [
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "deprecated",
    "tags",
    "x-starts-work",
    "x-reads-only",
];

impl Comparison<'_> {
    /// Compares all operations.
    pub(super) fn operations(&mut self) {
        let (old_prepared, new_prepared) = (self.old, self.new);
        let [old, new] = [&old_prepared.document, &new_prepared.document].map(operations);
        let renamed = self.renamed_operations.clone();
        for operation in &old {
            let id = renamed
                .get(operation.id)
                .map_or(operation.id, String::as_str);
            match new.iter().find(|other| other.id == id) {
                Some(other) => self.operation(operation, other),
                None => {
                    let what = format!("{} {}", operation.method.to_uppercase(), operation.path);
                    let ids = [operation.id.to_owned()];
                    self.note(Rule::OperationRemoved, operation.id, what, &ids);
                }
            }
        }
        for operation in &new {
            let is_known = old.iter().any(|other| other.id == operation.id)
                || renamed.values().any(|id| id == operation.id);
            if !is_known {
                let what = format!("{} {}", operation.method.to_uppercase(), operation.path);
                let ids = [operation.id.to_owned()];
                self.note(Rule::OperationAdded, operation.id, what, &ids);
            }
        }
        self.path_items();
    }

    fn operation(&mut self, old: &OperationEntry<'_>, new: &OperationEntry<'_>) {
        let id = new.id;
        let ids = [id.to_owned()];
        if old.id != id {
            self.note(
                Rule::OperationRenamed,
                id,
                format!("it was {}", old.id),
                &ids,
            );
        }
        // The names in a path are told with the parameters.
        if route(old.path) != route(new.path) {
            let what = format!("{} became {}", old.path, new.path);
            self.note(Rule::OperationPathChanged, id, what, &ids);
        }
        if old.method != new.method {
            let what = format!("{} became {}", old.method, new.method).to_uppercase();
            self.note(
                Rule::OperationMethodChanged,
                id,
                what.replace("BECAME", "became"),
                &ids,
            );
        }
        let [before, after] = [old, new].map(|entry| Value::Object(entry.value.clone()));
        if flag(&before, "deprecated") != flag(&after, "deprecated") {
            let (rule, what) = if flag(&after, "deprecated") {
                (Rule::OperationDeprecated, "MX advises against it")
            } else {
                (
                    Rule::OperationUndeprecated,
                    "MX no longer advises against it",
                )
            };
            self.note(rule, id, what, &ids);
        }
        if before["tags"] != after["tags"] {
            let what = format!("tags {}", went(before.get("tags"), after.get("tags")));
            self.note(Rule::OperationTagChanged, id, what, &ids);
        }
        if before.get("security") != after.get("security") {
            let what = format!(
                "security {}",
                went(before.get("security"), after.get("security"))
            );
            let rule = match (asks_nobody(&before), asks_nobody(&after)) {
                (false, true) => Rule::OperationSecurityWithdrawn,
                (true, false) => Rule::OperationSecurityAnnounced,
                _ => Rule::OperationSecurityChanged,
            };
            self.note(rule, id, what, &ids);
        }
        self.rest(id, &before, &after, &HANDLED, &ids);
        self.row(old, new);
        let (old_prepared, new_prepared) = (self.old, self.new);
        let [old_entries, new_entries] =
            [&old_prepared.effective, &new_prepared.effective].map(operations);
        let effective = |entries: &[OperationEntry<'_>], id: &str| {
            entries.iter().position(|entry| entry.id == id)
        };
        if let (Some(before), Some(after)) =
            (effective(&old_entries, old.id), effective(&new_entries, id))
        {
            self.parameters(&old_entries[before], &new_entries[after]);
        }
        self.unused_parameters([old.id, id], &before, &after);
        self.request(old, new);
        self.answers(old, new);
    }

    /// Compares what the operations table says beyond the document.
    fn row(&mut self, old: &OperationEntry<'_>, new: &OperationEntry<'_>) {
        let (Some(before), Some(after)) = (self.old.row(old.id), self.new.row(new.id)) else {
            return;
        };
        let ids = [new.id.to_owned()];
        let mut notes = Vec::new();
        match (before.starts_work, after.starts_work) {
            (false, true) => notes.push((
                Rule::OperationStartsWork,
                "a call starts a job or costs".to_owned(),
            )),
            (true, false) => notes.push((
                Rule::OperationStartsNoWork,
                "a call starts no job".to_owned(),
            )),
            _ => {}
        }
        match (before.replayable, after.replayable) {
            (true, false) => notes.push((
                Rule::OperationNotReplayable,
                "a lost call must not be sent again".to_owned(),
            )),
            (false, true) => notes.push((
                Rule::OperationReplayable,
                "a lost call may be sent again".to_owned(),
            )),
            _ => {}
        }
        let by_default = |credential: &str, prepared: &crate::tool::Prepared| {
            let access = prepared.access.as_ref();
            access.is_some_and(|access| access.credential_header == credential)
        };
        // What changed for all is told once, with the document.
        let changed_for_all =
            by_default(&before.credential, self.old) && by_default(&after.credential, self.new);
        if before.credential != after.credential && !changed_for_all {
            let what = format!("{} became {}", before.credential, after.credential);
            notes.push((Rule::OperationCredentialChanged, what));
        }
        let marks = ["x-starts-work", "x-reads-only"];
        let is_marked_otherwise = marks.iter().any(|mark| old.flag(mark) != new.flag(mark));
        let is_told = notes
            .iter()
            .any(|(rule, _)| *rule != Rule::OperationCredentialChanged);
        if is_marked_otherwise && !is_told {
            let what = "a mark that another one makes needless";
            notes.push((Rule::DocumentationChanged, what.to_owned()));
        }
        for (rule, what) in notes {
            self.note(rule, new.id, what, &ids);
        }
        if let (Some(old_lists), Some(new_lists)) = (&self.old.lists, &self.new.lists) {
            let was = old_lists.iter().any(|list| list.operation() == old.id);
            let is = new_lists.iter().any(|list| list.operation() == new.id);
            match (was, is) {
                (false, true) => {
                    self.note(
                        Rule::ListStartsPaging,
                        new.id,
                        "it can be read page by page",
                        &ids,
                    );
                }
                (true, false) => {
                    self.note(
                        Rule::ListStopsPaging,
                        new.id,
                        "it cannot be read page by page",
                        &ids,
                    );
                }
                _ => {}
            }
        }
    }

    /// Compares what a path says besides its operations.
    fn path_items(&mut self) {
        let (old_document, new_document) = (&self.old.document, &self.new.document);
        let empty = Map::new();
        let [old, new] = [old_document, new_document]
            .map(|document| document["paths"].as_object().unwrap_or(&empty));
        let methods = [
            "get", "put", "post", "delete", "options", "head", "patch", "trace",
        ];
        for (path, item) in old {
            if let Some(other) = new.get(path) {
                self.rest(path, item, other, &methods, &[]);
            }
        }
    }
}

/// Whether an operation takes calls without credentials: an empty list of ways, or an empty way in it.
fn asks_nobody(operation: &Value) -> bool {
    let ways = operation["security"].as_array();
    ways.is_some_and(|ways| ways.is_empty() || ways.contains(&Value::Object(Map::new())))
}
