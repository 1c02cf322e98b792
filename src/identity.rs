//! Account-owner identification: start, poll, answer, read the owners, in one process or in several.
//!
//! ```no_run
//! use std::time::Duration;
//! use mx_nexus::identity::Step;
//!
//! # fn ask(challenge: &mx_nexus::identity::Challenge) -> Result<String, std::io::Error> { unimplemented_by_the_example(challenge) }
//! # fn unimplemented_by_the_example(_: &mx_nexus::identity::Challenge) -> Result<String, std::io::Error> { Ok(String::new()) }
//! # async fn example(user: mx_nexus::User) -> Result<(), Box<dyn std::error::Error>> {
//! let mut job = user.identify("MBR-1").patience(Duration::from_secs(300)).start().await?;
//! let owners = loop {
//!     match job.next().await? {
//!         Step::Running(progress) => println!("{progress}"),
//!         Step::Challenged(challenges) => job.answer(challenges.answer_all(ask)?).await?,
//!         Step::Done(owners) => break owners,
//!         _ => {}
//!     }
//! };
//! println!("{} owners", owners.len());
//! # Ok(())
//! # }
//! ```
//!
//! A pure state machine, [`machine`], decides what to do and when a job is over; [`Job`] makes the calls. A job is saved as a
//! [`JobHandle`], ids only, and resumed in any process by [`User::resume`](crate::User::resume).

pub mod machine;

mod answers;
mod calls;
mod challenge;
mod clock;
mod directive;
mod error;
mod handle;
mod image;
mod institutions;
mod job;
mod moment;
mod owners;
mod polling;
mod proof;
mod start;
mod status;
mod stream;

pub use answers::Answers;
pub use challenge::{Challenge, ChallengeKind, ChallengeOption, Challenges};
pub use directive::{End, OtherJob, Pace, Progress};
pub use error::{IdentityError, IdentityErrorKind};
pub use handle::JobHandle;
pub use image::Image;
pub use job::{Job, Step};
pub use owners::{Owner, Owners};
pub use polling::{PollPolicy, Polling};
pub use start::{Identify, Patience, Resume, Unset};
pub use status::Remedy;
pub use stream::JobStream;

pub(crate) use calls::Calls;
#[cfg(test)]
pub(crate) use calls::{Accepted, Answering};
pub(crate) use institutions::IdentifyingInstitutions;
pub(crate) use start::Terms;
