//! Where the answers to an institution's questions come from: first those that were given, then the person at the terminal.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::PathBuf;

use mx_nexus::Secret;
use mx_nexus::identity::{Answers, Challenge, ChallengeKind, Challenges, Image};

use crate::exit::Failure;
use crate::given::Given;
use crate::image_file;
use crate::prompt::{self, Prompt};
use crate::terminal::{Terminal, shown};

/// What is right at the banks of a sandbox.
const SANDBOX_HINT: &str = "in the sandbox `correct` is right";

/// The answers that are at hand.
pub(crate) struct Answering {
    given: VecDeque<Secret>,
    hint: Option<&'static str>,
}

impl Answering {
    /// With the answers of the arguments.
    pub(crate) fn with(arguments: &[OsString]) -> Result<Self, Failure> {
        let given = arguments
            .iter()
            .map(|argument| Given::line(argument, "an answer").map(|given| given.value));
        Ok(Self {
            given: given.collect::<Result<_, _>>()?,
            hint: None,
        })
    }

    /// Tells whoever is asked what is right in a sandbox.
    pub(crate) fn in_sandbox(mut self, is_sandbox: bool) -> Self {
        self.hint = is_sandbox.then_some(SANDBOX_HINT);
        self
    }

    /// The answers to all of these; none when nobody is there to give them.
    pub(crate) async fn answer(
        &mut self,
        challenges: &Challenges,
        terminal: &mut Terminal,
    ) -> Result<Option<Answers>, Failure> {
        let mut answers = Answers::new();
        let is_complete = self.given.len() >= challenges.len() || terminal.has_person();
        let mut images = Vec::new();
        for challenge in challenges {
            if !is_complete {
                tell(challenge, terminal);
                continue;
            }
            let answer = match self.given.pop_front() {
                Some(answer) => {
                    ask_in_words(challenge, terminal);
                    terminal.step("answer", "as given");
                    answer
                }
                None => {
                    images.extend(show_images(challenge, terminal));
                    terminal.rest();
                    let (prompt, hint) = (prompt_for(challenge), self.hint_for(challenge));
                    prompt::ask(prompt, challenge.label(), hint).await?
                }
            };
            answers = answers.with(challenge.guid(), answer);
        }
        for image in images {
            // It has served; one that cannot be removed does no harm.
            let _ = std::fs::remove_file(image);
        }
        Ok(is_complete.then_some(answers))
    }

    /// How many answers nobody has been given yet.
    pub(crate) fn left(&self) -> usize {
        self.given.len()
    }

    /// The options of a sandbox say by themselves which is right.
    fn hint_for(&self, challenge: &Challenge) -> Option<&'static str> {
        self.hint.filter(|_| challenge.options().is_empty())
    }
}

fn prompt_for(challenge: &Challenge) -> Prompt {
    let options: Vec<(String, String)> = challenge
        .options()
        .iter()
        .map(|option| (option.label().to_owned(), option.value().to_owned()))
        .collect();
    match challenge.kind() {
        _ if !options.is_empty() => Prompt::Choice(options),
        // A code works once and what an image shows is no secret; an answer to a personal question is one for ever.
        ChallengeKind::Token | ChallengeKind::Image(_) => Prompt::Text,
        _ => Prompt::Masked,
    }
}

/// Shows all that is needed to answer a question later and elsewhere.
fn tell(challenge: &Challenge, terminal: &mut Terminal) {
    ask_in_words(challenge, terminal);
    show_images(challenge, terminal);
}

/// A question, and the options that an answer has to be one of.
fn ask_in_words(challenge: &Challenge, terminal: &mut Terminal) {
    terminal.step("question", one_line(challenge.label()));
    for option in challenge.options() {
        terminal.step("option", one_line(option.label()));
    }
}

/// Writes the images of a question into files, and names them.
fn show_images(challenge: &Challenge, terminal: &mut Terminal) -> Vec<PathBuf> {
    if let ChallengeKind::Image(None) = challenge.kind() {
        terminal.step("image", "MX sent none that can be read");
    }
    let mut images: Vec<(String, &Image)> = Vec::new();
    if let ChallengeKind::Image(Some(image)) = challenge.kind() {
        images.push((String::new(), image));
    }
    for option in challenge.options() {
        let label = format!(" of {}", one_line(option.label()));
        images.extend(option.image().map(|image| (label, image)));
    }
    let mut files = Vec::new();
    for (label, image) in images {
        match image_file::save(image, &std::env::temp_dir()) {
            Ok(file) => {
                terminal.step("image", format!("{}{label}", file.display()));
                files.push(file);
            }
            Err(error) => terminal.step("image", format!("cannot be written: {error}")),
        }
    }
    files
}

fn one_line(text: &str) -> String {
    shown(text).replace('\n', " ")
}
