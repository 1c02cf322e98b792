//! Challenges: asked once, and again only when MX asks anew.

use super::*;

#[test]
fn an_open_question_of_an_earlier_job_is_not_asked() {
    let mut machine = started("CHALLENGED#1", "CREATED~#2");
    reads_on(&mut machine, &["CHALLENGED#1", "CHALLENGED~#2"]);
    assert_eq!(
        read(&mut machine, "CHALLENGED#2"),
        Directive::ListChallenges
    );
}

#[test]
fn two_rounds_with_and_without_a_status_between() {
    for between in [&["RESUMED~#2"][..], &[]] {
        let mut machine = asking();
        machine.observe(Observation::Answered);
        reads_on(&mut machine, between);
        read(&mut machine, "CHALLENGED#2");
        assert_eq!(list(&mut machine, &["q2"]), ask("q2"));
        machine.observe(Observation::Answered);
        assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
    }
}

#[test]
fn a_question_that_is_listed_again_after_the_answer_is_not_asked_again() {
    let mut machine = asking();
    machine.observe(Observation::Answered);
    for _ in 1..SETTLED {
        read(&mut machine, "CHALLENGED#2");
        assert_eq!(list(&mut machine, &["q1"]), Directive::ReadMember);
    }
    reads_on(&mut machine, &["CONNECTED~#2"]);
    assert_eq!(read(&mut machine, "CONNECTED#2"), Directive::ReadResult);
}

#[test]
fn challenged_lingers_while_the_answered_job_runs() {
    let mut machine = asking();
    machine.observe(Observation::Answered);
    for _ in 0..10 {
        read(&mut machine, "CHALLENGED~#2");
        assert_eq!(list(&mut machine, &["q1"]), Directive::ReadMember);
    }
    read(&mut machine, "CHALLENGED#2");
    assert_eq!(
        list(&mut machine, &["q1"]),
        ask("q1"),
        "the job came back to the question"
    );
}

#[test]
fn a_member_that_is_aggregating_while_it_asks_is_asked_too() {
    let mut machine = started("CONNECTED#1", "CREATED~#2");
    read(&mut machine, "CHALLENGED~#2");
    list(&mut machine, &["q1"]);
    machine.observe(Observation::Answered);
    read(&mut machine, "CHALLENGED~#2");
    assert_eq!(
        list(&mut machine, &["q1"]),
        Directive::ReadMember,
        "the question just answered"
    );
    reads_on(&mut machine, &["RESUMED~#2"]);
    read(&mut machine, "CHALLENGED~#2");
    assert_eq!(list(&mut machine, &["q1"]), ask("q1"), "asked anew");
    machine.observe(Observation::Answered);
    reads_on(&mut machine, &["FAILED#2"]);
    assert_eq!(read(&mut machine, "FAILED#2"), ended("FAILED"));
}

#[test]
fn a_lost_answer_is_asked_for_again_once_the_question_has_settled() {
    let mut machine = asking();
    machine.observe(Observation::AnswerLost);
    for _ in 1..10 {
        read(&mut machine, "CHALLENGED#2");
        assert_eq!(list(&mut machine, &["q1"]), Directive::ReadMember);
    }
    read(&mut machine, "CHALLENGED#2");
    assert_eq!(list(&mut machine, &["q1"]), ask("q1"));
}

#[test]
fn a_wrong_answer_ends_unless_another_question_follows() {
    let mut machine = asking();
    machine.observe(Observation::Answered);
    reads_on(&mut machine, &["REJECTED~#2", "REJECTED#2"]);
    read(&mut machine, "CHALLENGED#2");
    assert_eq!(list(&mut machine, &["q1"]), ask("q1"), "asked anew");
    machine.observe(Observation::Answered);
    assert_eq!(
        reads_until(&mut machine, "REJECTED#2"),
        (REJECTED_READS, ended("REJECTED"))
    );
}

#[test]
fn refused_answers_are_asked_for_again_and_three_in_a_row_end_it() {
    let mut machine = asking();
    for _ in 1..REFUSALS {
        machine.observe(Observation::AnswersRefused);
        assert_eq!(list(&mut machine, &["q1"]), ask("q1"));
    }
    machine.observe(Observation::Answered);
    read(&mut machine, "CHALLENGED#2");
    assert_eq!(list(&mut machine, &["q2"]), ask("q2"));
    for _ in 1..REFUSALS {
        machine.observe(Observation::AnswersRefused);
        assert_eq!(list(&mut machine, &["q2"]), ask("q2"));
    }
    machine.observe(Observation::AnswersRefused);
    assert_eq!(machine.directive(), Directive::Ended(End::AnswersRefused));
    machine.renew();
    assert_eq!(list(&mut machine, &["q2"]), ask("q2"), "resumed on purpose");
}

#[test]
fn a_question_that_may_be_left_over_from_an_earlier_job_is_listed_when_it_stays() {
    let mut machine = started("CHALLENGED#1", "CREATED~#2");
    reads_on(
        &mut machine,
        &["CHALLENGED~#2"; LINGERING_READS as usize - 1],
    );
    assert_eq!(
        read(&mut machine, "CHALLENGED~#2"),
        Directive::ListChallenges
    );
}

#[test]
fn an_answer_that_was_never_sent_is_still_asked_for() {
    let mut machine = asking();
    machine.observe(Observation::NoEffect);
    assert_eq!(machine.directive(), ask("q1"));
}

#[test]
fn an_answer_that_is_too_late_ends_with_the_status() {
    let mut machine = asking();
    machine.observe(Observation::NotChallenged);
    reads_on(&mut machine, &["EXPIRED#2"]);
    assert_eq!(read(&mut machine, "EXPIRED#2"), ended("EXPIRED"));
    assert_eq!(
        End::Status("EXPIRED".into()).remedy(),
        Remedy::StartAgainWithUser
    );
}

#[test]
fn reading_while_the_user_answers_shows_when_the_question_is_gone() {
    let mut machine = asking();
    assert_eq!(read(&mut machine, "CHALLENGED#2"), ask("q1"));
    reads_on(&mut machine, &["EXPIRED#2"]);
    assert_eq!(read(&mut machine, "EXPIRED#2"), ended("EXPIRED"));
}

#[test]
fn another_process_lists_the_open_questions_again() {
    let mut machine = asking();
    machine.observe(Observation::Answered);
    read(&mut machine, "CHALLENGED#2");
    assert_eq!(list(&mut machine, &["q2"]), ask("q2"));
    for (challenges, directive) in [
        (vec!["q2".into()], ask("q2")),
        (vec!["q1".into()], ask("q2")),
        (vec!["q3".into()], ask("q3")),
        (vec![], Directive::ReadMember),
    ] {
        machine.observe(Observation::Challenges(challenges));
        assert_eq!(machine.directive(), directive);
    }
}

#[test]
fn a_list_that_fails_leaves_the_question_open_and_is_waited_for() {
    let mut machine = asking();
    assert_eq!(machine.pace(), Pace::AtOnce);
    machine.observe(Observation::ReadFailed);
    assert_eq!(
        (machine.directive(), machine.pace()),
        (ask("q1"), Pace::Steady)
    );
}

#[test]
fn challenged_with_an_empty_list_is_read_again() {
    let mut machine = started("CREATED", "CREATED~#1");
    read(&mut machine, "CHALLENGED#1");
    assert_eq!(list(&mut machine, &[]), Directive::ReadMember);
}
