//! Challenges: the questions of MX, ready to be shown to a user.

use super::{Answers, Image};
use crate::api::types::{ChallengeImageOptionResponse, ChallengeOptionResponse, ChallengeResponse};
use crate::secret::Secret;
use crate::values::{ChallengeGuid, ChallengeType, Personal};

/// The questions that are open now. All of them are answered together.
///
/// They serialize for the page that asks them: `{"challenges": […], "is_of_other_job": false}`, each with `guid`, `label`, `kind`, and
/// `options` or `image` (a data URI) where it has them. Labels may be personal, so `Debug` is redacted; see
/// [what is not printed](crate::values#what-is-not-printed).
///
/// ```
/// use mx_nexus::jobs::{Answers, Challenges};
///
/// /// Answers what a program can know, and nothing else.
/// fn answer(challenges: &Challenges) -> Result<Answers, String> {
///     challenges.answer_all(|challenge| match challenge.label() {
///         "What city were you born in?" => Ok("Lehi"),
///         other => Err(format!("not known: {other}")),
///     })
/// }
/// ```
///
/// With [`run`](super::JobBuilder::run), where each answer is awaited:
///
/// ```no_run
/// # use std::time::Duration;
/// use mx_nexus::jobs::{Answers, Challenge, Challenges};
///
/// # async fn ask_by_chat(_: &Challenge) -> Option<String> { None }
/// async fn answers(challenges: Challenges) -> Option<Answers> {
///     let mut answers = Answers::new();
///     for challenge in &challenges {
///         answers = answers.with(challenge.guid(), ask_by_chat(challenge).await?);
///     }
///     Some(answers)
/// }
///
/// # async fn example(user: mx_nexus::User) -> Result<(), mx_nexus::jobs::JobError> {
/// let owners = user.identify("MBR-1").run(Duration::from_secs(300), answers).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Challenges {
    open: Vec<Challenge>,
    is_of_other_job: bool,
}

impl Challenges {
    pub(super) fn new(open: Vec<Challenge>, is_of_other_job: bool) -> Self {
        Self {
            open,
            is_of_other_job,
        }
    }

    /// Whether a job of another kind asks: an aggregation, say, which blocks the identification until it has its answers.
    pub fn is_of_other_job(&self) -> bool {
        self.is_of_other_job
    }

    /// Calls the closure for the answer to each, in order, and stops at the first that fails. With
    /// [`run`](super::JobBuilder::run): `async |challenges| challenges.answer_all(ask).ok()`.
    ///
    /// # Errors
    ///
    /// Whatever the closure fails with.
    pub fn answer_all<A, E>(
        &self,
        mut ask: impl FnMut(&Challenge) -> Result<A, E>,
    ) -> Result<Answers, E>
    where
        A: Into<Secret>,
    {
        let mut answers = Answers::new();
        for challenge in &self.open {
            answers = answers.with(challenge.guid(), ask(challenge)?);
        }
        Ok(answers)
    }

    /// How many questions are open.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether there is none; MX does not send that, and neither does a job.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// The questions in MX's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Challenge> {
        self.open.iter()
    }
}

impl<'a> IntoIterator for &'a Challenges {
    type Item = &'a Challenge;
    type IntoIter = std::slice::Iter<'a, Challenge>;

    fn into_iter(self) -> Self::IntoIter {
        self.open.iter()
    }
}

/// One question.
///
/// ```
/// use mx_nexus::jobs::{Challenge, ChallengeKind};
///
/// /// The element of a form that asks it; labels are MX's text, so they are escaped by what renders this.
/// fn element(challenge: &Challenge) -> &'static str {
///     match challenge.kind() {
///         ChallengeKind::Options(_) | ChallengeKind::ImageOptions(_) => "radio",
///         ChallengeKind::Token => "one-time-code",
///         _ => "text",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Challenge {
    guid: ChallengeGuid,
    /// Not printed: a question may name a phone or a town.
    label: Personal,
    kind: ChallengeKind,
}

