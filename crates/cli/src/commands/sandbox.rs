//! `nexus sandbox`: runs a sandbox for other processes until interrupted.

use mx_nexus::operations::{Api, Operation};
use mx_nexus_sandbox::Sandbox;

use crate::access::SANDBOX_USER;
use crate::arguments;
use crate::exit::Failure;
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
        Failure::failed("cannot start the sandbox", &error).advising("--port 0 uses any free port")
    })?;
    let mut terminal = Terminal::new();
    let (address, client_id) = (sandbox.address(), sandbox.client_id());
    let text = introduction(address, client_id, sandbox.api_key().expose());
    output::write(text.as_bytes())?;
    terminal.interrupt().received().await;
    sandbox.stop().await;
    terminal.print("the sandbox has stopped");
    Ok(())
}

/// How to use the sandbox. A shell can source it: all lines but the variables are comments.
fn introduction(address: &str, client_id: &str, api_key: &str) -> String {
    let mut text = format!(
        "\
# A sandbox of MX with invented institutions and users. Ctrl-C stops it.
#   Nexus  {address}/nexus
#   SSO    {address}/sso
#   MDX    {address}/mdx
#   Atrium {address}/atrium
#   faults, requests, jobs and members: {address}/_sandbox
export MX_ENVIRONMENT={address}
export MX_CLIENT_ID={client_id}
export MX_API_KEY={api_key}
export MX_USER_ID={SANDBOX_USER}
# In another terminal, with these variables set:
#   nexus identify --credential Password=options --answer correct
# Or with curl; TOKEN and SESSION come from the response to the request before:
"
    );
    for line in curl_lines() {
        text.push_str("#   ");
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Requests from a new user to the list of its members, with the media types of the documents.
fn curl_lines() -> Vec<String> {
    let user = format!(r#"{{"user": {{"id": "{SANDBOX_USER}"}}}}"#);
    let steps = [
        (Api::Mdx, "createUser", "$MX_API_KEY", Some(user.as_str())),
        (Api::Sso, "getApiToken", "$MX_API_KEY", None),
        // An aggregation that starts with the session would block an identification.
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
    fn sourcing_the_introduction_only_sets_variables() {
        let text = introduction("http://127.0.0.1:1", "client", "key");
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), 4);
        assert!(lines.all(|line| line.starts_with("export MX_")), "{text}");
    }
}
