//! The faults that were asked for and have not all happened yet. Every request is held against them, in their order.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Asked, Fault, InvalidFault};

/// How many faults may wait at a time.
const MOST: usize = 1000;

/// The faults that wait.
#[derive(Debug, Default)]
pub(crate) struct FaultBoard(Mutex<Vec<Fault>>);

impl FaultBoard {
    fn waiting(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, fault: Fault) -> Result<(), InvalidFault> {
        fault.check()?;
        let mut waiting = self.waiting();
        if waiting.len() >= MOST {
            let reason = format!("{MOST} faults wait already; clear them first");
            return Err(InvalidFault(reason));
        }
        waiting.push(fault.completed());
        Ok(())
    }

    /// Those that have not all happened, with what is left of them.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.waiting().clone()
    }

    /// Forgets all, and says how many.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut *self.waiting()).len()
    }

    /// The fault that happens to a request: the first that matches and has nothing more to skip.
    pub(crate) fn take(&self, asked: &Asked<'_>) -> Option<Fault> {
        let mut waiting = self.waiting();
        let position = waiting.iter_mut().position(|fault| {
            let happens = fault.aim().meets(asked);
            let skips = happens && fault.skip > 0;
            fault.skip -= u32::from(skips);
            happens && !skips
        })?;
        let fault = waiting.get_mut(position)?;
        if fault.times <= 1 {
            return Some(waiting.remove(position));
        }
        fault.times -= 1;
        Some(fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::call::Face;
    use crate::fault::{FaultBody, FaultKind};

    fn identify() -> Asked<'static> {
        Asked {
            face: Face::Nexus,
            method: "POST",
            path: "/members/MBR-1/identify",
            operation: "identifyMember",
        }
    }

    #[test]
    fn a_fault_skips_happens_and_is_gone() {
        let board = FaultBoard::default();
        board.add(Fault::status(503).skip(2).times(2)).unwrap();
        let happened: Vec<bool> = (0..6).map(|_| board.take(&identify()).is_some()).collect();
        assert_eq!(happened, [false, false, true, true, false, false]);
        assert!(board.list().is_empty());
    }

    #[test]
    fn the_first_that_matches_happens() {
        let board = FaultBoard::default();
        board.add(Fault::stale_echo()).unwrap();
        board.add(Fault::status(500).skip(1)).unwrap();
        board.add(Fault::reset()).unwrap();
        let kinds: Vec<_> = (0..3)
            .map(|_| board.take(&identify()).map(|fault| fault.kind))
            .collect();
        assert_eq!(
            kinds,
            [Some(FaultKind::Reset), Some(FaultKind::Status), None]
        );
        assert_eq!(board.clear(), 1);
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        let board = FaultBoard::default();
        let refused = [
            (Fault::status(99), "200 to 599"),
            (Fault::reset().times(0), "at least once"),
            (Fault::reset().on("GET", "members"), "slash"),
            (Fault::reset().on_operation("identify"), "identifyMember"),
            (Fault::truncated().processed(), "processed"),
            (Fault::reset().retry_after(Duration::ZERO), "retry_after"),
            (Fault::delay(Duration::from_secs(601)), "ten minutes"),
            (Fault::delay(Duration::MAX), "ten minutes"),
            (Fault::status(204).body(FaultBody::Html), "no body"),
        ];
        for (fault, reason) in refused {
            let text = board.add(fault).unwrap_err().to_string();
            assert!(text.contains(reason), "{text}");
        }
        assert!(board.list().is_empty());
    }

    #[test]
    fn a_stale_echo_is_for_readings_of_a_member_unless_told_otherwise() {
        let board = FaultBoard::default();
        board
            .add(serde_json::from_str(r#"{"kind": "stale_echo"}"#).unwrap())
            .unwrap();
        assert!(board.take(&identify()).is_none());
        board
            .add(Fault::stale_echo().on("POST", "/members/**"))
            .unwrap();
        assert!(board.take(&identify()).is_some());
        assert_eq!(board.list(), [Fault::stale_echo()]);
    }

    #[test]
    fn the_longest_wait_is_a_wait() {
        let fault = Fault::status(503).retry_after(Duration::MAX);
        assert_eq!(fault.retry_after_seconds(), Some(u64::MAX));
    }

    #[test]
    fn the_last_word_on_what_it_is_for_holds() {
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
    fn what_was_asked_for_can_be_read_back() {
        let board = FaultBoard::default();
        let late = Fault::status(503).delayed(Duration::from_millis(5));
        let aimed = late.on("GET", "/members").times(3).skip(1);
        board.add(aimed.clone()).unwrap();
        let listed = board.list().remove(0);
        assert_eq!(listed, aimed);
        assert_eq!(listed.kind(), FaultKind::Status);
        assert_eq!(listed.status_code(), Some(503));
        assert_eq!(
            (listed.for_method(), listed.for_path()),
            (Some("GET"), Some("/members"))
        );
        assert_eq!(listed.for_operation(), None);
        assert_eq!(listed.held_back(), Some(Duration::from_millis(5)));
        assert!(!listed.is_processed());
        assert_eq!((listed.times_left(), listed.skips_left()), (3, 1));
        assert_eq!(Fault::stale_echo().for_operation(), Some("readMember"));
    }

    #[test]
    fn their_number_is_bounded() {
        let board = FaultBoard::default();
        for _ in 0..MOST {
            board.add(Fault::reset()).unwrap();
        }
        assert!(board.add(Fault::reset()).is_err());
    }

    #[test]
    fn json_says_the_same_as_the_builder() {
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
