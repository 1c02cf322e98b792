//! Whether a fault can happen as it was asked for. The board takes no other.

use super::{Fault, FaultBody, FaultKind, InvalidFault};

/// The longest time that a fault holds an answer back.
const LONGEST_DELAY_MS: u64 = 10 * 60 * 1000;

/// The statuses that HTTP allows no body to.
const BODILESS: [u16; 2] = [204, 304];

impl Fault {
    /// Whether it can happen as asked for.
    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        let checked = self.check_what().and_then(|()| self.aim().check());
        checked.map_err(|reason| InvalidFault(format!("this fault cannot be: {reason}")))
    }

    fn check_what(&self) -> Result<(), String> {
        let is_status = self.kind == FaultKind::Status;
        let refuse = |reason: &str| Err(reason.to_owned());
        match self.status {
            Some(status) if is_status && !(200..=599).contains(&status) => {
                return refuse("its status has to be from 200 to 599");
            }
            None if is_status => return refuse("the kind status needs a status"),
            Some(_) if !is_status => return refuse("only the kind status has a status"),
            _ => {}
        }
        if !is_status && (self.body.is_some() || self.retry_after.is_some()) {
            return refuse("only the kind status has a body or retry_after");
        }
        let has_body = self.body.is_some_and(|body| body != FaultBody::Empty);
        if has_body && self.status.is_some_and(|one| BODILESS.contains(&one)) {
            return refuse("204 and 304 have no body; leave it out");
        }
        if self.processed && !matches!(self.kind, FaultKind::Status | FaultKind::Reset) {
            return refuse("processed is for the kinds status and reset; the others always are");
        }
        if self.kind == FaultKind::Delay && self.delay_ms.is_none() {
            return refuse("the kind delay needs delay_ms");
        }
        if self.delay_ms.is_some_and(|delay| delay > LONGEST_DELAY_MS) {
            return refuse("it may hold an answer back for ten minutes at most");
        }
        if self.times == 0 {
            return refuse("it has to happen at least once; see times");
        }
        Ok(())
    }

    /// What its status is answered with.
    pub(crate) fn answered_body(&self) -> FaultBody {
        match self.status {
            Some(status) if BODILESS.contains(&status) => FaultBody::Empty,
            _ => self.body.unwrap_or(FaultBody::Json),
        }
    }
}
