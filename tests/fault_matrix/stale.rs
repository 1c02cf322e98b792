//! Readings that lag behind the changes of a member, with and without the stamps that distinguish jobs.

use mx_nexus::jobs::KindName;
use mx_nexus::operations::Api;
use mx_nexus_sandbox::{Fault, Lag};

use crate::bank::{LONG, Plan};
use crate::calls::{Call, place_of};
use crate::cells::FOREVER;
use crate::jobs::KINDS;

/// The changes that readings lag behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Credentials,
    Start,
    Answers,
    All,
}

/// The answers to the start and to the user's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Given,
    /// It shows the member as it was before.
    Stale,
    Lost,
}

/// The stamps of a member, by their fields.
pub(crate) const STAMPS: [&str; 4] = [
    "most_recent_job_guid",
    "aggregated_at",
    "successfully_aggregated_at",
    "is_being_aggregated",
];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) api: Api,
    pub(crate) kind: KindName,
    pub(crate) is_quick: bool,
    pub(crate) change: Change,
    pub(crate) answer: Answer,
    /// How many readings are stale.
    pub(crate) lag: u32,
    /// The stamps that no answer has.
    pub(crate) missing: &'static [&'static str],
}

/// How many readings are stale, where all stamps are there.
pub(crate) const LAGS: [u32; 3] = [1, 6, 50];

/// The stamps that are missing, where a few readings are stale.
pub(crate) const MISSING: [&[&str]; 5] = [
    &["most_recent_job_guid"],
    &["aggregated_at"],
    &["successfully_aggregated_at"],
    &["is_being_aggregated"],
    &STAMPS,
];

/// All scenarios; the long and the incomplete ones for the first kind only.
pub(crate) fn all(api: Api) -> Vec<Scenario> {
    let mut all = Vec::new();
    for kind in KINDS {
        let is_first = kind == KINDS[0];
        let lags = LAGS.into_iter().filter(|lag| is_first || *lag == 6);
        let mut habits: Vec<(u32, &[&str])> = lags.map(|lag| (lag, &[][..])).collect();
        if is_first {
            habits.extend(MISSING.map(|missing| (6, missing)));
        }
        for (lag, missing) in habits {
            for (is_quick, change, answer) in changes() {
                all.push(Scenario {
                    api,
                    kind,
                    is_quick,
                    change,
                    answer,
                    lag,
                    missing,
                });
            }
        }
    }
    all
}

fn changes() -> Vec<(bool, Change, Answer)> {
    let mut changes = Vec::new();
    for is_quick in [false, true] {
        for change in [
            Change::Credentials,
            Change::Start,
            Change::Answers,
            Change::All,
        ] {
            for answer in [Answer::Given, Answer::Stale, Answer::Lost] {
                let is_other = change == Change::Credentials && answer != Answer::Given
                    || change == Change::Answers && is_quick;
                if !is_other {
                    changes.push((is_quick, change, answer));
                }
            }
        }
    }
    changes
}

impl Scenario {
    /// Its block, line and column in the table.
    pub(crate) fn place(&self) -> (&'static str, String, usize) {
        let answer = match (self.change, self.answer) {
            (Change::Credentials, _) | (_, Answer::Given) => "",
            (_, Answer::Stale) => " with a stale answer",
            (_, Answer::Lost) => " with a lost answer",
        };
        let quick = if self.is_quick {
            " of a job that is over at once"
        } else {
            ""
        };
        let line = format!("{:?}{answer}{quick}", self.change).to_lowercase();
        if let Some(column) = LAGS.iter().position(|lag| *lag == self.lag)
            && self.missing.is_empty()
        {
            return ("1, 6 and 50 stale readings after a change", line, column);
        }
        let column = MISSING.iter().position(|missing| *missing == self.missing);
        let block = "6 stale readings after a change, and no job guid, start, success, flag, or none of them";
        (block, line, column.unwrap())
    }

    pub(crate) fn plan(&self) -> Plan {
        let is_behind = |change| self.change == change || self.change == Change::All;
        let lag = Lag::readings(self.lag);
        let mut faults = Vec::new();
        for (change, call) in [
            (Change::Start, Call::Start),
            (Change::Answers, Call::Answers),
        ] {
            let operation = place_of(self.api, call, self.kind).unwrap().operation;
            let fault = match self.answer {
                _ if !is_behind(change) => Fault::altered(),
                Answer::Given => self.without_stamps(Fault::lag(lag)),
                Answer::Stale => self.without_stamps(Fault::lag(lag.in_answer())),
                Answer::Lost => Fault::reset_after_processing().lagging(lag),
            };
            if is_behind(change) {
                faults.push(fault.on_operation(operation));
            } else if !self.missing.is_empty() {
                faults.push(
                    self.without_stamps(fault)
                        .on_operation(operation)
                        .times(FOREVER),
                );
            }
        }
        if !self.missing.is_empty() {
            let reading = place_of(self.api, Call::Baseline, self.kind)
                .unwrap()
                .operation;
            let fault = self.without_stamps(Fault::altered()).times(FOREVER);
            faults.push(fault.on_operation(reading));
        }
        let is_updated = is_behind(Change::Credentials);
        Plan {
            is_quick: self.is_quick,
            new_credentials: is_updated.then(|| Fault::lag(lag).on_operation("updateMember")),
            faults,
            refused: None,
            budget: LONG,
        }
    }

    fn without_stamps(&self, fault: Fault) -> Fault {
        let fields = self.missing.iter();
        fields.fold(fault, |fault, field| {
            fault.remove(format!("member.{field}"))
        })
    }

    /// The right end. Only where nothing can show the job, the start stays unknown.
    pub(crate) fn expected(&self) -> &'static str {
        let is_lost_start = self.answer == Answer::Lost && self.change == Change::Start;
        if self.is_quick && is_lost_start && self.missing == STAMPS {
            "start unknown"
        } else {
            "done"
        }
    }
}
