//! Amounts as decimals of `rust_decimal`: feature `rust_decimal1`.

use rust_decimal::Decimal;

use super::amount::ONE;
use super::{Amount, AmountError};

impl TryFrom<Amount> for Decimal {
    type Error = AmountError;

    /// Fails where the amount needs more than the 28 digits of a `Decimal`.
    fn try_from(amount: Amount) -> Result<Self, AmountError> {
        let (mut units, mut places) = (amount.units(), 18);
        while places > 0 && units % 10 == 0 {
            units /= 10;
            places -= 1;
        }
        Self::try_from_i128_with_scale(units, places).map_err(|_| AmountError::TooLarge)
    }
}

impl TryFrom<Decimal> for Amount {
    type Error = AmountError;

    /// Fails where the decimal has more than 18 decimal places, or is larger than [`Amount::MAX`].
    fn try_from(decimal: Decimal) -> Result<Self, AmountError> {
        let one = 10_i128
            .checked_pow(decimal.scale())
            .ok_or(AmountError::TooPrecise)?;
        let (whole, fraction) = (decimal.mantissa() / one, decimal.mantissa() % one);
        let whole = whole.checked_mul(ONE).ok_or(AmountError::TooLarge)?;
        let fraction = match u32::checked_sub(18, decimal.scale()) {
            Some(missing) => Some(fraction * 10_i128.pow(missing)),
            None => {
                let surplus = 10_i128.pow(decimal.scale() - 18);
                (fraction % surplus == 0).then_some(fraction / surplus)
            }
        };
        let units = whole.checked_add(fraction.ok_or(AmountError::TooPrecise)?);
        units.map(Self::from_units).ok_or(AmountError::TooLarge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_convert_to_decimals_and_back() {
        for text in [
            "0",
            "1000.23",
            "-0.01",
            "12345678901234.56",
            "0.000000000000000001",
        ] {
            let amount: Amount = text.parse().unwrap();
            let decimal = Decimal::try_from(amount).unwrap();
            assert_eq!(decimal.to_string(), text);
            assert_eq!(Amount::try_from(decimal), Ok(amount));
        }
        let many_zeros = Decimal::from_i128_with_scale(10_i128.pow(26), 25);
        assert_eq!(Amount::try_from(many_zeros), Ok(Amount::from(10)));
    }

    #[test]
    fn what_the_other_does_not_hold_is_refused() {
        let small = Decimal::from_i128_with_scale(1, 19);
        assert_eq!(Amount::try_from(small), Err(AmountError::TooPrecise));
        assert_eq!(Amount::try_from(Decimal::MAX), Err(AmountError::TooLarge));
        assert_eq!(Decimal::try_from(Amount::MAX), Err(AmountError::TooLarge));
    }
}
