//! The table of proof, made from the code, and the rules around it.

use super::*;

/// A reading in shorthand: status (`null` for none), `~` while the member is being aggregated or `?` where MX does not say,
/// then `#` and the job, `@` and the hour in which the latest job started, `+` and the hour of the latest success.
pub(in crate::jobs) fn at(text: &str) -> Reading {
    let hour = |text: &str| Timestamp::from(format!("2026-11-28T{text:0>2}:00:00Z").as_str());
    let (text, success) = text
        .split_once('+')
        .map_or((text, None), |(text, at)| (text, Some(at)));
    let (text, start) = text
        .split_once('@')
        .map_or((text, None), |(text, at)| (text, Some(at)));
    let (text, job) = text
        .split_once('#')
        .map_or((text, None), |(text, job)| (text, Some(job)));
    let status = text.trim_end_matches(['~', '?']);
    Reading {
        status: (status != "null").then(|| status.into()),
        is_being_aggregated: (!text.ends_with('?')).then(|| text.ends_with('~')),
        job: job.map(JobGuid::from),
        aggregated_at: start.map(hour),
        successfully_aggregated_at: success.map(hour),
        is_manual: false,
    }
}

/// The proof after these readings, the first of which is the baseline.
fn after(readings: &[&str]) -> Proof {
    let mut proof = Proof::of(&"MBR-1".into());
    proof.set_baseline(at(readings[0]));
    for reading in &readings[1..] {
        proof.note(&at(reading));
        proof.weigh(&at(reading));
    }
    proof
}

fn weight(readings: &[&str]) -> Weight {
    let (last, before) = readings.split_last().expect("a reading");
    let mut proof = after(before);
    proof.note(&at(last));
    proof.weigh(&at(last))
}

fn table() -> String {
    let cases: [(&str, &[&str]); 16] = [
        ("another job guid", &["CONNECTED#1@1", "CONNECTED#2@2"]),
        (
            "another job guid, the start has not moved",
            &["CONNECTED#1@1", "CONNECTED#2@1"],
        ),
        (
            "the same job guid, a later start",
            &["CONNECTED#1@1", "CONNECTED#1@2"],
        ),
        (
            "no job guid, a later start",
            &["CONNECTED@1", "CONNECTED@2"],
        ),
        (
            "the same job guid and no start, a later success",
            &["CONNECTED#1+1", "CONNECTED#1+2"],
        ),
        (
            "stamps of a member that had none",
            &["CREATED", "CONNECTED#1@1"],
        ),
        (
            "seen running since, no stamp",
            &["CONNECTED", "CONNECTED~", "CONNECTED"],
        ),
        (
            "another status than CREATED, no stamp",
            &["CREATED", "DENIED"],
        ),
        ("the same stamps", &["CONNECTED#1@1", "CONNECTED#1@1"]),
        (
            "the same stamps, another status",
            &["UPDATED#1@1", "CONNECTED#1@1"],
        ),
        (
            "the same start, seen running since",
            &["CONNECTED#1@1", "CONNECTED~#1@1", "CONNECTED#1@1"],
        ),
        ("an earlier start", &["CONNECTED#2@2", "CONNECTED#1@1"]),
        (
            "the same job guid and no start, seen running since",
            &["CONNECTED#1", "CONNECTED~#1", "CONNECTED#1"],
        ),
        ("no stamp at all", &["CONNECTED", "CONNECTED"]),
        ("no stamp at all, another status", &["UPDATED", "CONNECTED"]),
        (
            "a start after ours",
            &["CONNECTED#1@1", "CREATED~#2@2", "CONNECTED#3@3"],
        ),
    ];
    let mut text =
        String::from("| compared with the baseline | such as | the reading is |\n|---|---|---|\n");
    for (name, readings) in cases {
        let verdict = match weight(readings) {
            Weight::Proved => "of our job",
            Weight::Earlier => "of an earlier job, however often it is repeated",
            Weight::Unproved | Weight::Lingering => "believed after 60 equal readings in a row",
            Weight::Later { .. } => "of a later job: how ours ended is not known",
        };
        let example = readings.join("`, then `");
        text.push_str(&format!("| {name} | `{example}` | {verdict} |\n"));
    }
    text.push_str(
        "\nIn the examples `~` is `is_being_aggregated`, `#` the job guid, `@` the start of the latest job, `+` the latest \
         success.\n",
    );
    text
}

