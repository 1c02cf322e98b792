//! `nexus call` and `nexus operations`: any operation of Nexus, from the operations table.

use mx_nexus::call::Content;
use mx_nexus::operations::{Answer, Api, Operation, Parameter, ParameterKind, Place};

use crate::access::{Access, Target};
use crate::arguments::{Call, Operations};
use crate::exit::{Exit, Failure};
use crate::input::Input;
use crate::output::{self, table};
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Call) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let operation = arguments.operation;
    let body = arguments.body.as_ref().map(read_body).transpose()?;
    let access = Access::find(&arguments.configuration)?;
    let user_id = access.user_id(&arguments.configuration)?;
    let target = interrupt
        .unless(Target::open(access, user_id, &mut terminal))
        .await?;
    let mut call = target.user.call(operation.id);
    for (name, value) in arguments.parameters {
        call = call.parameter(name, value);
    }
    if let Some(body) = body {
        call = call.body(body);
    }
    let sent = interrupt.unless(async { Ok(call.send().await?) }).await;
    target.close().await;
    let reply = sent.map_err(|failure| match failure.exit {
        Exit::Usage => failure.advising(format!(
            "`nexus operations {}` shows its parameters",
            operation.id
        )),
        _ => failure,
    })?;
    if reply.status != 200 {
        terminal.print(format!("status {}", reply.status));
    }
    match &reply.content {
        Content::Json(body) => output::json(body),
        Content::Bytes(bytes) => output::write(bytes),
        _ => Ok(()),
    }
}

fn read_body(input: &Input) -> Result<serde_json::Value, Failure> {
    // The position only: the message of serde may contain a value.
    serde_json::from_str(&input.text("the body")?).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "the body is not valid JSON: line {line}, column {column}"
        ))
    })
}

/// `nexus operations`.
pub(crate) fn list(arguments: &Operations) -> Result<(), Failure> {
    if let Some(operation) = arguments.name {
        return output::write(describe(operation).as_bytes());
    }
    let tag = arguments.tag.as_deref();
    let rows: Vec<[String; 4]> = Api::Nexus
        .operations()
        .iter()
        .filter(|operation| tag.is_none_or(|tag| tag == operation.tag))
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

/// One operation with its parameters, body and response.
fn describe(operation: &Operation) -> String {
    let mut text = format!(
        "{}: {} {}\n",
        operation.id, operation.method, operation.path
    );
    if operation.deprecated {
        text.push_str("Deprecated by MX.\n");
    }
    if operation.starts_work {
        text.push_str("Starts a job at MX, which may cost money.\n");
    }
    let body = match operation.request_type {
        None => "none".to_owned(),
        Some(name) if operation.request_may_be_empty => format!("{name}, optional"),
        Some(name) => name.to_owned(),
    };
    let response = match (operation.answer, operation.answer_type) {
        (Answer::Nothing, _) => "none",
        (_, Some(name)) => name,
        _ => operation.accept,
    };
    text.push_str(&format!("body      {body}\nresponse  {response}\n"));
    if !operation.parameters.is_empty() {
        let rows: Vec<[String; 4]> = operation.parameters.iter().map(row).collect();
        text.push('\n');
        text.push_str(&table(["PARAMETER", "TYPE", "IN", ""], &rows));
    }
    text
}

fn row(parameter: &Parameter) -> [String; 4] {
    let kind = match parameter.kind {
        ParameterKind::Integer => "integer",
        ParameterKind::Boolean => "true or false",
        ParameterKind::TextList => "list of texts",
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
