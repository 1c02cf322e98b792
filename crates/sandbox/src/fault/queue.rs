//! The faults that have not all happened yet, in the order in which they were added. Every request is matched against them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Fault, FaultBody, FaultKind, InvalidFault, RequestInfo};

/// How many faults there may be at a time.
const MAX_FAULTS: usize = 1000;
/// The longest time that a fault delays a response.
const MAX_DELAY_MS: u64 = 10 * 60 * 1000;
/// Statuses without a body in HTTP.
const BODILESS: [u16; 2] = [204, 304];

#[derive(Debug, Default)]
pub(crate) struct FaultQueue(Mutex<Vec<Fault>>);

impl FaultQueue {
    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) -> Result<(), InvalidFault> {
        fault.check()?;
        let mut faults = self.lock();
        if faults.len() >= MAX_FAULTS {
            let reason = format!("{MAX_FAULTS} faults are there already; clear them first");
            return Err(InvalidFault(reason));
        }
        faults.push(fault.completed());
        Ok(())
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.lock().clone()
    }

    /// Removes all, and returns how many.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut *self.lock()).len()
    }

    /// The fault of a request: the first that matches and has nothing left to skip.
    pub(crate) fn take(&self, request: &RequestInfo<'_>) -> Option<Fault> {
        let mut faults = self.lock();
        let position = faults.iter_mut().position(|fault| {
            let matches = fault.matches(request);
            let skips = matches && fault.skip > 0;
            fault.skip -= u32::from(skips);
            matches && !skips
        })?;
        let fault = faults.get_mut(position)?;
        if fault.times <= 1 {
            return Some(faults.remove(position));
        }
        fault.times -= 1;
        Some(fault.clone())
    }
}

impl Fault {
    /// Whether it can happen.
    fn check(&self) -> Result<(), InvalidFault> {
        let checked = self.check_kind().and_then(|()| self.check_filter());
        checked.map_err(|reason| InvalidFault(format!("this fault cannot happen: {reason}")))
    }

    fn check_kind(&self) -> Result<(), String> {
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
        if self.delay_ms.is_some_and(|delay| delay > MAX_DELAY_MS) {
            return refuse("its delay may be ten minutes at most");
        }
        if self.times == 0 {
            return refuse("it has to happen at least once; see times");
        }
        Ok(())
    }

    /// The body that comes with its status.
    pub(crate) fn response_body(&self) -> FaultBody {
        match self.status {
            Some(status) if BODILESS.contains(&status) => FaultBody::Empty,
            _ => self.body.unwrap_or(FaultBody::Json),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::Api;

    fn identify() -> RequestInfo<'static> {
        RequestInfo {
            api: Api::Nexus,
            method: "POST",
            path: "/members/MBR-1/identify",
            operation: "identifyMember",
        }
    }

    #[test]
    fn fault_skips_then_happens_then_is_removed() {
        let queue = FaultQueue::default();
        queue.add(Fault::status(503).skip(2).times(2)).unwrap();
        let happened: Vec<bool> = (0..6).map(|_| queue.take(&identify()).is_some()).collect();
        assert_eq!(happened, [false, false, true, true, false, false]);
        assert!(queue.list().is_empty());
    }

    #[test]
    fn first_matching_fault_happens() {
        let queue = FaultQueue::default();
        queue.add(Fault::stale_echo()).unwrap();
        queue.add(Fault::status(500).skip(1)).unwrap();
        queue.add(Fault::reset()).unwrap();
        let kinds: Vec<_> = (0..3)
            .map(|_| queue.take(&identify()).map(|fault| fault.kind))
            .collect();
        assert_eq!(
            kinds,
            [Some(FaultKind::Reset), Some(FaultKind::Status), None]
        );
        assert_eq!(queue.clear(), 1);
    }

    #[test]
    fn stale_echo_is_for_reads_of_a_member_by_default() {
        let queue = FaultQueue::default();
        queue
            .add(serde_json::from_str(r#"{"kind": "stale_echo"}"#).unwrap())
            .unwrap();
        assert!(queue.take(&identify()).is_none());
        queue
            .add(Fault::stale_echo().on("POST", "/members/**"))
            .unwrap();
        assert!(queue.take(&identify()).is_some());
        assert_eq!(queue.list(), [Fault::stale_echo()]);
    }

    #[test]
    fn last_filter_replaces_the_others() {
        let path = Fault::reset()
            .on_operation("readUser")
            .on("GET", "/members");
        assert_eq!(path, Fault::reset().on("GET", "/members"));
        let operation = Fault::reset()
            .on("GET", "/members")
            .on_operation("readUser");
        assert_eq!(operation, Fault::reset().on_operation("readUser"));
    }

    #[test]
    fn number_of_faults_is_limited() {
        let queue = FaultQueue::default();
        for _ in 0..MAX_FAULTS {
            queue.add(Fault::reset()).unwrap();
        }
        assert!(queue.add(Fault::reset()).is_err());
    }

    #[test]
    fn json_equals_builder() {
        let text = r#"{"kind": "status", "status": 503, "body": "html", "retry_after": 2, "delay_ms": 5,
            "method": "POST", "path": "/members/*/identify", "times": 3, "skip": 1, "processed": true}"#;
        let read: Fault = serde_json::from_str(text).unwrap();
        let built = Fault::status(503)
            .body(FaultBody::Html)
            .retry_after(Duration::from_millis(1500))
            .delayed(Duration::from_millis(5))
            .on("POST", "/members/*/identify")
            .times(3)
            .skip(1)
            .processed();
        assert_eq!(read, built);
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&again).unwrap(), built);
    }
}
