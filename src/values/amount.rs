//! [`Amount`]: an amount of money as a decimal number, exact in arithmetic, read from a JSON number or a string.

use std::fmt::{self, Write};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::scalar;

/// The decimal places of an amount.
const PLACES: i64 = 18;
/// How many units of 10^-18 are one.
pub(super) const ONE: i128 = 10_i128.pow(18);

/// An amount of money, in the currency that its object names: an exact decimal number with up to 18 decimal places.
///
/// MX writes amounts as JSON numbers. One of up to 15 significant digits has exactly the value that MX wrote. JSON readers keep
/// a longer one as the nearest binary number; here it has the shortest decimal text of that. Decimal places after the
/// 18th, which only rounding errors of MX have, are cut off. It serializes as a JSON number too, or as a string where that would
/// lose digits.
///
/// Sums are exact: they never go through binary floating point. `Debug` prints amounts: an amount alone is no personal data.
///
/// ```
/// use mx_nexus::values::Amount;
///
/// let balance: Amount = "1000.10".parse()?;
/// let total = balance + Amount::from_cents(20);
/// assert_eq!(total.to_string(), "1000.3");
/// assert_eq!(format!("{total:.2}"), "1000.30");
/// assert_eq!(total.cents(), Some(100_030));
/// # Ok::<(), mx_nexus::values::AmountError>(())
/// ```
///
/// The sum of a list, and the same where the list could be too large for [`Amount::MAX`]:
///
/// ```
/// # use mx_nexus::values::Amount;
/// # let accounts: Vec<mx_nexus::aggregation::Account> = Vec::new();
/// let balances = || accounts.iter().filter_map(|account| account.balance);
/// let total: Amount = balances().sum();
/// let checked: Option<Amount> = balances().try_fold(Amount::ZERO, Amount::checked_add);
/// # assert_eq!(checked, Some(total));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

impl Amount {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The largest amount, about 170 quintillion (1.7 × 10^20).
    pub const MAX: Self = Self(i128::MAX);

    /// An amount of hundredths, such as cents.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents as i128 * (ONE / 100))
    }

    /// The amount in hundredths; none where it is no whole number of them, or more than an `i64` holds.
    pub fn cents(self) -> Option<i64> {
        let is_whole = self.0 % (ONE / 100) == 0;
        let cents = i64::try_from(self.0 / (ONE / 100)).ok();
        cents.filter(|_| is_whole)
    }

    /// The sum; none where it is larger than [`Amount::MAX`].
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The difference; none where it is larger than [`Amount::MAX`].
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// The nearest binary number: for charts and ratios, not for sums of money.
    pub fn to_f64(self) -> f64 {
        // By its decimal text, since a quotient of two binary numbers is rounded twice.
        let text = Buffer::of(format_args!("{self}"));
        text.as_str().parse().unwrap_or(f64::NAN)
    }

    #[cfg(feature = "rust_decimal1")]
    pub(super) const fn from_units(units: i128) -> Self {
        Self(units)
    }

    #[cfg(feature = "rust_decimal1")]
    pub(super) const fn units(self) -> i128 {
        self.0
    }

    /// Reads a decimal number; whether it is exact, which it is not with more than 18 decimal places.
    fn read(text: &str) -> Result<(Self, bool), AmountError> {
        let (is_negative, text) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent: i16 = exponent.parse().map_err(|_| AmountError::NotDecimal)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() + fraction.len() == 0 {
            return Err(AmountError::NotDecimal);
        }
        let mut place = i64::try_from(whole.len()).unwrap_or(i64::MAX) + i64::from(exponent);
        let (mut units, mut lowest, mut is_exact) = (0_i128, PLACES, true);
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = match byte {
                b'0'..=b'9' => i128::from(byte - b'0'),
                _ => return Err(AmountError::NotDecimal),
            };
            place -= 1;
            if place >= -PLACES {
                let tens = units.checked_mul(10).ok_or(AmountError::TooLarge)?;
                units = tens.checked_add(digit).ok_or(AmountError::TooLarge)?;
                lowest = place;
            } else {
                is_exact &= digit == 0;
            }
        }
        if units != 0 {
            let power = u32::try_from(lowest + PLACES).unwrap_or(u32::MAX);
            let scale = 10_i128.checked_pow(power).ok_or(AmountError::TooLarge)?;
            units = units.checked_mul(scale).ok_or(AmountError::TooLarge)?;
        }
        Ok((Self(if is_negative { -units } else { units }), is_exact))
    }

    /// The same for a number, by its shortest decimal text.
    fn read_number(number: f64) -> Result<(Self, bool), AmountError> {
        match hundredths(number) {
            Some(cents) => Ok((Self::from_cents(cents), true)),
            None => Self::read(Buffer::of(format_args!("{number:e}")).as_str()),
        }
    }
}

/// An amount that was read, unless decimal places were cut off.
fn exact((amount, is_exact): (Amount, bool)) -> Result<Amount, AmountError> {
    match is_exact {
        true => Ok(amount),
        false => Err(AmountError::TooPrecise),
    }
}

