//! Questions to the person at the terminal: text, masked text, a choice. Every prompt is left by Ctrl-C or Escape.

use inquire::{InquireError, Password, PasswordDisplayMode, Select, Text};
use mx_nexus::Secret;

use crate::exit::{Exit, Failure};
use crate::terminal::shown;

/// How a question is asked.
pub(crate) enum Prompt {
    Text,
    /// Not shown while it is typed.
    Masked,
    /// One of these, as label and value.
    Choice(Vec<(String, String)>),
}

/// Asks, on a thread of its own: the jobs and the sandbox of this process go on meanwhile.
pub(crate) async fn ask(
    prompt: Prompt,
    label: &str,
    hint: Option<&'static str>,
) -> Result<Secret, Failure> {
    let label = shown(label);
    let asked = tokio::task::spawn_blocking(move || match prompt {
        Prompt::Text => text(&label, hint),
        Prompt::Masked => masked(&label, hint),
        Prompt::Choice(options) => choice(&label, hint, options),
    });
    let answer = asked.await.map_err(|_| Failure::interrupted())?;
    answer.map(Secret::new).map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failure::interrupted()
        }
        other => Failure::new(
            Exit::Failed,
            format!("the question cannot be asked: {other}"),
        ),
    })
}

fn text(label: &str, hint: Option<&str>) -> Result<String, InquireError> {
    let mut prompt = Text::new(label);
    prompt.help_message = hint;
    prompt.prompt()
}

fn masked(label: &str, hint: Option<&str>) -> Result<String, InquireError> {
    Password::new(label)
        .with_display_mode(PasswordDisplayMode::Masked)
        .with_display_toggle_enabled()
        .with_help_message(hint.unwrap_or("Ctrl-R shows what you type"))
        .without_confirmation()
        .prompt()
}

fn choice(
    label: &str,
    hint: Option<&str>,
    options: Vec<(String, String)>,
) -> Result<String, InquireError> {
    let labels = options.iter().map(|(label, _)| shown(label)).collect();
    let mut prompt = Select::new(label, labels);
    if hint.is_some() {
        prompt.help_message = hint;
    }
    let chosen = prompt.raw_prompt()?;
    let option = options.into_iter().nth(chosen.index);
    Ok(option.map(|(_, value)| value).unwrap_or_default())
}
