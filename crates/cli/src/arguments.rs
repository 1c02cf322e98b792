//! The arguments of `nexus`, with their help. Parsed by `main`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{NonEmptyStringValueParser, PathBufValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use mx_nexus::operations::Api;

use crate::exit::CODES;
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
Without these variables, the command runs in a sandbox inside its own process.

With --api atrium the command uses Atrium, MX's sister API, with the same variables. If Atrium has
credentials of its own, MX_ATRIUM_CLIENT_ID and MX_ATRIUM_API_KEY replace MX_CLIENT_ID and
MX_API_KEY. The user is its guid (USR-…) or your identifier of it, an institution is a name or a
code, and there are no sessions.";

const RESULTS: &str = "\
With --json, stdout is the result in MX's fields, as far as they are known. identify: an array of owners (account_guid, \
owner_name, address, city, state, postal_code, country, phone, email and others); verify: an array of account numbers; aggregate \
and balance: an array of accounts; history: the job.

Without --job-file, a job that stops before its end prints its handle as one line of JSON for `nexus resume`: to stdout, or with \
--json to stderr. It contains ids only, no secrets.";

const SECRETS: &str = "\
Other users of this machine can read the arguments of a process. Give a secret as LABEL=@FILE, or as LABEL=- to read a line of \
stdin, or omit it to be asked for it. LABEL=VALUE is refused for a password, except in a sandbox. There, the password selects \
what happens: `challenge`, `options` and `image` ask a question with the right answer `correct`; BAD_REQUEST, UNAUTHORIZED, \
INVALID, LOCKED, DISABLED, SERVER_ERROR and UNAVAILABLE fail; any other password succeeds without a question.";

const SANDBOX: &str = "\
The password of a member decides how its jobs go, at every institution: `challenge`, `options` and `image` ask a question with \
the right answer `correct`; UNAUTHORIZED, INVALID and DISABLED are denied; LOCKED locks the login; BAD_REQUEST, SERVER_ERROR and \
UNAVAILABLE fail; any other password succeeds. At `Sandbox Bank` there are more, such as `token`, `phone`, `two_questions`, \
`second_chance`, `slow`, `delayed`, and the lower-case names of final statuses, such as `impeded`.

