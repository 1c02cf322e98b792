//! Prompts on a pseudo terminal: masked text, a choice, and Ctrl-C.

use rexpect::session::{PtySession, spawn_command};

use crate::running::nexus;

/// Milliseconds; enough for a slow machine, and never reached.
const LIMIT: Option<u64> = Some(120_000);

fn on_terminal(arguments: &[&str]) -> PtySession {
    let mut command = nexus(arguments).into_command();
    command.env("TERM", "xterm");
    spawn_command(command, LIMIT).unwrap()
}

/// rexpect does not export the type of a status, so its text is compared.
fn ends_with(mut terminal: PtySession, code: i32) {
    terminal.exp_eof().unwrap();
    let status = format!("{:?}", terminal.process().wait().unwrap());
    assert!(status.starts_with("Exited"), "{status}");
    assert!(status.ends_with(&format!(", {code})")), "{status}");
}

#[test]
fn first_command_asks_one_question_and_prints_owners() {
    let mut terminal = on_terminal(&["identify"]);
    terminal
        .exp_string("in the sandbox `correct` is right")
        .unwrap();
    terminal.send_line("correct").unwrap();
    let between = terminal.exp_string("ACCOUNT").unwrap();
    assert!(!between.contains("correct"), "masked: {between}");
    ends_with(terminal, 0);
}

#[test]
fn option_is_chosen_from_a_list() {
    let mut terminal = on_terminal(&["identify", "--credential", "Password=options"]);
    terminal.exp_string("A wrong one").unwrap();
    // Typed text filters the list.
    terminal.send("pigeon").unwrap();
    terminal.flush().unwrap();
    terminal.exp_string("(no option matches)").unwrap();
    terminal.send(&"\u{7f}".repeat("pigeon".len())).unwrap();
    terminal.send_line("right one").unwrap();
    terminal.exp_string("ACCOUNT").unwrap();
    ends_with(terminal, 0);
}

#[test]
fn image_file_exists_until_the_question_is_answered() {
    let mut terminal = on_terminal(&["identify", "--credential", "Password=image"]);
    let (_, path) = terminal.exp_regex(r"\S+/nexus-question-\S+\.gif").unwrap();
    terminal
        .exp_string("in the sandbox `correct` is right")
        .unwrap();
    assert!(std::fs::read(&path).is_ok(), "{path}");
    terminal.send_line("correct").unwrap();
    terminal.exp_string("ACCOUNT").unwrap();
    ends_with(terminal, 0);
    assert!(std::fs::read(&path).is_err(), "{path}");
}

#[test]
fn ctrl_c_interrupts_a_question() {
    let mut terminal = on_terminal(&["identify"]);
    terminal
        .exp_string("in the sandbox `correct` is right")
        .unwrap();
    terminal.send_control('c').unwrap();
    terminal.exp_string("error: interrupted").unwrap();
    ends_with(terminal, 130);
}