#[test]
fn the_table_in_the_docs_is_this_one() {
    let table = table();
    let documented = include_str!("../proof.md");
    assert!(documented == table, "proof.md has to be:\n{table}");
}

#[test]
fn a_stamp_that_has_not_moved_is_of_the_earlier_job_after_any_number_of_readings() {
    for stamps in ["#1", "@1", "#1@1"] {
        let reading = format!("CONNECTED{stamps}");
        let mut proof = after(&[&reading]);
        for _ in 0..200 {
            proof.note(&at(&reading));
            assert_eq!(proof.weigh(&at(&reading)), Weight::Earlier, "{stamps}");
        }
    }
}

#[test]
fn an_unknown_or_missing_status_of_the_baseline_makes_no_later_status_news() {
    for baseline in ["DREAMING", "null", "DREAMING#1", "null@1"] {
        let stamps = baseline
            .trim_start_matches("DREAMING")
            .trim_start_matches("null");
        let reading = format!("CONNECTED{stamps}");
        assert_ne!(weight(&[baseline, &reading]), Weight::Proved, "{baseline}");
        assert!(!after(&[baseline]).shows_start(&at(&reading)), "{baseline}");
    }
    // All fields of the baseline were null: what appears later may have been there.
    assert_eq!(weight(&["null", "CONNECTED#1@1"]), Weight::Unproved);
}

#[test]
fn a_reading_that_lags_behind_the_change_of_credentials_shows_no_start() {
    let proof = after(&["UPDATED#1@1"]);
    for stale in ["CONNECTED#1@1", "DENIED#1@1", "CONNECTED#1", "DENIED@1"] {
        assert!(!proof.shows_start(&at(stale)), "{stale}");
    }
    assert!(proof.shows_start(&at("CONNECTED#2@2")));
}

#[test]
fn a_job_that_was_joined_is_the_one_that_the_baseline_shows_under_way() {
    for (baseline, is_ours) in [
        ("CONNECTED~#1@1", true),
        ("CHALLENGED#1@1", true),
        ("CONNECTED#1@1", false),
    ] {
        let mut proof = after(&[baseline]);
        proof.joined(&Reading::default());
        let expected = if is_ours {
            Weight::Proved
        } else {
            Weight::Earlier
        };
        assert_eq!(proof.weigh(&at("CONNECTED#1@1")), expected, "{baseline}");
    }
}

#[test]
fn a_later_job_whose_start_is_not_known_has_to_settle() {
    let mut proof = after(&["CONNECTED#1", "CREATED~#2"]);
    for count in 1..=SETTLED {
        proof.note(&at("CONNECTED#3"));
        let is_proved = count == SETTLED;
        assert_eq!(proof.weigh(&at("CONNECTED#3")), Weight::Later { is_proved });
    }
}

#[test]
fn the_static_data_of_the_test_members_settles_quickly() {
    for member in ["test_nexus_member", "test_member", "unidentified", "DENIED"] {
        let mut proof = Proof::of(&member.into());
        proof.set_baseline(at("CONNECTED#1@1"));
        for count in 1..=4 {
            proof.note(&at("CONNECTED#1@1"));
            assert_eq!(proof.weigh(&at("CONNECTED#1@1")), Weight::Unproved);
            assert_eq!(proof.is_settled(), count == 4, "{member}");
        }
    }
    assert!(!is_test_member(&"MBR-1".into()));
}

#[test]
fn after_answers_only_another_status_or_new_work_makes_the_question_news() {
    let mut proof = after(&["CONNECTED#1", "CHALLENGED#2"]);
    proof.answered(false);
    proof.note(&at("CHALLENGED#2"));
    assert_eq!(proof.weigh(&at("CHALLENGED#2")), Weight::Unproved);
    proof.note(&at("CHALLENGED~#2"));
    assert_eq!(proof.weigh(&at("CHALLENGED~#2")), Weight::Lingering);
    proof.note(&at("CHALLENGED#2"));
    assert_eq!(proof.weigh(&at("CHALLENGED#2")), Weight::Proved);
}