Below /_sandbox a test controls the sandbox over HTTP, in JSON; GET /_sandbox lists the requests. Some of them, with \
Content-Type: application/json:
  POST /_sandbox/faults
    {\"request\": \"not_processed\", \"answer\": {\"status\": 503}, \"operation\": \"readMember\"}
    the next readMember is answered with 503
  POST /_sandbox/faults
    {\"request\": \"processed\", \"answer\": {\"connection\": \"reset\"}, \"operation\": \"identifyMember\"}
    the next start takes effect, but its answer is lost
  POST /_sandbox/members
    {\"user_id\": \"U-1\", \"password\": \"challenge\"}
    adds a member to a user
  POST /_sandbox/jobs/finish
    finishes all running jobs
  POST /_sandbox/sessions/expire
    ends all sessions
  GET /_sandbox/requests
    the last requests, without secrets
  POST /_sandbox/worlds
    {\"name\": \"a\"}
    adds an isolated world below /worlds/a; its address is an MX_ENVIRONMENT";

/// For `long_about`: the first sentence is the short one.
macro_rules! about {
    ($what:literal) => {
        concat!(
            $what,
            "\n\nWith --job-file PATH the job is saved before and after every call. If the command stops, by a crash, Ctrl-C or a \
question, run the same command again: it continues, and neither starts nor creates anything twice. The file has ids only, \
and is removed when the job is over.\n\nAll steps are run: user, API token, session, institution, credentials, member, job, \
questions, result. Without credentials of MX they run in a sandbox inside this process."
        )
    };
}

// Usage lines are given, because clap's own depend on what was typed.

/// Command line of MX's Nexus API: run jobs, such as finding the owners of accounts, and call any operation.
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
    #[command(override_usage = "nexus identify [OPTIONS]")]
    #[command(long_about = about!("Find the owners of the accounts at an institution"))]
    #[command(after_long_help = format!("{RESULTS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    Identify(StartGathering),
    /// Find the account and routing numbers
    #[command(override_usage = "nexus verify [OPTIONS]")]
    #[command(long_about = about!("Find the account and routing numbers of the accounts at an institution"))]
    #[command(after_long_help = format!("{RESULTS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    Verify(StartGathering),
    /// Gather accounts and transactions anew
    #[command(override_usage = "nexus aggregate [OPTIONS]")]
    #[command(long_about = about!("Gather the accounts and transactions at an institution anew"))]
    #[command(after_long_help = format!("{RESULTS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    Aggregate(StartGathering),
    /// Gather the balances
    #[command(override_usage = "nexus balance [OPTIONS]")]
    #[command(long_about = about!("Gather the balances of the accounts at an institution"))]
    #[command(after_long_help = format!("{RESULTS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    Balance(Start),
    /// Gather up to 24 months of transactions
    #[command(override_usage = "nexus history [OPTIONS]")]
    #[command(long_about = about!("Gather up to 24 months of transactions at an institution"))]
    #[command(after_long_help = format!("{RESULTS}\n\n{SECRETS}\n\n{VARIABLES}\n\n{CODES}"))]
    History(Start),
    /// Continue a job that stopped, by its handle or job file
    #[command(
        override_usage = "nexus resume [OPTIONS] <HANDLE>\n       nexus resume [OPTIONS] --job-file <PATH>"
    )]
    #[command(after_long_help = format!("{RESULTS}\n\n{VARIABLES}\n\n{CODES}"))]
    Resume(Resume),
    /// Show a job and its member; starts and answers nothing
    #[command(
        override_usage = "nexus status [OPTIONS] <HANDLE>\n       nexus status [OPTIONS] --job-file <PATH>"
    )]
    #[command(after_long_help = format!("{VARIABLES}\n\n{CODES}"))]
    Status(Status),
    /// Run a sandbox of MX on this machine until interrupted
    ///
    /// A shell can source the output: it exports variables, and all other lines are comments. Programs read the variables from
    /// --env-file, which is there as long as the sandbox is ready.
    #[command(after_long_help = SANDBOX)]
    Sandbox(Sandbox),
    /// Call any operation of Nexus or Atrium
    ///
    /// Prints the JSON of the response. `nexus operations` lists the operations, `nexus operations NAME` shows the parameters of
    /// one.
    #[command(override_usage = "nexus call [OPTIONS] <OPERATION> [NAME=VALUE]...")]
    #[command(after_long_help = format!("{VARIABLES}\n\n{CODES}"))]
    Call(Call),
    /// List the operations of Nexus or Atrium, or show one
    Operations(Operations),
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the man page of nexus or of one command
    Man { command: Option<String> },
}

/// The account at MX, and the user to act for. Variables are read by `access`, which knows the API.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct Configuration {
    /// integration, production, or the address of a sandbox; default: the variable MX_ENVIRONMENT
    #[arg(long)]
    pub(crate) environment: Option<String>,
    /// The client id that MX gave you; default: the variable MX_CLIENT_ID
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// File with the API key, or - for stdin; default: the variable MX_API_KEY
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) api_key_file: Option<Input>,
    /// The user to act for: the id that you gave it; default: the variable MX_USER_ID
    #[arg(long, value_name = "ID")]
    pub(crate) user: Option<String>,
    /// File with a session token, or - for stdin; default: the variable MX_SESSION_TOKEN
    #[arg(long, value_name = "FILE", value_parser = file())]
    pub(crate) session_token_file: Option<Input>,
}

/// The APIs that have jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiName {
    #[default]
    Nexus,
    Atrium,
}

/// The API of a command that calls MX.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(crate) struct ApiOption {
    /// The API of MX to use
    #[arg(long = "api", value_name = "API", default_value = "nexus")]
    name: ApiName,
}

impl From<ApiOption> for Api {
    fn from(option: ApiOption) -> Self {
        option.name.into()
    }
}

impl From<ApiName> for Api {
    fn from(name: ApiName) -> Self {
        match name {
            ApiName::Nexus => Self::Nexus,
            ApiName::Atrium => Self::Atrium,
        }
    }
}

