//! The arguments of `nexus`, and what is generated from them: help, completions and man pages. Parsed by `main`.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{
    NonEmptyStringValueParser, PathBufValueParser, PossibleValuesParser, TypedValueParser,
};
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use mx_nexus::operations::{Api, Operation};

use crate::exit::{CODES, Failure};
use crate::input::Input;

const VARIABLES: &str = "\
Environment variables (an option overrides its variable):
  MX_ENVIRONMENT    integration, production, or the address of a sandbox; default: integration
  MX_CLIENT_ID      the client id that MX gave you for this environment
  MX_API_KEY        the API key of this client id
  MX_USER_ID        the user to act for: the id that you gave it
  MX_SESSION_TOKEN  the token of an open session; replaces client id, API key and user.
                    `test_session` with `nexus identify --member test_nexus_member` returns
                    the fixed test data of integration
Without these variables, the command runs in a sandbox inside its own process.";

const OWNERS: &str = "\
With --json, stdout is an array of owners. Each owner is an object with those of MX's fields that are known: account_guid, \
member_guid, user_guid, owner_name, first_name, last_name, address, city, state, postal_code, country, phone, email.

If the job stops before its end, its handle is printed as one line of JSON: to stdout, or with --json to stderr. \
It contains ids only, no secrets.";

const SECRETS: &str = "\
Other users of this machine can read the arguments of a process. Give a secret as LABEL=@FILE, or as LABEL=- to read a line of \
stdin, or omit it to be asked for it. LABEL=VALUE is refused for a password, except in a sandbox. There, the password selects \
what happens: `challenge`, `options` and `image` ask a question with the right answer `correct`; BAD_REQUEST, UNAUTHORIZED, \
INVALID, LOCKED, DISABLED, SERVER_ERROR and UNAVAILABLE fail; any other password succeeds without a question.";

// Usage lines are given, because clap shows an option that came from a variable as required.

/// Command line of MX's Nexus API: find the owners of accounts, and call any other operation.
#[derive(Debug, Parser)]
#[command(name = "nexus", version, max_term_width = 120, after_long_help = format!("{VARIABLES}\n\n{CODES}"))]
#[command(after_help = "Begin with: nexus identify")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find the owners of the accounts at an institution
    ///
    /// Runs all steps: user, API token, session, institution, credentials, member, identification, questions, owners. Without
    /// credentials of MX they run in a sandbox inside this process.
    #[command(override_usage = "nexus identify [OPTIONS]")]
    #[command(after_long_help = format!("{OWNERS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    Identify(Identify),
    /// Continue an identification that stopped, by its handle
    #[command(override_usage = "nexus resume [OPTIONS] <HANDLE>")]
    #[command(after_long_help = format!("{OWNERS}\n\n{VARIABLES}\n\n{CODES}"))]
    Resume(Resume),
    /// Run a sandbox of MX on this machine until interrupted
    ///
    /// A shell can source the output: it exports variables, and all other lines are comments.
    Sandbox(Sandbox),
    /// Call any operation of Nexus
    ///
    /// Prints the JSON of the response. `nexus operations` lists the operations, `nexus operations NAME` shows the parameters of
    /// one.
    #[command(override_usage = "nexus call [OPTIONS] <OPERATION> [NAME=VALUE]...")]
    #[command(after_long_help = format!("{VARIABLES}\n\n{CODES}"))]
    Call(Call),
    /// List the operations of Nexus, or show one
    Operations(Operations),
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the man page of nexus or of one command
    Man { command: Option<String> },
}

/// The account at MX, and the user to act for.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Configuration {
    /// integration, production, or the address of a sandbox
    #[arg(long, env = "MX_ENVIRONMENT", hide_env_values = true)]
    pub(crate) environment: Option<String>,
    /// The client id that MX gave you
    #[arg(long, env = "MX_CLIENT_ID", hide_env_values = true, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// File with the API key, or - for stdin; default: the variable MX_API_KEY
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) api_key_file: Option<Input>,
    /// The user to act for: the id that you gave it
    #[arg(long, env = "MX_USER_ID", hide_env_values = true, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// File with a session token, or - for stdin; default: the variable MX_SESSION_TOKEN
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) session_token_file: Option<Input>,
}

