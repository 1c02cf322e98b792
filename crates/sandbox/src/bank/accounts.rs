//! Fictitious accounts, owners, numbers and balances, all computed from the login and the number of the job: the same login has the
//! same ones at every bank and in every run, so that tests can rely on them. `banks.md` says what later jobs change.

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

/// The job that gathered something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The login that it signed in with.
    pub login: String,
    /// Its number, from 1.
    pub number: usize,
}

impl Source {
    /// The first job with a login.
    pub(crate) fn first(login: impl Into<String>) -> Self {
        Self {
            login: login.into(),
            number: 1,
        }
    }

    /// How many jobs were before it.
    fn earlier(&self) -> u64 {
        u64::try_from(self.number.saturating_sub(1)).unwrap_or(u64::MAX)
    }

    /// The owners of the account at this index of [`ACCOUNTS`]. Some first accounts have two, the others have one.
    pub(crate) fn owners(&self, account: usize) -> Vec<Owner> {
        let login = &self.login;
        let mut owners = vec![owner(seed(login))];
        if account == 0 && seed(login).is_multiple_of(3) {
            owners.push(owner(seed(&format!("{login}/partner"))));
        }
        if self.number > 1 {
            let unit = format!(", Unit {}", self.number);
            owners
                .iter_mut()
                .for_each(|owner| owner.address.push_str(&unit));
        }
        owners
    }

    /// The numbers of the account at this index of [`ACCOUNTS`].
    pub(crate) fn numbers(&self, account: usize, bank: &str, country: Country) -> AccountNumbers {
        let first = seed(&format!("{}/account/{account}", self.login)) % 10_000_000_000;
        let digits = first.wrapping_add(self.earlier()) % 10_000_000_000;
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
    pub(crate) fn cents(&self, account: usize) -> u64 {
        let first = seed(&format!("{}/balance/{account}", self.login)) % 1_000_000;
        first.saturating_add(self.earlier().saturating_mul(100))
    }
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
        let owners = |login: &str, account| Source::first(login).owners(account);
        assert!(owners("mxuser", 0) == owners("mxuser", 0));
        assert!(owners("mxuser", 0) != owners("another-login", 0));
        let joint = (0..30).map(|number| owners(&format!("user-{number}"), 0).len());
        let joint: Vec<usize> = joint.collect();
        assert!(joint.contains(&1) && joint.contains(&2));
        assert_eq!(owners("user-1", 1).len(), 1);
    }

    #[test]
    fn every_job_has_its_own_owners_numbers_and_balances() {
        let of = |number| Source {
            number,
            ..Source::first("mxuser")
        };
        let number = |job: usize| {
            let numbers = of(job).numbers(0, "mxbank", Country::UnitedStates);
            numbers.account_number.parse::<u64>().unwrap()
        };
        for job in 2..5 {
            assert_eq!(of(job).cents(1), of(1).cents(1) + 100 * (job as u64 - 1));
            assert_eq!(number(job), number(1) + job as u64 - 1);
            let owner = of(job).owners(1).remove(0);
            assert!(owner.address.ends_with(&format!(", Unit {job}")));
        }
        assert!(!of(1).owners(1)[0].address.contains("Unit"));
    }

    #[test]
    fn routing_number_has_valid_check_digit() {
        for bank in ["one", "two", "three"] {
            let numbers = Source::first("x").numbers(0, bank, Country::UnitedStates);
            let number = numbers.routing_number;
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
