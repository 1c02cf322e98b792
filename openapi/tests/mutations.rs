//! A sample of all the ways in which the documents may change, one at a time: each is reported with the right classes, and each
//! that a client could notice is seen in an output that the contract tests pin. `cargo spec mutate --all` tries them all.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it chose"
)]

use mx_nexus_openapi::APIS;
use mx_nexus_openapi::tool::mutate::{Summary, run};

/// Set it to try other places.
const SEED: &str = "SPEC_SEED";

fn judged(name: &str, sample: usize) -> Summary {
    let seed = std::env::var(SEED).map_or(1, |text| text.parse().unwrap());
    let api = APIS.iter().find(|api| api.name == name).unwrap();
    let summary = run(api, Some(sample), seed).unwrap();
    eprintln!("{name}, {SEED}={seed}: {summary}");
    assert_eq!(summary.made(), sample);
    assert_eq!(summary.reported, sample, "{summary}");
    assert!(summary.findings.is_empty(), "{summary}");
    let unseen: usize = summary.unseen.values().map(|(_, count)| count).sum();
    assert_eq!(summary.seen + summary.refused + unseen, sample, "{summary}");
    summary
}

#[test]
fn no_change_of_nexus_passes_unnoticed() {
    let summary = judged("nexus", 110);
    assert!(summary.kinds.len() > 80, "{summary}");
    assert!(summary.seen > 70, "{summary}");
    let (tried, refused) = summary.published;
    assert!(tried > 80 && refused > 0, "{summary}");
}

#[test]
fn no_change_of_the_neighbours_passes_unnoticed() {
    for name in ["sso", "mdx"] {
        let summary = judged(name, 90);
        assert!(summary.kinds.len() > 65, "{summary}");
    }
}

#[test]
fn the_same_seed_changes_the_same_places() {
    let api = &APIS[2];
    let [one, other] = [7, 7].map(|seed| run(api, Some(20), seed).unwrap().to_string());
    assert_eq!(one, other);
}
