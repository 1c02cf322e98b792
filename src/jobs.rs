//! Jobs: the workflow that identification, verification, aggregation, balance checks and extended history share.
//!
//! A job is prepared by [`User::identify`](crate::User::identify) or one of its siblings, started with a budget, polled, asked
//! for answers as often as MX asks, and read at its end:
//!
//! | kind | from | result |
//! |---|---|---|
//! | [identification](crate::identity) | [`User::identify`](crate::User::identify) | the owners of the accounts |
//! | [verification](crate::verification) | [`User::verify`](crate::User::verify) | the account numbers |
//! | [aggregation](crate::aggregation) | [`User::aggregate`](crate::User::aggregate) | the accounts as they are after it |
//! | [balance check](crate::balance) | [`User::check_balance`](crate::User::check_balance) | the accounts as they are after it |
//! | [extended history](crate::history) | [`User::extend_history`](crate::User::extend_history) | what MX reports of the job |
//!
//! The users of Atrium (feature `atrium`) have the same methods, with the same results. A function for every kind takes a
//! `JobBuilder<K>` where `K: Kind`.
//!
//! A pure state machine, [`machine`], decides what to do and when a job is over; [`Job`] makes the calls. A job is saved as a
//! [`JobHandle`], ids only, and resumed in any process by [`User::resume`](crate::User::resume) of the API that [`JobHandle::api`] names.

pub mod machine;
pub mod steps;
pub mod store;

pub(crate) mod api;

mod answers;
mod builder;
mod challenge;
mod challenge_json;
mod clock;
mod directive;
mod driver;
mod error;
mod handle;
mod image;
mod institutions;
mod member_state;
mod moment;
mod nexus;
mod packed;
mod polling;
mod proof;
mod reading;
mod saved;
mod status;
mod stream;

pub use answers::Answers;
pub use api::{Kind, KindName, Options};
pub use builder::JobBuilder;
pub use challenge::{Challenge, ChallengeKind, ChallengeOption, Challenges};
pub use directive::{End, OtherJob, Pace, Progress};
pub use driver::{Job, Step};
pub use error::{JobError, JobErrorKind};
pub use handle::JobHandle;
pub use image::Image;
pub use member_state::MemberState;
pub use polling::{PollPolicy, Polling};
pub use status::Remedy;
pub use stream::JobStream;

pub(crate) use builder::Driving;
pub(crate) use driver::PackedJob;
pub(crate) use institutions::InstitutionSupport;
