//! The jobs of an API by kind: how they are started and resumed, and which job of the member a result is from.

use std::time::Duration;

use mx_nexus::aggregation::{Account, Aggregation};
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::{ExtendedHistory, HistoryJob};
use mx_nexus::identity::{Identification, Owners};
use mx_nexus::jobs::{JobHandle, KindName};
use mx_nexus::values::MemberGuid;
use mx_nexus::verification::{AccountNumbers, Verification};
use mx_nexus::{Atrium, Nexus, call};
use mx_nexus_sandbox::JobKind;

use crate::drive::{End, drive};

pub(crate) const KINDS: [KindName; 5] = [
    KindName::Identification,
    KindName::Verification,
    KindName::Aggregation,
    KindName::BalanceCheck,
    KindName::ExtendedHistory,
];

/// The kind in the sandbox's record of jobs.
pub(crate) fn in_record(kind: KindName) -> JobKind {
    match kind {
        KindName::Identification => JobKind::Identification,
        KindName::Verification => JobKind::Verification,
        KindName::Aggregation => JobKind::Aggregation,
        KindName::BalanceCheck => JobKind::Balance,
        _ => JobKind::ExtendedHistory,
    }
}

/// What a result shows of the job that gathered it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Gathered {
    /// A number that grows by one from job to job of the member.
    Number(u64),
    /// The job itself.
    Job(Option<String>),
    /// When the job started.
    Start(Option<String>),
}

/// What to do with a job.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    Start(MemberGuid),
    Resume(Box<JobHandle>),
}

/// A client of either API.
pub(crate) enum Client {
    Nexus(Nexus),
    Atrium(Atrium),
}

macro_rules! run {
    ($user:expr, $kind:expr, $task:expr, $budget:expr, $of_history:expr) => {
        match $kind {
            KindName::Identification => {
                run!($user, $task, $budget, identify, Identification, of_owners)
            }
            KindName::Verification => run!($user, $task, $budget, verify, Verification, of_numbers),
            KindName::Aggregation => {
                run!($user, $task, $budget, aggregate, Aggregation, of_accounts)
            }
            KindName::BalanceCheck => {
                run!(
                    $user,
                    $task,
                    $budget,
                    check_balance,
                    BalanceCheck,
                    of_accounts
                )
            }
            _ => run!(
                $user,
                $task,
                $budget,
                extend_history,
                ExtendedHistory,
                $of_history
            ),
        }
    };
    ($user:expr, $task:expr, $budget:expr, $start:ident, $kind:ty, $gathered:expr) => {{
        let builder = match $task {
            Task::Start(member) => $user.$start(member),
            Task::Resume(handle) => $user.resume::<$kind>(*handle).unwrap(),
        };
        drive(builder.prepare($budget), $gathered).await
    }};
}

impl Client {
    /// Starts or resumes a job, and drives it to its end.
    pub(crate) async fn run(
        &self,
        user: &str,
        kind: KindName,
        task: Task,
        budget: Duration,
    ) -> End {
        match self {
            Self::Nexus(nexus) => run!(nexus.user(user), kind, task, budget, of_job),
            Self::Atrium(atrium) => run!(atrium.user(user), kind, task, budget, of_status),
        }
    }

    /// Any operation on a member, by its name.
    pub(crate) fn call(&self, user: &str, member: &MemberGuid, operation: &str) -> call::Call {
        let call = match self {
            Self::Nexus(nexus) => nexus.user(user).call(operation),
            Self::Atrium(atrium) => atrium.call(operation).parameter("user_guid", user),
        };
        call.parameter("member_guid", member)
    }
}

/// From the second identification on, addresses have a unit.
fn of_owners(owners: &Owners) -> Gathered {
    let address = owners
        .iter()
        .next()
        .and_then(|owner| owner.address.as_ref());
    let unit = address.and_then(|address| address.as_str().rsplit_once(", Unit "));
    Gathered::Number(unit.map_or(1, |(_, number)| number.parse().unwrap()))
}

#[allow(clippy::ptr_arg, reason = "a function of the result")]
fn of_numbers(numbers: &Vec<AccountNumbers>) -> Gathered {
    let number = numbers.first().and_then(|it| it.account_number.as_ref());
    Gathered::Number(number.map_or(0, |number| number.as_str().parse().unwrap()))
}

/// Balances grow by a dollar from job to job.
#[allow(clippy::ptr_arg, reason = "a function of the result")]
fn of_accounts(accounts: &Vec<Account>) -> Gathered {
    let balance = accounts.first().and_then(|account| account.balance);
    Gathered::Number(balance.map_or(0, |balance| balance.cents().unwrap() as u64 / 100))
}

fn of_job(job: &HistoryJob) -> Gathered {
    Gathered::Job(job.guid.as_ref().map(|guid| guid.as_str().to_owned()))
}

/// Jobs of Atrium have no guid.
fn of_status(job: &HistoryJob) -> Gathered {
    Gathered::Start(job.started_at.as_ref().map(|at| at.as_str().to_owned()))
}
