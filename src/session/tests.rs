//! Session leases against an exchange in memory, on a paused clock.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, sleep_until};

use super::*;

mod runtimes;
mod threads;

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// The outcome of an exchange other than a session.
enum Answer {
    Refuse,
    Hang,
}

/// An exchange that grants `secret-1`, `secret-2`, … unless planned otherwise.
#[derive(Default)]
struct Bank {
    takes: Duration,
    plan: Mutex<VecDeque<Answer>>,
    spent: AtomicU64,
}

impl Bank {
    fn taking(takes: Duration) -> Self {
        Self {
            takes,
            ..Self::default()
        }
    }

    fn planning(mut self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.plan = Mutex::new(answers.into_iter().collect());
        self
    }

    fn sessions(self) -> (Arc<Self>, Sessions) {
        let bank = Arc::new(self);
        let sessions = Sessions::renewing(Arc::clone(&bank) as _, LeasePolicy::default());
        (bank, sessions)
    }

    /// How many API tokens were spent.
    fn spent(&self) -> u64 {
        self.spent.load(SeqCst)
    }
}

impl Exchange for Bank {
    fn open(&self) -> Exchanging<'_> {
        Box::pin(async {
            let number = self.spent.fetch_add(1, SeqCst) + 1;
            let answer = self.plan.lock().unwrap().pop_front();
            sleep(self.takes).await;
            match answer {
                None => Ok(Secret::new(format!("secret-{number}"))),
                Some(Answer::Refuse) => Err(Error::session(format!("refused {number}"))),
                Some(Answer::Hang) => std::future::pending().await,
            }
        })
    }
}

/// Starts `count` callers at once and returns their results.
async fn callers(count: usize, sessions: &Sessions) -> Vec<Result<Lease, Error>> {
    let mut asking = JoinSet::new();
    for _ in 0..count {
        asking.spawn(caller(sessions.clone()));
    }
    asking.join_all().await
}

/// One caller, to be spawned.
async fn caller(sessions: Sessions) -> Result<Lease, Error> {
    sessions.lease().await
}

async fn token(sessions: &Sessions) -> String {
    sessions.lease().await.unwrap().token.expose().to_owned()
}

#[track_caller]
fn assert_error(result: &Result<Lease, Error>, expected: &Error) {
    let error = result.as_ref().expect_err("a lease was given").to_string();
    assert_eq!(error, expected.to_string());
}

#[tokio::test(start_paused = true)]
async fn session_of_a_cancelled_caller_is_used_by_the_next() {
    for pause in [Duration::ZERO, MINUTE] {
        let (bank, sessions) = Bank::taking(5 * SECOND).sessions();
        timeout(SECOND, sessions.lease()).await.unwrap_err();
        sleep(pause).await;
        let started = Instant::now();
        assert_eq!(token(&sessions).await, "secret-1");
        let waited = started.elapsed();
        assert_eq!((bank.spent(), waited.is_zero()), (1, !pause.is_zero()));
    }
}

#[tokio::test(start_paused = true)]
async fn used_session_lasts_and_unused_one_expires() {
    let (bank, sessions) = Bank::default().sessions();
    for _ in 0..10 {
        let lease = sessions.lease().await.unwrap();
        assert_eq!(lease.generation, 1);
        sessions.touch(lease.generation, Instant::now());
        sleep(1000 * SECOND).await;
    }
    assert_eq!(bank.spent(), 1);

    sessions.touch(1, Instant::now());
    sleep(30 * MINUTE).await;
    let lease = sessions.lease().await.unwrap();
    assert_eq!((lease.generation, lease.token.expose()), (2, "secret-2"));
}

#[tokio::test(start_paused = true)]
async fn untouched_session_expires_after_its_lifetime_less_the_slack() {
    let (_, sessions) = Bank::taking(20 * SECOND).sessions();
    let asked = Instant::now();
    assert_eq!(token(&sessions).await, "secret-1");
    sleep_until(asked + 29 * MINUTE - SECOND).await;
    assert_eq!(token(&sessions).await, "secret-1");
    sleep_until(asked + 29 * MINUTE).await;
    assert_eq!(token(&sessions).await, "secret-2");
}

#[tokio::test(start_paused = true)]
async fn slow_request_extends_the_session_from_its_start() {
    let (_, sessions) = Bank::default().sessions();
    let lease = sessions.lease().await.unwrap();
    sleep(10 * MINUTE).await;
    let started = Instant::now();
    sleep(15 * MINUTE).await;
    sessions.touch(lease.generation, started);

    sleep_until(started + 29 * MINUTE - SECOND).await;
    assert_eq!(token(&sessions).await, "secret-1");
    sleep_until(started + 29 * MINUTE).await;
    assert_eq!(token(&sessions).await, "secret-2");
}

#[tokio::test(start_paused = true)]
async fn touch_with_an_earlier_start_or_old_generation_changes_nothing() {
    let (_, sessions) = Bank::default().sessions();
    let old = sessions.lease().await.unwrap();
    sessions.reject(old.generation);
    let lease = sessions.lease().await.unwrap();
    let opened = Instant::now();

    sleep(20 * MINUTE).await;
    sessions.touch(lease.generation, Instant::now());
    sessions.touch(lease.generation, opened);
    sleep(20 * MINUTE).await;
    assert_eq!(token(&sessions).await, "secret-2", "the earlier start won");
    sessions.touch(old.generation, Instant::now());
    sleep(10 * MINUTE).await;
    assert_eq!(token(&sessions).await, "secret-3", "the old lease counted");
}

