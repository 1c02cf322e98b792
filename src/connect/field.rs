//! The fields of a form: what an institution wants to know, and how to show it.

use crate::api::types::{CredentialOptionResponse, CredentialResponse};
use crate::values::{CredentialFieldType, CredentialGuid, Personal};

/// One thing that an institution wants to know.
///
/// ```
/// use mx_nexus::connect::Field;
///
/// /// The label and the element, for a template that escapes both.
/// fn shown(field: &Field) -> (&str, String) {
///     let element = match field.html_input() {
///         "select" => "select".to_owned(),
///         kind => format!("input type={kind}"),
///     };
///     (field.label(), element)
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    guid: CredentialGuid,
    // Some institutions ask a customer by name, so neither texts nor choices print.
    label: Personal,
    kind: CredentialFieldType,
    order: i64,
    is_optional: bool,
    max_length: Option<usize>,
    options: Vec<FieldOption>,
}

/// One possible entry of a field with choices.
///
/// ```
/// use mx_nexus::connect::{Entries, Field};
///
/// /// What a person chose by its text; what is sent is its value.
/// fn chosen(field: &Field, text: &str) -> Option<Entries> {
///     let option = field.options().iter().find(|option| option.label() == text)?;
///     Some(Entries::new().with(field.guid(), option.value()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FieldOption {
    label: Personal,
    value: Personal,
}

impl Field {
    /// The fields of an answer of MX, in the order to show them in. One without an identifier cannot be filled in.
    pub(super) fn read_all(credentials: Vec<CredentialResponse>) -> Vec<Self> {
        let mut fields: Vec<Self> = credentials.into_iter().filter_map(Self::read).collect();
        fields.sort_by_key(|field| field.order);
        fields
    }

    fn read(credential: CredentialResponse) -> Option<Self> {
        let label = [
            credential.label,
            credential.display_name,
            credential.field_name,
        ];
        let options = credential.options.unwrap_or_default();
        // The name stands in for a code that is not there, lest a password be shown as text.
        let name = credential.field_type_name.as_deref();
        let kind = credential
            .field_type
            .or_else(|| name.map(CredentialFieldType::from));
        Some(Self {
            guid: credential.guid?,
            label: label
                .into_iter()
                .flatten()
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            kind: kind.unwrap_or(CredentialFieldType::Text),
            order: credential.display_order.unwrap_or(i64::MAX),
            is_optional: credential.optional == Some(true),
            max_length: credential
                .max_length
                .and_then(|length| usize::try_from(length).ok())
                .filter(|length| *length > 0),
            options: options.into_iter().map(FieldOption::read).collect(),
        })
    }

    /// Its identifier; it changes, so do not keep it.
    pub fn guid(&self) -> &CredentialGuid {
        &self.guid
    }

    /// The text to show. It is MX's: escape it before it goes into a page.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What kind of field it is.
    pub fn kind(&self) -> &CredentialFieldType {
        &self.kind
    }

    /// The HTML element that shows it: the `type` of an `input`, or `select`. MX's kinds are those of HTML inputs (reference).
    pub fn html_input(&self) -> &'static str {
        match self.kind {
            CredentialFieldType::Password => "password",
            CredentialFieldType::Options | CredentialFieldType::ImageOptions => "select",
            CredentialFieldType::Checkbox => "checkbox",
            CredentialFieldType::Radio => "radio",
            CredentialFieldType::Url => "url",
            CredentialFieldType::Hidden => "hidden",
            _ if !self.options.is_empty() => "select",
            _ => "text",
        }
    }

    /// Whether it may be left out.
    pub fn is_optional(&self) -> bool {
        self.is_optional
    }

    /// How long an entry may be, in characters.
    pub fn max_length(&self) -> Option<usize> {
        self.max_length
    }

    /// The possible entries, where there is a choice.
    pub fn options(&self) -> &[FieldOption] {
        &self.options
    }
}

impl FieldOption {
    fn read(option: CredentialOptionResponse) -> Self {
        let label = option.label.unwrap_or_default();
        Self {
            value: option.value.unwrap_or_else(|| label.clone()),
            label,
        }
    }

    /// The text to show.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The entry to send.
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_come_in_their_order_and_map_to_html() {
        let read = json!([
            {"guid": "CRD-2", "display_order": 2, "label": "Password", "field_type": 1},
            {"guid": "CRD-3", "field_name": "branch", "field_type": 2, "optional": true,
             "options": [{"label": "North", "value": "n"}, {"label": "South"}]},
            {"label": "no identifier"},
            {"guid": "CRD-1", "display_order": 1, "label": "Username", "field_type": 3}
        ]);
        let fields = Field::read_all(serde_json::from_value(read).unwrap());
        let shown: Vec<_> = fields
            .iter()
            .map(|field| (field.label(), field.html_input()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Username", "text"),
                ("Password", "password"),
                ("branch", "select")
            ]
        );
        let values: Vec<_> = fields[2].options().iter().map(FieldOption::value).collect();
        assert_eq!(values, ["n", "South"]);
        assert!(fields[2].is_optional());
        let printed = format!("{fields:?}");
        assert!(!printed.contains("North") && !printed.contains("Username"));
    }
}
