//! The one table: a row is a job.

use std::time::{SystemTime, UNIX_EPOCH};

use mx_nexus::jobs::store::{JobStore, SavedJob};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Row, params};
use tokio::sync::Mutex;

const SCHEMA: &str = "
    create table if not exists jobs (id text primary key, version integer not null, due real, job text not null);
    create index if not exists jobs_due on jobs (due)";

pub(crate) struct Table(Mutex<Connection>);

impl Table {
    pub(crate) fn open(path: &str) -> Result<Self, Error> {
        let connection = Connection::open(path)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The ids and jobs whose next call is due, the longest overdue first.
    pub(crate) async fn due(&self) -> Result<Vec<(String, SavedJob)>, Error> {
        let connection = self.0.lock().await;
        let mut query = connection
            .prepare_cached("select job, id from jobs where due <= ?1 order by due limit 16")?;
        let rows = query.query_map([seconds(SystemTime::now())], |row| {
            Ok((row.get(1)?, job(row)?))
        })?;
        rows.collect()
    }
}

impl JobStore for Table {
    type Error = Error;

    async fn load(&self, id: &str) -> Result<Option<SavedJob>, Error> {
        let connection = self.0.lock().await;
        let mut query = connection.prepare_cached("select job from jobs where id = ?1")?;
        query.query_row([id], job).optional()
    }

    async fn replace(&self, id: &str, job: &SavedJob) -> Result<bool, Error> {
        let sql = if job.version() == 1 {
            "insert into jobs (id, version, due, job) values (?1, ?2, ?3, ?4) on conflict do nothing"
        } else {
            "update jobs set version = ?2, due = ?3, job = ?4 where id = ?1 and version = ?2 - 1"
        };
        let json = serde_json::to_string(job)
            .map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
        let connection = self.0.lock().await;
        let values = params![id, job.version(), job.due().map(seconds), json];
        Ok(connection.prepare_cached(sql)?.execute(values)? == 1)
    }
}

fn job(row: &Row) -> Result<SavedJob, Error> {
    serde_json::from_str(&row.get::<_, String>(0)?)
        .map_err(|error| Error::FromSqlConversionFailure(0, Type::Text, error.into()))
}

fn seconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}
