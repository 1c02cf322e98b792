//! `nexus sandbox`: serves a sandbox for other processes, until it is interrupted.

use mx_nexus::sandbox::Sandbox;

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
    output::write(
        introduction(
            sandbox.address(),
            sandbox.client_id(),
            sandbox.api_key().expose(),
        )
        .as_bytes(),
    )?;
    until_told_to_stop().await?;
    sandbox.stop().await;
    Terminal::new().say("the sandbox has stopped");
    Ok(())
}

async fn until_told_to_stop() -> Result<(), Failure> {
    let deaf = |error: std::io::Error| {
        Failure::new(Exit::Failed, format!("signals cannot be heard: {error}"))
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
        tokio::select! {
            heard = tokio::signal::ctrl_c() => heard.map_err(deaf),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(deaf)
}

/// What a person needs to begin. A shell may source it: all but the variables are comments.
fn introduction(address: &str, client_id: &str, api_key: &str) -> String {
    format!(
        r#"# A sandbox of MX, with invented banks and people. Ctrl-C stops it.
#   Nexus  {address}/nexus
#   SSO    {address}/sso
#   MDX    {address}/mdx
#   what it is told and what it hears: {address}/_sandbox
export MX_ENVIRONMENT={address}
export MX_CLIENT_ID={client_id}
export MX_API_KEY={api_key}
export MX_USER_ID={SANDBOX_USER}
# With these set, in another terminal:
#   nexus identify --credential Password=options --answer correct
# The same calls by curl; each of the first three needs what the one before it answered:
#   curl -X POST "$MX_ENVIRONMENT/mdx/$MX_CLIENT_ID/users.json" -H "MD-API-KEY: $MX_API_KEY" -H 'Accept: application/vnd.mx.mdx.v6+json' -H 'Content-Type: application/vnd.mx.mdx.v6+json' -d '{{"user": {{"id": "{SANDBOX_USER}"}}}}'
#   curl "$MX_ENVIRONMENT/sso/$MX_CLIENT_ID/users/$MX_USER_ID/api_token.json" -H "MD-API-KEY: $MX_API_KEY" -H 'Accept: application/vnd.moneydesktop.sso.v3+json'
#   curl -X POST "$MX_ENVIRONMENT/nexus/sessions" -H 'MD-API-TOKEN: TOKEN' -H 'Accept: application/vnd.mx.nexus.v1+json' -H 'Content-Type: application/vnd.mx.nexus.v1+json' -d '{{}}'
#   curl "$MX_ENVIRONMENT/nexus/members" -H 'MD-SESSION-TOKEN: SESSION' -H 'Accept: application/vnd.mx.nexus.v1+json'
"#
    )
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
