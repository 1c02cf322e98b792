//! `nexus call` and `nexus operations`: any operation of Nexus or Atrium, from the operations table.

use mx_nexus::call::Content;
use mx_nexus::operations::{Answer, Api, Operation, Parameter, ParameterKind, Place};

use crate::access::Access;
use crate::arguments::{Call, Operations, api_option};
use crate::exit::{Exit, Failure};
use crate::input::Input;
use crate::output::{self, table};
use crate::target::{ApiUser, Target};
use crate::terminal::Terminal;

/// Atrium's parameter for the user.
const USER_GUID: &str = "user_guid";

pub(crate) async fn run(arguments: Call) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let api = arguments.api.into();
    let operation = find(api, &arguments.operation)?;
    let body = arguments.body.as_ref().map(read_body).transpose()?;
    let access = Access::find(&arguments.configuration, api)?;
    let needs_user = needs_user(api, operation, &arguments.parameters);
    let user = match needs_user {
        true => access.user(&arguments.configuration)?,
        false => None,
    };
    let opened = async {
        let target = Target::open(access, api, user.as_deref(), &mut terminal).await?;
        let user = match needs_user {
            true => Some(target.user(user.as_deref(), false).await?),
            false => None,
        };
        Ok((target, user))
    };
    let (target, user) = interrupt.unless(opened).await?;
    let mut call = target.call(operation);
    if let Some(ApiUser::Atrium(user)) = user {
        call = call.parameter(USER_GUID, user.guid());
    }
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
            "`nexus operations{} {}` shows its parameters",
            api_option(api),
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

/// Whether the user belongs to a call: always in Nexus, in Atrium as a parameter that is not given.
fn needs_user(api: Api, operation: &Operation, given: &[(String, String)]) -> bool {
    let mut parameters = operation.parameters.iter();
    let takes_user = parameters.any(|parameter| parameter.name == USER_GUID);
    let is_given = given.iter().any(|(name, _)| name == USER_GUID);
    api != Api::Atrium || takes_user && !is_given
}

fn find(api: Api, name: &str) -> Result<&'static Operation, Failure> {
    mx_nexus::call::find(api, name).map_err(|error| {
        let list = format!("`nexus operations{}` lists all operations", api_option(api));
        Failure::from(error).advising(list)
    })
}

/// `nexus operations`.
pub(crate) fn list(arguments: &Operations) -> Result<(), Failure> {
    let api = arguments.api.into();
    if let Some(name) = &arguments.name {
        return output::write(describe(find(api, name)?).as_bytes());
    }
    let tag = arguments.tag.as_deref();
    let rows: Vec<[String; 4]> = api
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
    if let (Some(tag), true) = (tag, rows.is_empty()) {
        let message = format!("{} has no operations with the tag {tag:?}", api.title());
        return Err(Failure::usage(message).advising(format!("its tags are {}", tags(api))));
    }
    output::write(table(["OPERATION", "TAG", "METHOD", "PATH"], &rows).as_bytes())
}

fn tags(api: Api) -> String {
    let operations = api.operations().iter();
    let mut tags: Vec<&str> = operations.map(|operation| operation.tag).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.join(", ")
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
