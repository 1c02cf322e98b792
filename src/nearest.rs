//! The names that a misspelt one may have meant. Asked where a name of MX's is looked up: operations and their parameters.

/// As many as are worth reading.
const MOST: usize = 3;

/// The candidates that are close to a name, the closest first.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let plain = plain(name);
    let mut close: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let distance = strsim::damerau_levenshtein(&plain, &self::plain(candidate));
            let is_close = distance <= allowed(&plain) || candidate.eq_ignore_ascii_case(name);
            is_close.then_some((distance, candidate))
        })
        .collect();
    close.sort();
    close.truncate(MOST);
    close.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The end of a sentence that names them, or nothing when none is close.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    match nearest(name, candidates).as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [several @ .., last] => format!("; did you mean {} or {last}?", several.join(", ")),
    }
}

/// Three slips in a long name, one in a short one.
fn allowed(name: &str) -> usize {
    (name.len() / 4).clamp(1, 3)
}

/// `read_member`, `readMember` and `read-member` count as one name.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        // Longer than any name of ours, and the distance to it costs no more.
        .take(100)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["readMember", "readMerchant", "listMembers", "page"];

    #[test]
    fn slips_and_other_spellings_find_the_name() {
        for name in ["raedMember", "readMembr", "READ_MEMBER", "read-member"] {
            assert_eq!(nearest(name, NAMES).first(), Some(&"readMember"), "{name}");
        }
        assert_eq!(nearest("pgae", NAMES), ["page"]);
    }

    #[test]
    fn what_is_like_none_finds_none() {
        assert!(nearest("transactions", NAMES).is_empty());
        assert!(nearest(&"x".repeat(1_000_000), NAMES).is_empty());
        assert_eq!(did_you_mean("transactions", NAMES), "");
    }

    #[test]
    fn several_are_named_the_closest_first() {
        assert_eq!(
            did_you_mean("readMemer", ["readMembers", "readMember"]),
            "; did you mean readMember or readMembers?"
        );
    }
}
