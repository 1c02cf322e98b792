//! Challenges as JSON, for the page that asks them.

use serde::{Serialize, Serializer};

use super::{Challenge, ChallengeKind, ChallengeOption, Challenges, Image};

/// The JSON of [`Challenges`].
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct ChallengesJson<'a> {
    challenges: Vec<&'a Challenge>,
    /// Whether a job of another kind asks.
    is_of_other_job: bool,
}

/// The JSON of a [`Challenge`].
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct ChallengeJson<'a> {
    guid: &'a str,
    /// The question; MX's text, not HTML.
    label: &'a str,
    kind: KindJson,
    /// The possible answers, where there is a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<&'a [ChallengeOption]>,
    /// The image to read, as a data URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a Image>,
}

/// The JSON of a [`ChallengeKind`], without its options and image.
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schemars", schemars(rename = "ChallengeKind"))]
enum KindJson {
    Text,
    Token,
    Options,
    Image,
    ImageOptions,
}

/// The JSON of a [`ChallengeOption`].
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
struct OptionJson<'a> {
    /// The text to show.
    label: &'a str,
    /// What to send if the user chooses it.
    value: &'a str,
    /// The image to show, as a data URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a Image>,
}

impl<'a> From<&'a Challenges> for ChallengesJson<'a> {
    fn from(challenges: &'a Challenges) -> Self {
        Self {
            challenges: challenges.iter().collect(),
            is_of_other_job: challenges.is_of_other_job(),
        }
    }
}

impl<'a> From<&'a Challenge> for ChallengeJson<'a> {
    fn from(challenge: &'a Challenge) -> Self {
        let (kind, image) = match challenge.kind() {
            ChallengeKind::Text => (KindJson::Text, None),
            ChallengeKind::Token => (KindJson::Token, None),
            ChallengeKind::Options(_) => (KindJson::Options, None),
            ChallengeKind::Image(image) => (KindJson::Image, image.as_ref()),
            ChallengeKind::ImageOptions(_) => (KindJson::ImageOptions, None),
        };
        Self {
            guid: challenge.guid().as_str(),
            label: challenge.label(),
            kind,
            options: Some(challenge.options()).filter(|options| !options.is_empty()),
            image,
        }
    }
}

impl<'a> From<&'a ChallengeOption> for OptionJson<'a> {
    fn from(option: &'a ChallengeOption) -> Self {
        Self {
            label: option.label(),
            value: option.value(),
            image: option.image(),
        }
    }
}

macro_rules! written_as {
    ($($name:ident: $json:ident),+ $(,)?) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $json::from(self).serialize(serializer)
            }
        }

        #[cfg(feature = "schemars")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $json::json_schema(generator)
            }
        })+
    };
}
written_as!(Challenges: ChallengesJson, Challenge: ChallengeJson, ChallengeOption: OptionJson);

/// A data URI.
impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.data_uri())
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Image {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Image".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "uri", "pattern": "^data:"})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn challenges(questions: Value) -> Challenges {
        let questions: Vec<_> = serde_json::from_value(questions).unwrap();
        let open = questions.into_iter().filter_map(Challenge::read).collect();
        Challenges::new(open, false)
    }

    #[test]
    fn every_kind_of_challenge_is_written_for_a_page() {
        let gif = "data:image/gif;base64,R0lGODlh";
        let challenges = challenges(json!([
            {"guid": "CRD-1", "type": "TEXT", "label": "Town?"},
            {"guid": "CRD-2", "type": "TOKEN", "label": "Code?"},
            {"guid": "CRD-3", "type": "OPTIONS", "label": "Where to?", "options": [{"guid": "OPT-1", "label": "Phone", "value": "1"}]},
            {"guid": "CRD-4", "type": "IMAGE_DATA", "label": "Read it", "image_data": "R0lGODlh"},
            {"guid": "CRD-5", "type": "IMAGE_OPTIONS", "image_options": [{"label": "Cat", "value": "cat", "data_uri": gif}]},
        ]));
        let expected = json!({"is_of_other_job": false, "challenges": [
            {"guid": "CRD-1", "kind": "text", "label": "Town?"},
            {"guid": "CRD-2", "kind": "token", "label": "Code?"},
            {"guid": "CRD-3", "kind": "options", "label": "Where to?", "options": [{"label": "Phone", "value": "OPT-1"}]},
            {"guid": "CRD-4", "kind": "image", "label": "Read it", "image": gif},
            {"guid": "CRD-5", "kind": "image_options", "label": "", "options": [{"label": "Cat", "value": "cat", "image": gif}]},
        ]});
        let written = serde_json::to_value(&challenges).unwrap();
        assert_eq!(written, expected);
        let schema = schemars::schema_for!(Challenges).to_value();
        assert!(jsonschema::is_valid(&schema, &written), "{schema}");
        assert!(!jsonschema::is_valid(
            &schema,
            &json!({"challenges": [{"guid": 1}]})
        ));
        assert!(!format!("{challenges:?}").contains("Town"));
    }
}
