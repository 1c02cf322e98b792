//! The arguments of `nexus`, and with them its help, completions and man pages. Read by `main`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::exit::CODES;

const ENVIRONMENT_HELP: &str = "\
Configuration:
  Flags win over these variables:
  MX_ENVIRONMENT    integration (unless told otherwise), production, or the address of a sandbox
  MX_CLIENT_ID      the client id that MX gave you for this environment
  MX_API_KEY        the API key that goes with it
  MX_USER_ID        the user to act for, by your own id
  MX_SESSION_TOKEN  a session opened elsewhere, in place of client id, key and user;
                    `test_session` gives MX's fixed test data in integration, by
                    `nexus identify --member test_nexus_member`
  Without any of them a sandbox is started in the process, so that everything can be tried.";

const OWNERS_HELP: &str = "\
With --json, stdout holds an array of owners and nothing else. Each is an object with those of MX's fields that are known: \
account_guid, member_guid, user_guid, owner_name, first_name, last_name, address, city, state, postal_code, country, phone, email.

When a job stops before its end, its handle is printed as one line of JSON, to stdout, or to stderr with --json. It holds ids only.";

const SECRETS_HELP: &str = "\
Other users of a machine can read the arguments of a process. So give a secret as LABEL=@FILE, or LABEL=- for a line of stdin, or \
leave it out to be asked. For a password a plain value is refused, but for a sandbox, whose passwords are documented words: \
`challenge`, `options` and `image` lead to a question whose right answer is `correct`; BAD_REQUEST, UNAUTHORIZED, INVALID, LOCKED, \
DISABLED, SERVER_ERROR and UNAVAILABLE fail; any other succeeds without a question.";

/// The command line of MX's Nexus API: who owns an account, and all other operations.
#[derive(Debug, Parser)]
#[command(name = "nexus", version, max_term_width = 120, after_long_help = format!("{ENVIRONMENT_HELP}\n\n{CODES}"))]
#[command(after_help = "Begin with: nexus identify")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find the owners of the accounts at an institution
    ///
    /// Walks the whole way: user, API token, session, institution, credentials, member, identification, questions, owners. Without
    /// any credentials of MX it does so in a sandbox inside this process.
    #[command(after_long_help = format!("{OWNERS_HELP}\n\n{SECRETS_HELP}\n\n{ENVIRONMENT_HELP}\n\n{CODES}"))]
    Identify(Identify),
    /// Go on with an identification that stopped, by its handle
    #[command(after_long_help = format!("{OWNERS_HELP}\n\n{ENVIRONMENT_HELP}\n\n{CODES}"))]
    Resume(Resume),
    /// Serve a sandbox of MX on this machine until interrupted
    ///
    /// What it prints can be sourced by a shell: everything but the variables is a comment.
    Sandbox(Sandbox),
    /// Call any operation of Nexus
    ///
    /// Prints the JSON of the answer. `nexus operations` lists what there is, `nexus operations NAME` what one takes.
    #[command(after_long_help = format!("{ENVIRONMENT_HELP}\n\n{CODES}"))]
    Call(Call),
    /// List the operations of Nexus, or show one
    Operations(Operations),
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the man page, of all or of one command
    Man { command: Option<String> },
}

/// Who calls, and whom.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Configuration {
    /// integration, production, or the address of a sandbox
    #[arg(long, env = "MX_ENVIRONMENT", hide_env_values = true)]
    pub(crate) environment: Option<String>,
    /// The client id that MX gave you
    #[arg(long, env = "MX_CLIENT_ID", hide_env_values = true, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// A file with the API key, or - for stdin; else MX_API_KEY
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// The user to act for, by your own id
    #[arg(long, env = "MX_USER_ID", hide_env_values = true, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// A file with a session token, or - for stdin; else MX_SESSION_TOKEN
    #[arg(long, value_name = "FILE")]
    pub(crate) session_token_file: Option<PathBuf>,
}

/// What holds for a job that is driven.
#[derive(Debug, Args)]
pub(crate) struct Driving {
    /// An answer to a question of the institution, in the order asked: a value, @FILE, or - for a line of stdin
    #[arg(long = "answer", value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) answers: Vec<OsString>,
    /// How long to wait for MX in all; the time of a person does not count
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    pub(crate) patience: Duration,
    /// Print the owners as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Identify {
    /// The member to identify, if there is one already; with --credential its credentials are changed first
    #[arg(long, value_name = "GUID", conflicts_with = "institution", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) member: Option<String>,
    /// The institution to connect, by name or GUID; `MX Bank` in a sandbox
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) institution: Option<String>,
    /// What the institution wants to know, by the label of the field: LABEL=VALUE, LABEL=@FILE, or LABEL=- for a line of stdin
    #[arg(long = "credential", value_name = "LABEL=VALUE")]
    pub(crate) credentials: Vec<OsString>,
    /// Make the user in MX if it is not there; always so in a sandbox
    #[arg(long)]
    pub(crate) create_user: bool,
    #[command(flatten)]
    pub(crate) driving: Driving,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The handle: its JSON, @FILE, or - for stdin
    pub(crate) handle: OsString,
    #[command(flatten)]
    pub(crate) driving: Driving,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The port on the loopback interface; 0 for any that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// How long a job takes
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = humantime::parse_duration)]
    pub(crate) job_time: Duration,
    /// How long a question stays open
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) challenge_timeout: Option<Duration>,
    /// How long a one-time API token can be used
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) api_token_lifetime: Option<Duration>,
    /// How long a session lives after its last call
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) session_lifetime: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The operation, such as readMember or read_member
    pub(crate) operation: String,
    /// Its parameters by MX's names, such as member_guid=MBR-1; a list is given one by one
    #[arg(value_name = "NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// The body: JSON, @FILE, or - for stdin; put secrets into a file
    #[arg(long, value_name = "JSON")]
    pub(crate) body: Option<OsString>,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Operations {
    /// Show this one, with its parameters
    #[arg(conflicts_with = "tag")]
    pub(crate) name: Option<String>,
    /// List only those of a group, such as members
    #[arg(long, value_name = "TAG", hide_possible_values = true, value_parser = crate::commands::operations::tags())]
    pub(crate) tag: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }
}
