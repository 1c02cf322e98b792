//! The cells of the matrix: a kind of job, one of its calls, a fault, and how often it happens.

use mx_nexus::jobs::KindName;
use mx_nexus::operations::Api;
use mx_nexus_sandbox::Fault;

use crate::bank::{LONG, Plan, SHORT};
use crate::calls::{Call, place_of};
use crate::faults::{FAULTS, MatrixFault, Sort};
use crate::jobs::KINDS;

/// More often than any job makes a call.
pub(crate) const FOREVER: u32 = 1_000_000;

/// How often a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Times {
    Once,
    Three,
    Always,
}

impl Times {
    pub(crate) const ALL: [Self; 3] = [Self::Once, Self::Three, Self::Always];

    fn count(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Three => 3,
            Self::Always => FOREVER,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) api: Api,
    pub(crate) kind: KindName,
    pub(crate) call: Call,
    pub(crate) fault: &'static MatrixFault,
    pub(crate) times: Times,
}

/// All cells of an API. For the first kind only: faults that happen several times, since what follows them is the same for all, and
/// those of a session, which knows no kind.
pub(crate) fn all(api: Api) -> Vec<Cell> {
    let mut cells = Vec::new();
    for kind in KINDS {
        for call in Call::ALL {
            let Some(place) = place_of(api, call, kind) else {
                continue;
            };
            let faults = FAULTS.iter().filter(|fault| fault.is_for(call, place));
            cells.extend(faults.flat_map(|fault| {
                let times = Times::ALL.into_iter();
                let times = times.filter(move |times| {
                    kind == KINDS[0] || *times == Times::Once && !call.opens_session()
                });
                let cells = times.map(move |times| Cell {
                    api,
                    kind,
                    call,
                    fault,
                    times,
                });
                cells.filter(Cell::is_distinct)
            }));
        }
    }
    cells
}

impl Cell {
    /// Whether its outcome may differ from that of another cell: a start that may have been processed is sent three times at most,
    /// and what the job would do makes no difference where none is started.
    fn is_distinct(&self) -> bool {
        let is_certain = matches!(self.fault.sort, Sort::Unsent | Sort::Busy | Sort::Expired);
        let is_lost_start = self.call.is_start() && !self.fault.is_processed && !is_certain;
        match self.times {
            Times::Once => true,
            Times::Three => !is_lost_start || self.call == Call::Start,
            Times::Always => !is_lost_start,
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        let of = |call| place_of(self.api, call, self.kind).unwrap();
        let place = of(self.call);
        let mut faults = Vec::new();
        let mut refused = None;
        if self.fault.sort == Sort::Unsent {
            refused = Some((self.call, self.times.count() as usize));
        } else {
            faults.push(self.fault.at(place, self.times.count()));
        }
        if self.call.is_after_expiry() {
            let poll = of(Call::FirstPoll);
            let expired = Fault::expired_sessions().on_operation(poll.operation);
            faults.push(expired.skip(poll.skip));
        }
        Plan {
            is_quick: self.call == Call::QuickStart,
            new_credentials: None,
            faults,
            refused,
            budget: match self.times {
                Times::Always => SHORT,
                _ => LONG,
            },
        }
    }
}
