//! In which form a chosen option is sent.
//!
//! MX's own widget sends the guid of the option, another open client its value, and MX's pages do not decide. So the guid is sent
//! first. When the same questions follow, the choice is sent once by value; what follows then shows which form MX takes. All of
//! this is kept in memory only: a resumed job asks the user again.

use crate::jobs::Challenge;
use crate::jobs::api::CheckedAnswer;

/// The form that MX takes, as far as it is known.
#[derive(Default)]
pub(super) struct OptionForm {
    known: Option<Form>,
    /// The last answers that have two forms, until the questions that follow are known.
    last: Option<Sent>,
}

enum Form {
    Guid,
    Value,
}

struct Sent {
    questions: Vec<Challenge>,
    by_value: Vec<CheckedAnswer>,
    is_value_sent: bool,
}

impl OptionForm {
    /// Whether nothing is known of it.
    pub(super) const fn is_unused(&self) -> bool {
        self.known.is_none() && self.last.is_none()
    }

    /// The answers in the form in which to send them.
    pub(super) fn choose(
        &mut self,
        asked: &[Challenge],
        answers: Vec<CheckedAnswer>,
    ) -> Vec<CheckedAnswer> {
        let values = || asked.iter().zip(&answers);
        let value = |(question, answer): (&Challenge, &CheckedAnswer)| CheckedAnswer {
            challenge: answer.challenge.clone(),
            value: question
                .value_of_option(&answer.value)
                .unwrap_or_else(|| answer.value.clone()),
        };
        let has_value = |(question, answer): (&Challenge, &CheckedAnswer)| {
            question.value_of_option(&answer.value).is_some()
        };
        match self.known {
            Some(Form::Value) => values().map(value).collect(),
            None if values().any(has_value) => {
                self.last = Some(Sent {
                    questions: asked.to_vec(),
                    by_value: values().map(value).collect(),
                    is_value_sent: false,
                });
                answers
            }
            _ => answers,
        }
    }

    /// The last answers by value, when the same questions follow them.
    pub(super) fn again(&mut self, asked: &[Challenge]) -> Option<Vec<CheckedAnswer>> {
        let mut last = self.last.take()?;
        let mut pairs = asked.iter().zip(&last.questions);
        let is_same = asked.len() == last.questions.len()
            && pairs.all(|(one, other)| one.asks_the_same_as(other));
        if is_same && !last.is_value_sent {
            for (answer, question) in last.by_value.iter_mut().zip(asked) {
                answer.challenge = question.guid().clone();
            }
            last.is_value_sent = true;
            let by_value = last.by_value.clone();
            self.last = Some(last);
            return Some(by_value);
        }
        self.known = Some(match is_same {
            false if last.is_value_sent => Form::Value,
            // Where both were refused, the choice was wrong and not the form.
            _ => Form::Guid,
        });
        None
    }

    /// Forgets the last answers: they may not have arrived.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}
