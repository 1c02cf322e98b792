//! `nexus sandbox`: runs a sandbox for other processes until interrupted.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::time::Duration;

use mx_nexus::operations::{Api, Operation};
use mx_nexus_sandbox::Sandbox;
use mx_nexus_sandbox::world::{InvalidWorld, World};
use tempfile::{NamedTempFile, TempPath};

use crate::access::SANDBOX_USER;
use crate::arguments;
use crate::exit::Failure;
use crate::output;
use crate::terminal::Terminal;

/// How often the process looks for the one that started it.
#[cfg(unix)]
const PARENT_CHECK: Duration = Duration::from_millis(200);

pub(crate) async fn run(arguments: arguments::Sandbox) -> Result<(), Failure> {
    let parent = parent_ended(&arguments);
    let mut builder = Sandbox::builder()
        .bind(arguments.bind)
        .port(arguments.port)
        .client_id(&arguments.client_id)
        .job_time(arguments.job_time);
    if let Some(key) = &arguments.api_key {
        builder = builder.credentials(&arguments.client_id, key.as_str());
    }
    if let Some(path) = &arguments.world {
        let refuse = |error: InvalidWorld| Failure::usage(format!("{error}"));
        let world = World::from_file(path).map_err(refuse)?;
        builder = builder.world(world).map_err(refuse)?;
    }
    for host in &arguments.hosts {
        builder = builder.allow_host(host);
    }
    if let Some(origin) = &arguments.cors {
        builder = builder.cors(origin);
    }
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
        let failure = Failure::failed("cannot start the sandbox", &error);
        match error.kind() {
            ErrorKind::AddrInUse => failure.advising("--port 0 uses any free port"),
            _ => failure,
        }
    })?;
    let mut terminal = Terminal::new();
    let variables = variables(&sandbox);
    let text = introduction(sandbox.address(), &variables);
    // Removed when it is dropped.
    let _env_file = match &arguments.env_file {
        Some(path) => Some(write_env_file(path, &variables)?),
        None => None,
    };
    output::write(text.as_bytes())?;
    let interrupt = terminal.interrupt();
    tokio::select! {
        () = interrupt.received() => {}
        () = parent => {}
    }
    sandbox.stop().await;
    terminal.print("the sandbox has stopped");
    Ok(())
}

/// Ends when the process that started this one has ended, if that is asked for. Begins to look before it is first polled.
#[cfg(unix)]
fn parent_ended(arguments: &arguments::Sandbox) -> impl Future<Output = ()> + use<> {
    use std::os::unix::process::parent_id;

    let (is_asked, parent) = (arguments.exit_with_parent, parent_id());
    async move {
        if !is_asked {
            return std::future::pending().await;
        }
        // An orphan has another parent.
        while parent_id() == parent {
            tokio::time::sleep(PARENT_CHECK).await;
        }
    }
}

#[cfg(not(unix))]
fn parent_ended(_: &arguments::Sandbox) -> impl Future<Output = ()> + use<> {
    std::future::pending()
}

/// The variables with which the command and the tests of other languages find the sandbox.
fn variables(sandbox: &Sandbox) -> [(&'static str, String); 4] {
    [
        ("MX_ENVIRONMENT", sandbox.address().to_owned()),
        ("MX_CLIENT_ID", sandbox.client_id().to_owned()),
        ("MX_API_KEY", sandbox.api_key().expose().to_owned()),
        ("MX_USER_ID", SANDBOX_USER.to_owned()),
    ]
}

/// Writes the variables to a file that is never there in part.
fn write_env_file(path: &Path, variables: &[(&str, String)]) -> Result<TempPath, Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let write = || {
        let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        for (name, value) in variables {
            writeln!(file, "{name}={value}")?;
        }
        file.persist(path)?;
        TempPath::try_from_path(std::path::absolute(path)?)
    };
    write().map_err(|error: std::io::Error| {
        Failure::failed(&format!("cannot write {}", path.display()), &error)
    })
}

/// How to use the sandbox. A shell can source it: all lines but the variables are comments.
fn introduction(address: &str, variables: &[(&str, String)]) -> String {
    let exports: String = variables
        .iter()
        .map(|(name, value)| format!("export {name}={value}\n"))
        .collect();
    let mut text = format!(
        "\
# A sandbox of MX with invented institutions and users. Ctrl-C stops it.
#   Nexus  {address}/nexus
#   SSO    {address}/sso
#   MDX    {address}/mdx
#   Atrium {address}/atrium
#   faults, requests, jobs and members: {address}/_sandbox
{exports}# In another terminal, with these variables set:
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
        let text = introduction("http://127.0.0.1:1", &[("MX_USER_ID", String::from("U-1"))]);
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), 1);
        assert!(lines.all(|line| line.starts_with("export MX_")), "{text}");
    }
}
