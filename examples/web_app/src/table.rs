//! The table of jobs, in SQLite. Any database that can update one row by a condition will do.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mx_nexus::jobs::store::{JobStore, SavedJob};
use rusqlite::{Connection, Error, OptionalExtension, params};

pub(crate) struct Table(Mutex<Connection>);

impl Table {
    pub(crate) fn open(file: &Path) -> Result<Self, Error> {
        let database = Connection::open(file)?;
        // Other processes of this application use the same file.
        database.busy_timeout(Duration::from_secs(5))?;
        database.execute_batch(
            "create table if not exists jobs (id text primary key, version integer, due integer, job text) strict;
             create index if not exists jobs_due on jobs (due);",
        )?;
        Ok(Self(Mutex::new(database)))
    }

    /// The ids of jobs whose next call is due, also of those whose process died during a call.
    pub(crate) fn due(&self) -> Result<Vec<String>, Error> {
        let database = self.lock();
        let mut select = database.prepare("select id from jobs where due <= ?1 limit 100")?;
        let rows = select.query_map([milliseconds(SystemTime::now())], |row| row.get(0))?;
        rows.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JobStore for Table {
    type Error = Error;

    async fn load(&self, id: &str) -> Result<Option<SavedJob>, Error> {
        let select = "select job from jobs where id = ?1";
        let job = self.lock().query_row(select, [id], |row| row.get(0));
        let job: Option<String> = job.optional()?;
        job.map(|job| serde_json::from_str(&job).map_err(invalid))
            .transpose()
    }

    async fn replace(&self, id: &str, job: &SavedJob) -> Result<bool, Error> {
        let write = if job.version() == 1 {
            "insert into jobs (id, version, due, job) values (?1, ?2, ?3, ?4) on conflict do nothing"
        } else {
            "update jobs set version = ?2, due = ?3, job = ?4 where id = ?1 and version = ?2 - 1"
        };
        let text = serde_json::to_string(job).map_err(invalid)?;
        let due = job.due().map(milliseconds);
        let version = i64::try_from(job.version())
            .map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
        let written = self
            .lock()
            .execute(write, params![id, version, due, text])?;
        Ok(written == 1)
    }
}

fn invalid(error: serde_json::Error) -> Error {
    Error::ToSqlConversionFailure(error.into())
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
