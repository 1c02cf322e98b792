//! How the process ends: its exit codes, and the failures that lead to them. Made by every command, reported by `main`.

use std::process::ExitCode;

use mx_nexus::Error;
use mx_nexus::connect::{ConnectError, ConnectErrorKind};
use mx_nexus::identity::{JobError, JobErrorKind, Remedy};

/// What `--help` says of the codes.
pub(crate) const CODES: &str = "\
Exit codes:
  0    done
  1    failed; nobody can do anything about it here and now
  2    usage: an argument or a variable is wrong or missing
  3    waiting for answers; the handle is printed, `nexus resume` goes on
  4    the person must act; the remedy is printed
  5    out of patience; the handle is printed, `nexus resume` goes on
  130  interrupted, by Ctrl-C or SIGTERM; the handle is printed if there is one";

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Done,
    Failed,
    Usage,
    Waiting,
    PersonMustAct,
    OutOfPatience,
    Interrupted,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            // As clap has it.
            Self::Usage => 2,
            Self::Waiting => 3,
            Self::PersonMustAct => 4,
            Self::OutOfPatience => 5,
            // As shells have it.
            Self::Interrupted => 130,
        }
    }

    /// What an identification without owners ends with.
    pub(crate) fn of(error: &JobError) -> Self {
        match error.kind() {
            JobErrorKind::TimedOut => Self::OutOfPatience,
            JobErrorKind::NoAnswer | JobErrorKind::InvalidAnswers => Self::Waiting,
            _ => error.remedy().map_or(Self::Failed, Self::after),
        }
    }

    fn after(remedy: Remedy) -> Self {
        match remedy {
            Remedy::UpdateCredentials
            | Remedy::ActAtInstitution
            | Remedy::FinishOauth
            | Remedy::StartAgainWithUser => Self::PersonMustAct,
            Remedy::Resume => Self::OutOfPatience,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not do what it should, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
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

    pub(crate) fn advising(self, advice: impl Into<String>) -> Self {
        self.advising_all([advice.into()])
    }

    pub(crate) fn advising_all(mut self, advice: impl IntoIterator<Item = String>) -> Self {
        self.advice.extend(advice);
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error.kind() {
            mx_nexus::ErrorKind::Request | mx_nexus::ErrorKind::Configuration => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        let exit = match error.kind() {
            ConnectErrorKind::BadEntry => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_that_help_names() {
        for exit in [
            Exit::Done,
            Exit::Failed,
            Exit::Usage,
            Exit::Waiting,
            Exit::PersonMustAct,
            Exit::OutOfPatience,
            Exit::Interrupted,
        ] {
            let code = exit.code().to_string();
            let named = CODES.lines().any(|line| line.trim().starts_with(&code));
            assert!(named, "{exit:?}");
        }
    }

    #[test]
    fn what_a_person_can_mend_is_told_from_what_nobody_can() {
        assert_eq!(Exit::after(Remedy::UpdateCredentials), Exit::PersonMustAct);
        assert_eq!(Exit::after(Remedy::FinishOauth), Exit::PersonMustAct);
        assert_eq!(Exit::after(Remedy::TryLater), Exit::Failed);
        assert_eq!(Exit::after(Remedy::ContactMx), Exit::Failed);
        assert_eq!(Exit::after(Remedy::Resume), Exit::OutOfPatience);
    }
}
