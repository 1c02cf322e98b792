//! What is said on the way, to stderr: lines, and a spinner where a person looks on.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::exit::Failure;
use crate::interrupt::Interrupt;

/// Stderr, and what is known of who is there.
pub(crate) struct Terminal {
    spinner: Option<ProgressBar>,
    last: String,
    has_person: bool,
    interrupt: Interrupt,
}

impl Terminal {
    /// Needs a runtime, in which it listens for Ctrl-C.
    pub(crate) fn new() -> Self {
        Self {
            spinner: None,
            last: String::new(),
            has_person: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            interrupt: Interrupt::listen(),
        }
    }

    /// Whether somebody can be asked.
    pub(crate) fn has_person(&self) -> bool {
        self.has_person
    }

    /// What hears Ctrl-C.
    pub(crate) fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Says a sentence.
    pub(crate) fn say(&mut self, text: impl Display) {
        self.rest();
        say(text);
    }

    /// Says what came of one step of the way.
    pub(crate) fn step(&mut self, step: &str, outcome: impl Display) {
        self.say(format!("{step:<12} {outcome}"));
    }

    /// Shows that the wait goes on: a spinner for people, and for logs a line where there is news.
    pub(crate) fn wait(&mut self, news: &str, detail: impl Display) {
        if std::io::stderr().is_terminal() {
            let spinner = self.spinner.get_or_insert_with(spinner);
            spinner.set_message(format!("{detail}"));
        } else if self.last != news {
            news.clone_into(&mut self.last);
            self.step("waiting", news);
        }
    }

    /// Takes the spinner away.
    pub(crate) fn rest(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
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

/// Says why a command failed, and what to do.
pub(crate) fn complain(failure: &Failure) {
    say(format!("error: {}", failure.message));
    for advice in &failure.advice {
        say(format!("  {advice}"));
    }
}

fn say(text: impl Display) {
    // There is nowhere to say that nothing can be said.
    let _ = writeln!(std::io::stderr().lock(), "{}", shown(&text.to_string()));
}

/// Text of others as it may be shown: what it holds of control characters could do anything to a terminal.
pub(crate) fn shown(text: &str) -> String {
    let harmless = |character: char| match character {
        '\n' => '\n',
        '\t' => ' ',
        control if control.is_control() => '\u{fffd}',
        // Marks that turn the direction of what follows.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    };
    text.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\tc\u{9b}d"), "a\u{fffd}[2Jb c\u{fffd}d");
        assert_eq!(shown("two\nlines, naïve 東京"), "two\nlines, naïve 東京");
    }
}
