//! The lengths of jobs.

use super::client::SECOND;
use super::*;
use crate::times::Times;
use crate::world::Member;

#[tokio::test(start_paused = true)]
async fn jobs_take_random_times_of_their_range() {
    let store = Store::new(Settings {
        job_times: Some(Times::uniform(10 * SECOND, 20 * SECOND)),
        ..Settings::default()
    });
    for number in 0..100 {
        let id = format!("U-{number}");
        let member = store.add_member(&id, &Member::default()).unwrap();
        let mut state = store.lock();
        let user = state.members[&member].user.clone();
        state
            .start(&user, &member, JobKind::Aggregation, None)
            .unwrap();
    }
    let running = || {
        let jobs = store.jobs();
        jobs.iter()
            .filter(|job| job.state == JobState::Running)
            .count()
    };
    tokio::time::advance(9 * SECOND).await;
    assert_eq!(running(), 100);
    tokio::time::advance(6 * SECOND).await;
    assert!((30..70).contains(&running()), "{}", running());
    tokio::time::advance(6 * SECOND).await;
    assert_eq!(running(), 0);
}
