//! The fields of a form: label, kind, limits and options.

use crate::api::types::{CredentialOptionResponse, CredentialResponse};
use crate::values::{CredentialFieldType, CredentialGuid, Personal};

/// One field of a form.
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
    // Some institutions put the customer's name into the text, so labels and options are not printed.
    label: Personal,
    kind: CredentialFieldType,
    order: i64,
    is_optional: bool,
    max_length: Option<usize>,
    options: Vec<FieldOption>,
}

/// One option of a field with choices.
///
/// ```
/// use mx_nexus::connect::{FormValues, Field};
///
/// /// The value to send for the text that the user chose.
/// fn chosen(field: &Field, text: &str) -> Option<FormValues> {
///     let option = field.options().iter().find(|option| option.label() == text)?;
///     Some(FormValues::new().with(field.guid(), option.value()))
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FieldOption {
    label: Personal,
    value: Personal,
}

impl Field {
    /// The fields of an answer, in the order in which to show them. Skips fields without an identifier.
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
        // The name replaces a missing code, so that a password is not shown as text.
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

    /// The identifier of the field. It changes, so do not store it.
    pub fn guid(&self) -> &CredentialGuid {
        &self.guid
    }

    /// The text to show. It comes from MX: escape it in a page.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The kind of the field.
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

    /// The longest value, in characters.
    pub fn max_length(&self) -> Option<usize> {
        self.max_length
    }

    /// The options, for a field with choices.
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

    /// The value to send.
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