/// Options of a command that follows a job.
#[derive(Debug, Args)]
pub(crate) struct JobOptions {
    /// Answer to a question of the institution: VALUE, @FILE, or - for a line of stdin; repeat it in the order of the questions
    #[arg(long = "answer", value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) answers: Vec<Input>,
    /// How long to wait for MX in total; the time that you take to answer does not count
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
    /// Print the owners as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Identify {
    /// Existing member to identify; with --credential, its credentials are updated first
    #[arg(long, value_name = "GUID", conflicts_with = "institution", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) member: Option<String>,
    /// Institution to connect, by name or GUID; default in a sandbox: MX Bank
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) institution: Option<String>,
    /// Credential for the institution, by the label of its field: LABEL=VALUE, LABEL=@FILE, or LABEL=- for a line of stdin
    // Not parsed by clap, whose error would print the value.
    #[arg(long = "credential", value_name = "LABEL=VALUE")]
    pub(crate) credentials: Vec<String>,
    /// Create the user at MX if it does not exist; always done in a sandbox
    #[arg(long)]
    pub(crate) create_user: bool,
    #[command(flatten)]
    pub(crate) job: JobOptions,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The handle: JSON, @FILE, or - for stdin
    pub(crate) handle: Input,
    #[command(flatten)]
    pub(crate) job: JobOptions,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Port on the loopback interface; 0 for any free port
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Duration of a job
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = humantime::parse_duration)]
    pub(crate) job_time: Duration,
    /// How long a question can be answered
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) challenge_timeout: Option<Duration>,
    /// How long a one-time API token is valid
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) api_token_lifetime: Option<Duration>,
    /// How long a session is valid after its last request
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) session_lifetime: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// Operation, such as readMember or read_member
    #[arg(value_parser = operation)]
    pub(crate) operation: &'static Operation,
    /// Parameters by MX's names, such as member_guid=MBR-1; repeat a parameter that is a list
    #[arg(value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Request body: JSON, @FILE, or - for stdin; put secrets into a file
    #[arg(long, value_name = "JSON")]
    pub(crate) body: Option<Input>,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Operations {
    /// Operation to show with its parameters
    #[arg(conflicts_with = "tag", value_parser = operation)]
    pub(crate) name: Option<&'static Operation>,
    /// List the operations with this tag only, such as members
    #[arg(long, value_name = "TAG", hide_possible_values = true, value_parser = tags())]
    pub(crate) tag: Option<String>,
}

fn file() -> impl TypedValueParser<Value = Input> {
    PathBufValueParser::new().map(|path: PathBuf| match path.to_str() {
        Some("-") => Input::Stdin,
        _ => Input::File(path),
    })
}

fn operation(name: &str) -> Result<&'static Operation, String> {
    mx_nexus::call::find(Api::Nexus, name)
        .map_err(|error| format!("{error} (`nexus operations` lists all operations)"))
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn tags() -> PossibleValuesParser {
    let operations = Api::Nexus.operations().iter();
    let mut tags: Vec<&str> = operations.map(|operation| operation.tag).collect();
    tags.sort_unstable();
    tags.dedup();
    PossibleValuesParser::new(tags)
}

/// The completions for a shell.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "nexus", &mut text);
    text
}

/// The man page of the program, or of one command.
pub(crate) fn man(command: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut program = Arguments::command();
    // Sets the full name of each command.
    program.build();
    let page = match command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<&str> = program
                .get_subcommands()
                .map(clap::Command::get_name)
                .collect();
            Failure::usage(format!(
                "there is no command {name:?}; the commands are {}",
                names.join(", ")
            ))
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(|error| Failure::failed("cannot write the man page", &error))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_is_split_at_its_first_equals_sign() {
        let owned = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(parameter("name=a=b"), owned("name", "a=b"));
        assert_eq!(parameter("list[]="), owned("list[]", ""));
        assert!(parameter("nothing").is_err());
    }
}
