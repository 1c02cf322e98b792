//! [`FormValues`]: what the user entered, checked against the form before it is sent.

use std::collections::BTreeMap;

use super::{ConnectError, Field};
use crate::api::types::MemberCredentialRequest;
use crate::secret::Secret;
use crate::values::CredentialGuid;

/// What the user entered into a form, by field. Never printed.
///
/// ```
/// use mx_nexus::connect::FormValues;
/// let values = FormValues::new().with("CRD-1", "mxuser").with("CRD-2", "hush");
/// assert!(!format!("{values:?}").contains("hush"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct FormValues {
    values: BTreeMap<CredentialGuid, Secret>,
}

impl FormValues {
    /// No values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the value of one field.
    pub fn with(mut self, field: impl Into<CredentialGuid>, value: impl Into<Secret>) -> Self {
        self.values.insert(field.into(), value.into());
        self
    }

    /// The credentials to send.
    pub(super) fn check(
        &self,
        fields: &[Field],
    ) -> Result<Vec<MemberCredentialRequest>, ConnectError> {
        let is_field = |guid: &&CredentialGuid| fields.iter().any(|field| field.guid() == *guid);
        if let Some(unknown) = self.values.keys().find(|guid| !is_field(guid)) {
            return Err(ConnectError::invalid_value(unknown, "is not in the form"));
        }
        let mut credentials = Vec::new();
        for field in fields {
            let guid = field.guid();
            let value = self
                .values
                .get(guid)
                .filter(|value| !value.expose().is_empty());
            let Some(value) = value else {
                if field.is_optional() {
                    continue;
                }
                return Err(ConnectError::invalid_value(guid, "is missing"));
            };
            if field
                .max_length()
                .is_some_and(|most| value.expose().chars().count() > most)
            {
                return Err(ConnectError::invalid_value(guid, "is too long"));
            }
            let options = field.options();
            if !options.is_empty()
                && !options
                    .iter()
                    .any(|option| option.value() == value.expose())
            {
                let reason = format!("is none of the {} options", options.len());
                return Err(ConnectError::invalid_value(guid, reason));
            }
            credentials.push(MemberCredentialRequest {
                credential_guid: guid.clone(),
                value: value.clone(),
            });
        }
        Ok(credentials)
    }
}

impl<F: Into<CredentialGuid>, V: Into<Secret>> FromIterator<(F, V)> for FormValues {
    fn from_iter<I: IntoIterator<Item = (F, V)>>(values: I) -> Self {
        let add = |all: Self, (field, value)| all.with(field, value);
        values.into_iter().fold(Self::new(), add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields() -> Vec<Field> {
        let read = json!([
            {"guid": "CRD-1", "display_order": 1, "label": "Username", "field_type": 3, "max_length": 10},
            {"guid": "CRD-2", "display_order": 2, "label": "Branch", "field_type": 2, "optional": true,
             "options": [{"label": "North", "value": "n"}]}
        ]);
        Field::read_all(serde_json::from_value(read).unwrap())
    }

    #[test]
    fn optional_fields_may_be_empty() {
        let values = FormValues::new().with("CRD-1", "mxuser").with("CRD-2", "");
        let sent = serde_json::to_value(values.check(&fields()).unwrap()).unwrap();
        assert_eq!(
            sent,
            json!([{"credential_guid": "CRD-1", "value": "mxuser"}])
        );
    }

    #[test]
    fn invalid_value_is_named_by_the_guid_of_its_field_without_label_and_value() {
        let good = || FormValues::new().with("CRD-1", "mxuser");
        for (values, words) in [
            (FormValues::new(), "CRD-1 is missing"),
            (FormValues::new().with("CRD-1", ""), "CRD-1 is missing"),
            (good().with("CRD-9", "hush"), "CRD-9 is not in the form"),
            (
                good().with("CRD-2", "hush"),
                "CRD-2 is none of the 1 options",
            ),
            (
                FormValues::new().with("CRD-1", "hush hush hush"),
                "CRD-1 is too long",
            ),
        ] {
            let error = values.check(&fields()).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(words), "{text}");
            for personal in ["hush", "Username", "Branch"] {
                assert!(!text.contains(personal), "{text}");
            }
            let field = error.field().unwrap().as_str();
            assert!(words.starts_with(field), "{field}");
        }
    }
}
