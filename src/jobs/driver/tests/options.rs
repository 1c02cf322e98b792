//! Options by guid and by value.

use super::*;

/// A job that is asked to choose, by `q1`.
fn choosing(script: impl IntoIterator<Item = Reply>) -> Arc<Mx> {
    let start = [Member("CHALLENGED#2"), Choice("q1", "How?")];
    Mx::after_post(start.into_iter().chain(script))
}

/// Runs the job; the user always chooses mail. Returns what was sent, and how often the user was asked.
async fn run(mx: &Arc<Mx>) -> (Vec<String>, usize) {
    let mut asked = 0;
    let ask = async |challenges: Challenges| {
        asked += 1;
        challenges.answer_all(|_| Ok::<_, ()>("mail")).ok()
    };
    let owners = mx.identify().run(10 * MINUTE, ask).await.unwrap();
    assert_eq!(owners.len(), 1);
    (mx.sent.lock().unwrap().clone(), asked)
}

const END: [Reply; 3] = [Member("RESUMED~#2"), Member("CONNECTED#2"), Reply::Owners];

#[tokio::test(start_paused = true)]
async fn option_is_sent_by_guid() {
    let mx = choosing([Accepted].into_iter().chain(END));
    assert_eq!(run(&mx).await, (vec!["q1=q1-mail".to_owned()], 1));
}

#[tokio::test(start_paused = true)]
async fn option_refused_by_guid_is_sent_by_value_without_asking_again() {
    let is_refused = [Refused(400), Choice("q1", "How?")];
    let is_asked_anew = [
        Accepted,
        Member("RESUMED~#2"),
        Member("CHALLENGED#2"),
        Choice("q2", "How?"),
    ];
    for (refusal, guid) in [(is_refused.to_vec(), "q1"), (is_asked_anew.to_vec(), "q2")] {
        let mx = choosing(refusal.into_iter().chain([Accepted]).chain(END));
        let sent = vec!["q1=q1-mail".to_owned(), format!("{guid}=mail")];
        assert_eq!(run(&mx).await, (sent, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn option_refused_in_both_forms_is_asked_again_and_sent_by_guid() {
    let refusals = [
        Refused(400),
        Choice("q1", "How?"),
        Refused(400),
        Choice("q1", "How?"),
        Accepted,
    ];
    let mx = choosing(refusals.into_iter().chain(END));
    let sent = ["q1=q1-mail", "q1=mail", "q1=q1-mail"].map(str::to_owned);
    assert_eq!(run(&mx).await, (sent.to_vec(), 2));
}

#[tokio::test(start_paused = true)]
async fn later_options_are_sent_in_the_form_that_was_taken() {
    let next = [
        Accepted,
        Member("RESUMED~#2"),
        Member("CHALLENGED#2"),
        Choice("q2", "Where?"),
        Accepted,
    ];
    let by_value = [Refused(400), Choice("q1", "How?")];
    let mx = choosing(by_value.into_iter().chain(next.clone()).chain(END));
    let sent = ["q1=q1-mail", "q1=mail", "q2=mail"].map(str::to_owned);
    assert_eq!(run(&mx).await, (sent.to_vec(), 2));

    let mx = choosing(next.into_iter().chain(END));
    let sent = ["q1=q1-mail", "q2=q2-mail"].map(str::to_owned);
    assert_eq!(run(&mx).await, (sent.to_vec(), 2));
}

#[tokio::test(start_paused = true)]
async fn resumed_job_asks_again_and_its_handle_has_no_choice() {
    let mx = choosing([Refused(400), Choice("q1", "How?")]);
    let mut job = mx.started(MINUTE).await;
    arrive(&mut job).await.unwrap();
    job.answer(Answers::new().with("q1", "mail")).await.unwrap();
    let saved = serde_json::to_string(job.handle()).unwrap();
    assert!(!saved.contains("mail"), "{saved}");
    let mut job = mx.resumed(job.handle(), MINUTE);
    assert!(matches!(arrive(&mut job).await, Ok(Step::Challenged(_))));
    assert_eq!(mx.count("put"), 1);
}
