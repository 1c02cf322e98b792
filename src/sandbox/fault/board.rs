//! The faults that were asked for and have not all happened yet. Every request is held against them, in their order.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Fault, InvalidFault};
use crate::sandbox::call::Face;

/// How many faults may wait at a time.
const MOST: usize = 1000;

/// The faults that wait.
#[derive(Debug, Default)]
pub(crate) struct FaultBoard(Mutex<Vec<Fault>>);

/// What a fault is told of a request.
pub(crate) struct Asked<'a> {
    pub(crate) face: Face,
    pub(crate) method: &'a str,
    /// The raw path below the face.
    pub(crate) path: &'a str,
    pub(crate) operation: &'a str,
}

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
            let happens = fault.matches(asked);
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

impl Fault {
    fn matches(&self, asked: &Asked<'_>) -> bool {
        let method = self.method.as_deref();
        let operation = self.operation.as_deref();
        method.is_none_or(|method| method.eq_ignore_ascii_case(asked.method))
            && operation.is_none_or(|id| id == asked.operation)
            && self.path.as_deref().is_none_or(|pattern| {
                let whole = format!("{}{}", asked.face.prefix(), asked.path);
                path_matches(pattern, asked.path) || path_matches(pattern, &whole)
            })
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    for wanted in pattern.trim_end_matches('/').split('/') {
        if wanted == "**" {
            return true;
        }
        match segments.next() {
            Some(segment) if wanted == "*" || wanted == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sandbox::fault::FaultKind;

    fn asked(path: &'static str) -> Asked<'static> {
        Asked {
            face: Face::Nexus,
            method: "POST",
            path,
            operation: "identifyMember",
        }
    }

    const IDENTIFY: &str = "/members/MBR-1/identify";

    #[test]
    fn a_pattern_is_matched_segment_by_segment() {
        for pattern in [
            IDENTIFY,
            "/members/*/identify",
            "/members/**",
            "/**",
            "/nexus/members/*/identify",
            "/*/members/**",
        ] {
            assert!(
                Fault::reset().on("post", pattern).matches(&asked(IDENTIFY)),
                "{pattern}"
            );
        }
        for pattern in [
            "/members/*",
            "/members/*/identify/*",
            "/",
            "/sso/**",
            "/members/*/verify",
        ] {
            assert!(
                !Fault::reset().on("POST", pattern).matches(&asked(IDENTIFY)),
                "{pattern}"
            );
        }
        assert!(!Fault::reset().on("GET", "/**").matches(&asked(IDENTIFY)));
        assert!(!Fault::stale_echo().matches(&asked(IDENTIFY)));
        assert!(Fault::reset().matches(&asked("/anything")));
    }

    #[test]
    fn a_fault_skips_happens_and_is_gone() {
        let board = FaultBoard::default();
        board.add(Fault::status(503).skip(2).times(2)).unwrap();
        let happened: Vec<bool> = (0..6)
            .map(|_| board.take(&asked(IDENTIFY)).is_some())
            .collect();
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
            .map(|_| board.take(&asked(IDENTIFY)).map(|fault| fault.kind))
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
        assert!(board.take(&asked(IDENTIFY)).is_none());
        board
            .add(Fault::stale_echo().on("POST", "/members/**"))
            .unwrap();
        assert!(board.take(&asked(IDENTIFY)).is_some());
        assert_eq!(board.list(), [Fault::stale_echo()]);
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
            .body(crate::sandbox::FaultBody::Html)
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
