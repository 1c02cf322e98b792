//! Transactions: those that the world has for an account, or fictitious ones, computed from the login as the accounts are.

use crate::bank::accounts::Source;
use crate::bank::categories::UNCATEGORIZED;
use crate::guids::seed;
use crate::world;

/// How many transactions a fictitious account has.
const COUNT: usize = 30;
/// How many days are between two of them.
const DAYS_APART: usize = 3;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Merchant<'a> {
    /// The description that MX gives.
    pub description: &'a str,
    /// The description that the bank gives.
    pub original: &'a str,
    pub category: &'a str,
    pub is_income: bool,
}

const MERCHANTS: [Merchant<'static>; 6] = [
    Merchant {
        description: "Corner Market",
        original: "POS 0412 CORNER MARKET",
        category: "Groceries",
        is_income: false,
    },
    Merchant {
        description: "Example Payroll",
        original: "EXAMPLE INC DIR DEP",
        category: "Paycheck",
        is_income: true,
    },
    Merchant {
        description: "Sample Coffee",
        original: "SAMPLE COFFEE 00017",
        category: "Coffee Shops",
        is_income: false,
    },
    Merchant {
        description: "Model Fuel",
        original: "MODEL FUEL 88 UT",
        category: "Gas",
        is_income: false,
    },
    Merchant {
        description: "Pattern Power",
        original: "PATTERN POWER BILLPAY",
        category: "Utilities",
        is_income: false,
    },
    Merchant {
        description: "Fixture Books",
        original: "FIXTURE BOOKS ONLINE",
        category: "Books",
        is_income: false,
    },
];

pub(crate) struct Transaction<'a> {
    pub amount: f64,
    pub day: Day<'a>,
    pub merchant: Merchant<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Day<'a> {
    /// So many days before the member was created.
    Before(usize),
    /// As `2026-01-15`.
    On(&'a str),
}

/// The transactions of an account; of the fictitious ones, the latest first.
pub(crate) fn transactions(source: &Source, account: usize) -> Vec<Transaction<'_>> {
    let chosen = source
        .chosen(account)
        .and_then(|account| account.transactions.as_ref());
    match chosen {
        Some(chosen) => chosen.iter().map(shown).collect(),
        None => (0..COUNT)
            .map(|number| invented(&source.login, account, number))
            .collect(),
    }
}

fn shown(chosen: &world::Transaction) -> Transaction<'_> {
    let category = chosen.category.as_deref().unwrap_or(UNCATEGORIZED);
    Transaction {
        amount: chosen.amount.as_f64(),
        day: Day::On(&chosen.date.0),
        merchant: Merchant {
            description: &chosen.description,
            original: &chosen.description,
            category,
            is_income: chosen.income,
        },
    }
}

fn invented(login: &str, account: usize, number: usize) -> Transaction<'static> {
    let seed = seed(&format!("{login}/transaction/{account}/{number}"));
    Transaction {
        amount: (100 + seed % 20_000) as f64 / 100.0,
        day: Day::Before(number * DAYS_APART),
        merchant: MERCHANTS[number % MERCHANTS.len()],
    }
}

/// The merchant of a description, if it has one's name.
pub(crate) fn merchant(description: &str) -> Option<Merchant<'static>> {
    let description = description.to_uppercase();
    let mut merchants = MERCHANTS.into_iter();
    merchants.find(|merchant| {
        let name = merchant.description.to_uppercase();
        description.contains(&name) || description.contains(merchant.original)
    })
}
