//! The user's answers, checked against the open questions before they are sent.

use std::collections::BTreeMap;

use super::Challenge;
use super::api::CheckedAnswer;
use crate::secret::Secret;
use crate::values::ChallengeGuid;

/// Answers to challenges. Never printed.
///
/// ```
/// use mx_nexus::jobs::Answers;
/// let answers = Answers::new().with("CRD-1", "correct");
/// assert!(!format!("{answers:?}").contains("correct"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Answers {
    values: BTreeMap<ChallengeGuid, Secret>,
}

impl Answers {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to one challenge. For a choice, the option's identifier, value or label.
    pub fn with(mut self, challenge: impl Into<ChallengeGuid>, answer: impl Into<Secret>) -> Self {
        self.values.insert(challenge.into(), answer.into());
        self
    }

    /// The answers to what was asked, in its order.
    pub(super) fn check(&self, asked: &[Challenge]) -> Result<Vec<CheckedAnswer>, String> {
        let is_asked =
            |guid: &&ChallengeGuid| asked.iter().any(|challenge| challenge.guid() == *guid);
        if let Some(unexpected) = self.values.keys().find(|guid| !is_asked(guid)) {
            return Err(format!(
                "there is an answer to {unexpected}, which was not asked"
            ));
        }
        asked
            .iter()
            .map(|challenge| {
                let guid = challenge.guid();
                let answer = self
                    .values
                    .get(guid)
                    .ok_or_else(|| format!("the answer to {guid} is missing"))?;
                let value = challenge.value_for(answer).ok_or_else(|| {
                    if challenge.options().is_empty() {
                        format!("the answer to {guid} is empty")
                    } else {
                        format!(
                            "the answer to {guid} is none of the {} options",
                            challenge.options().len()
                        )
                    }
                })?;
                Ok(CheckedAnswer {
                    challenge: guid.clone(),
                    value,
                })
            })
            .collect()
    }
}

impl<C: Into<ChallengeGuid>, A: Into<Secret>> FromIterator<(C, A)> for Answers {
    fn from_iter<I: IntoIterator<Item = (C, A)>>(answers: I) -> Self {
        let add = |all: Self, (challenge, answer)| all.with(challenge, answer);
        answers.into_iter().fold(Self::new(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked() -> Vec<Challenge> {
        let read = |value| Challenge::read(serde_json::from_value(value).unwrap()).unwrap();
        vec![
            read(json!({"guid": "CRD-1", "type": "TEXT", "label": "Town?"})),
            read(
                json!({"guid": "CRD-2", "type": "OPTIONS", "options": [{"label": "A", "value": "a"}]}),
            ),
        ]
    }

    #[test]
    fn complete_answers_are_in_the_order_asked() {
        let answers = Answers::new().with("CRD-2", "A").with("CRD-1", "Lehi");
        let checked = answers.check(&asked()).unwrap();
        let sent: Vec<_> = checked
            .iter()
            .map(|answer| (answer.challenge.as_str(), answer.value.expose()))
            .collect();
        assert_eq!(sent, [("CRD-1", "Lehi"), ("CRD-2", "a")]);
    }

    #[test]
    fn an_answer_that_is_missing_unexpected_or_not_offered_is_named_without_its_text() {
        let town = || Answers::new().with("CRD-1", "S3CRET");
        let reason = |answers: Answers| answers.check(&asked()).unwrap_err();
        assert_eq!(reason(town()), "the answer to CRD-2 is missing");
        assert_eq!(
            reason(town().with("CRD-9", "x")),
            "there is an answer to CRD-9, which was not asked"
        );
        assert_eq!(
            reason(town().with("CRD-2", "S3CRET")),
            "the answer to CRD-2 is none of the 1 options"
        );
    }
}
