//! Which institutions support identification: cached once an institution, since it is read before every start.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::values::InstitutionGuid;

/// MX asks to renew what is kept of institutions daily.
const LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What is known of institutions, shared by all users of one client.
#[derive(Debug, Default)]
pub(crate) struct IdentifyingInstitutions {
    known: Mutex<HashMap<InstitutionGuid, (bool, Instant)>>,
}

impl IdentifyingInstitutions {
    /// Whether the institution supports identification, where that is known and not old.
    pub(super) fn get(&self, institution: &InstitutionGuid) -> Option<bool> {
        let known = self.lock();
        let (supported, read_at) = known.get(institution)?;
        (read_at.elapsed() < LIFETIME).then_some(*supported)
    }

    pub(super) fn set(&self, institution: InstitutionGuid, supported: bool) {
        self.lock().insert(institution, (supported, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstitutionGuid, (bool, Instant)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_institution_is_known_for_a_day() {
        let institutions = IdentifyingInstitutions::default();
        let institution = InstitutionGuid::from("INS-1");
        assert_eq!(institutions.get(&institution), None);
        institutions.set(institution.clone(), false);
        assert_eq!(institutions.get(&institution), Some(false));
        tokio::time::advance(LIFETIME).await;
        assert_eq!(institutions.get(&institution), None);
    }
}
