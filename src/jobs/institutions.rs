//! Which institutions support which kinds of jobs: cached, since it is read before every start.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::api::KindName;
use crate::error::Error;

/// MX asks to renew what is kept of institutions daily.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What is known of institutions, by guid or code, shared by all users of one client.
#[derive(Debug, Default)]
pub(crate) struct InstitutionSupport {
    known: Mutex<HashMap<(String, KindName), (bool, Instant)>>,
}

impl InstitutionSupport {
    /// Whether the institution supports this kind: as it is known, or else as it is read.
    pub(crate) async fn get_or_read(
        &self,
        institution: &str,
        kind: KindName,
        read: impl Future<Output = Result<Option<bool>, Error>>,
    ) -> Result<Option<bool>, Error> {
        if let Some(supported) = self.get(institution, kind) {
            return Ok(Some(supported));
        }
        let supported = read.await?;
        if let Some(supported) = supported {
            self.set(institution.to_owned(), kind, supported);
        }
        Ok(supported)
    }

    /// Where that is known and not old.
    fn get(&self, institution: &str, kind: KindName) -> Option<bool> {
        let known = self.lock();
        let (supported, read_at) = known.get(&(institution.to_owned(), kind))?;
        (read_at.elapsed() < LIFETIME).then_some(*supported)
    }

    fn set(&self, institution: String, kind: KindName, supported: bool) {
        self.lock()
            .insert((institution, kind), (supported, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, KindName), (bool, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_institution_is_known_for_a_day() {
        let institutions = InstitutionSupport::default();
        let institution = "INS-1";
        assert_eq!(institutions.get(institution, KindName::Verification), None);
        institutions.set(institution.to_owned(), KindName::Verification, false);
        assert_eq!(
            institutions.get(institution, KindName::Verification),
            Some(false)
        );
        tokio::time::advance(LIFETIME).await;
        assert_eq!(institutions.get(institution, KindName::Verification), None);
    }
}
