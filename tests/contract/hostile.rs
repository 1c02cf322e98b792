//! Hostile variants of every answer decode, and lose nothing but what is missing in them.

use std::collections::BTreeMap;

use mx_nexus::api;

use crate::document;
use crate::exerciser::{Exercise, Exercised};
use crate::meaning;
use crate::variants::{self, Fault};

#[test]
fn every_hostile_variant_of_every_example_decodes() {
    let counts = decode_variants::<api::Client>(Exercise::is_documented);
    // Floors, a little below what the document of today gives, so that the generator cannot make none in silence.
    check_floors(&counts, 3900);
}

#[test]
fn every_hostile_variant_of_the_other_answers_decodes() {
    let counts = decode_variants::<api::Client>(|exercise| !exercise.is_documented());
    check_floors(&counts, 7500);
}

#[cfg(feature = "atrium")]
#[test]
fn every_hostile_variant_of_an_answer_of_atrium_decodes() {
    let counts = decode_variants::<mx_nexus::atrium::Client>(|_| true);
    check_floors(&counts, 1900);
}

fn decode_variants<C: Exercised>(wanted: impl Fn(&Exercise<C>) -> bool) -> BTreeMap<Fault, usize> {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for exercise in C::exercises().iter().filter(|exercise| wanted(exercise)) {
        let Some(answer_type) = exercise.answer_type() else {
            continue;
        };
        let answer = exercise.response().expect("JSON has a schema");
        let document = document::of(C::api());
        let schema = document.operations[exercise.id].response_schema();
        for variant in variants::of(document, schema, &answer) {
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
