//! The accounts of a login, with their owners and transactions.

use std::fmt;

use mx_nexus::values;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An account at an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Account {
    /// Its name at the institution.
    pub(crate) name: String,
    #[serde(rename = "type", default)]
    pub(crate) kind: AccountType,
    /// In the currency of the account, with two decimals at most; default: an invented one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) balance: Option<Cents>,
    /// The account number; default: an invented one for accounts of type checking and savings, none for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// Default: an invented one of the institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) routing_number: Option<String>,
    /// Default: an invented one of an institution in Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) institution_number: Option<String>,
    /// Default: an invented one of an institution in Canada.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transit_number: Option<String>,
    /// None or more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) owners: Vec<Owner>,
    /// Default: invented ones. An empty list is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) transactions: Option<Vec<Transaction>>,
}

/// The type of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountType {
    /// CHECKING.
    #[default]
    Checking,
    /// SAVINGS.
    Savings,
    /// LOAN.
    Loan,
    /// CREDIT_CARD.
    CreditCard,
    /// INVESTMENT.
    Investment,
    /// LINE_OF_CREDIT.
    LineOfCredit,
    /// MORTGAGE.
    Mortgage,
    /// PREPAID.
    Prepaid,
}

/// An owner of an account. Everything but the name may be missing.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Owner {
    /// The full name.
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
}

/// A transaction of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Transaction {
    pub(crate) date: Date,
    /// Not negative, with two decimals at most.
    pub(crate) amount: Cents,
    pub(crate) description: String,
    /// Whether the money goes into the account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) income: bool,
    /// Default: `Uncategorized`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
}

/// Owners are people, and people are not printed.
impl fmt::Debug for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Owner").finish_non_exhaustive()
    }
}

impl Account {
    /// An account of this type with this name, an invented number and balance, and no owner.
    pub fn new(kind: AccountType, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind,
            balance: None,
            number: None,
            routing_number: None,
            institution_number: None,
            transit_number: None,
            owners: Vec::new(),
            transactions: None,
        }
    }

    /// A checking account.
    pub fn checking(name: impl Into<String>) -> Self {
        Self::new(AccountType::Checking, name)
    }

    /// A savings account.
    pub fn savings(name: impl Into<String>) -> Self {
        Self::new(AccountType::Savings, name)
    }

    /// The balance, in cents.
    pub fn balance_cents(mut self, cents: i64) -> Self {
        self.balance = Some(Cents(cents));
        self
    }

    /// The account number.
    pub fn number(mut self, number: impl Into<String>) -> Self {
        self.number = Some(number.into());
        self
    }

    /// The routing number, in the United States.
    pub fn routing_number(mut self, number: impl Into<String>) -> Self {
        self.routing_number = Some(number.into());
        self
    }

    /// The institution number and the transit number, in Canada.
    pub fn institution_and_transit(
        mut self,
        institution: impl Into<String>,
        transit: impl Into<String>,
    ) -> Self {
        self.institution_number = Some(institution.into());
        self.transit_number = Some(transit.into());
        self
    }

    /// Adds an owner.
    pub fn owner(mut self, owner: Owner) -> Self {
        self.owners.push(owner);
        self
    }

    /// Replaces the invented transactions.
    pub fn transactions(mut self, transactions: impl IntoIterator<Item = Transaction>) -> Self {
        self.transactions = Some(transactions.into_iter().collect());
        self
    }

    /// Whether it has numbers to verify.
    pub(crate) fn has_numbers(&self) -> bool {
        let is_money = matches!(self.kind, AccountType::Checking | AccountType::Savings);
        self.number.is_some() || is_money
    }
}

impl Owner {
    /// An owner with this full name, and nothing else.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// The first and the last name, which MX sends on request; see [`SandboxBuilder::split_names`](crate::SandboxBuilder::split_names).
    pub fn split_name(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.first_name = Some(first.into());
        self.last_name = Some(last.into());
        self
    }

    /// An address in the United States.
    pub fn address(
        mut self,
        address: impl Into<String>,
        city: impl Into<String>,
        state: impl Into<String>,
        postal_code: impl Into<String>,
    ) -> Self {
        self.address = Some(address.into());
        self.city = Some(city.into());
        self.state = Some(state.into());
        self.postal_code = Some(postal_code.into());
        self.country = Some(String::from("United States"));
        self
    }

    /// The phone number.
    pub fn phone(mut self, phone: impl Into<String>) -> Self {
        self.phone = Some(phone.into());
        self
    }

    /// The email address.
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }
}

impl Transaction {
    /// An expense on a day, such as `2026-01-15`, of an amount in cents.
    pub fn expense(date: impl Into<String>, cents: u32, description: impl Into<String>) -> Self {
        Self {
            date: Date(date.into()),
            amount: Cents(i64::from(cents)),
            description: description.into(),
            income: false,
            category: None,
        }
    }

    /// An income, as [`expense`](Self::expense).
    pub fn income(date: impl Into<String>, cents: u32, description: impl Into<String>) -> Self {
        Self {
            income: true,
            ..Self::expense(date, cents, description)
        }
    }

    /// The category.
    pub fn category(mut self, category: impl Into<String>) -> Self {
        self.category = Some(category.into());
        self
    }
}

/// A day, as `2026-01-15`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Date(#[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))] pub(crate) String);

impl Date {
    /// Not before 1970, as the times of the sandbox.
    pub(crate) fn is_valid(&self) -> bool {
        let date = self.0.parse::<values::Date>();
        date.is_ok_and(|date| date.year() >= 1970)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let date = Self(String::deserialize(deserializer)?);
        match date.is_valid() {
            true => Ok(date),
            false => Err(de::Error::custom("a date reads like 2026-01-15")),
        }
    }
}

/// An amount of money; as JSON a number with two decimals at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
pub(crate) struct Cents(#[schemars(with = "f64")] pub(crate) i64);

impl Cents {
    pub(crate) fn as_f64(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cents = f64::deserialize(deserializer)? * 100.0;
        let is_whole = (cents - cents.round()).abs() < 1e-4;
        match is_whole && cents.abs() < 1e13 {
            true => Ok(Self(cents.round() as i64)),
            false => Err(de::Error::custom("an amount has two decimals at most")),
        }
    }
}
