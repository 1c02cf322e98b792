//! The steps of a job at a bank: the institutions make them, the connection of a member plays them by the clock.

use std::time::Duration;

use mx_nexus::values::ConnectionStatus;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// The member shows this for a while.
    Show {
        /// None keeps the status from before, as MX does during the sign-in.
        status: Option<ConnectionStatus>,
        is_aggregating: bool,
        duration: Duration,
    },
    /// Challenges are open until they are answered.
    Ask(Round),
    /// The job ends.
    End(ConnectionStatus),
}

/// Questions that are open at the same time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Round {
    pub questions: Vec<Question>,
    /// Whether a wrong answer repeats the round once.
    pub has_second_chance: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Free text.
    Text,
    /// One of several texts.
    Options,
    /// The destination of a one-time code, one of several texts.
    Phone,
    /// The one-time code.
    Token,
    /// What a picture shows.
    ImageData,
    /// One of several pictures.
    ImageOptions,
}

/// The bank's verdict on an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Correct,
    /// Correct, and another round follows.
    AnotherRound,
    Wrong,
    /// The job ends.
    Ends(ConnectionStatus),
}

impl Round {
    pub(crate) fn of(questions: impl Into<Vec<Question>>) -> Self {
        Self {
            questions: questions.into(),
            has_second_chance: false,
        }
    }
}

/// MX Bank's documented answers, which every bank of the sandbox knows.
pub(crate) fn verdict(answer: &str) -> Verdict {
    match answer {
        "correct" => Verdict::Correct,
        "challenge" => Verdict::AnotherRound,
        "DISABLED" => Verdict::Ends(ConnectionStatus::Denied),
        "SERVER_ERROR" | "UNAVAILABLE" => Verdict::Ends(ConnectionStatus::Failed),
        _ => Verdict::Wrong,
    }
}
