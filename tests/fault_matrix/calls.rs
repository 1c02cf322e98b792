//! The calls of a job, and which requests of an API they are.

use mx_nexus::jobs::KindName;
use mx_nexus::operations::Api;

/// A call of a job whose member asks one question, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Call {
    Token,
    Session,
    Baseline,
    /// The member, for its institution.
    Member,
    Institution,
    Start,
    /// The start of a job that asks nothing and is over when its answer arrives.
    QuickStart,
    /// The token after the session has expired during the job.
    SecondToken,
    SecondSession,
    /// The reading that shows the question.
    FirstPoll,
    Challenges,
    Answers,
    /// The reading that shows the end.
    LastPoll,
    Result,
}

impl Call {
    pub(crate) const ALL: [Self; 14] = [
        Self::Token,
        Self::Session,
        Self::Baseline,
        Self::Member,
        Self::Institution,
        Self::Start,
        Self::QuickStart,
        Self::SecondToken,
        Self::SecondSession,
        Self::FirstPoll,
        Self::Challenges,
        Self::Answers,
        Self::LastPoll,
        Self::Result,
    ];

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Session => "session",
            Self::Baseline => "reading before the start",
            Self::Member => "member, for its institution",
            Self::Institution => "institution",
            Self::Start => "start",
            Self::QuickStart => "start of a job that is over at once",
            Self::SecondToken => "token after the session has expired",
            Self::SecondSession => "session after the session has expired",
            Self::FirstPoll => "reading after the start",
            Self::Challenges => "list of questions",
            Self::Answers => "answers",
            Self::LastPoll => "reading after the answers",
            Self::Result => "result",
        }
    }

    /// Whether it changes something, so that it matters whether a request without an answer was processed.
    pub(crate) fn is_write(self) -> bool {
        matches!(self, Self::Session | Self::SecondSession | Self::Answers) || self.is_start()
    }

    pub(crate) fn is_start(self) -> bool {
        matches!(self, Self::Start | Self::QuickStart)
    }

    pub(crate) fn opens_session(self) -> bool {
        matches!(
            self,
            Self::Token | Self::Session | Self::SecondToken | Self::SecondSession
        )
    }

    pub(crate) fn is_after_expiry(self) -> bool {
        matches!(self, Self::SecondToken | Self::SecondSession)
    }
}

/// A request of an API: the operation, and how many of the same come before it in a job.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) operation: &'static str,
    pub(crate) skip: u32,
    /// The field of the answer that holds everything.
    pub(crate) root: &'static str,
}

const fn place(operation: &'static str, skip: u32, root: &'static str) -> Place {
    Place {
        operation,
        skip,
        root,
    }
}

/// The request of a call; none where a job of this kind does not make it.
pub(crate) fn place_of(api: Api, call: Call, kind: KindName) -> Option<Place> {
    match api {
        Api::Nexus => nexus(call, kind),
        _ => atrium(call, kind),
    }
}

fn nexus(call: Call, kind: KindName) -> Option<Place> {
    use KindName::{Aggregation, BalanceCheck, ExtendedHistory, Identification, Verification};
    Some(match (call, kind) {
        (Call::Token, _) => place("getApiToken", 0, "api_token"),
        (Call::Session, _) => place("createSession", 0, "session"),
        (Call::SecondToken, _) => place("getApiToken", 1, "api_token"),
        (Call::SecondSession, _) => place("createSession", 1, "session"),
        (Call::Baseline, _) => place("readMember", 0, "member"),
        (Call::FirstPoll, _) => place("readMember", 1, "member"),
        (Call::LastPoll, _) => place("readMember", 2, "member"),
        (Call::Challenges, _) => place("listMemberChallenges", 0, "challenges"),
        (Call::Answers, _) => place("resumeAggregation", 0, "member"),
        // Only these two have a flag in it.
        (Call::Institution, Identification | Verification) => {
            place("readInstitution", 0, "institution")
        }
        (Call::Start | Call::QuickStart, Identification) => place("identifyMember", 0, "member"),
        (Call::Start | Call::QuickStart, Verification) => place("verifyMember", 0, "member"),
        (Call::Start | Call::QuickStart, Aggregation) => place("aggregateMember", 0, "member"),
        (Call::Start | Call::QuickStart, BalanceCheck) => place("checkMemberBalance", 0, "member"),
        (Call::Start | Call::QuickStart, ExtendedHistory) => {
            place("extendTransactionHistory", 0, "member")
        }
        (Call::Result, Identification) => place("listAccountOwners", 0, "account_owners"),
        (Call::Result, Verification) => place("readAccountNumbers", 0, "account_numbers"),
        (Call::Result, Aggregation | BalanceCheck) => place("listMemberAccounts", 0, "accounts"),
        (Call::Result, ExtendedHistory) => place("readJob", 0, "job"),
        _ => return None,
    })
}

/// No sessions, and the questions are in the reading.
fn atrium(call: Call, kind: KindName) -> Option<Place> {
    use KindName::{Aggregation, BalanceCheck, ExtendedHistory, Identification, Verification};
    Some(match (call, kind) {
        (Call::Baseline, _) => place("readMemberStatus", 0, "member"),
        (Call::FirstPoll, _) => place("readMemberStatus", 1, "member"),
        (Call::LastPoll, _) => place("readMemberStatus", 2, "member"),
        (Call::Answers, _) => place("resumeMember", 0, "member"),
        (Call::Member, Identification | Verification) => place("readMember", 0, "member"),
        (Call::Institution, Identification | Verification) => {
            place("readInstitution", 0, "institution")
        }
        (Call::Start | Call::QuickStart, Identification) => place("identifyMember", 0, "member"),
        (Call::Start | Call::QuickStart, Verification) => place("verifyMember", 0, "member"),
        (Call::Start | Call::QuickStart, Aggregation) => place("aggregateMember", 0, "member"),
        (Call::Start | Call::QuickStart, BalanceCheck) => {
            place("aggregateMemberBalances", 0, "member")
        }
        (Call::Start | Call::QuickStart, ExtendedHistory) => place("extendHistory", 0, "member"),
        (Call::Result, Identification) => place("listAccountOwners", 0, "account_owners"),
        (Call::Result, Verification) => place("listAccountNumbers", 0, "account_numbers"),
        (Call::Result, Aggregation | BalanceCheck) => place("listMemberAccounts", 0, "accounts"),
        (Call::Result, ExtendedHistory) => place("readMemberStatus", 3, "member"),
        _ => return None,
    })
}
