//! `nexus sandbox`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::running::{Serving, nexus, stable};

/// Longer than any test that succeeds.
const PATIENCE: Duration = Duration::from_secs(60);

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn sandbox_prints_its_variables() {
    let sandbox = Serving::start(&[]);
    let key = regex::Regex::new("MX_API_KEY=.+").unwrap();
    let text = stable(&sandbox.introduction);
    let text = key.replace(&text, "MX_API_KEY=…");
    insta::assert_snapshot!("sandbox", text);
}

#[test]
fn taken_port_is_reported() {
    let sandbox = Serving::start(&[]);
    let port = sandbox.introduction.lines().find_map(|line| {
        let address = line.strip_prefix("export MX_ENVIRONMENT=")?;
        address.rsplit(':').next()
    });
    let output = nexus(["sandbox", "--port", port.unwrap()]).output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("--port 0"), "{stderr}");
}

#[test]
fn chosen_credentials_are_in_the_env_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.env");
    let file = path.to_str().unwrap();
    let options = [
        "--client-id",
        "ours",
        "--api-key",
        "our-key",
        "--env-file",
        file,
    ];
    let sandbox = Serving::start(&options);
    let written = fs::read_to_string(&path).unwrap();
    let printed = sandbox.introduction.lines();
    let printed = printed.filter_map(|line| line.strip_prefix("export "));
    assert!(printed.eq(written.lines()), "{written}");
    for line in ["MX_CLIENT_ID=ours", "MX_API_KEY=our-key"] {
        assert!(written.lines().any(|one| one == line), "{written}");
    }
    let output = nexus(["call", "listMembers"]).at(&sandbox).output();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn env_file_that_cannot_be_written_is_reported() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("missing/sandbox.env");
    let output = nexus(["sandbox", "--env-file", path.to_str().unwrap()]).output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot write"), "{stderr}");
}

#[test]
fn world_is_read_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.yaml");
    let file = path.to_str().unwrap();
    let options = ["sandbox", "--world", file];
    fs::write(&path, "users:\n  - id: U-1\n    membres: []\n").unwrap();
    let output = nexus(options).output();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    for part in ["world.yaml", "membres", "line 3"] {
        assert!(stderr.contains(part), "{part}: {stderr}");
    }
    let user = "users:\n  - id: my-first-user\n    members:\n      - {institution: MX Bank}\n";
    fs::write(&path, user).unwrap();
    let sandbox = Serving::start(&options[1..]);
    let output = nexus(["call", "listMembers"]).at(&sandbox).output();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("\"mxbank\""), "{stdout}");
}

#[test]
fn invalid_origin_is_reported() {
    let output = nexus(["sandbox", "--cors", "localhost"]).output();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("http://localhost:3000"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn sandbox_stops_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.env");
    let script = format!(
        "{} sandbox --exit-with-parent --env-file {} >/dev/null & read -r line",
        env!("CARGO_BIN_EXE_nexus"),
        path.display()
    );
    let mut shell = std::process::Command::new("sh");
    let shell = shell
        .args(["-c", &script])
        .stdin(std::process::Stdio::piped());
    let mut shell = shell.spawn().unwrap();
    wait_until("the sandbox is ready", || path.exists());
    shell.kill().unwrap();
    shell.wait().unwrap();
    wait_until("the sandbox has stopped", || !path.exists());
}

#[test]
fn world_of_a_sandbox_is_an_environment() {
    let sandbox = Serving::start(&["--job-time", "50ms"]);
    let mut lines = sandbox.introduction.lines();
    let address = lines.find_map(|line| line.strip_prefix("export MX_ENVIRONMENT="));
    let address = address.unwrap();
    let ask = |request: &str| {
        let host = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!("{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let added = ask("POST /_sandbox/worlds");
    assert!(
        added.contains(&format!("\"{address}/worlds/1\"")),
        "{added}"
    );
    let arguments = [
        "identify",
        "--credential",
        "Password=options",
        "--answer",
        "correct",
    ];
    let run = nexus(arguments).at(&sandbox);
    let output = run
        .with("MX_ENVIRONMENT", &format!("{address}/worlds/1"))
        .output();
    assert!(output.status.success(), "{output:?}");
    assert!(ask("GET /worlds/1/_sandbox/members").contains("CONNECTED"));
    assert!(ask("GET /_sandbox/members").ends_with("{\"members\":[]}"));
}
