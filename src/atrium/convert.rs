//! Answers of Atrium as the types of Nexus, for what both APIs share: results of jobs, questions, and forms.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;

/// An answer of Atrium as the type that Nexus has for the same thing. Fields have the same names, but for `renamed`: Atrium's
/// name, and that of Nexus. A field that Nexus does not have is dropped; `tests/flows/atrium_only.rs` checks that the results of
/// jobs lose none.
pub(crate) fn as_nexus<T: DeserializeOwned>(
    answer: impl Serialize,
    renamed: &[(&str, &str)],
) -> Result<T, Error> {
    // serde's message may quote personal data.
    let refuse = |_| Error::incomplete(None, "the answer does not fit the type of Nexus");
    let mut value = serde_json::to_value(answer).map_err(refuse)?;
    rename(&mut value, renamed);
    serde_json::from_value(value).map_err(refuse)
}

/// Renames fields of an object, or of every object of a list.
fn rename(value: &mut Value, renamed: &[(&str, &str)]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, renamed)),
        Value::Object(fields) => {
            for (from, to) in renamed {
                if let Some(field) = fields.remove(*from) {
                    fields.insert((*to).to_owned(), field);
                }
            }
        }
        _ => {}
    }
}
