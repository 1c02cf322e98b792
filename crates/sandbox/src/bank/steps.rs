//! What a job goes through at a bank: a list of steps that the world plays by the clock. The institutions write courses, the
//! connection of a member plays them.

use std::time::Duration;

use mx_nexus::values::ConnectionStatus;

/// One step of a job.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// For a while the member shows this.
    Show {
        /// The status; none leaves the one from before, as MX does while it signs in.
        status: Option<ConnectionStatus>,
        /// Whether the member is being aggregated.
        is_aggregating: bool,
        /// For how long.
        duration: Duration,
    },
    /// The bank asks, and waits.
    Ask(Round),
    /// The job is over.
    End(ConnectionStatus),
}

/// Questions that are open at the same time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Round {
    /// What is asked.
    pub questions: Vec<Question>,
    /// Whether a wrong answer brings the same round once more.
    pub has_second_chance: bool,
}

/// A question of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Free text.
    Text,
    /// One of several texts.
    Options,
    /// Where a one-time code is to be sent, as one of several texts.
    Phone,
    /// The one-time code.
    Token,
    /// What a picture shows.
    ImageData,
    /// One of several pictures.
    ImageOptions,
}

/// What a bank makes of the answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is right.
    Correct,
    /// It is right, and another round follows.
    AnotherRound,
    /// It is wrong.
    Wrong,
    /// The bank breaks off.
    Ends(ConnectionStatus),
}

impl Round {
    /// A round of these questions.
    pub(crate) fn of(questions: impl Into<Vec<Question>>) -> Self {
        Self {
            questions: questions.into(),
            has_second_chance: false,
        }
    }
}

/// The answers that every bank of the sandbox knows; they are MX Bank's.
pub(crate) fn verdict(answer: &str) -> Verdict {
    match answer {
        "correct" => Verdict::Correct,
        "challenge" => Verdict::AnotherRound,
        "DISABLED" => Verdict::Ends(ConnectionStatus::Denied),
        "SERVER_ERROR" | "UNAVAILABLE" => Verdict::Ends(ConnectionStatus::Failed),
        _ => Verdict::Wrong,
    }
}
