//! The terminal: progress and errors on stderr, a spinner, and prompts.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use inquire::{InquireError, Password, PasswordDisplayMode, Select, Text};
use mx_nexus::Secret;

use crate::exit::{Exit, Failure, Interrupt};

/// Stderr, and whether prompts are possible.
pub(crate) struct Terminal {
    spinner: Option<ProgressBar>,
    last_status: String,
    is_interactive: bool,
    interrupt: Interrupt,
}

impl Terminal {
    /// Needs a runtime, for the signal handlers.
    pub(crate) fn new() -> Self {
        Self {
            spinner: None,
            last_status: String::new(),
            is_interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            interrupt: Interrupt::listen(),
        }
    }

    /// Whether [`Terminal::ask`] can be used.
    pub(crate) fn is_interactive(&self) -> bool {
        self.is_interactive
    }

    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Prints a line.
    pub(crate) fn print(&mut self, text: impl Display) {
        self.stop_spinner();
        print(text);
    }

    /// Prints a step and its outcome.
    pub(crate) fn step(&mut self, step: &str, outcome: impl Display) {
        self.print(format!("{step:<12} {outcome}"));
    }

    /// Shows that a job runs: a spinner on a terminal, else a line for each new status.
    pub(crate) fn waiting(&mut self, status: &str, detail: impl Display) {
        if std::io::stderr().is_terminal() {
            let spinner = self.spinner.get_or_insert_with(spinner);
            spinner.set_message(detail.to_string());
        } else if self.last_status != status {
            status.clone_into(&mut self.last_status);
            self.step("waiting", status);
        }
    }

    pub(crate) fn stop_spinner(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }

    /// Asks the user. Runs on a thread of its own, so that jobs and the embedded sandbox continue. Ctrl-C and Escape end it.
    pub(crate) async fn ask(
        &mut self,
        prompt: Prompt,
        label: &str,
        hint: Option<&'static str>,
    ) -> Result<Secret, Failure> {
        self.stop_spinner();
        let label = printable(label);
        let asked = tokio::task::spawn_blocking(move || prompt.ask(&label, hint));
        let answer = asked.await.map_err(|_| Failure::interrupted())?;
        answer.map(Secret::new).map_err(|error| match error {
            InquireError::OperationCanceled | InquireError::OperationInterrupted => {
                Failure::interrupted()
            }
            other => Failure::new(Exit::Failed, format!("cannot show the prompt: {other}")),
        })
    }
}

fn spinner() -> ProgressBar {
    let spinner = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("waiting {spinner}    {msg} ({elapsed})") {
        spinner.set_style(style);
    }
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// The kinds of prompt.
pub(crate) enum Prompt {
    Text,
    /// Typed text is masked.
    Masked,
    /// One of these, as label and value.
    Choice(Vec<(String, String)>),
}

impl Prompt {
    fn ask(self, label: &str, hint: Option<&str>) -> Result<String, InquireError> {
        match self {
            Self::Text => {
                let mut prompt = Text::new(label);
                prompt.help_message = hint;
                prompt.prompt()
            }
            Self::Masked => Password::new(label)
                .with_display_mode(PasswordDisplayMode::Masked)
                .with_display_toggle_enabled()
                .with_help_message(hint.unwrap_or("Ctrl-R shows what you type"))
                .without_confirmation()
                .prompt(),
            Self::Choice(mut options) => loop {
                let mut labels: Vec<String> =
                    options.iter().map(|(label, _)| printable(label)).collect();
                let matches =
                    |typed: &str, label: &str| label.to_lowercase().contains(&typed.to_lowercase());
                let all = labels.clone();
                // The last line is shown where no label matches.
                let score = |typed: &str, _: &String, label: &str, index: usize| {
                    let is_shown = match index == all.len() {
                        true => !all.iter().any(|label| matches(typed, label)),
                        false => matches(typed, label),
                    };
                    is_shown.then_some(0)
                };
                labels.push("(no option matches)".to_owned());
                let chosen = Select::new(label, labels)
                    .with_scorer(&score)
                    .with_help_message("↑↓ to move, enter to select, type to filter")
                    .raw_prompt()?;
                if chosen.index < options.len() {
                    return Ok(options.swap_remove(chosen.index).1);
                }
            },
        }
    }
}

/// Prints why a command failed, and what to do.
pub(crate) fn print_failure(failure: &Failure) {
    print(format!("error: {}", failure.message));
    for advice in &failure.advice {
        print(format!("  {advice}"));
    }
}

fn print(text: impl Display) {
    // An error of stderr cannot be reported.
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(&text.to_string()));
}

/// Text of others without control characters, which could change the terminal.
pub(crate) fn printable(text: &str) -> String {
    let replace = |character: char| match character {
        '\n' => '\n',
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        // Marks that change the direction of the text.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    };
    text.chars().map(replace).collect()
}

/// [`printable`] text in one line.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\tc\u{9b}d"),
            "a\u{fffd}[2Jb c\u{fffd}d"
        );
        assert_eq!(
            printable("two\nlines, naïve 東京"),
            "two\nlines, naïve 東京"
        );
    }
}
