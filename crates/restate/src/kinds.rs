//! The kinds of jobs that have a workflow.

use mx_nexus::aggregation::{Account, Aggregation};
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::{ExtendedHistory, HistoryJob};
use mx_nexus::identity::{Identification, Owners};
use mx_nexus::jobs::Kind;
use mx_nexus::verification::{AccountNumbers, Verification};

/// A kind of job that has a workflow. The journal has the count of its results, never a result.
pub trait DurableKind: Kind {
    /// The name of the workflow at Restate.
    const WORKFLOW: &'static str;

    /// How many results there are.
    fn count(result: &Self::Output) -> usize;
}

impl DurableKind for Identification {
    const WORKFLOW: &'static str = "Identification";

    fn count(owners: &Owners) -> usize {
        owners.len()
    }
}

impl DurableKind for Verification {
    const WORKFLOW: &'static str = "Verification";

    fn count(numbers: &Vec<AccountNumbers>) -> usize {
        numbers.len()
    }
}

impl DurableKind for Aggregation {
    const WORKFLOW: &'static str = "Aggregation";

    fn count(accounts: &Vec<Account>) -> usize {
        accounts.len()
    }
}

impl DurableKind for BalanceCheck {
    const WORKFLOW: &'static str = "BalanceCheck";

    fn count(accounts: &Vec<Account>) -> usize {
        accounts.len()
    }
}

impl DurableKind for ExtendedHistory {
    const WORKFLOW: &'static str = "ExtendedHistory";

    fn count(_: &HistoryJob) -> usize {
        1
    }
}
