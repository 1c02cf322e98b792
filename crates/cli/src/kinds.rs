//! The kinds of jobs as commands: names, options, and how a result is printed.

use mx_nexus::User;
use mx_nexus::aggregation::{Account, Aggregation};
use mx_nexus::balance::BalanceCheck;
use mx_nexus::connect::Institution;
use mx_nexus::history::{ExtendedHistory, HistoryJob};
use mx_nexus::identity::{Identification, Owners};
use mx_nexus::jobs::{JobBuilder, Kind, KindName};
use mx_nexus::values::MemberGuid;
use mx_nexus::verification::{AccountNumbers, Verification};
use serde::Serialize;

use crate::output::{self, Rows};

/// A kind of job that has a command.
pub(crate) trait JobCommand: Kind {
    /// The name of the command.
    const COMMAND: &'static str;
    /// The label of the result.
    const RESULT: &'static str;

    /// A new job.
    fn prepare(
        user: &User,
        member: MemberGuid,
        include_transactions: Option<bool>,
    ) -> JobBuilder<Self>;

    /// Whether an institution supports it, as far as MX says.
    fn is_supported_by(_: &Institution) -> Option<bool> {
        None
    }

    /// The result in one line.
    fn summary(result: &Self::Output) -> String;

    /// The result as JSON.
    fn json(result: &Self::Output) -> impl Serialize;

    /// The result as a table; `None` when it is empty.
    fn rows(result: &Self::Output) -> Option<Rows>;
}

/// The name of the command for a kind of job.
pub(crate) fn command(kind: KindName) -> Option<&'static str> {
    Some(match kind {
        KindName::Identification => Identification::COMMAND,
        KindName::Verification => Verification::COMMAND,
        KindName::Aggregation => Aggregation::COMMAND,
        KindName::BalanceCheck => BalanceCheck::COMMAND,
        KindName::ExtendedHistory => ExtendedHistory::COMMAND,
        _ => return None,
    })
}

impl JobCommand for Identification {
    const COMMAND: &'static str = "identify";
    const RESULT: &'static str = "owners";

    fn prepare(user: &User, member: MemberGuid, transactions: Option<bool>) -> JobBuilder<Self> {
        let job = user.identify(member);
        match transactions {
            Some(include) => job.with_transactions(include),
            None => job,
        }
    }

    fn is_supported_by(institution: &Institution) -> Option<bool> {
        institution.supports_account_identification
    }

    fn summary(owners: &Owners) -> String {
        let accounts = plural(owners.by_account().len(), "account");
        format!("{} of {accounts}", plural(owners.len(), "owner"))
    }

    fn json(owners: &Owners) -> impl Serialize {
        owners.iter().collect::<Vec<_>>()
    }

    fn rows(owners: &Owners) -> Option<Rows> {
        (!owners.is_empty()).then(|| output::owners(owners))
    }
}

impl JobCommand for Verification {
    const COMMAND: &'static str = "verify";
    const RESULT: &'static str = "numbers";

    fn prepare(user: &User, member: MemberGuid, transactions: Option<bool>) -> JobBuilder<Self> {
        let job = user.verify(member);
        match transactions {
            Some(include) => job.with_transactions(include),
            None => job,
        }
    }

    fn is_supported_by(institution: &Institution) -> Option<bool> {
        institution.supports_account_verification
    }

    fn summary(numbers: &Vec<AccountNumbers>) -> String {
        format!("of {}", plural(numbers.len(), "account"))
    }

    fn json(numbers: &Vec<AccountNumbers>) -> impl Serialize {
        numbers
    }

    fn rows(numbers: &Vec<AccountNumbers>) -> Option<Rows> {
        (!numbers.is_empty()).then(|| output::numbers(numbers))
    }
}

impl JobCommand for Aggregation {
    const COMMAND: &'static str = "aggregate";
    const RESULT: &'static str = "accounts";

    fn prepare(user: &User, member: MemberGuid, transactions: Option<bool>) -> JobBuilder<Self> {
        let job = user.aggregate(member);
        match transactions {
            Some(include) => job.with_transactions(include),
            None => job,
        }
    }

    fn summary(accounts: &Vec<Account>) -> String {
        plural(accounts.len(), "account")
    }

    fn json(accounts: &Vec<Account>) -> impl Serialize {
        accounts
    }

    fn rows(accounts: &Vec<Account>) -> Option<Rows> {
        (!accounts.is_empty()).then(|| output::accounts(accounts))
    }
}

impl JobCommand for BalanceCheck {
    const COMMAND: &'static str = "balance";
    const RESULT: &'static str = "accounts";

    fn prepare(user: &User, member: MemberGuid, _: Option<bool>) -> JobBuilder<Self> {
        user.check_balance(member)
    }

    fn summary(accounts: &Vec<Account>) -> String {
        Aggregation::summary(accounts)
    }

    fn json(accounts: &Vec<Account>) -> impl Serialize {
        accounts
    }

    fn rows(accounts: &Vec<Account>) -> Option<Rows> {
        Aggregation::rows(accounts)
    }
}

impl JobCommand for ExtendedHistory {
    const COMMAND: &'static str = "history";
    const RESULT: &'static str = "history";

    fn prepare(user: &User, member: MemberGuid, _: Option<bool>) -> JobBuilder<Self> {
        user.extend_history(member)
    }

    fn is_supported_by(institution: &Institution) -> Option<bool> {
        institution.supports_transaction_history
    }

    fn summary(_: &HistoryJob) -> String {
        "gathered; `nexus call listTransactionsByMember` lists the transactions".to_owned()
    }

    fn json(job: &HistoryJob) -> impl Serialize {
        job
    }

    fn rows(job: &HistoryJob) -> Option<Rows> {
        job.guid.is_some().then(|| output::history(job))
    }
}

fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}
