//! Identifiers and tokens in MX's format: a prefix with a random UUID, and opaque random text.

/// A new identifier, such as `MBR-7c6f361b-e582-15b6-60c0-358f12466b4b`.
pub(crate) fn guid(prefix: &str) -> String {
    format!("{prefix}-{}", uuid(fastrand::u128(..)))
}

/// The same identifier for the same name, for what every sandbox has, such as institutions.
pub(crate) fn fixed_guid(prefix: &str, name: &str) -> String {
    let high = u128::from(seed(name));
    let low = u128::from(seed(&format!("{name}/low")));
    format!("{prefix}-{}", uuid(high << 64 | low))
}

pub(crate) fn token() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(48)
        .collect()
}

/// A number computed from a text, the same in every version and on every machine (FNV-1a, then one round of SplitMix64).
pub(crate) fn seed(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn uuid(bits: u128) -> String {
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    let parts = [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_the_format_of_mx() {
        let made = guid("MBR");
        let lengths: Vec<usize> = made.split('-').map(str::len).collect();
        assert_eq!(lengths, [3, 8, 4, 4, 4, 12]);
        assert_ne!(made, guid("MBR"));
        assert_eq!(fixed_guid("INS", "a bank"), fixed_guid("INS", "a bank"));
        assert_ne!(fixed_guid("INS", "a bank"), fixed_guid("INS", "b bank"));
        assert_eq!(token().len(), 48);
    }
}
