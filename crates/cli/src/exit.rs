//! How the process ends: exit codes, the failures that lead to them, and signals. Used by every command, reported by `main`.

use std::error::Error as StdError;
use std::future::Future;
use std::process::ExitCode;

use mx_nexus::connect::{ConnectError, ConnectErrorKind};
use mx_nexus::jobs::{JobError, JobErrorKind, Remedy};
use mx_nexus::{Error, ErrorKind};
use tokio::sync::watch;

/// The exit codes in `--help`.
pub(crate) const CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    usage: an argument or a variable is wrong or missing
  3    a question needs an answer
  4    the end user must act, as the message describes
  5    timed out
  130  interrupted by Ctrl-C or SIGTERM
After a failure, a job that can be continued is in the --job-file, or its handle is printed.";

/// Causes that only wrap another one.
const WRAPPERS: [&str; 3] = [
    "error sending request",
    "client error (Connect)",
    "client error (SendRequest)",
];

/// The variables of proxies for https.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    /// As in clap.
    Usage = 2,
    AnswerMissing = 3,
    EndUserMustAct = 4,
    TimedOut = 5,
    /// As in shells.
    Interrupted = 130,
}

impl Exit {
    /// The exit code for a job that failed.
    pub(crate) fn of(error: &JobError) -> Self {
        match error.kind() {
            JobErrorKind::TimedOut => Self::TimedOut,
            JobErrorKind::NoAnswer
            | JobErrorKind::InvalidAnswers
            | JobErrorKind::AnswersRefused => Self::AnswerMissing,
            _ => error.remedy().map_or(Self::Failed, Self::for_remedy),
        }
    }

    fn for_remedy(remedy: Remedy) -> Self {
        match remedy {
            Remedy::UpdateCredentials
            | Remedy::ActAtInstitution
            | Remedy::FinishOauth
            | Remedy::StartAgainWithUser => Self::EndUserMustAct,
            Remedy::Resume => Self::TimedOut,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    /// Lines that follow the message.
    pub(crate) advice: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            advice: Vec::new(),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// What failed, because of an error and its causes.
    pub(crate) fn failed(what: &str, error: &dyn StdError) -> Self {
        Self::new(Exit::Failed, format!("{what}: {error}")).caused_by(error)
    }

    /// Adds the causes of the error that the message does not contain: no network, an untrusted certificate, a refused session.
    pub(crate) fn caused_by(mut self, error: &dyn StdError) -> Self {
        let mut next = error.source();
        while let Some(cause) = next {
            next = cause.source();
            let text = cause.to_string();
            // The operation and the status are in the message already.
            let text = text
                .split_once(" failed: ")
                .map_or(&*text, |(_, what)| what);
            let text = text.split(" (status ").next().unwrap_or(text);
            if !self.message.contains(text) && !WRAPPERS.contains(&text) {
                self.message.push_str(": ");
                self.message.push_str(text);
            }
        }
        self
    }

    /// Names the proxy where no connection was made.
    fn by_proxy(mut self, is_connect: bool) -> Self {
        let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if let Some(name) = PROXIES.iter().find(|name| is_connect && is_set(name)) {
            self.message.push_str("; the proxy is set by ");
            self.message.push_str(name);
        }
        self
    }

    pub(crate) fn advising(mut self, advice: impl Into<String>) -> Self {
        self.advice.push(advice.into());
        self
    }

    pub(crate) fn advising_all(mut self, advice: impl IntoIterator<Item = String>) -> Self {
        self.advice.extend(advice);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Request | ErrorKind::Configuration => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
            .caused_by(&error)
            .by_proxy(error.is_connect())
    }
}

impl From<&JobError> for Failure {
    fn from(error: &JobError) -> Self {
        let failure = Self::new(Exit::of(error), error.to_string());
        let call = error.call_error();
        if error.kind() == JobErrorKind::Call {
            let is_connect = call.is_some_and(Error::is_connect);
            return failure.caused_by(error).by_proxy(is_connect);
        }
        let last = call.map(|call| Self::from(call.clone()).message);
        failure.advising_all(last.map(|message| format!("last failed call: {message}")))
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let exit = match error.kind() {
            ConnectErrorKind::InvalidValue => Exit::Usage,
            _ => Exit::Failed,
        };
        let is_connect = error.call_error().is_some_and(Error::is_connect);
        Self::new(exit, error.to_string())
            .caused_by(&error)
            .by_proxy(is_connect)
    }
}

/// Ctrl-C and SIGTERM. Cheap to clone; a signal between two waits is kept.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Handles signals from now on: the first ends the command in order, the second ends the process.
    pub(crate) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        // Without handlers the system's default remains: a signal ends the process.
        if let Ok(mut signals) = Signals::register() {
            tokio::spawn(async move {
                signals.next().await;
                sender.send_replace(true);
                signals.next().await;
                std::process::exit(Exit::Interrupted as i32);
            });
        }
        Self(receiver)
    }

    /// Waits for a signal.
    pub(crate) async fn received(&self) {
        if self
            .0
            .clone()
            .wait_for(|is_received| *is_received)
            .await
            .is_err()
        {
            std::future::pending().await
        }
    }

    /// The outcome of the work, unless a signal comes first.
    pub(crate) async fn unless<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            outcome = work => outcome,
            () = self.received() => Err(Failure::interrupted()),
        }
    }
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 2]);

#[cfg(unix)]
impl Signals {
    fn register() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ]))
    }

    async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn register() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_lists_every_exit_code() {
        for exit in [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::AnswerMissing,
            Exit::EndUserMustAct,
            Exit::TimedOut,
            Exit::Interrupted,
        ] {
            let code = format!("{} ", exit as u8);
            let is_listed = CODES.lines().any(|line| line.trim().starts_with(&code));
            assert!(is_listed, "{exit:?}");
        }
    }
}
