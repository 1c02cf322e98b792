//! The jobs of a fleet that wait for their time, the next one first.

use tokio::time::Instant;

use super::Crew;

/// A job that is due at a time; of those due together, the one that was put down first.
pub(super) struct Waiting {
    pub(super) due: Instant,
    pub(super) turn: u64,
    pub(super) crew: Crew,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.due, self.turn) == (other.due, other.turn)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.turn).cmp(&(other.due, other.turn))
    }
}
