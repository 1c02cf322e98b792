//! The groups of operations as features: `Cargo.toml` declares one for each group that is not in every build, and `full` has all.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use mx_nexus::operations::Api;

/// The groups that identification, the other jobs and connecting a member need.
const ALWAYS: [&str; 9] = [
    "extended-transaction-history",
    "identity",
    "institutions",
    "jobs",
    "member-credentials",
    "members",
    "sessions",
    "user",
    "verification",
];

#[test]
fn each_further_group_is_a_feature_and_full_has_all() {
    let manifest = include_str!("../Cargo.toml");
    let features = manifest.split_once("[features]").unwrap().1;
    let features = features.split_once("\n[").unwrap().0;
    let empty = features
        .lines()
        .filter_map(|line| line.strip_suffix(" = []"));
    let mut declared: BTreeSet<&str> = empty.collect();
    assert!(declared.remove("atrium"));

    let full = features.split_once("full = [").unwrap().1;
    let full = full.split_once(']').unwrap().0;
    let full: BTreeSet<&str> = full.split('"').skip(1).step_by(2).collect();
    assert_eq!(full, declared);

    let operations = Api::Nexus.operations().iter();
    let groups: BTreeSet<String> = operations
        .map(|operation| operation.tag.replace(' ', "-"))
        .collect();
    let always = ALWAYS.into_iter();
    let expected: BTreeSet<String> = always.chain(declared).map(str::to_owned).collect();
    assert_eq!(groups, expected);
}
