//! Session leases under many threads, on a live clock.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// An exchange that fails every seventh time, and counts exchanges at the same time.
#[derive(Default)]
struct Counted {
    started: AtomicU64,
    failed: AtomicU64,
    under_way: AtomicU64,
    overlaps: AtomicU64,
}

impl Exchange for Counted {
    fn open(&self) -> Exchanging<'_> {
        Box::pin(async {
            let number = self.started.fetch_add(1, SeqCst) + 1;
            let others = self.under_way.fetch_add(1, SeqCst);
            self.overlaps.fetch_add(others, SeqCst);
            for _ in 0..number % 20 {
                yield_now().await;
            }
            self.under_way.fetch_sub(1, SeqCst);
            if number.is_multiple_of(7) {
                self.failed.fetch_add(1, SeqCst);
                return Err(Error::session("every seventh fails"));
            }
            Ok(Secret::new(number.to_string()))
        })
    }
}

/// The results of one caller: the token of each generation, and the generations that it rejected.
type Seen = (BTreeMap<u64, String>, BTreeSet<u64>);

/// Leases, touches, rejects and cancels in the order of random numbers from `seed` (xorshift).
async fn wander(sessions: Sessions, mut seed: u64) -> Seen {
    let (mut tokens, mut rejected) = Seen::default();
    let mut greatest = 0;
    for _ in 0..500 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let asked = Instant::now();
        let Ok(Ok(lease)) = timeout(Duration::from_secs(seed % 10), sessions.lease()).await else {
            continue;
        };
        assert!(lease.generation >= greatest, "generations went back");
        assert!(!rejected.contains(&lease.generation), "a rejected lease");
        greatest = lease.generation;
        let token = lease.token.expose().to_owned();
        assert_eq!(tokens.entry(greatest).or_insert(token.clone()), &token);
        match seed % 8 {
            0 | 1 => {
                sessions.reject(greatest);
                rejected.insert(greatest);
            }
            2 => sessions.reject(greatest - 1),
            3..=5 => sessions.touch(greatest, asked),
            _ => yield_now().await,
        }
    }
    (tokens, rejected)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_threads_make_one_exchange_at_a_time_and_none_too_many() {
    let exchange = Arc::new(Counted::default());
    let sessions = Sessions::renewing(Arc::clone(&exchange) as _, LeasePolicy::default());
    let mut wanderers = JoinSet::new();
    for seed in 1..=64 {
        wanderers.spawn(wander(sessions.clone(), seed * 0x9E37_79B9));
    }
    let seen: Vec<Seen> = wanderers.join_all().await;

    let mut rejected = BTreeSet::new();
    let mut tokens = BTreeMap::new();
    for (own_tokens, own_rejected) in seen {
        for (generation, token) in own_tokens {
            assert_eq!(tokens.entry(generation).or_insert(token.clone()), &token);
        }
        rejected.extend(own_rejected);
    }
    let started = exchange.started.load(SeqCst);
    assert_eq!(exchange.overlaps.load(SeqCst), 0, "two at once");
    assert!(
        started > 100,
        "only {started} exchanges: nothing was stressed"
    );
    let needed = 1 + rejected.len() as u64 + exchange.failed.load(SeqCst);
    assert!(started <= needed, "{started} exchanges, {needed} needed");
    let distinct: BTreeSet<&String> = tokens.values().collect();
    assert_eq!(
        distinct.len(),
        tokens.len(),
        "a token under two generations"
    );
}
