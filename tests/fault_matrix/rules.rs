//! The right outcome of a cell, by rules. What holds in every cell is checked in `bank.rs`.

use mx_nexus::operations::Api;

use crate::calls::Call;
use crate::cells::{Cell, Times};
use crate::faults::Sort::{Accepted, Busy, Conflict, Expired, Hollow, Redirect, Unsent};

/// The end of the job with the fault, as the table shows it.
pub(crate) fn expected(cell: &Cell) -> String {
    use Times::{Always, Once, Three};
    let (sort, times) = (cell.fault.sort, cell.times);
    let is_processed = cell.fault.is_processed;
    let has_sessions = cell.api == Api::Nexus;
    // A session is renewed once; a key is not.
    let is_bad_key = sort == Expired && !has_sessions;
    let refused = match sort {
        Expired if has_sessions => "failed (SessionExpired)".to_owned(),
        Busy => "refused (429)".to_owned(),
        Unsent => "failed (Connect)".to_owned(),
        Hollow => "failed (Decode)".to_owned(),
        _ => format!("refused ({})", cell.fault.name),
    };
    let end = match cell.call {
        _ if sort == Accepted => "done",
        // A session is opened anew, with a fresh token. Before the start an error costs nothing.
        call if call.opens_session() => match (sort, times) {
            (Expired | Conflict, Once) if !call.is_after_expiry() => "failed (Session)",
            (_, Once) => "done",
            (Expired | Conflict, _) => "failed (Session)",
            _ if !sort.is_passing() && !call.is_after_expiry() => "failed (Session)",
            (_, Three) => "done",
            (_, Always) => "timed out",
        },
        // Not to know whether an institution supports a job is no reason not to start it.
        Call::Member | Call::Institution if (sort, times) == (Unsent, Always) => "timed out",
        Call::Member | Call::Institution => "done",
        // A start is found by reading. It is sent again when it certainly was not processed, or no reading shows a job.
        Call::Start | Call::QuickStart => match (sort, times) {
            _ if is_processed => "done",
            (Expired, _) if is_bad_key => &refused,
            // These do not reach the sandbox.
            (Unsent, Once | Three) => "done",
            (_, Once) => "done, 2 starts",
            (Busy, Three) => "done, 4 starts",
            (Unsent | Busy, Always) => "timed out",
            (Expired, _) => &refused,
            _ => "start unknown",
        },
        // The user is asked again only where the answers were not processed.
        Call::Answers => match (sort, times) {
            _ if is_processed => "done",
            (Expired, _) if is_bad_key => &refused,
            (_, Once) => "done",
            (Unsent | Busy | Expired, _) => &refused,
            (_, Three) => "done",
            (_, Always) => "timed out",
        },
        // Before the start an error costs nothing.
        Call::Baseline => match (sort, times) {
            (Conflict, _) => &refused,
            (Expired, _) if is_bad_key => &refused,
            (_, Once) => "done",
            (Expired | Redirect | Hollow, _) => &refused,
            (_, Three) => "done",
            (_, Always) => "timed out",
        },
        // The job is paid, so a reading is made again whatever it brings; only a refusal that repeats is returned.
        _ => match (sort, times) {
            (_, Once) => "done",
            (Expired | Conflict, _) => &refused,
            (_, Three) => "done",
            (_, Always) => "timed out",
        },
    };
    end.to_owned()
}