/// How a question is answered. See [`Challenge`] for an example.
///
/// ```
/// use mx_nexus::jobs::{Challenge, ChallengeKind};
///
/// fn html_input(challenge: &Challenge) -> &'static str {
///     match challenge.kind() {
///         ChallengeKind::Options(_) | ChallengeKind::ImageOptions(_) => "select",
///         ChallengeKind::Token => "number",
///         _ => "text",
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChallengeKind {
    /// By text. Kinds that this version does not know are asked this way too.
    Text,
    /// By a code that the institution has sent to the user.
    Token,
    /// By one of these.
    Options(Vec<ChallengeOption>),
    /// By text that the image shows.
    Image(Option<Image>),
    /// By one of these images.
    ImageOptions(Vec<ChallengeOption>),
}

/// One possible answer.
///
/// ```
/// use mx_nexus::jobs::{Answers, Challenge};
///
/// /// Takes the user's choice, the number of a radio button.
/// fn chosen(challenge: &Challenge, number: usize) -> Option<Answers> {
///     let option = challenge.options().get(number)?;
///     Some(Answers::new().with(challenge.guid(), option.value()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ChallengeOption {
    label: Personal,
    guid: Option<String>,
    value: Option<Personal>,
    image: Option<Image>,
}

impl Challenge {
    /// Reads a question of MX; one without an identifier cannot be answered, so it is left out.
    pub(crate) fn read(response: ChallengeResponse) -> Option<Self> {
        let options = |options: Vec<ChallengeOptionResponse>| {
            options.into_iter().map(ChallengeOption::read).collect()
        };
        let image_options = |options: Vec<ChallengeImageOptionResponse>| {
            options
                .into_iter()
                .map(ChallengeOption::read_image)
                .collect()
        };
        let text = |text: Option<Personal>| text.filter(|text| !text.trim().is_empty());
        let kind = match response.type_ {
            Some(ChallengeType::Token) => ChallengeKind::Token,
            Some(ChallengeType::Options) => {
                ChallengeKind::Options(response.options.map(options).unwrap_or_default())
            }
            Some(ChallengeType::ImageOptions) => ChallengeKind::ImageOptions(
                response
                    .image_options
                    .map(image_options)
                    .unwrap_or_default(),
            ),
            Some(ChallengeType::ImageData) => {
                ChallengeKind::Image(response.image_data.as_deref().and_then(Image::decode))
            }
            _ => ChallengeKind::Text,
        };
        Some(Self {
            guid: response.guid?,
            label: text(response.label)
                .or(text(response.field_name))
                .unwrap_or_default(),
            kind,
        })
    }

    /// Its identifier.
    pub fn guid(&self) -> &ChallengeGuid {
        &self.guid
    }

    /// The question, to be shown. It is MX's text: escape it before it goes into a page.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// How it is answered.
    pub fn kind(&self) -> &ChallengeKind {
        &self.kind
    }

    /// The possible answers, where there is a choice.
    pub fn options(&self) -> &[ChallengeOption] {
        match &self.kind {
            ChallengeKind::Options(options) | ChallengeKind::ImageOptions(options) => options,
            _ => &[],
        }
    }

    /// The value to send for an answer, or `None` when it is no possible one.
    pub(super) fn value_for(&self, answer: &Secret) -> Option<Secret> {
        let answer_text = answer.expose();
        if answer_text.is_empty() {
            return None;
        }
        if self.options().is_empty() {
            return Some(answer.clone());
        }
        let chosen = ChallengeOption::find(self.options(), answer_text)?;
        Some(Secret::new(chosen.value()))
    }

    /// The value of the option that has this guid. Images have none: their guid is the only form that is known.
    pub(super) fn value_of_option(&self, guid: &Secret) -> Option<Secret> {
        let ChallengeKind::Options(options) = &self.kind else {
            return None;
        };
        let has_guid = |option: &&ChallengeOption| option.guid.as_deref() == Some(guid.expose());
        let value = options.iter().find(has_guid)?.value.as_deref()?;
        (value != guid.expose()).then(|| Secret::new(value))
    }

