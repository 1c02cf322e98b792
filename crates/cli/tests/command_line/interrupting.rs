//! Ctrl-C and SIGTERM: a job prints its handle, a sandbox stops with exit code 0.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command};

use crate::running::{Serving, nexus};

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

#[test]
fn interrupted_job_is_resumed_by_its_handle() {
    for signal in ["-INT", "-TERM"] {
        interrupt_and_resume(signal);
    }
}

fn interrupt_and_resume(signal: &str) {
    let sandbox = Serving::start(&["--job-time", "3s"]);
    let mut child = nexus(["identify"]).at(&sandbox).start();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_waiting = |line: &Result<String, _>| line.as_ref().unwrap().starts_with("waiting ");
    assert!(lines.any(|line| is_waiting(&line)));
    send(signal, &child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let handle = String::from_utf8(output.stdout).unwrap();
    let resumed = nexus(["resume", "-"]).at(&sandbox).typing(handle).output();
    assert_eq!(resumed.status.code(), Some(0), "{resumed:?}");
}

#[test]
fn interrupted_job_is_continued_by_its_file() {
    let sandbox = Serving::start(&["--job-time", "3s"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job").display().to_string();
    let run = || nexus(["identify", "--job-file", &path]).at(&sandbox);
    let mut child = run().start();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_started = |line: String| line.starts_with("identify ");
    assert!(lines.any(|line| is_started(line.unwrap())));
    send("-INT", &child);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty(), "{output:?}");
    let advice = format!("  the job is kept in {path}; to continue, run the same command again");
    assert_eq!(rest.last(), Some(&advice), "{rest:?}");
    assert_eq!(run().output().status.code(), Some(0));
}

#[test]
fn interrupted_sandbox_stops() {
    for signal in ["-INT", "-TERM"] {
        let mut sandbox = Serving::start(&[]);
        send(signal, &sandbox.child);
        assert!(sandbox.child.wait().unwrap().success());
    }
}
