//! What a person entered, checked against the form before it is sent.

use std::collections::BTreeMap;

use super::{ConnectError, Field};
use crate::api::types::MemberCredentialRequest;
use crate::secret::Secret;
use crate::values::CredentialGuid;

/// Entries of a form, by field. Never printed.
///
/// ```
/// use mx_nexus::connect::Entries;
/// let entries = Entries::new().with("CRD-1", "mxuser").with("CRD-2", "hush");
/// assert!(!format!("{entries:?}").contains("hush"));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Entries {
    values: BTreeMap<CredentialGuid, Secret>,
}

impl Entries {
    /// No entries yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry of one field.
    pub fn with(mut self, field: impl Into<CredentialGuid>, entry: impl Into<Secret>) -> Self {
        self.values.insert(field.into(), entry.into());
        self
    }

    /// The credentials to send.
    pub(super) fn check(
        &self,
        fields: &[Field],
    ) -> Result<Vec<MemberCredentialRequest>, ConnectError> {
        let is_field = |guid: &&CredentialGuid| fields.iter().any(|field| field.guid() == *guid);
        if let Some(stranger) = self.values.keys().find(|guid| !is_field(guid)) {
            return Err(ConnectError::bad_entry(format!(
                "there is an entry for {stranger}, which the form has not"
            )));
        }
        let mut credentials = Vec::new();
        for field in fields {
            let guid = field.guid();
            let entry = self
                .values
                .get(guid)
                .filter(|entry| !entry.expose().is_empty());
            let Some(entry) = entry else {
                if field.is_optional() {
                    continue;
                }
                return Err(ConnectError::bad_entry(format!(
                    "the entry for {guid} ({}) is missing",
                    field.label()
                )));
            };
            let refuse = |reason: String| {
                ConnectError::bad_entry(format!(
                    "the entry for {guid} ({}) {reason}",
                    field.label()
                ))
            };
            if field
                .max_length()
                .is_some_and(|most| entry.expose().chars().count() > most)
            {
                return Err(refuse("is too long".to_owned()));
            }
            let options = field.options();
            if !options.is_empty()
                && !options
                    .iter()
                    .any(|option| option.value() == entry.expose())
            {
                return Err(refuse(format!("is none of the {} options", options.len())));
            }
            credentials.push(MemberCredentialRequest {
                credential_guid: guid.clone(),
                value: entry.clone(),
            });
        }
        Ok(credentials)
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

    fn reason(entries: Entries) -> String {
        entries.check(&fields()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_complete_is_taken_without_what_is_optional() {
        let entries = Entries::new().with("CRD-1", "mxuser").with("CRD-2", "");
        let sent = serde_json::to_value(entries.check(&fields()).unwrap()).unwrap();
        assert_eq!(
            sent,
            json!([{"credential_guid": "CRD-1", "value": "mxuser"}])
        );
    }

    #[test]
    fn what_does_not_fit_is_named_without_the_entry() {
        let good = || Entries::new().with("CRD-1", "mxuser");
        for (entries, words) in [
            (Entries::new(), "CRD-1 (Username) is missing"),
            (
                Entries::new().with("CRD-1", ""),
                "CRD-1 (Username) is missing",
            ),
            (
                good().with("CRD-9", "hush"),
                "CRD-9, which the form has not",
            ),
            (
                good().with("CRD-2", "hush"),
                "CRD-2 (Branch) is none of the 1 options",
            ),
            (
                Entries::new().with("CRD-1", "hush hush hush"),
                "CRD-1 (Username) is too long",
            ),
        ] {
            let text = reason(entries);
            assert!(text.contains(words) && !text.contains("hush"), "{text}");
        }
    }
}