/// The option that chooses an API, for command lines in messages; empty for the default.
pub(crate) fn api_option(api: Api) -> &'static str {
    match api {
        Api::Atrium => " --api atrium",
        _ => "",
    }
}

/// Options of a command that follows a job.
#[derive(Debug, Args)]
pub(crate) struct JobOptions {
    /// Save the job in this file; the same command run again continues it
    #[arg(long, value_name = "PATH")]
    pub(crate) job_file: Option<PathBuf>,
    /// Answer to a question of the institution: VALUE, @FILE, or - for a line of stdin; repeat it in the order of the questions
    ///
    /// After exit code 3, give the answers that are missing, and not the earlier ones.
    #[arg(long = "answer", value_name = "VALUE", allow_hyphen_values = true)]
    pub(crate) answers: Vec<Input>,
    /// How long to wait for MX in total; the time that you take to answer does not count
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = timeout)]
    pub(crate) timeout: Duration,
    /// Print the result as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Start {
    #[command(flatten)]
    pub(crate) job: JobOptions,
    /// Existing member; with --credential, its credentials are updated first
    #[arg(long, value_name = "GUID", conflicts_with = "institution", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) member: Option<String>,
    /// Institution to connect, by name or GUID; default in a sandbox: one of its own
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
    pub(crate) api: ApiOption,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct StartGathering {
    #[command(flatten)]
    pub(crate) start: Start,
    /// Gather transactions too; default: as MX does it for this kind of job
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) include_transactions: Option<bool>,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The handle: JSON, @FILE, or - for stdin
    #[arg(required_unless_present = "job_file", conflicts_with = "job_file")]
    pub(crate) handle: Option<Input>,
    #[command(flatten)]
    pub(crate) job: JobOptions,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The handle: JSON, @FILE, or - for stdin
    #[arg(required_unless_present = "job_file", conflicts_with = "job_file")]
    pub(crate) handle: Option<Input>,
    /// The file of the job
    #[arg(long, value_name = "PATH")]
    pub(crate) job_file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Port; 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) port: u16,
    /// Address of the network interface; on another than this one, everybody who reaches it can read and change everything
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: IpAddr,
    /// Host name to answer to, besides localhost and IP addresses, such as the name of a container; can be repeated
    #[arg(long = "allow-host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// Origin whose web pages may use the sandbox, such as http://localhost:3000
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) cors: Option<String>,
    /// File with institutions, logins, users and members, as YAML or JSON; GET /_sandbox/world/schema is its JSON Schema
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// Client id of the partner
    #[arg(long, value_name = "ID", default_value = "sandbox-client", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) client_id: String,
    /// API key of the partner; default: a random one
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) api_key: Option<String>,
    /// Write the variables to this file as NAME=VALUE when the sandbox is ready, and remove it at the end
    #[arg(long, value_name = "PATH")]
    pub(crate) env_file: Option<PathBuf>,
    /// Stop when the process that started this one ends
    #[cfg(unix)]
    #[arg(long)]
    pub(crate) exit_with_parent: bool,
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
    pub(crate) operation: String,
    /// Parameters by MX's names, such as member_guid=MBR-1; repeat a parameter that is a list
    #[arg(value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    /// Request body: JSON, @FILE, or - for stdin; put secrets into a file
    #[arg(long, value_name = "JSON")]
    pub(crate) body: Option<Input>,
    #[command(flatten)]
    pub(crate) api: ApiOption,
    #[command(flatten)]
    pub(crate) configuration: Configuration,
}

#[derive(Debug, Args)]
pub(crate) struct Operations {
    /// Operation to show with its parameters
    #[arg(conflicts_with = "tag")]
    pub(crate) name: Option<String>,
    /// List the operations with this tag only, such as members
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Option<String>,
    /// The API of MX to use
    #[arg(long, value_name = "API", default_value = "nexus")]
    pub(crate) api: ApiName,
}

fn file() -> impl TypedValueParser<Value = Input> {
    PathBufValueParser::new().map(|path: PathBuf| match path.to_str() {
        Some("-") => Input::Stdin,
        _ => Input::File(path),
    })
}

/// A job that has no time is not started.
fn timeout(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => {
            Err("a job needs more time than none; nothing was started".to_owned())
        }
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
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
