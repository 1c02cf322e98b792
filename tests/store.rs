//! Jobs in a table: leases, lost answers, and processes that die during a call.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use mx_nexus::User;
use mx_nexus::identity::{Answers, Challenges, Identification, Identify, JobHandle, Polling};
use mx_nexus::jobs::JobErrorKind;
use mx_nexus::jobs::store::{JobStore, SavedJob, Shown, StoreError, StoredJobs};
use mx_nexus_sandbox::{Fault, JobKind, Sandbox};
use serde_json::{Value, json};
use tokio::time::sleep;

const BUDGET: Duration = Duration::from_secs(60);

/// Rows as JSON text, as in a database.
#[derive(Clone, Default)]
struct Table(Arc<Mutex<HashMap<String, String>>>);

impl Table {
    fn row(&self, id: &str) -> Option<SavedJob> {
        let rows = self.0.lock().unwrap();
        rows.get(id).map(|row| serde_json::from_str(row).unwrap())
    }

    /// As if its time were over.
    fn end_lease(&self, id: &str) {
        let mut rows = self.0.lock().unwrap();
        let mut row: Value = serde_json::from_str(&rows[id]).unwrap();
        row["leased_until"] = json!(SystemTime::UNIX_EPOCH);
        rows.insert(id.to_owned(), row.to_string());
    }
}

impl JobStore for Table {
    type Error = Infallible;

    async fn load(&self, id: &str) -> Result<Option<SavedJob>, Infallible> {
        Ok(self.row(id))
    }

    async fn replace(&self, id: &str, job: &SavedJob) -> Result<bool, Infallible> {
        let row = serde_json::to_string(job).unwrap();
        let found = self.row(id).map_or(0, |row| row.version());
        if found + 1 == job.version() {
            self.0.lock().unwrap().insert(id.to_owned(), row);
        }
        Ok(found + 1 == job.version())
    }
}

/// A sandbox with a member of the user U-1, and a table with its job under the id 1.
struct Scene {
    sandbox: Sandbox,
    table: Table,
}

impl Scene {
    async fn open(password: &str) -> Self {
        let sandbox = Sandbox::builder()
            .job_time(Duration::from_millis(30))
            .start()
            .await
            .unwrap();
        let member = sandbox.add_member("U-1", password).unwrap();
        let scene = Self {
            sandbox,
            table: Table::default(),
        };
        let job = || scene.user("U-1").identify(member.clone());
        let jobs = scene.jobs();
        assert!(jobs.add("1", job(), BUDGET).await.unwrap());
        assert!(
            !jobs.add("1", job(), BUDGET).await.unwrap(),
            "a second click"
        );
        scene
    }

    fn user(&self, id: &str) -> User {
        self.sandbox.nexus().build().unwrap().user(id)
    }

    /// As a process has them that has just begun.
    fn jobs(&self) -> StoredJobs<Table> {
        StoredJobs::new(self.table.clone())
    }

    fn resume(&self) -> impl FnOnce(JobHandle) -> Result<Identify, mx_nexus::Error> {
        let user = self.user("U-1");
        move |handle| {
            let polling = Polling::between(Duration::from_millis(5), Duration::from_millis(10));
            Ok(user.resume::<Identification>(handle)?.with_polling(polling))
        }
    }

    async fn step(&self) -> Shown<Identification> {
        self.jobs().step("1", self.resume()).await.unwrap()
    }

    /// Steps, each by a new process, until there is more to show than a wait.
    async fn until_shown(&self) -> Shown<Identification> {
        loop {
            match self.step().await {
                Shown::Running(wait) => sleep(wait).await,
                shown => return shown,
            }
        }
    }

    async fn until_asked(&self) -> Challenges {
        match self.until_shown().await {
            Shown::Challenged(challenges) => challenges,
            shown => panic!("{shown:?}"),
        }
    }

    async fn answer(
        &self,
        asked: &Challenges,
        answer: &str,
    ) -> Result<Shown<Identification>, StoreError<Infallible>> {
        let guid = asked.iter().next().unwrap().guid().clone();
        let answers = Answers::new().with(guid, answer);
        self.jobs().answer("1", self.resume(), answers).await
    }

    /// Answers a question that is not asked.
    async fn answer_any(&self) -> Result<Shown<Identification>, StoreError<Infallible>> {
        let answers = Answers::new().with("CHA-none", "any");
        self.jobs().answer("1", self.resume(), answers).await
    }

    fn paid_jobs(&self) -> usize {
        let jobs = self.sandbox.jobs().into_iter();
        jobs.filter(|job| job.kind == JobKind::Identification)
            .count()
    }
}

