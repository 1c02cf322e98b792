//! Questions on a terminal, a pseudo one: masked text, a choice, a spinner, and Ctrl-C in the middle.

use rexpect::session::{PtySession, spawn_command};

use crate::running::nexus;

/// Long enough for a slow machine; no test waits for it.
const LIMIT: Option<u64> = Some(120_000);

fn on_terminal(arguments: &[&str]) -> PtySession {
    let mut command = nexus(arguments).into_command();
    command.env("TERM", "xterm");
    spawn_command(command, LIMIT).unwrap()
}

/// The type of a status is not exported, but its text is.
fn ends_with(mut terminal: PtySession, code: i32) {
    terminal.exp_eof().unwrap();
    let status = format!("{:?}", terminal.process().wait().unwrap());
    assert!(status.starts_with("Exited"), "{status}");
    assert!(status.ends_with(&format!(", {code})")), "{status}");
}

#[test]
fn the_first_command_asks_one_question_and_shows_owners() {
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
fn an_option_is_chosen_from_a_list() {
    let mut terminal = on_terminal(&["identify", "--credential", "Password=options"]);
    terminal.exp_string("A wrong one").unwrap();
    // What is typed narrows the list down.
    terminal.send_line("right one").unwrap();
    terminal.exp_string("ACCOUNT").unwrap();
    ends_with(terminal, 0);
}

#[test]
fn an_image_is_there_while_it_is_asked_about() {
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
fn a_question_is_left_by_ctrl_c() {
    let mut terminal = on_terminal(&["identify"]);
    terminal
        .exp_string("in the sandbox `correct` is right")
        .unwrap();
    terminal.send_control('c').unwrap();
    terminal.exp_string("error: interrupted").unwrap();
    ends_with(terminal, 130);
}
