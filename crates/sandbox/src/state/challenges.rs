//! Open challenges of a member: how they are asked, and the verdict on the answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bank::{self, Question, Round, Verdict};
use crate::guids::{fixed_guid, guid};
use crate::settings::{Settings, Variation};
use mx_nexus::Secret;

/// One grey pixel.
const PICTURE: &str =
    "data:image/gif;base64,R0lGODlhAQABAIAAAICAgAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Challenge {
    /// The answer repeats it.
    pub guid: String,
    question: Question,
    choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq)]
struct Choice {
    guid: String,
    label: &'static str,
    value: &'static str,
}

/// Answers by the guid of the challenge.
pub(crate) type Answers = BTreeMap<String, Secret>;

impl Challenge {
    /// The challenges of a round; those of a named member have the same guids every time.
    pub(crate) fn ask(round: &Round, member: Option<&str>) -> Vec<Self> {
        let questions = round.questions.iter().enumerate();
        let guid = |index| match member {
            Some(member) => fixed_guid("CRD", &format!("{member}/question/{index}")),
            None => guid("CRD"),
        };
        questions
            .map(|(index, question)| Self::new(*question, guid(index)))
            .collect()
    }

    pub(crate) fn new(question: Question, guid: String) -> Self {
        let choices: &[(&str, &str)] = match question {
            Question::Text | Question::Token | Question::ImageData => &[],
            Question::Options | Question::ImageOptions => &[
                ("The right one", "correct"),
                ("The one with another question", "challenge"),
                ("A wrong one", "incorrect"),
            ],
            Question::Phone => &[
                ("Text message to ***-***-0101", "correct"),
                ("Call to ***-***-0102", "incorrect"),
            ],
        };
        let choices = choices.iter().map(|(label, value)| Choice {
            guid: crate::guids::guid("OPT"),
            label,
            value,
        });
        Self {
            guid,
            question,
            choices: choices.collect(),
        }
    }

    /// The challenge as MX lists it.
    pub(crate) fn to_json(&self) -> Value {
        let label = self.label();
        let mut shown = json!({
            "type": self.kind().1,
            "guid": self.guid,
            "label": label,
            "field_name": label,
        });
        let choices = self.choices.iter();
        match self.question {
            Question::Text | Question::Token => {}
            Question::ImageData => shown["image_data"] = json!(PICTURE),
            Question::Options | Question::Phone => {
                shown["options"] = choices.map(Choice::to_json).collect();
            }
            Question::ImageOptions => {
                let with_picture = choices.map(|choice| {
                    let mut shown = choice.to_json();
                    shown["data_uri"] = json!(PICTURE);
                    shown
                });
                shown["image_options"] = with_picture.collect();
            }
        }
        shown
    }

    pub(crate) fn label(&self) -> &'static str {
        match self.question {
            Question::Text => "What city were you born in?",
            Question::Options => "Which of these is right?",
            Question::Phone => "Where shall the code go?",
            Question::Token => "Enter the code that you were sent.",
            Question::ImageData => "What does the picture show?",
            Question::ImageOptions => "Which picture is yours?",
        }
    }

    /// The type, by the number of credentials and by name.
    pub(crate) fn kind(&self) -> (u8, &'static str) {
        match self.question {
            Question::Text => (0, "TEXT"),
            Question::Options | Question::Phone => (2, "OPTIONS"),
            Question::Token => (12, "TOKEN"),
            Question::ImageData => (13, "IMAGE_DATA"),
            Question::ImageOptions => (14, "IMAGE_OPTIONS"),
        }
    }

    /// None when the institution takes options in the other form only.
    fn verdict(&self, answer: &str, settings: &Settings) -> Option<Verdict> {
        let by_guid = settings.has(Variation::OptionsByGuid);
        let by_value = settings.has(Variation::OptionsByValue);
        let chosen = self.choices.iter().find(|choice| choice.guid == answer);
        let is_value = self.choices.iter().any(|choice| choice.value == answer);
        let is_refused = match chosen {
            Some(_) => by_value && !by_guid,
            None => is_value && by_guid && !by_value,
        };
        let verdict = || bank::verdict(chosen.map_or(answer, |choice| choice.value));
        (!is_refused).then(verdict)
    }
}

impl Choice {
    fn to_json(&self) -> Value {
        json!({"guid": self.guid, "label": self.label, "value": self.value})
    }
}

/// The worst verdict on the answers to all open challenges. `None` when one is not open, an open one has no answer, or an option is in
/// the wrong form.
pub(crate) fn verdict(
    open: &[Challenge],
    answers: &Answers,
    settings: &Settings,
) -> Option<Verdict> {
    let is_open = |guid: &String| open.iter().any(|challenge| challenge.guid == *guid);
    if !answers.keys().all(is_open) {
        return None;
    }
    let mut worst = Verdict::Correct;
    for challenge in open {
        let answer = answers.get(&challenge.guid)?.expose();
        if answer.is_empty() {
            return None;
        }
        let verdict = challenge.verdict(answer, settings)?;
        if weight(&verdict) > weight(&worst) {
            worst = verdict;
        }
    }
    Some(worst)
}

fn weight(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Correct => 0,
        Verdict::AnotherRound => 1,
        Verdict::Wrong => 2,
        Verdict::Ends(_) => 3,
    }
}
