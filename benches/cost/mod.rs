//! What `benches/call.rs` and `tests/budget.rs` measure: a call, an identification and the decoding of three answers, each by this
//! library and *bare*, by hand-written code over the same reqwest client that does the least that has the same result.

#![allow(
    dead_code,
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared by two programs, each of which uses a part; set-up panics on errors"
)]

pub(crate) mod bare;
pub(crate) mod bodies;
pub(crate) mod exact;
pub(crate) mod machine;
pub(crate) mod ours;
pub(crate) mod server;
pub(crate) mod waiting;

use std::future::Future;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use mx_nexus::api::types;

use bare::Bare;
use ours::Ours;

/// The number of a flow: each, of all clients, has a user and a member of its own.
pub(crate) fn next_flow() -> u32 {
    static FLOWS: AtomicU32 = AtomicU32::new(0);
    FLOWS.fetch_add(1, Ordering::Relaxed)
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Call,
    Flow,
    DecodeMember,
    DecodeTransactions,
    DecodeAccounts,
}

impl Subject {
    pub(crate) const ALL: [Self; 5] = [
        Self::Call,
        Self::Flow,
        Self::DecodeMember,
        Self::DecodeTransactions,
        Self::DecodeAccounts,
    ];

    /// Its name in the budget file and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Flow => "flow",
            Self::DecodeMember => "decode-member",
            Self::DecodeTransactions => "decode-1000-transactions",
            Self::DecodeAccounts => "decode-200-accounts",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.name() == name)
    }
}

/// By which code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Bare,
}

/// Both sides, connected to one server, on a runtime of one thread, which is the thread that is measured.
pub(crate) struct Bench {
    pub(crate) ours: Ours,
    pub(crate) bare: Bare,
    runtime: tokio::runtime::Runtime,
    bodies: [String; 3],
}

impl Bench {
    pub(crate) fn new(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let ours = runtime.block_on(Ours::at(address));
        Self {
            ours,
            bare: Bare::at(address),
            runtime,
            bodies: [
                bodies::member(),
                bodies::transactions(1000),
                bodies::accounts(200),
            ],
        }
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Does the work `count` times, one after the other.
    pub(crate) fn run(&self, subject: Subject, side: Side, count: usize) {
        let [member, transactions, accounts] = &self.bodies;
        match (subject, side) {
            (Subject::Call, Side::Ours) => self.block_on(async {
                for _ in 0..count {
                    black_box(self.ours.read_member().await);
                }
            }),
            (Subject::Call, Side::Bare) => self.block_on(async {
                for _ in 0..count {
                    black_box(self.bare.read_member().await);
                }
            }),
            (Subject::Flow, Side::Ours) => self.block_on(async {
                for _ in 0..count {
                    black_box(self.ours.identify().await);
                }
            }),
            (Subject::Flow, Side::Bare) => self.block_on(async {
                for _ in 0..count {
                    black_box(self.bare.identify().await);
                }
            }),
            (Subject::DecodeMember, Side::Ours) => {
                decode::<types::MemberResponseBody>(member, count);
            }
            (Subject::DecodeMember, Side::Bare) => decode::<exact::MemberBody>(member, count),
            (Subject::DecodeTransactions, Side::Ours) => {
                decode::<types::TransactionsResponseBody>(transactions, count);
            }
            (Subject::DecodeTransactions, Side::Bare) => {
                decode::<exact::TransactionsBody>(transactions, count);
            }
            (Subject::DecodeAccounts, Side::Ours) => {
                decode::<types::AccountsResponseBody>(accounts, count);
            }
            (Subject::DecodeAccounts, Side::Bare) => decode::<exact::AccountsBody>(accounts, count),
        }
    }
}

fn decode<T: serde::de::DeserializeOwned>(text: &str, count: usize) {
    for _ in 0..count {
        let value: T = serde_json::from_slice(black_box(text.as_bytes())).expect("it decodes");
        black_box(value);
    }
}
