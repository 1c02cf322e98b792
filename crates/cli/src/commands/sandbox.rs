//! `nexus sandbox`: serves a sandbox for other processes, until it is interrupted.

use mx_nexus::operations::{Api, Operation};
use mx_nexus_sandbox::Sandbox;

use crate::arguments;
use crate::configuration::SANDBOX_USER;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: arguments::Sandbox) -> Result<(), Failure> {
    let mut builder = Sandbox::builder()
        .port(arguments.port)
        .job_time(arguments.job_time);
    if let Some(time) = arguments.challenge_timeout {
        builder = builder.challenge_timeout(time);
    }
    if let Some(time) = arguments.api_token_lifetime {
        builder = builder.api_token_lifetime(time);
    }
    if let Some(time) = arguments.session_lifetime {
        builder = builder.session_lifetime(time);
    }
    let sandbox = builder.start().await.map_err(|error| {
        Failure::new(Exit::Failed, format!("the sandbox did not start: {error}"))
            .advising("--port 0 takes any port that is free")
    })?;
    let mut terminal = Terminal::new();
    output::write(
        introduction(
            sandbox.address(),
            sandbox.client_id(),
            sandbox.api_key().expose(),
        )
        .as_bytes(),
    )?;
    terminal.interrupt().heard().await;
    sandbox.stop().await;
    terminal.say("the sandbox has stopped");
    Ok(())
}

/// What a person needs to begin. A shell may source it: all but the variables are comments.
fn introduction(address: &str, client_id: &str, api_key: &str) -> String {
    let mut text = format!(
        "\
# A sandbox of MX, with invented banks and people. Ctrl-C stops it.
#   Nexus  {address}/nexus
#   SSO    {address}/sso
#   MDX    {address}/mdx
#   what it can be told, and what it was asked: {address}/_sandbox
export MX_ENVIRONMENT={address}
export MX_CLIENT_ID={client_id}
export MX_API_KEY={api_key}
export MX_USER_ID={SANDBOX_USER}
# With these set, in another terminal:
#   nexus identify --credential Password=options --answer correct
# Or by curl; TOKEN and SESSION are what the call before answered:
"
    );
    for line in curl_lines() {
        text.push_str("#   ");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// The way from a user to a list of its members, with the media types of the documents.
fn curl_lines() -> Vec<String> {
    let user = format!(r#"{{"user": {{"id": "{SANDBOX_USER}"}}}}"#);
    let steps = [
        (Api::Mdx, "createUser", "$MX_API_KEY", Some(user.as_str())),
        (Api::Sso, "getApiToken", "$MX_API_KEY", None),
        // An aggregation that begins with the session would be in the way of an identification.
        (
            Api::Nexus,
            "createSession",
            "TOKEN",
            Some(r#"{"session": {"skip_aggregation": true}}"#),
        ),
        (Api::Nexus, "listMembers", "SESSION", None),
    ];
    let lines = steps.into_iter().filter_map(|(api, id, credential, body)| {
        let mut table = api.operations().iter();
        let operation = table.find(|operation| operation.id == id)?;
        Some(curl(api.name(), operation, credential, body))
    });
    lines.collect()
}

fn curl(system: &str, operation: &Operation, credential: &str, body: Option<&str>) -> String {
    let path = operation
        .path
        .replace("{client_id}", "$MX_CLIENT_ID")
        .replace("{user_id}", "$MX_USER_ID");
    let mut line = format!(
        r#"curl -X {} "$MX_ENVIRONMENT/{system}{path}" -H "{}: {credential}" -H "Accept: {}""#,
        operation.method, operation.credential_header, operation.accept
    );
    if let (Some(media_type), Some(body)) = (operation.request_media_type, body) {
        line.push_str(&format!(r#" -H "Content-Type: {media_type}" -d '{body}'"#));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_sources_the_introduction_sets_variables_and_nothing_else() {
        let text = introduction("http://127.0.0.1:1", "client", "key");
        let is_harmless = |line: &str| line.starts_with('#') || line.starts_with("export MX_");
        assert!(text.lines().all(is_harmless), "{text}");
        assert_eq!(
            text.lines().filter(|line| !line.starts_with('#')).count(),
            4
        );
    }
}
