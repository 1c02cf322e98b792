use proptest::prelude::*;
use serde_json::json;

use super::*;

fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// A decimal text of 1 to 15 significant digits, as JSON writes numbers.
fn decimal() -> impl Strategy<Value = String> {
    (any::<bool>(), 1_u64..=999_999_999_999_999, 0_usize..=15).prop_map(
        |(is_negative, digits, places)| {
            let digits = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places);
            let sign = if is_negative { "-" } else { "" };
            let point = if places == 0 { "" } else { "." };
            format!("{sign}{whole}{point}{fraction}")
        },
    )
}

/// The text without what has no value.
fn shortest(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

proptest! {
    #[test]
    fn up_to_15_digits_are_kept_from_number_and_string(text in decimal()) {
        let from_number: Amount = serde_json::from_str(&text).unwrap();
        let from_string: Amount = serde_json::from_value(json!(text)).unwrap();
        prop_assert_eq!(from_number, amount(&text));
        prop_assert_eq!(from_string, amount(&text));
        prop_assert_eq!(from_number.to_string(), shortest(&text));
        let written = serde_json::to_string(&from_number).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&written).unwrap(), from_number);
        prop_assert_eq!(Amount::try_from(from_number.to_f64()), Ok(from_number));
    }

    #[test]
    fn hundredths_of_a_number_are_its_shortest_decimal_text(cents in any::<i64>(), shift in 0..60u32, bits in any::<u64>()) {
        for number in [(cents >> shift) as f64 / 100.0, f64::from_bits(bits), cents as f64 / 1e19] {
            if let Some(cents) = hundredths(number) {
                prop_assert_eq!(Amount::from_cents(cents), amount(&number.to_string()));
            }
        }
        let small = (cents >> 20) as f64 / 100.0;
        prop_assert_eq!(hundredths(small), Some(cents >> 20));
    }

    #[test]
    fn sums_and_orders_are_those_of_the_integers(cents in prop::collection::vec(any::<i32>().prop_map(i64::from), 0..50)) {
        let amounts = || cents.iter().copied().map(Amount::from_cents);
        let total: i64 = cents.iter().sum();
        prop_assert_eq!(amounts().sum::<Amount>().cents(), Some(total));
        prop_assert_eq!(amounts().try_fold(Amount::ZERO, Amount::checked_sub), Some(-Amount::from_cents(total)));
        prop_assert_eq!(amounts().max().and_then(Amount::cents), cents.iter().max().copied());
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}") {
        if let Ok(amount) = text.parse::<Amount>() {
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}

#[test]
fn cents_are_whole_or_none() {
    for (text, cents) in [
        ("0", Some(0)),
        ("-0.01", Some(-1)),
        ("1000.1", Some(100_010)),
        ("92233720368547758.07", Some(i64::MAX)),
        ("92233720368547758.08", None),
        ("0.001", None),
    ] {
        assert_eq!(amount(text).cents(), cents, "{text}");
    }
    assert_eq!(Amount::from_cents(i64::MIN).cents(), Some(i64::MIN));
}

#[test]
fn texts_show_with_the_precision_that_is_asked_for() {
    for (text, shortest, two_places, whole) in [
        ("-0.00", "0", "0.00", "0"),
        ("1e3", "1000", "1000.00", "1000"),
        ("+12.340", "12.34", "12.34", "12"),
        ("-.5", "-0.5", "-0.50", "-1"),
        ("1.005", "1.005", "1.01", "1"),
        ("-0.001", "-0.001", "0.00", "0"),
        ("99.995e0", "99.995", "100.00", "100"),
    ] {
        let amount = amount(text);
        let shown = [
            amount.to_string(),
            format!("{amount:.2}"),
            format!("{amount:.0}"),
        ];
        assert_eq!(shown, [shortest, two_places, whole]);
    }
    assert_eq!(
        format!("{:>8.2}|{:?}", amount("1.5"), amount("1.5")),
        "    1.50|Amount(1.5)"
    );
}

#[test]
fn what_is_no_amount_is_refused_with_its_reason() {
    for (text, error) in [
        ("", AmountError::NotDecimal),
        (".", AmountError::NotDecimal),
        ("-", AmountError::NotDecimal),
        ("1,000.00", AmountError::NotDecimal),
        ("1e", AmountError::NotDecimal),
        ("12 ", AmountError::NotDecimal),
        ("2e20", AmountError::TooLarge),
        ("1e300", AmountError::TooLarge),
        ("1e-19", AmountError::TooPrecise),
    ] {
        assert_eq!(text.parse::<Amount>(), Err(error), "{text}");
    }
    assert_eq!(Amount::try_from(f64::NAN), Err(AmountError::NotDecimal));
    for value in [
        json!(true),
        json!([1]),
        json!({"cents": 1}),
        json!("S3CR3T"),
        json!(1e300),
    ] {
        let error = serde_json::from_value::<Amount>(value).unwrap_err();
        assert!(!error.to_string().contains("S3CR3T"), "{error}");
    }
    assert_eq!(Amount::MAX.checked_add(Amount::from(1)), None);
}

#[test]
fn rounding_errors_of_mx_are_read() {
    let read = |json: &str| serde_json::from_str::<Amount>(json).unwrap();
    assert_eq!(
        read("0.30000000000000004").to_string(),
        "0.30000000000000004"
    );
    assert_eq!(
        read("5.551115123125783e-17").to_string(),
        "0.000000000000000055"
    );
    assert_eq!(
        read("18446744073709551615").to_string(),
        "18446744073709551615"
    );
}

#[test]
fn a_value_that_no_json_number_keeps_is_written_as_a_string() {
    for text in ["1234567890123456.78", "18446744073709551615"] {
        let written = serde_json::to_value(amount(text)).unwrap();
        assert_eq!(written, json!(text));
        assert_eq!(
            serde_json::from_value::<Amount>(written).unwrap(),
            amount(text)
        );
    }
    assert_eq!(serde_json::to_string(&amount("10.50")).unwrap(), "10.5");
    assert_eq!(serde_json::to_string(&amount("10.00")).unwrap(), "10");
}

#[test]
fn a_number_is_read_with_arbitrary_precision() {
    let entry = (
        "$serde_json::private::Number".to_owned(),
        "1000.10".to_owned(),
    );
    let number = de::value::MapDeserializer::<_, serde_json::Error>::new([entry].into_iter());
    assert_eq!(Amount::deserialize(number).unwrap(), amount("1000.1"));
}
