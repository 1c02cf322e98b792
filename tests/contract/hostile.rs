//! Every variant of every answer decodes without losing a value.

use std::collections::BTreeMap;

use crate::document::OPERATIONS;
use crate::exerciser::{EXERCISES, Exercise};
use crate::meaning;
use crate::variants::{self, Fault};

#[test]
fn every_hostile_variant_of_every_example_decodes() {
    let counts = decode_variants(|exercise| exercise.is_documented());
    // Floors a little below the present counts: a generator that makes no variants fails.
    check_floors(&counts, 3900);
}

#[test]
fn every_hostile_variant_of_the_other_answers_decodes() {
    let counts = decode_variants(|exercise| !exercise.is_documented());
    check_floors(&counts, 7500);
}

fn decode_variants(wanted: impl Fn(&Exercise) -> bool) -> BTreeMap<Fault, usize> {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for exercise in EXERCISES.iter().filter(|exercise| wanted(exercise)) {
        let Some(answer_type) = exercise.answer_type() else {
            continue;
        };
        let answer = exercise.response().expect("JSON has a schema");
        for variant in variants::of(OPERATIONS[exercise.id].response_schema(), &answer) {
            *counts.entry(variant.fault).or_default() += 1;
            let what = format!("{} {:?} {}", exercise.id, variant.fault, variant.place);
            match (answer_type.rewrite)(&variant.sent) {
                Ok(written) => {
                    failures.extend(meaning::check(&what, &variant.expected, &written).err());
                }
                Err(error) => failures.push(format!("{what}: {error}")),
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} variants fail:\n{}",
        failures.len(),
        failures.join("\n")
    );
    counts
}

fn check_floors(counts: &BTreeMap<Fault, usize>, floor: usize) {
    let all: usize = counts.values().sum();
    assert!(all >= floor, "only {all} variants were made: {counts:?}");
    assert_eq!(counts.len(), 8, "a kind of fault is missing: {counts:?}");
}
