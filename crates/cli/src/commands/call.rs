//! `nexus call`: any operation by its name.

use mx_nexus::call::Content;
use mx_nexus::operations::Operation;
use mx_nexus::{User, call};

use crate::arguments::Call;
use crate::configuration::Access;
use crate::exit::Failure;
use crate::given;
use crate::opening::Opened;
use crate::output;
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Call) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    // Before a sandbox is started or a session opened.
    let operation = call::find(&arguments.operation)
        .map_err(|error| Failure::from(error).advising("`nexus operations` lists them all"))?;
    let parameters = parse(&arguments.parameters)?;
    let body = arguments.body.as_deref().map(read_body).transpose()?;
    let access = Access::find(&arguments.configuration)?;
    let opened = interrupt
        .unless(Opened::open(access, None, &mut terminal))
        .await?;
    let sent = interrupt
        .unless(send(&opened.user, operation, parameters, body))
        .await;
    opened.close().await;
    let reply = sent.map_err(|failure| match failure.exit {
        crate::exit::Exit::Usage => failure.advising(format!(
            "`nexus operations {}` shows what it takes",
            operation.id
        )),
        _ => failure,
    })?;
    if reply.status != 200 {
        terminal.say(format!("status {}", reply.status));
    }
    match &reply.content {
        Content::Json(body) => output::json(body),
        Content::Bytes(bytes) => output::write(bytes),
        _ => Ok(()),
    }
}

async fn send(
    user: &User,
    operation: &Operation,
    parameters: Vec<(String, String)>,
    body: Option<serde_json::Value>,
) -> Result<mx_nexus::call::Reply, Failure> {
    let call = user.call(operation.id);
    let call = parameters
        .into_iter()
        .fold(call, |call, (name, value)| call.parameter(name, value));
    let call = match body {
        Some(body) => call.body(body),
        None => call,
    };
    Ok(call.send().await?)
}

fn parse(parameters: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let parse = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("the parameter {text:?} has to read NAME=VALUE"))
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    parameters.iter().map(parse).collect()
}

fn read_body(argument: &std::ffi::OsStr) -> Result<serde_json::Value, Failure> {
    let text = given::whole(argument, "the body")?;
    // serde's message names a place and no value, but for numbers out of range.
    serde_json::from_str(&text).map_err(|error| {
        Failure::usage(format!(
            "the body is no JSON: line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_split_at_the_first_sign() {
        let parsed = parse(&["name=a=b".to_owned(), "list[]=".to_owned()]).unwrap();
        let expected = [("name", "a=b"), ("list[]", "")];
        assert_eq!(
            parsed,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert!(parse(&["nothing".to_owned()]).is_err());
    }

    #[test]
    fn a_body_that_is_no_json_is_not_repeated() {
        let failure = read_body("{\"value\": hush}".as_ref()).unwrap_err();
        assert!(failure.message.contains("column 11"), "{failure:?}");
        assert!(!failure.message.contains("hush"));
    }
}
