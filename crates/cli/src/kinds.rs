//! The kinds of jobs as commands: names, options, and how a result is printed.

use mx_nexus::aggregation::{Account, Aggregation};
use mx_nexus::balance::BalanceCheck;
use mx_nexus::history::{ExtendedHistory, HistoryJob};
use mx_nexus::identity::{Identification, Owners};
use mx_nexus::jobs::{JobBuilder, Kind, KindName};
use mx_nexus::operations::Api;
use mx_nexus::values::MemberGuid;
use mx_nexus::verification::{AccountNumbers, Verification};
use serde::Serialize;

use crate::arguments::api_option;
use crate::output::{self, Rows};
use crate::target::ApiUser;

/// A kind of job that has a command.
pub(crate) trait JobCommand: Kind {
    /// The name of the command.
    const COMMAND: &'static str;
    /// What it does, in messages.
    const WORK: &'static str;
    /// The label of the result.
    const RESULT: &'static str;
    /// An institution of the sandbox that supports it.
    const SANDBOX_INSTITUTION: &'static str = "MX Bank";

    /// A new job.
    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self>;

    /// Sets whether transactions are gathered, where that can be chosen.
    fn with_transactions(job: JobBuilder<Self>, _: bool) -> JobBuilder<Self> {
        job
    }

    /// The result in one line; in words when it is empty.
    fn summary(result: &Self::Output) -> String;

    /// The result as JSON.
    fn json(result: &Self::Output) -> impl Serialize;

    /// The result as a table.
    fn rows(result: &Self::Output) -> Rows;
}

/// Evaluates an expression with the type of a kind of job, or another one for a kind that has no command.
macro_rules! by_kind {
    ($kind:expr, $type:ident => $work:expr, _ => $unknown:expr) => {
        match $kind {
            KindName::Identification => {
                type $type = mx_nexus::identity::Identification;
                $work
            }
            KindName::Verification => {
                type $type = mx_nexus::verification::Verification;
                $work
            }
            KindName::Aggregation => {
                type $type = mx_nexus::aggregation::Aggregation;
                $work
            }
            KindName::BalanceCheck => {
                type $type = mx_nexus::balance::BalanceCheck;
                $work
            }
            KindName::ExtendedHistory => {
                type $type = mx_nexus::history::ExtendedHistory;
                $work
            }
            _ => $unknown,
        }
    };
}
pub(crate) use by_kind;

/// The name of the command for a kind of job.
pub(crate) fn command(kind: KindName) -> Option<&'static str> {
    by_kind!(kind, K => Some(K::COMMAND), _ => None)
}

/// The beginning of a command line, such as `nexus identify`.
pub(crate) fn command_line<K: JobCommand>(api: Api) -> String {
    format!("nexus {}{}", K::COMMAND, api_option(api))
}

impl JobCommand for Identification {
    const COMMAND: &'static str = "identify";
    const WORK: &'static str = "identification";
    const RESULT: &'static str = "owners";

    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self> {
        match user {
            ApiUser::Nexus(user) => user.identify(member),
            ApiUser::Atrium(user) => user.identify(member),
        }
    }

    fn with_transactions(job: JobBuilder<Self>, include: bool) -> JobBuilder<Self> {
        job.with_transactions(include)
    }

    fn summary(owners: &Owners) -> String {
        let accounts = count(owners.by_account().len(), "account");
        match owners.is_empty() {
            true => count(0, "owner"),
            false => format!("{} of {accounts}", count(owners.len(), "owner")),
        }
    }

    fn json(owners: &Owners) -> impl Serialize {
        owners
    }

    fn rows(owners: &Owners) -> Rows {
        output::owners(owners)
    }
}

impl JobCommand for Verification {
    const COMMAND: &'static str = "verify";
    const WORK: &'static str = "verification";
    const RESULT: &'static str = "numbers";

    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self> {
        match user {
            ApiUser::Nexus(user) => user.verify(member),
            ApiUser::Atrium(user) => user.verify(member),
        }
    }

    fn with_transactions(job: JobBuilder<Self>, include: bool) -> JobBuilder<Self> {
        job.with_transactions(include)
    }

    fn summary(numbers: &Vec<AccountNumbers>) -> String {
        count(numbers.len(), "account")
    }

    fn json(numbers: &Vec<AccountNumbers>) -> impl Serialize {
        numbers
    }

    fn rows(numbers: &Vec<AccountNumbers>) -> Rows {
        output::numbers(numbers)
    }
}

impl JobCommand for Aggregation {
    const COMMAND: &'static str = "aggregate";
    const WORK: &'static str = "aggregation";
    const RESULT: &'static str = "accounts";

    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self> {
        match user {
            ApiUser::Nexus(user) => user.aggregate(member),
            ApiUser::Atrium(user) => user.aggregate(member),
        }
    }

    fn with_transactions(job: JobBuilder<Self>, include: bool) -> JobBuilder<Self> {
        job.with_transactions(include)
    }

    fn summary(accounts: &Vec<Account>) -> String {
        count(accounts.len(), "account")
    }

    fn json(accounts: &Vec<Account>) -> impl Serialize {
        accounts
    }

    fn rows(accounts: &Vec<Account>) -> Rows {
        output::accounts(accounts)
    }
}

impl JobCommand for BalanceCheck {
    const COMMAND: &'static str = "balance";
    const WORK: &'static str = "a balance check";
    const RESULT: &'static str = "accounts";

    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self> {
        match user {
            ApiUser::Nexus(user) => user.check_balance(member),
            ApiUser::Atrium(user) => user.check_balance(member),
        }
    }

    fn summary(accounts: &Vec<Account>) -> String {
        Aggregation::summary(accounts)
    }

    fn json(accounts: &Vec<Account>) -> impl Serialize {
        accounts
    }

    fn rows(accounts: &Vec<Account>) -> Rows {
        output::accounts(accounts)
    }
}

impl JobCommand for ExtendedHistory {
    const COMMAND: &'static str = "history";
    const WORK: &'static str = "extended history";
    const RESULT: &'static str = "history";
    const SANDBOX_INSTITUTION: &'static str = "Sandbox Bank";

    fn prepare(user: &ApiUser, member: MemberGuid) -> JobBuilder<Self> {
        match user {
            ApiUser::Nexus(user) => user.extend_history(member),
            ApiUser::Atrium(user) => user.extend_history(member),
        }
    }

    fn summary(_: &HistoryJob) -> String {
        "gathered; the operation listMemberTransactions lists the transactions".to_owned()
    }

    fn json(job: &HistoryJob) -> impl Serialize {
        job
    }

    fn rows(job: &HistoryJob) -> Rows {
        output::history(job)
    }
}

fn count(count: usize, word: &str) -> String {
    match count {
        0 => format!("no {word}s: MX returned an empty list"),
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}
