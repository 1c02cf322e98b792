//! Fictitious accounts, owners, numbers and balances, all computed from the login: the same login has the same ones at every bank
//! and in every run, so that tests can rely on them.

use crate::bank::Country;
use crate::guids::seed;

const FIRST_NAMES: [&str; 12] = [
    "Ada", "Bruno", "Clara", "Daniel", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Klara",
    "Leo",
];
const LAST_NAMES: [&str; 11] = [
    "Ashdown",
    "Birkwood",
    "Calloway",
    "Dunmore",
    "Everhart",
    "Fairbrook",
    "Greenhill",
    "Hollis",
    "Ironside",
    "Kestrel",
    "Larkspur",
];
const STREETS: [&str; 7] = [
    "Sample Street",
    "Example Avenue",
    "Placeholder Lane",
    "Specimen Road",
    "Fixture Way",
    "Model Drive",
    "Pattern Court",
];
const CITIES: [(&str, &str, &str); 5] = [
    ("Lehi", "Utah", "84043"),
    ("Springfield", "Oregon", "97477"),
    ("Fairview", "Texas", "75069"),
    ("Riverside", "California", "92501"),
    ("Georgetown", "Kentucky", "40324"),
];

/// A fictitious owner of an account.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub address: String,
    pub city: &'static str,
    pub state: &'static str,
    pub postal_code: &'static str,
    /// A number reserved for fiction.
    pub phone: String,
    /// Not every bank knows one.
    pub email: Option<String>,
}

impl Owner {
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

#[derive(Debug)]
pub(crate) struct AccountKind {
    pub code: u8,
    pub code_name: &'static str,
    /// Its name at the bank.
    pub name: &'static str,
    /// Whether it has numbers to verify: money can be sent to it.
    pub has_numbers: bool,
}

/// The accounts of every login at every bank.
pub(crate) const ACCOUNTS: [AccountKind; 3] = [
    AccountKind {
        code: 1,
        code_name: "CHECKING",
        name: "Everyday Checking",
        has_numbers: true,
    },
    AccountKind {
        code: 2,
        code_name: "SAVINGS",
        name: "Rainy Day Savings",
        has_numbers: true,
    },
    AccountKind {
        code: 4,
        code_name: "CREDIT_CARD",
        name: "Travel Card",
        has_numbers: false,
    },
];

/// The owners of the account at this index of [`ACCOUNTS`]. Some first accounts have two, the others have one.
pub(crate) fn owners(login: &str, account: usize) -> Vec<Owner> {
    let mut owners = vec![owner(seed(login))];
    if account == 0 && is_joint(login) {
        owners.push(owner(seed(&format!("{login}/partner"))));
    }
    owners
}

/// Whether the first account has two owners.
pub(crate) fn is_joint(login: &str) -> bool {
    seed(login).is_multiple_of(3)
}

pub(crate) struct AccountNumbers {
    pub account_number: String,
    /// In the United States.
    pub routing_number: Option<String>,
    /// In Canada.
    pub institution_number: Option<String>,
    /// In Canada.
    pub transit_number: Option<String>,
}

/// The numbers of the account at this index of [`ACCOUNTS`].
pub(crate) fn numbers(login: &str, account: usize, bank: &str, country: Country) -> AccountNumbers {
    let digits = seed(&format!("{login}/account/{account}")) % 10_000_000_000;
    let of_bank = seed(bank);
    let account_number = format!("{digits:010}");
    match country {
        Country::UnitedStates => AccountNumbers {
            account_number,
            routing_number: Some(routing_number(of_bank)),
            institution_number: None,
            transit_number: None,
        },
        Country::Canada => AccountNumbers {
            account_number,
            routing_number: None,
            institution_number: Some(format!("{:03}", of_bank % 1000)),
            transit_number: Some(format!("{:05}", of_bank / 1000 % 100_000)),
        },
    }
}

/// The balance of the account at this index of [`ACCOUNTS`], in cents.
pub(crate) fn cents(login: &str, account: usize) -> u64 {
    seed(&format!("{login}/balance/{account}")) % 1_000_000
}

fn owner(mut seed: u64) -> Owner {
    let first_name = pick(&mut seed, &FIRST_NAMES);
    let last_name = pick(&mut seed, &LAST_NAMES);
    let street = pick(&mut seed, &STREETS);
    let (city, state, postal_code) = pick(&mut seed, &CITIES);
    let number = 1 + seed % 900;
    let email = format!("{first_name}.{last_name}@example.com").to_lowercase();
    Owner {
        first_name,
        last_name,
        address: format!("{number} {street}"),
        city,
        state,
        postal_code,
        phone: format!("555-01{:02}", seed / 900 % 100),
        email: (!seed.is_multiple_of(5)).then_some(email),
    }
}

/// One of the choices; the rest of the seed is for the next one.
fn pick<T: Copy, const N: usize>(seed: &mut u64, choices: &[T; N]) -> T {
    let count = N as u64;
    let index = usize::try_from(*seed % count).unwrap_or(0);
    *seed /= count;
    choices[index]
}

/// Nine digits with a valid check digit, in a range that no bank has.
fn routing_number(seed: u64) -> String {
    let front = format!("998{:05}", seed % 100_000);
    let weights = [3, 7, 1, 3, 7, 1, 3, 7];
    let sum: u32 = front
        .chars()
        .zip(weights)
        .map(|(digit, weight)| digit.to_digit(10).unwrap_or(0) * weight)
        .sum();
    format!("{front}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_login_has_same_owners() {
        assert!(owners("mxuser", 0) == owners("mxuser", 0));
        assert!(owners("mxuser", 0) != owners("another-login", 0));
        let joint = (0..30).map(|number| owners(&format!("user-{number}"), 0).len());
        let joint: Vec<usize> = joint.collect();
        assert!(joint.contains(&1) && joint.contains(&2));
        assert_eq!(owners("user-1", 1).len(), 1);
    }

    #[test]
    fn routing_number_has_valid_check_digit() {
        for bank in ["one", "two", "three"] {
            let number = numbers("x", 0, bank, Country::UnitedStates).routing_number;
            let digits: Vec<u32> = number
                .unwrap()
                .chars()
                .map(|digit| digit.to_digit(10).unwrap())
                .collect();
            let weights = [3, 7, 1, 3, 7, 1, 3, 7, 1];
            let sum: u32 = digits.iter().zip(weights).map(|(d, w)| d * w).sum();
            assert_eq!((digits.len(), sum % 10), (9, 0));
        }
    }
}
