//! The passwords that decide how a job goes: MX Bank's documented ones, and those of the sandbox's own banks.

use crate::bank::{Question, Round, Step};
use crate::settings::Settings;
use mx_nexus::values::ConnectionStatus;

/// The steps of a job at MX Bank.
pub(crate) fn mx_bank(password: &str, settings: &Settings) -> Vec<Step> {
    use ConnectionStatus::{Denied, Failed, Locked};
    match password {
        "challenge" => asking([Round::of([Question::Text])], settings),
        "options" => asking([Round::of([Question::Options])], settings),
        "image" => asking([Round::of([Question::ImageData])], settings),
        "BAD_REQUEST" | "SERVER_ERROR" | "UNAVAILABLE" => ending(Failed, settings),
        "UNAUTHORIZED" | "INVALID" | "DISABLED" => ending(Denied, settings),
        "LOCKED" => ending(Locked, settings),
        _ => connecting(settings),
    }
}

/// The steps of a job at a bank of the sandbox, which knows MX Bank's passwords too.
pub(crate) fn sandbox_bank(password: &str, settings: &Settings) -> Vec<Step> {
    let second_chance = Round {
        has_second_chance: true,
        ..Round::of([Question::Text])
    };
    match password {
        "token" => asking([Round::of([Question::Token])], settings),
        "image_options" => asking([Round::of([Question::ImageOptions])], settings),
        "two_questions" => asking([Round::of([Question::Text, Question::Options])], settings),
        "phone" => asking(
            [Round::of([Question::Phone]), Round::of([Question::Token])],
            settings,
        ),
        "second_chance" => asking([second_chance], settings),
        "quick" => vec![Step::End(ConnectionStatus::Connected)],
        "slow" => lasting(None, settings),
        "delayed" => lasting(Some(ConnectionStatus::Delayed), settings),
        word => match final_status(word) {
            Some(status) => ending(status, settings),
            None => mx_bank(word, settings),
        },
    }
}

/// Signs in and gathers.
pub(crate) fn connecting(settings: &Settings) -> Vec<Step> {
    vec![signing_in(settings), gathering(settings), connected()]
}

/// Signs in and ends with this status.
pub(crate) fn ending(status: ConnectionStatus, settings: &Settings) -> Vec<Step> {
    vec![signing_in(settings), Step::End(status)]
}

/// Gathers after a sign-in.
pub(crate) fn gathering_only(settings: &Settings) -> Vec<Step> {
    vec![gathering(settings), connected()]
}

fn asking(rounds: impl IntoIterator<Item = Round>, settings: &Settings) -> Vec<Step> {
    let mut steps = vec![signing_in(settings)];
    steps.extend(rounds.into_iter().map(Step::Ask));
    steps.extend(gathering_only(settings));
    steps
}

fn lasting(status: Option<ConnectionStatus>, settings: &Settings) -> Vec<Step> {
    let waiting = Step::Show {
        status,
        is_aggregating: true,
        duration: settings.long(),
    };
    vec![
        signing_in(settings),
        waiting,
        gathering(settings),
        connected(),
    ]
}

fn signing_in(settings: &Settings) -> Step {
    Step::Show {
        status: None,
        is_aggregating: true,
        duration: settings.half(),
    }
}

fn gathering(settings: &Settings) -> Step {
    Step::Show {
        status: Some(ConnectionStatus::Connected),
        is_aggregating: true,
        duration: settings.half(),
    }
}

fn connected() -> Step {
    Step::End(ConnectionStatus::Connected)
}

/// The status with this lower-case name, if a job can end with it.
fn final_status(word: &str) -> Option<ConnectionStatus> {
    use ConnectionStatus as Is;
    let is_named = |status: &&Is| status.as_str().to_lowercase() == word;
    let status = Is::KNOWN.iter().find(is_named)?;
    let is_passing = matches!(
        status,
        Is::Created | Is::Challenged | Is::Connected | Is::Delayed | Is::Updated | Is::Resumed
    );
    (!is_passing && *status != Is::Pending).then(|| status.clone())
}
