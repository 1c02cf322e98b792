//! Fictitious transactions, computed from the login as the accounts are.

use crate::guids::seed;

/// How many transactions an account has.
pub(crate) const COUNT: usize = 30;
/// How many days are between two of them.
pub(crate) const DAYS_APART: usize = 3;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Merchant {
    /// The description that MX gives.
    pub description: &'static str,
    /// The description that the bank gives.
    pub original: &'static str,
    pub category: &'static str,
    pub top_level_category: &'static str,
    pub is_income: bool,
}

const MERCHANTS: [Merchant; 6] = [
    Merchant {
        description: "Corner Market",
        original: "POS 0412 CORNER MARKET",
        category: "Groceries",
        top_level_category: "Food & Dining",
        is_income: false,
    },
    Merchant {
        description: "Example Payroll",
        original: "EXAMPLE INC DIR DEP",
        category: "Paycheck",
        top_level_category: "Income",
        is_income: true,
    },
    Merchant {
        description: "Sample Coffee",
        original: "SAMPLE COFFEE 00017",
        category: "Coffee Shops",
        top_level_category: "Food & Dining",
        is_income: false,
    },
    Merchant {
        description: "Model Fuel",
        original: "MODEL FUEL 88 UT",
        category: "Gas",
        top_level_category: "Auto & Transport",
        is_income: false,
    },
    Merchant {
        description: "Pattern Power",
        original: "PATTERN POWER BILLPAY",
        category: "Utilities",
        top_level_category: "Bills & Utilities",
        is_income: false,
    },
    Merchant {
        description: "Fixture Books",
        original: "FIXTURE BOOKS ONLINE",
        category: "Books",
        top_level_category: "Shopping",
        is_income: false,
    },
];

pub(crate) struct Transaction {
    pub cents: u64,
    pub merchant: Merchant,
}

/// The transaction with this number of an account, 0 the latest.
pub(crate) fn transaction(login: &str, account: usize, number: usize) -> Transaction {
    let seed = seed(&format!("{login}/transaction/{account}/{number}"));
    Transaction {
        cents: 100 + seed % 20_000,
        merchant: MERCHANTS[number % MERCHANTS.len()],
    }
}

/// The merchant of a description, if it has one's name.
pub(crate) fn merchant(description: &str) -> Option<Merchant> {
    let description = description.to_uppercase();
    let mut merchants = MERCHANTS.into_iter();
    merchants.find(|merchant| {
        let name = merchant.description.to_uppercase();
        description.contains(&name) || description.contains(merchant.original)
    })
}
