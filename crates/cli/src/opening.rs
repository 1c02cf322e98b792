//! From a way of access to a user that can call; the sandbox in this process, when there is one, lives as long as this does.

use std::time::Duration;

use mx_nexus::mdx::types::UserCreateRequest;
use mx_nexus::{Environment, Nexus, User, reqwest};
use mx_nexus_sandbox::Sandbox;

use crate::configuration::{Access, Place, SANDBOX_USER};
use crate::exit::{Exit, Failure};
use crate::terminal::Terminal;

/// Long enough to see that a job takes time, short enough not to bore.
const JOB_TIME: Duration = Duration::from_millis(1500);

/// A user that can call.
pub(crate) struct Opened {
    pub(crate) user: User,
    pub(crate) kind: Kind,
    sandbox: Option<Sandbox>,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A sandbox that ends with this process.
    Embedded,
    /// A sandbox of another process.
    Sandbox,
    /// MX itself.
    Mx,
}

impl Opened {
    /// Starts the sandbox where one is needed, and makes its user.
    pub(crate) async fn open(
        access: Access,
        user: Option<&str>,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let named = user.or(access.user()).map(str::to_owned);
        match access {
            Access::Embedded { .. } => embedded(named, terminal).await,
            Access::Session { place, token } => {
                let (environment, kind) = environment(&place).await?;
                let nexus = Nexus::builder(environment).build()?;
                Ok(Self {
                    user: nexus.with_session_token(token),
                    kind,
                    sandbox: None,
                })
            }
            Access::Partner {
                place,
                client_id,
                api_key,
                ..
            } => {
                let (environment, kind) = environment(&place).await?;
                let nexus = Nexus::builder(environment)
                    .credentials(client_id, api_key)
                    .build()?;
                let id = match (named, kind) {
                    (Some(id), _) => id,
                    (None, Kind::Sandbox) => SANDBOX_USER.to_owned(),
                    (None, _) => {
                        return Err(Failure::usage(
                            "the user is missing: give --user, or set MX_USER_ID",
                        ));
                    }
                };
                let user = nexus.user(id);
                if kind == Kind::Sandbox {
                    ensure(&user).await?;
                }
                Ok(Self {
                    user,
                    kind,
                    sandbox: None,
                })
            }
        }
    }

    /// Whether banks and people are invented.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.kind != Kind::Mx
    }

    /// Ends the sandbox of this process.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// The user, made in MX if it is not there.
pub(crate) async fn ensure(user: &User) -> Result<(), Failure> {
    if let Some(id) = user.id() {
        let request = UserCreateRequest::builder().id(id);
        let request = request.try_into().map_err(mx_nexus::Error::from)?;
        user.nexus().users()?.ensure(request).await?;
    }
    Ok(())
}

async fn embedded(named: Option<String>, terminal: &mut Terminal) -> Result<Opened, Failure> {
    let sandbox = Sandbox::builder().job_time(JOB_TIME).start().await;
    let sandbox = sandbox.map_err(|error| {
        Failure::new(Exit::Failed, format!("the sandbox did not start: {error}"))
    })?;
    terminal.say("No credentials of MX are set, so this runs in a sandbox inside this process; its banks and people are invented.");
    terminal.step("sandbox", sandbox.address());
    let nexus = sandbox.nexus().build()?;
    let user = nexus.user(named.unwrap_or_else(|| SANDBOX_USER.to_owned()));
    ensure(&user).await?;
    Ok(Opened {
        user,
        kind: Kind::Embedded,
        sandbox: Some(sandbox),
    })
}

async fn environment(place: &Place) -> Result<(Environment, Kind), Failure> {
    match place {
        Place::Integration => Ok((Environment::integration(), Kind::Mx)),
        Place::Production => Ok((Environment::production(), Kind::Mx)),
        Place::Sandbox(address) => {
            look_for_sandbox(address).await?;
            Ok((Sandbox::environment_at(address), Kind::Sandbox))
        }
    }
}

/// A key is sent to no address that is not seen to be a sandbox.
async fn look_for_sandbox(address: &str) -> Result<(), Failure> {
    let nobody = |what: &str| {
        Failure::usage(format!("{what} at {address}"))
            .advising("`nexus sandbox` starts one, and prints its address")
    };
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let index = format!("{address}/_sandbox");
    let answer = http.get(index).send().await;
    let answer = answer.map_err(|_| nobody("nothing answers"))?;
    let is_sandbox = answer.status().is_success()
        && answer
            .json::<serde_json::Value>()
            .await
            .is_ok_and(|index| index.is_object());
    match is_sandbox {
        true => Ok(()),
        false => Err(nobody("there is something else than a sandbox")),
    }
}
