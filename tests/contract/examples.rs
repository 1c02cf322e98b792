//! Every example of the document decodes into its type, and says the same when it is written again.
//! What may differ is in [`crate::meaning`].

use serde_json::Value;

use crate::document;
use crate::exerciser::EXERCISES;
use crate::meaning;

#[test]
fn every_example_of_an_answer_survives_a_round_trip() {
    let documented = EXERCISES.iter().filter(|exercise| exercise.documented);
    let mut failures = Vec::new();
    let mut count = 0;
    for exercise in documented {
        // The one that is text is compared on the wire, in `operations`.
        let Some(decode) = exercise.decode else {
            assert_eq!(exercise.id, "listInstitutions");
            continue;
        };
        let example = exercise.response().expect("it is documented");
        failures.extend(round_trip(exercise.id, &example, decode, meaning::check));
        count += 1;
    }
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(count + 1, document::count_examples("response"));
}

#[test]
fn every_request_body_survives_a_round_trip() {
    let mut failures = Vec::new();
    let mut count = 0;
    for exercise in &EXERCISES {
        if let (Some(decode), Some(body)) = (exercise.decode_request, exercise.request()) {
            failures.extend(round_trip(
                exercise.id,
                &body,
                decode,
                meaning::check_exactly,
            ));
            count += 1;
        }
    }
    assert_eq!(failures, Vec::<String>::new());
    assert_eq!(count, 36, "bodies");
}

#[test]
fn the_document_has_seventy_examples_or_more() {
    let (requests, responses) = (
        document::count_examples("request"),
        document::count_examples("response"),
    );
    assert_eq!((requests, responses), (13, 60));
}

fn round_trip(
    id: &str,
    sent: &Value,
    decode: fn(Value) -> Result<Value, serde_json::Error>,
    check: fn(&str, &Value, &Value) -> Result<(), String>,
) -> Option<String> {
    match decode(sent.clone()) {
        Ok(written) => check(id, sent, &written).err(),
        Err(error) => Some(format!("{id}: {error}")),
    }
}
