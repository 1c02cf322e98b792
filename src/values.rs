//! Types of the strings and codes of the API: identifiers, open values, times, and text that is not printed.
//!
//! The types themselves are generated from the registry of `openapi/nexus/overlay.yaml`; the macros below say once what a
//! type of each kind can do.

mod identifier;
mod open_code;
mod open_text;
mod private;
mod text;

pub use crate::secret::Secret;
pub use private::{Digits, Personal};
pub use text::{Text, Timestamp};

#[allow(unused_imports, reason = "some groups of operations have no such list")]
pub(crate) use crate::scalar::unwrapped_items;
pub(crate) use crate::scalar::{Scalar, absent_or_null_text, one_or_many};
pub(crate) use identifier::identifier;
pub(crate) use open_code::open_code;
pub(crate) use open_text::open_text;

include!(concat!(env!("OUT_DIR"), "/nexus_values.rs"));