#[tokio::test(start_paused = true)]
async fn touch_during_an_exchange_does_not_revive_the_old_session() {
    let (_, sessions) = Bank::taking(SECOND).sessions();
    let old = sessions.lease().await.unwrap();
    sleep(29 * MINUTE).await;
    let renewing = tokio::spawn(caller(sessions.clone()));
    yield_now().await;
    sessions.touch(old.generation, Instant::now());
    assert_eq!(token(&sessions).await, "secret-2");
    assert_eq!(renewing.await.unwrap().unwrap().generation, 2);
}

#[tokio::test(start_paused = true)]
async fn late_reject_of_an_old_generation_changes_nothing() {
    let (bank, sessions) = Bank::taking(SECOND).sessions();
    let old = sessions.lease().await.unwrap();
    sessions.reject(old.generation);

    let renewing = tokio::spawn(caller(sessions.clone()));
    yield_now().await;
    sessions.reject(old.generation);
    let new = renewing.await.unwrap().unwrap();
    sessions.reject(old.generation);

    assert_eq!(sessions.lease().await.unwrap().generation, new.generation);
    assert!(new.generation > old.generation);
    assert_eq!(bank.spent(), 2);
}

#[tokio::test(start_paused = true)]
async fn concurrent_rejects_of_one_generation_lead_to_one_exchange() {
    let (bank, sessions) = Bank::taking(SECOND).sessions();
    let lease = sessions.lease().await.unwrap();
    let mut calls = JoinSet::new();
    for call in 0..100 {
        let (sessions, lease) = (sessions.clone(), lease.clone());
        calls.spawn(async move {
            // Some rejects are before the next lease, some during the exchange, some after it.
            sleep(call * SECOND / 50).await;
            sessions.reject(lease.generation);
            sessions.lease().await
        });
    }
    for lease in calls.join_all().await {
        assert_eq!(lease.unwrap().token.expose(), "secret-2");
    }
    assert_eq!(bank.spent(), 2);
}

#[tokio::test(start_paused = true)]
async fn exchange_timeout_fails_only_the_waiting_callers() {
    let (bank, sessions) = Bank::default().planning([Answer::Hang]).sessions();
    let asked = Instant::now();
    let early = tokio::spawn(caller(sessions.clone()));
    sleep(29 * SECOND).await;
    let late = sessions.lease().await;
    assert_eq!(asked.elapsed().as_secs(), 30);
    for failed in [early.await.unwrap(), late] {
        assert_error(&failed, &Error::session_timeout(30 * SECOND));
    }
    assert_eq!(token(&sessions).await, "secret-2");
    assert_eq!(bank.spent(), 2);
}

#[tokio::test(start_paused = true)]
async fn failed_exchange_is_shared_by_waiting_callers_and_not_stored() {
    let (bank, sessions) = Bank::taking(SECOND).planning([Answer::Refuse]).sessions();
    for failed in callers(100, &sessions).await {
        assert_error(&failed, &Error::session("refused 1"));
    }
    assert_eq!(token(&sessions).await, "secret-2");
    assert_eq!(bank.spent(), 2);
}

#[tokio::test(start_paused = true)]
async fn fixed_token_is_used_until_it_is_rejected() {
    let sessions = Sessions::fixed(Secret::new("from elsewhere"));
    sleep(600 * MINUTE).await;
    let lease = sessions.lease().await.unwrap();
    assert_eq!(lease.token.expose(), "from elsewhere");
    sessions.reject(lease.generation + 1);
    assert_eq!(token(&sessions).await, "from elsewhere");

    sessions.reject(lease.generation);
    for _ in 0..2 {
        assert_error(&sessions.lease().await, &Error::session_expired());
    }
}

#[tokio::test(start_paused = true)]
async fn session_shorter_than_the_slack_is_used_by_its_waiting_callers_only() {
    let policy = LeasePolicy {
        slack: 31 * MINUTE,
        ..LeasePolicy::default()
    };
    let sessions = Sessions::renewing(Arc::new(Bank::taking(SECOND)), policy);
    for lease in callers(10, &sessions).await {
        assert_eq!(lease.unwrap().token.expose(), "secret-1");
    }
    assert_eq!(token(&sessions).await, "secret-2");
}

#[tokio::test(start_paused = true)]
async fn debug_never_shows_a_token() {
    let (_, sessions) = Bank::taking(SECOND).sessions();
    let opening = tokio::spawn(caller(sessions.clone()));
    yield_now().await;
    let during = format!("{sessions:?}");
    assert!(during.contains("opening: Some(1)"), "{during}");

    let lease = opening.await.unwrap().unwrap();
    let fixed = Sessions::fixed(lease.token.clone());
    for shown in [
        format!("{lease:#?}"),
        format!("{sessions:#?}"),
        format!("{fixed:?}"),
    ] {
        assert!(shown.contains("generation: 1"), "{shown}");
        assert!(!shown.contains("secret-"), "{shown}");
    }
}
