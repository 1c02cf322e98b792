//! The faults that have not all happened yet, in the order in which they were added. Every request is matched against them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Fault, InvalidFault, RequestInfo};

/// How many faults there may be at a time.
const MAX_FAULTS: usize = 1000;

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
        faults.push(fault.with_defaults());
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
        let position = faults
            .iter_mut()
            .position(|fault| fault.matches(request) && fault.is_due())?;
        let fault = faults.get_mut(position)?;
        match &mut fault.times {
            Some(..=1) => return Some(faults.remove(position)),
            Some(times) => *times -= 1,
            None => {}
        }
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::Api;
    use crate::fault::{FaultBody, FaultKind, Lag};
    use mx_nexus::call::find;

    fn identify() -> RequestInfo<'static> {
        RequestInfo {
            api: Api::Nexus,
            method: "POST",
            path: "/members/MBR-1/identify",
            operation: find(Api::Nexus, "identifyMember").unwrap(),
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
    fn fault_happens_to_every_third_request() {
        let queue = FaultQueue::default();
        queue
            .add(Fault::status(503).skip(1).every(3).times(2))
            .unwrap();
        let happened: Vec<bool> = (0..10).map(|_| queue.take(&identify()).is_some()).collect();
        let positions = happened
            .iter()
            .enumerate()
            .filter(|(_, happened)| **happened);
        assert!(positions.map(|(position, _)| position).eq([3, 6]));
        assert!(queue.list().is_empty());
    }

    #[test]
    fn fault_happens_with_its_probability_and_again_with_the_same_seed() {
        let happened = |seed| {
            let queue = FaultQueue::default();
            queue.add(Fault::status(503).rate(0.05).seed(seed)).unwrap();
            let happened = (0..10_000).map(|_| queue.take(&identify()).is_some());
            happened.collect::<Vec<bool>>()
        };
        let first = happened(1);
        let count = first.iter().filter(|happened| **happened).count();
        assert!((400..600).contains(&count), "{count}");
        assert_eq!(happened(1), first);
        assert_ne!(happened(2), first);
    }

    #[test]
    fn rate_that_is_no_probability_is_refused() {
        let queue = FaultQueue::default();
        for rate in [-0.1, 1.1, f64::NAN] {
            assert!(queue.add(Fault::reset().rate(rate)).is_err(), "{rate}");
        }
        assert!(queue.add(Fault::reset().every(0)).is_err());
    }

    #[test]
    fn first_matching_fault_happens() {
        let queue = FaultQueue::default();
        queue
            .add(Fault::reset().on_operation("readMember"))
            .unwrap();
        queue.add(Fault::status(500).skip(1)).unwrap();
        queue.add(Fault::reset()).unwrap();
        let kinds: Vec<_> = (0..3)
            .map(|_| queue.take(&identify()).map(|fault| fault.kind()))
            .collect();
        assert_eq!(
            kinds,
            [Some(FaultKind::Reset), Some(FaultKind::Status), None]
        );
        assert_eq!(queue.clear(), 1);
    }

    #[test]
    fn lag_is_for_requests_that_change_a_member() {
        let queue = FaultQueue::default();
        let lag = Fault::lag(Lag::readings(1));
        queue.add(lag.clone()).unwrap();
        let reading = RequestInfo {
            method: "GET",
            path: "/members/MBR-1",
            operation: find(Api::Nexus, "readMember").unwrap(),
            ..identify()
        };
        assert!(queue.take(&reading).is_none());
        assert!(queue.take(&identify()).is_some());
        for id in ["readMember", "createMember", "createSession"] {
            assert!(queue.add(lag.clone().on_operation(id)).is_err(), "{id}");
        }
        for id in [
            "aggregateMember",
            "updateMember",
            "resumeAggregation",
            "resumeJob",
        ] {
            assert!(queue.add(lag.clone().on_operation(id)).is_ok(), "{id}");
        }
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
        let text = r#"{"request": "processed", "delay_ms": 5,
            "answer": {"status": 503, "body": "html", "retry_after": 2, "set": {"a.b": null}, "remove": ["c"]},
            "method": "POST", "path": "/members/*/identify", "times": 3, "skip": 1}"#;
        let read: Fault = serde_json::from_str(text).unwrap();
        let built = Fault::status(503)
            .body(FaultBody::Html)
            .retry_after(Duration::from_millis(1500))
            .set("a.b", serde_json::Value::Null)
            .remove("c")
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
