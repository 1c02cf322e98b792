//! Invented people and what they have at a bank. Everything here follows from the login, so that a test can rely on it: the
//! same login has the same owners, numbers and balances at every bank and in every run. The faces show it.

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

/// Somebody who owns an account, and does not exist.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// Street and number.
    pub address: String,
    /// City.
    pub city: &'static str,
    /// State.
    pub state: &'static str,
    /// Postal code.
    pub postal_code: &'static str,
    /// Phone number, of those that are kept for fiction.
    pub phone: String,
    /// Email address; banks do not always know one.
    pub email: Option<String>,
}

impl Owner {
    /// First and last name.
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// A kind of account that everybody has.
#[derive(Debug)]
pub(crate) struct AccountKind {
    /// Its number.
    pub code: u8,
    /// Its name.
    pub code_name: &'static str,
    /// What the bank calls it.
    pub name: &'static str,
    /// Whether money can be sent to it, and so whether it has numbers to verify.
    pub has_numbers: bool,
}

/// The accounts that everybody has at every bank.
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

/// Who owns the account at this place of [`ACCOUNTS`]. The first account of some has a second owner; the other accounts have one.
pub(crate) fn owners(login: &str, account: usize) -> Vec<Owner> {
    let mut owners = vec![person(seed(login))];
    if account == 0 && is_joint(login) {
        owners.push(person(seed(&format!("{login}/partner"))));
    }
    owners
}

/// Whether the first account has two owners.
pub(crate) fn is_joint(login: &str) -> bool {
    seed(login).is_multiple_of(3)
}

/// The numbers of an account.
pub(crate) struct AccountNumbers {
    /// Its number.
    pub account_number: String,
    /// The bank's routing number, in the United States.
    pub routing_number: Option<String>,
    /// The bank's number, in Canada.
    pub institution_number: Option<String>,
    /// The branch's number, in Canada.
    pub transit_number: Option<String>,
}

/// The numbers of the account at this place of [`ACCOUNTS`], at a bank.
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

/// What is in the account at this place of [`ACCOUNTS`], in cents.
pub(crate) fn cents(login: &str, account: usize) -> u64 {
    seed(&format!("{login}/balance/{account}")) % 1_000_000
}

fn person(mut seed: u64) -> Owner {
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

/// One of the choices; what is left of the seed chooses the next thing.
fn pick<T: Copy, const N: usize>(seed: &mut u64, choices: &[T; N]) -> T {
    let count = N as u64;
    let index = usize::try_from(*seed % count).unwrap_or(0);
    *seed /= count;
    choices[index]
}

/// Nine digits with a right check digit, of a range that is given to no bank.
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
    fn the_same_login_has_the_same_owners_and_another_one_others() {
        assert!(owners("mxuser", 0) == owners("mxuser", 0));
        assert!(owners("mxuser", 0) != owners("somebody", 0));
        let joint = (0..30).map(|number| owners(&format!("user-{number}"), 0).len());
        let joint: Vec<usize> = joint.collect();
        assert!(joint.contains(&1) && joint.contains(&2));
        assert_eq!(owners("user-1", 1).len(), 1);
    }

    #[test]
    fn routing_numbers_pass_the_check() {
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
