//! Answers to the questions of an institution: from `--answer` first, then from prompts. Used while a job is followed.

use std::io::Write;

use mx_nexus::Secret;
use mx_nexus::identity::{Answers, Challenge, ChallengeKind, Challenges, Image};
use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure};
use crate::input::Input;
use crate::job_file::{Answering, JobRecord};
use crate::terminal::{Prompt, Terminal, one_line};

const SANDBOX_HINT: &str = "in the sandbox `correct` is right";

/// The answers of `--answer`, and the hint for prompts.
pub(crate) struct AnswerSource {
    given: Vec<Secret>,
    /// How many were used, here or in an earlier process; none until the first question.
    used: Option<usize>,
    hint: Option<&'static str>,
}

impl AnswerSource {
    pub(crate) fn new(arguments: &[Input]) -> Result<Self, Failure> {
        let given = arguments.iter().map(|argument| argument.line("an answer"));
        Ok(Self {
            given: given.collect::<Result<_, _>>()?,
            used: None,
            hint: None,
        })
    }

    /// Prompts show the right answer if this is a sandbox.
    pub(crate) fn in_sandbox(mut self, is_sandbox: bool) -> Self {
        self.hint = is_sandbox.then_some(SANDBOX_HINT);
        self
    }

    /// The answers to all questions, which MX takes together; a failure if one is missing. Images of questions without an
    /// answer are kept if the job is.
    pub(crate) async fn answer(
        &mut self,
        challenges: &Challenges,
        record: &mut JobRecord,
        is_kept: bool,
        terminal: &mut Terminal,
    ) -> Result<Answers, Failure> {
        if challenges.is_of_other_job() {
            let notice = "asks first, and this one waits for its end";
            terminal.step("other job", notice);
        }
        let questions: Vec<_> = challenges.iter().map(|it| it.guid().clone()).collect();
        let first = self
            .used
            .unwrap_or_else(|| match &record.saved().answering {
                // They may not have arrived.
                Some(last) if last.questions == questions => last.first,
                Some(last) => last.next,
                None => 0,
            });
        let mut left = self.given.iter().skip(first);
        if left.len() < challenges.len() && !terminal.is_interactive() {
            record.remove_images();
            for challenge in challenges {
                print_question(challenge, terminal);
                if is_kept {
                    keep_images(challenge, record, terminal);
                }
            }
            return Err(missing(challenges.len(), left.len()));
        }
        let mut answers = Answers::new();
        for challenge in challenges {
            let answer = if let Some(answer) = left.next() {
                print_question(challenge, terminal);
                terminal.step("answer", "from --answer");
                answer.clone()
            } else {
                // Removed after the answer.
                let _images = print_images(challenge, terminal);
                // The labels of a sandbox's options show which one is right.
                let hint = self.hint.filter(|_| challenge.options().is_empty());
                terminal
                    .ask(prompt_for(challenge), challenge.label(), hint)
                    .await?
            };
            answers = answers.with(challenge.guid(), answer);
        }
        let next = self.given.len() - left.len();
        self.used = Some(next);
        record.update(|saved| {
            saved.answering = Some(Answering {
                questions,
                first,
                next,
            });
        })?;
        Ok(answers)
    }
}

fn missing(questions: usize, answers: usize) -> Failure {
    let message = match questions {
        1 => "the institution asks a question; give the answer with --answer".to_owned(),
        _ => format!(
            "the institution asks {questions} questions, which need all answers together; answers left: {answers}"
        ),
    };
    Failure::new(Exit::AnswerMissing, message)
}

fn prompt_for(challenge: &Challenge) -> Prompt {
    let options = challenge.options().iter();
    let options: Vec<(String, String)> = options
        .map(|option| (option.label().to_owned(), option.value().to_owned()))
        .collect();
    match challenge.kind() {
        _ if !options.is_empty() => Prompt::Choice(options),
        // A code works once, and an image is no secret; the answer to a personal question stays a secret.
        ChallengeKind::Token | ChallengeKind::Image(_) => Prompt::Text,
        _ => Prompt::Masked,
    }
}

fn print_question(challenge: &Challenge, terminal: &mut Terminal) {
    terminal.step("question", one_line(challenge.label()));
    for option in challenge.options() {
        terminal.step("option", one_line(option.label()));
    }
}

/// The images of a question, with the end of the line that names each.
fn images<'a>(challenge: &'a Challenge, terminal: &mut Terminal) -> Vec<(String, &'a Image)> {
    let mut images = Vec::new();
    match challenge.kind() {
        ChallengeKind::Image(Some(image)) => images.push((String::new(), image)),
        ChallengeKind::Image(None) => terminal.step("image", "MX sent no readable image"),
        _ => {}
    }
    for option in challenge.options() {
        let label = format!(" of {}", one_line(option.label()));
        images.extend(option.image().map(|image| (label, image)));
    }
    images
}

/// Writes the images of a question into temporary files, and prints their names.
fn print_images(challenge: &Challenge, terminal: &mut Terminal) -> Vec<NamedTempFile> {
    let mut files = Vec::new();
    for (label, image) in images(challenge, terminal) {
        match save(image) {
            Ok(file) => {
                terminal.step("image", format!("{}{label}", file.path().display()));
                files.push(file);
            }
            Err(error) => terminal.step("image", format!("cannot write the file: {error}")),
        }
    }
    files
}

/// Writes the images of a question into files that stay, beside the job file if there is one, and prints their names.
fn keep_images(challenge: &Challenge, record: &mut JobRecord, terminal: &mut Terminal) {
    for (label, image) in images(challenge, terminal) {
        let (saved, note) = match record.keep_image(image, extension(image.media_type())) {
            Some(saved) => (saved, ""),
            None => (
                save(image).and_then(|file| Ok(file.into_temp_path().keep()?)),
                "; it stays until you remove it",
            ),
        };
        terminal.step(
            "image",
            match saved {
                Ok(path) => format!("{}{label}{note}", path.display()),
                Err(error) => format!("cannot write the file: {error}"),
            },
        );
    }
}

/// Writes an image into a new file that only its owner can read.
fn save(image: &Image) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("nexus-question-")
        .suffix(extension(image.media_type()))
        .tempfile()?;
    file.write_all(image.bytes())?;
    Ok(file)
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => ".png",
        "image/jpeg" | "image/jpg" => ".jpg",
        "image/gif" => ".gif",
        "image/svg+xml" => ".svg",
        "image/webp" => ".webp",
        _ => ".image",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_type_cannot_set_a_path() {
        assert_eq!(extension("image/png"), ".png");
        assert_eq!(extension("../../etc/passwd"), ".image");
    }
}
