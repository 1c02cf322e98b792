//! Runs the program without the MX variables of the environment, and turns its output into a transcript.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Output, Stdio};

use mx_nexus_sandbox::Sandbox;
use regex::Regex;

/// What differs from run to run, and its replacement.
const CHANGING: [(&str, &str); 6] = [
    (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:PORT"),
    (r"\b(MBR|ACT|USR|INS|CRD|JOB)-[0-9a-f-]{36}", "$1-…"),
    (r"(/_sandbox/oauth/MBR-…)/\w+", "$1/TOKEN"),
    (r#""state":\{.*\}"#, r#""state":{…}}"#),
    (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME"),
    (r"/\S*/(job[\w.-]*)", "FOLDER/$1"),
];

/// The user of a run in a sandbox of the test's own process.
pub(crate) const USER: &str = "my-first-user";

/// A run of the program.
pub(crate) struct Run {
    command: Command,
    shown: String,
    stdin: Option<Vec<u8>>,
}

/// A run with these arguments.
pub(crate) fn nexus<I: AsRef<str>>(arguments: impl IntoIterator<Item = I>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexus"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MX_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").env_remove("COLUMNS");
    // For images of questions.
    command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"));
    let mut shown = "$ nexus".to_owned();
    for argument in arguments {
        let argument = argument.as_ref();
        command.arg(argument);
        let quoted = argument.contains([' ', '{', '"']);
        let quote = if quoted { "'" } else { "" };
        write!(shown, " {quote}{argument}{quote}").unwrap();
    }
    Run {
        command,
        shown,
        stdin: None,
    }
}

impl Run {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn at(self, sandbox: &Serving) -> Self {
        let variables = sandbox.variables.iter();
        variables.fold(self, |run, (name, value)| run.with(name, value))
    }

    /// In a sandbox of the test's own process.
    pub(crate) fn inside(self, sandbox: &Sandbox) -> Self {
        self.with("MX_ENVIRONMENT", sandbox.address())
            .with("MX_CLIENT_ID", sandbox.client_id())
            .with("MX_API_KEY", sandbox.api_key().expose())
            .with("MX_USER_ID", USER)
    }

    pub(crate) fn typing(mut self, stdin: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(stdin.into());
        self
    }

    /// The command, for a test that starts it.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// Starts the program without waiting for its end.
    pub(crate) fn start(&mut self) -> Child {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.stdin(match self.stdin {
            Some(_) => Stdio::piped(),
            None => Stdio::null(),
        });
        self.command.spawn().unwrap()
    }

    pub(crate) fn output(&mut self) -> Output {
        let mut child = self.start();
        if let (Some(text), Some(mut stdin)) = (&self.stdin, child.stdin.take()) {
            // Fails if the program has ended, which the output shows.
            let _ = stdin.write_all(text);
        }
        child.wait_with_output().unwrap()
    }

    /// Runs the program and returns its transcript.
    pub(crate) fn transcript(mut self) -> String {
        let output = self.output();
        transcript(&self.shown, &output)
    }
}

/// The command, its exit code, and both streams, as [`stable`] text.
fn transcript(shown: &str, output: &Output) -> String {
    let mut text = format!("{shown}\nexit {}\n", output.status.code().unwrap());
    for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let stream = String::from_utf8(stream.clone()).unwrap();
        if !stream.is_empty() {
            write!(text, "--- {name}\n{stream}").unwrap();
        }
    }
    stable(&text)
}

/// Replaces what differs from run to run. Waiting lines are left out: their number depends on time.
pub(crate) fn stable(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("waiting "))
        .collect();
    CHANGING
        .iter()
        .fold(lines.join("\n") + "\n", |text, (pattern, replacement)| {
            let pattern = Regex::new(pattern).unwrap();
            pattern.replace_all(&text, *replacement).into_owned()
        })
}

/// A sandbox in its own process, killed on drop.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) introduction: String,
    variables: Vec<(String, String)>,
}

impl Serving {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let all = ["sandbox", "--port", "0"].iter().chain(arguments);
        let mut child = nexus(all).start();
        let mut introduction = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            introduction.push_str(&line);
            introduction.push('\n');
            if line.contains("/nexus/members\"") {
                break;
            }
        }
        let variables = introduction
            .lines()
            .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            child,
            introduction,
            variables,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
