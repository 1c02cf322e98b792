//! Types of the strings, codes and numbers of the API: identifiers, open values, money, times, and what is not printed.
//!
//! # What is not printed
//!
//! Three types hold what belongs in no log. `Debug` prints the name of the type in brackets, and nothing else prints one by
//! itself: none has `Display`. `Serialize` writes the value, because requests and the pages of your users need it: what you
//! serialize, you store or show.
//!
//! | type | what it is | `Debug` | the value |
//! |---|---|---|---|
//! | [`Secret`] | a key, token, credential or answer: it opens an account or a session | `[secret]` | [`expose`](Secret::expose), so that each use is found by that word |
//! | [`Personal`] | a name, address, contact or note: says something of a person | `[personal]` | dereferences to `str`, compares with `str` |
//! | [`Digits`] | an account or routing number, or a part of one | `[digits]` | dereferences to `str`, compares with `str` |
//!
//! The type of a field shows which it is. [`Owner`](crate::identity::Owner), [`Challenge`](crate::jobs::Challenge),
//! [`Answers`](crate::jobs::Answers) and [`FormValues`](crate::connect::FormValues) are made of them; no text of an error and no
//! saved job has one. All three are made from `&str` or `String`. Text is not compared with a `Secret`, whose memory is wiped.
//!
//! # Money and times
//!
//! [`Amount`] is every amount of money, exact; rates, percentages and quantities are `f64`. [`Timestamp`] keeps the text of MX;
//! [`Timestamp::parse`] returns what it is. [`Date`] is a day in a query, and counts days: `Date::today_utc().days_before(30)`.
//! Features convert them to the types of common crates:
//!
//! | feature | crate | converts |
//! |---|---|---|
//! | `rust_decimal1` | `rust_decimal` 1 | [`Amount`], both ways |
//! | `jiff1` | `jiff` 1 | `TryFrom<&Timestamp>` for its timestamp, civil date-time and civil date; [`Date`], both ways |
//! | `chrono04` | `chrono` 0.4 | the same for `DateTime<Utc>`, `NaiveDateTime` and `NaiveDate` |
//! | `time03` | `time` 0.3 | the same for `OffsetDateTime`, `PrimitiveDateTime` and `Date` |
//!
//! # Where they come from
//!
//! The identifiers and open values are generated from the registry of `openapi/nexus/overlay.yaml`.

mod amount;
mod date;
mod identifier;
mod open_code;
mod open_text;
mod private;
mod text;
mod time;

#[cfg(feature = "chrono04")]
mod chrono04;
#[cfg(any(feature = "chrono04", feature = "jiff1", feature = "time03"))]
mod convert;
#[cfg(feature = "jiff1")]
mod jiff1;
#[cfg(feature = "rust_decimal1")]
mod rust_decimal1;
#[cfg(feature = "time03")]
mod time03;

pub use crate::secret::Secret;
pub use amount::{Amount, AmountError};
pub use date::{Date, TimeError};
pub use private::{Digits, Personal};
pub use text::{Text, Timestamp};
pub use time::{LocalTime, Time, UnixTime};

#[allow(unused_imports, reason = "some groups of operations have no such list")]
pub(crate) use crate::scalar::unwrapped_items;
pub(crate) use crate::scalar::{Scalar, absent_or_null_text, one_or_many};
pub(crate) use identifier::{identifier, kept_text};
pub(crate) use open_code::open_code;
pub(crate) use open_text::open_text;

include!(concat!(env!("OUT_DIR"), "/nexus_values.rs"));
