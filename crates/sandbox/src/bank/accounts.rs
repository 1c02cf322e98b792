//! Accounts, owners, numbers and balances: those that the world has for the login, or fictitious ones. The fictitious ones are computed
//! from the login and the number of the job: the same login has the same ones at every bank and in every run, so that tests can rely on
//! them. `banks.md` says what later jobs change.

use std::sync::Arc;

use crate::guids::seed;
use crate::world::{Account, AccountType, Country, Owner, World};
use mx_nexus::values;

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

/// The fictitious accounts of every login at every bank: their names and types.
const ACCOUNTS: [(&str, AccountType); 3] = [
    ("Everyday Checking", AccountType::Checking),
    ("Rainy Day Savings", AccountType::Savings),
    ("Travel Card", AccountType::CreditCard),
];

/// What the world has for a login at an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    world: Arc<World>,
    /// The index of the login.
    login: usize,
}

impl Chosen {
    pub(crate) fn at(
        world: &Arc<World>,
        institution: &crate::bank::Institution,
        login: &str,
    ) -> Option<Self> {
        Some(Self {
            login: world.login_at(institution, login)?,
            world: Arc::clone(world),
        })
    }

    fn accounts(&self) -> &[Account] {
        let login = self.world.logins.get(self.login);
        login.map_or(&[], |login| &login.accounts)
    }
}

/// The job that gathered something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The login that it signed in with.
    pub login: String,
    /// Its number, from 1.
    pub number: usize,
    /// What it gathered, when it is chosen.
    pub chosen: Option<Chosen>,
}

impl Source {
    /// The first job with a login that is not chosen.
    pub(crate) fn first(login: impl Into<String>) -> Self {
        Self {
            login: login.into(),
            number: 1,
            chosen: None,
        }
    }

    /// The account at this index, when it is chosen.
    pub(crate) fn chosen(&self, account: usize) -> Option<&Account> {
        self.chosen.as_ref()?.accounts().get(account)
    }

    /// How many accounts there are.
    pub(crate) fn count(&self) -> usize {
        match &self.chosen {
            Some(chosen) => chosen.accounts().len(),
            None => ACCOUNTS.len(),
        }
    }

    /// The name and the type of an account.
    pub(crate) fn kind(&self, account: usize) -> (&str, values::AccountType) {
        let (name, kind) = match self.chosen(account) {
            Some(chosen) => (chosen.name.as_str(), chosen.kind),
            None => ACCOUNTS[account % ACCOUNTS.len()],
        };
        let kind = match kind {
            AccountType::Checking => values::AccountType::Checking,
            AccountType::Savings => values::AccountType::Savings,
            AccountType::Loan => values::AccountType::Loan,
            AccountType::CreditCard => values::AccountType::CreditCard,
            AccountType::Investment => values::AccountType::Investment,
            AccountType::LineOfCredit => values::AccountType::LineOfCredit,
            AccountType::Mortgage => values::AccountType::Mortgage,
            AccountType::Prepaid => values::AccountType::Prepaid,
        };
        (name, kind)
    }

    /// Whether an account has numbers to verify: money can be sent to it.
    pub(crate) fn has_numbers(&self, account: usize) -> bool {
        match self.chosen(account) {
            Some(chosen) => chosen.has_numbers(),
            None => ACCOUNTS[account % ACCOUNTS.len()].1 != AccountType::CreditCard,
        }
    }

    /// How many jobs were before it.
    fn earlier(&self) -> u64 {
        u64::try_from(self.number.saturating_sub(1)).unwrap_or(u64::MAX)
    }

    /// The owners of an account. Of fictitious accounts some first ones have two, the others have one.
    pub(crate) fn owners(&self, account: usize) -> Vec<Owner> {
        if self.chosen.is_some() {
            let chosen = self.chosen(account);
            return chosen.map_or_else(Vec::new, |account| account.owners.clone());
        }
        let login = &self.login;
        let mut owners = vec![owner(seed(login))];
        if account == 0 && seed(login).is_multiple_of(3) {
            owners.push(owner(seed(&format!("{login}/partner"))));
        }
        if self.number > 1 {
            let unit = format!(", Unit {}", self.number);
            let addresses = owners.iter_mut().filter_map(|owner| owner.address.as_mut());
            addresses.for_each(|address| address.push_str(&unit));
        }
        owners
    }

    /// The owners of each of the first accounts.
    pub(crate) fn owners_of_first(&self, accounts: usize) -> Vec<Vec<Owner>> {
        (0..accounts).map(|account| self.owners(account)).collect()
    }

    /// The numbers of an account; what is not chosen is computed.
    pub(crate) fn numbers(&self, account: usize, bank: &str, country: Country) -> AccountNumbers {
        let first = seed(&format!("{}/account/{account}", self.login)) % 10_000_000_000;
        let digits = first.wrapping_add(self.earlier()) % 10_000_000_000;
        let of_bank = seed(bank);
        let chosen = self.chosen(account);
        let choose = |part: fn(&Account) -> &Option<String>, computed: String| {
            chosen
                .and_then(|account| part(account).clone())
                .unwrap_or(computed)
        };
        let account_number = choose(|account| &account.number, format!("{digits:010}"));
        match country {
            Country::UnitedStates => AccountNumbers {
                account_number,
                routing_number: Some(choose(
                    |account| &account.routing_number,
                    routing_number(of_bank),
                )),
                institution_number: None,
                transit_number: None,
            },
            Country::Canada => AccountNumbers {
                account_number,
                routing_number: None,
                institution_number: Some(choose(
                    |account| &account.institution_number,
                    format!("{:03}", of_bank % 1000),
                )),
                transit_number: Some(choose(
                    |account| &account.transit_number,
                    format!("{:05}", of_bank / 1000 % 100_000),
                )),
            },
        }
    }

    /// The balance of an account.
    pub(crate) fn balance(&self, account: usize) -> f64 {
        if let Some(balance) = self.chosen(account).and_then(|account| account.balance) {
            return balance.as_f64();
        }
        let first = seed(&format!("{}/balance/{account}", self.login)) % 1_000_000;
        first.saturating_add(self.earlier().saturating_mul(100)) as f64 / 100.0
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
    // A number reserved for fiction. Not every bank knows an email address.
    let phone = format!("555-01{:02}", seed / 900 % 100);
    let owner = Owner::new(format!("{first_name} {last_name}"))
        .split_name(first_name, last_name)
        .address(format!("{number} {street}"), city, state, postal_code)
        .phone(phone);
    match seed.is_multiple_of(5) {
        true => owner,
        false => owner.email(email),
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
            assert_eq!(of(job).balance(1), of(1).balance(1) + (job as f64 - 1.0));
            assert_eq!(number(job), number(1) + job as u64 - 1);
            let owner = of(job).owners(1).remove(0);
            assert!(owner.address.unwrap().ends_with(&format!(", Unit {job}")));
        }
        let first = of(1).owners(1).remove(0);
        assert!(!first.address.unwrap().contains("Unit"));
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