#[tokio::test]
async fn each_request_has_a_process_of_its_own() {
    let scene = Scene::open("challenge").await;
    let asked = scene.until_asked().await;
    assert_eq!(
        scene.table.row("1").unwrap().due(),
        None,
        "the user is asked"
    );
    let answered = scene.answer(&asked, "correct").await.unwrap();
    assert!(matches!(answered, Shown::Running(_)), "{answered:?}");
    for _ in 0..2 {
        let Shown::Done(owners) = scene.until_shown().await else {
            panic!("no owners");
        };
        assert!(!owners.is_empty());
        assert_eq!(scene.table.row("1").unwrap().due(), None, "it is over");
    }
    assert_eq!(scene.paid_jobs(), 1);
}

#[tokio::test]
async fn one_of_many_requests_makes_the_call() {
    let scene = Scene::open("any").await;
    scene.sandbox.clear_requests();
    let steps = join_all((0..20).map(|_| scene.step())).await;
    assert!(
        steps.iter().all(|shown| matches!(shown, Shown::Running(_))),
        "{steps:?}"
    );
    let requests = scene.sandbox.requests();
    let reads = requests
        .iter()
        .filter(|it| it.operation == Some("readMember"));
    assert_eq!(reads.count(), 1);
}

#[tokio::test]
async fn process_that_dies_during_the_start_pays_once() {
    let scene = Scene::open("any").await;
    let slow = Fault::delay(Duration::from_secs(3)).on_operation("identifyMember");
    scene.sandbox.fault(slow.processed()).unwrap();
    let is_started = async {
        while scene.paid_jobs() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        shown = scene.until_shown() => panic!("{shown:?}"),
        () = is_started => {}
    }
    let row = scene.table.row("1").unwrap();
    assert!(row.handle().has_started(), "the start counts as sent");
    assert!(
        row.due().is_some(),
        "a worker finds the job when the lease is over"
    );
    let busy = scene.answer_any().await;
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
    assert!(matches!(scene.step().await, Shown::Running(_)));
    scene.table.end_lease("1");
    let Shown::Done(owners) = scene.until_shown().await else {
        panic!("no owners");
    };
    assert!(!owners.is_empty());
    assert_eq!(scene.paid_jobs(), 1);
}

#[tokio::test]
async fn call_that_takes_too_long_stays_in_flight() {
    let scene = Scene::open("any").await;
    let slow = Fault::delay(Duration::from_secs(3)).on_operation("identifyMember");
    scene.sandbox.fault(slow.processed()).unwrap();
    loop {
        let jobs = scene.jobs().with_call_timeout(Duration::from_millis(300));
        match jobs.step("1", scene.resume()).await.unwrap() {
            Shown::Running(wait) => sleep(wait).await,
            Shown::Done(owners) => break assert!(!owners.is_empty()),
            shown => panic!("{shown:?}"),
        }
    }
    assert_eq!(scene.paid_jobs(), 1);
}

#[tokio::test]
async fn wrong_answer_is_asked_again() {
    let scene = Scene::open("challenge").await;
    let asked = scene.until_asked().await;
    let refused = scene.answer_any().await.unwrap();
    let Shown::Failed(error) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(error.kind(), JobErrorKind::InvalidAnswers);
    scene.answer(&asked, "wrong").await.unwrap();
    assert!(!matches!(scene.until_shown().await, Shown::Running(_)));
    assert_eq!(scene.paid_jobs(), 1);
}

#[tokio::test]
async fn job_of_another_user_and_unknown_id_are_refused() {
    let scene = Scene::open("any").await;
    let other = scene.user("U-2");
    let resume = |handle| other.resume::<Identification>(handle);
    let refused = scene.jobs().step("1", resume).await.unwrap_err();
    assert!(matches!(refused, StoreError::Resume(_)), "{refused:?}");
    let unknown = scene.jobs().step("2", resume).await.unwrap_err();
    assert_eq!(unknown.to_string(), "no job has this id");
    assert_eq!(
        scene.table.row("1").unwrap().version(),
        1,
        "nothing was saved"
    );
}

#[tokio::test]
async fn a_job_that_failed_for_good_is_replaced_by_a_new_one() {
    let scene = Scene::open("LOCKED").await;
    let Shown::Failed(error) = scene.until_shown().await else {
        panic!("a locked login has no owners");
    };
    assert!(!error.is_resumable());
    let failed = scene.table.row("1").unwrap();
    assert!(failed.is_over());

    let again = scene.user("U-1").identify(error.handle().member());
    assert!(scene.jobs().add("1", again, BUDGET).await.unwrap());
    let row = scene.table.row("1").unwrap();
    assert_eq!(row.version(), failed.version() + 1);
    assert!(!row.is_over());
    let Shown::Failed(second) = scene.until_shown().await else {
        panic!("it is still locked");
    };
    assert_ne!(second.handle().job(), error.handle().job());
}