/// The number in hundredths, where that is its value: as for most amounts, which are read five times faster than by their text.
fn hundredths(number: f64) -> Option<i64> {
    // Decimals of up to 15 digits have different nearest binary numbers. So if this is the one of so many hundredths, they are its
    // shortest text.
    const FIFTEEN_DIGITS: f64 = 1e15;
    let cents = (number * 100.0).round();
    let is_exact = cents.abs() < FIFTEEN_DIGITS && cents / 100.0 == number;
    is_exact.then_some(cents as i64)
}

/// Why a text or a number is no [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountError {
    /// It is no decimal number.
    NotDecimal,
    /// It is larger than [`Amount::MAX`], or than the type that it is converted to holds.
    TooLarge,
    /// It has more than 18 decimal places.
    TooPrecise,
}

impl fmt::Display for AmountError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotDecimal => "not a decimal number such as 1000.50",
            Self::TooLarge => "the amount is too large",
            Self::TooPrecise => "an amount has up to 18 decimal places",
        })
    }
}

impl std::error::Error for AmountError {}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        exact(Self::read(text)?)
    }
}

impl TryFrom<&str> for Amount {
    type Error = AmountError;

    fn try_from(text: &str) -> Result<Self, AmountError> {
        text.parse()
    }
}

/// The shortest decimal text of the number: `0.1` is a tenth.
impl TryFrom<f64> for Amount {
    type Error = AmountError;

    fn try_from(number: f64) -> Result<Self, AmountError> {
        exact(Self::read_number(number)?)
    }
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Self {
        Self(i128::from(whole) * ONE)
    }
}

impl From<i32> for Amount {
    fn from(whole: i32) -> Self {
        Self::from(i64::from(whole))
    }
}

/// The shortest decimal text; with a precision, such as `{:.2}`, that many decimal places (18 at most), rounded half away from
/// zero.
impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = self.0.unsigned_abs();
        let one = ONE.unsigned_abs();
        let places = formatter.precision().unwrap_or(18).min(18);
        let step = 10_u128.pow(18 - u32::try_from(places).unwrap_or(18));
        let units = (units + step / 2) / step * step;
        let mut text = Buffer::of(format_args!("{}.{:018}", units / one, units % one));
        match formatter.precision() {
            Some(0) => text.cut(19),
            Some(precision) => text.cut(18_usize.saturating_sub(precision)),
            None => {
                let shortest = text.as_str().trim_end_matches('0').trim_end_matches('.');
                text.cut(text.as_str().len() - shortest.len());
            }
        }
        formatter.pad_integral(self.0 >= 0 || units == 0, "", text.as_str())
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Amount({self})")
    }
}

/// # Panics
///
/// Where the sum is larger than [`Amount::MAX`]; see [`Amount::checked_add`].
impl Add for Amount {
    type Output = Self;

    #[expect(
        clippy::expect_used,
        reason = "documented, as the overflow of an integer is"
    )]
    fn add(self, other: Self) -> Self {
        self.checked_add(other)
            .expect("the sum is larger than Amount::MAX")
    }
}

/// # Panics
///
/// As `+`.
impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// # Panics
///
/// Where the difference is larger than [`Amount::MAX`]; see [`Amount::checked_sub`].
impl Sub for Amount {
    type Output = Self;

    #[expect(
        clippy::expect_used,
        reason = "documented, as the overflow of an integer is"
    )]
    fn sub(self, other: Self) -> Self {
        self.checked_sub(other)
            .expect("the difference is larger than Amount::MAX")
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        Self::ZERO - self
    }
}

/// # Panics
///
/// Where the sum is larger than [`Amount::MAX`].
impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Self> for Amount {
    fn sum<I: Iterator<Item = &'a Self>>(amounts: I) -> Self {
        amounts.copied().sum()
    }
}

/// A JSON number; a string where the number would have more digits than JSON readers keep.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % ONE == 0
            && let Ok(whole) = i64::try_from(self.0 / ONE)
        {
            return serializer.serialize_i64(whole);
        }
        let number = self.to_f64();
        if Self::try_from(number) == Ok(*self) {
            serializer.serialize_f64(number)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AmountVisitor)
    }
}

struct AmountVisitor;

impl<'de> Visitor<'de> for AmountVisitor {
    type Value = Amount;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an amount, as a number or a string")
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Amount, E> {
        Ok(Amount::from(whole))
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Amount, E> {
        Ok(Amount(i128::from(whole) * ONE))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Amount, E> {
        let (amount, _) = Amount::read_number(number).map_err(E::custom)?;
        Ok(amount)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Amount, E> {
        // The text is not in the error: what MX sends is not printed.
        let (amount, _) = Amount::read(text).map_err(E::custom)?;
        Ok(amount)
    }

    fn visit_map<A: MapAccess<'de>>(self, number: A) -> Result<Amount, A::Error> {
        self.visit_str(&scalar::arbitrary_number(number)?)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": ["number", "string"]})
    }
}

/// A short text without an allocation: lists of accounts hold thousands of amounts.
struct Buffer {
    bytes: [u8; 48],
    length: usize,
}

impl Buffer {
    fn of(text: fmt::Arguments<'_>) -> Self {
        let mut buffer = Self {
            bytes: [0; 48],
            length: 0,
        };
        // What does not fit is left out; the longest text of an amount has 41 characters.
        let _ = buffer.write_fmt(text);
        buffer
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }

    /// Leaves out characters at the end.
    fn cut(&mut self, count: usize) {
        self.length = self.length.saturating_sub(count);
    }
}

impl Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
