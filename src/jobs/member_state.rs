//! [`MemberState`]: what MX shows of a job's member now, read without an effect on the job.

use super::api::Kind;
use super::builder::JobBuilder;
use super::challenge::Challenge;
use super::reading::Reading;
use crate::error::Error;
use crate::values::ConnectionStatus;

/// The member of a job as it is now. From [`JobBuilder::read_member`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MemberState {
    /// Its status and the stamps of its latest job.
    pub reading: Reading,
    /// MX's message about the status, meant for the user.
    pub message: Option<String>,
    /// The open questions.
    pub challenges: Vec<Challenge>,
}

impl<K: Kind> JobBuilder<K> {
    /// Reads the member, and its open questions while it is CHALLENGED. Starts nothing, answers nothing, and changes nothing in
    /// the saved job.
    ///
    /// ```no_run
    /// # async fn example(user: mx_nexus::User, handle: mx_nexus::jobs::JobHandle) -> Result<(), mx_nexus::Error> {
    /// use mx_nexus::identity::Identification;
    ///
    /// let member = user.resume::<Identification>(handle)?.read_member().await?;
    /// println!("{:?}, {} questions", member.reading.status, member.challenges.len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for every request, see [`ErrorKind`](crate::ErrorKind). It is sent once.
    pub async fn read_member(&self) -> Result<MemberState, Error> {
        let (api, member) = self.calls();
        let snapshot = api.observe(member).await?;
        let is_challenged = snapshot.reading.status == Some(ConnectionStatus::Challenged);
        let challenges = match snapshot.challenges {
            Some(open) => open,
            None if is_challenged => api.challenges(member).await?,
            None => Vec::new(),
        };
        Ok(MemberState {
            reading: snapshot.reading,
            message: snapshot.message,
            challenges,
        })
    }
}