    /// Whether it asks the same as another one; the identifiers may differ.
    pub(super) fn asks_the_same_as(&self, other: &Self) -> bool {
        let shown = |option: &ChallengeOption| (option.label.clone(), option.value.clone());
        let [ours, theirs] = [self, other].map(|question| question.options().iter().map(shown));
        std::mem::discriminant(&self.kind) == std::mem::discriminant(&other.kind)
            && self.label == other.label
            && ours.eq(theirs)
    }
}

impl ChallengeOption {
    fn read(option: ChallengeOptionResponse) -> Self {
        Self {
            label: option.label.unwrap_or_default(),
            guid: option.guid.map(String::from),
            value: option.value,
            image: None,
        }
    }

    fn read_image(option: ChallengeImageOptionResponse) -> Self {
        Self {
            label: option.label.unwrap_or_default(),
            guid: option.guid.map(String::from),
            value: option.value,
            image: option.data_uri.as_deref().and_then(Image::decode),
        }
    }

    /// The text to show.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The value to send for this option: its identifier where it has one, else its value (guide; inferred).
    pub fn value(&self) -> &str {
        self.guid
            .as_deref()
            .or(self.value.as_deref())
            .unwrap_or(&self.label)
    }

    /// The image to show.
    pub fn image(&self) -> Option<&Image> {
        self.image.as_ref()
    }

    /// Users answer with the label, programs with the identifier or value, so all of them are accepted: identifier and value
    /// first, and a label only if one option has it.
    fn find<'a>(options: &'a [Self], answer: &str) -> Option<&'a Self> {
        let by_guid = |option: &&Self| option.guid.as_deref() == Some(answer);
        let by_value = |option: &&Self| option.value.as_deref() == Some(answer);
        let by_label = || {
            let mut named = options.iter().filter(|option| *option.label == *answer);
            let first = named.next();
            first.filter(|_| named.next().is_none())
        };
        options
            .iter()
            .find(by_guid)
            .or_else(|| options.iter().find(by_value))
            .or_else(by_label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn challenge(value: serde_json::Value) -> Challenge {
        Challenge::read(serde_json::from_value(value).unwrap()).unwrap()
    }

    #[test]
    fn an_option_is_chosen_by_guid_value_or_label_and_sent_by_one() {
        let question = challenge(json!({"guid": "CRD-1", "type": "OPTIONS", "options": [
            {"guid": "OPT-1", "label": "Phone", "value": "phone"}, {"label": "Mail", "value": "mail"}
        ]}));
        let sent = |answer: &str| {
            question
                .value_for(&answer.into())
                .map(|value| value.expose().to_owned())
        };
        for answer in ["OPT-1", "Phone", "phone"] {
            assert_eq!(sent(answer).as_deref(), Some("OPT-1"));
        }
        assert_eq!(sent("Mail").as_deref(), Some("mail"));
        assert_eq!(sent("Pigeon"), None);
    }

    #[test]
    fn a_value_comes_before_a_label_and_an_ambiguous_label_is_refused() {
        let question = challenge(json!({"guid": "CRD-1", "type": "OPTIONS", "options": [
            {"label": "1", "value": "0"}, {"label": "2", "value": "1"}, {"label": "Same"}, {"label": "Same"}
        ]}));
        let sent = |answer: &str| {
            let value = question.value_for(&answer.into());
            value.map(|value| value.expose().to_owned())
        };
        assert_eq!(sent("1").as_deref(), Some("1"), "the value of the second");
        assert_eq!(sent("2").as_deref(), Some("1"));
        assert_eq!(sent("Same"), None);
    }

    #[test]
    fn an_unknown_kind_is_asked_as_text() {
        let question = challenge(json!({"guid": "CRD-1", "type": "RIDDLE", "field_name": "Who?"}));
        assert_eq!(question.kind(), &ChallengeKind::Text);
        assert_eq!(question.label(), "Who?");
        assert!(
            question.value_for(&"".into()).is_none(),
            "an empty answer is none"
        );
    }
}
