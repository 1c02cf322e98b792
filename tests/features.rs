//! The groups of operations as features: `Cargo.toml` declares one for each group that is not in every build, and `full` has all.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use mx_nexus::operations::Api;
use serde_json::Value;

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

    let document = include_str!(concat!(env!("OUT_DIR"), "/nexus_contract.json"));
    let document: Value = serde_json::from_str(document).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<&Value> = paths
        .flat_map(|path| path.as_object().unwrap().values())
        .filter(|operation| operation["operationId"].is_string())
        .collect();
    let groups = operations
        .iter()
        .map(|operation| operation["tags"][0].as_str().unwrap());
    let groups: BTreeSet<String> = groups.map(|group| group.replace(' ', "-")).collect();
    let always = ALWAYS.into_iter();
    let expected: BTreeSet<String> = always.chain(declared).map(str::to_owned).collect();
    assert_eq!(groups, expected);
    assert_eq!(Api::Nexus.operations().len(), operations.len());
}
