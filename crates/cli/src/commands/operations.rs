//! `nexus operations`: what can be called, from the operations table.

use clap::builder::PossibleValuesParser;
use mx_nexus::operations::{self, Answer, Api, Operation, Parameter, ParameterKind, Place};

use crate::arguments;
use crate::exit::Failure;
use crate::output;
use crate::table::table;

/// The groups of operations, as values of an argument.
pub(crate) fn tags() -> PossibleValuesParser {
    let mut tags: Vec<&str> = Api::Nexus
        .operations()
        .iter()
        .map(|operation| operation.tag)
        .collect();
    tags.sort_unstable();
    tags.dedup();
    PossibleValuesParser::new(tags)
}

pub(crate) fn run(arguments: &arguments::Operations) -> Result<(), Failure> {
    if let Some(name) = &arguments.name {
        let operation = operations::find(name)
            .map_err(|error| Failure::from(error).advising("`nexus operations` lists them all"))?;
        return output::write(describe(operation).as_bytes());
    }
    let is_wanted = |operation: &&Operation| {
        let tag = arguments.tag.as_deref();
        tag.is_none_or(|tag| tag == operation.tag)
    };
    let rows: Vec<[String; 4]> = Api::Nexus
        .operations()
        .iter()
        .filter(is_wanted)
        .map(|operation| {
            [
                operation.id,
                operation.tag,
                operation.method,
                operation.path,
            ]
        })
        .map(|row| row.map(str::to_owned))
        .collect();
    output::write(table(["OPERATION", "TAG", "METHOD", "PATH"], &rows).as_bytes())
}

/// One operation, with all that a call needs.
fn describe(operation: &Operation) -> String {
    let mut text = format!(
        "{}: {} {}\n",
        operation.id, operation.method, operation.path
    );
    if operation.deprecated {
        text.push_str("MX advises against it.\n");
    }
    if operation.starts_work {
        text.push_str("It starts work at MX, which may cost.\n");
    }
    let answer = match (operation.answer, operation.answer_type) {
        (Answer::Nothing, _) => "nothing".to_owned(),
        (_, Some(name)) => name.to_owned(),
        _ => operation.accept.to_owned(),
    };
    let body = match operation.request_type {
        None => "none".to_owned(),
        Some(name) if operation.request_may_be_empty => format!("{name}, which may be left out"),
        Some(name) => name.to_owned(),
    };
    text.push_str(&format!("body    {body}\nanswer  {answer}\n"));
    if !operation.parameters.is_empty() {
        let rows: Vec<[String; 4]> = operation.parameters.iter().map(row).collect();
        text.push('\n');
        text.push_str(&table(["PARAMETER", "KIND", "PLACE", ""], &rows));
    }
    text
}

fn row(parameter: &Parameter) -> [String; 4] {
    let kind = match parameter.kind {
        ParameterKind::Integer => "whole number",
        ParameterKind::Boolean => "true or false",
        ParameterKind::TextList => "texts, one by one",
        _ => "text",
    };
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query => "query",
        _ => "header",
    };
    let required = if parameter.required { "required" } else { "" };
    [parameter.name, kind, place, required].map(str::to_owned)
}
