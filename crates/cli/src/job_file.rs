//! `--job-file`: what a job command has to know to go on after its process ended at any moment. Used by `start`, `resume` and
//! `status`.

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};

use mx_nexus::jobs::{Image, JobHandle};
use mx_nexus::values::{ChallengeGuid, MemberGuid};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::exit::{Exit, Failure};
use crate::locked_file::{self, LockedFile, beside, create_private, remove_if_present};

/// Marks a file as ours, with the version of its format.
const FORMAT: &str = "nexus job 1";

/// The environment of a sandbox inside a process, which ends with it.
pub(crate) const EMBEDDED: &str = "embedded sandbox";

/// What a command was asked for. A job is continued only by the same request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) api: String,
    pub(crate) command: String,
    pub(crate) environment: String,
    pub(crate) client_id: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) institution: Option<String>,
    pub(crate) member: Option<String>,
    pub(crate) include_transactions: Option<bool>,
}

/// A job as it is saved: ids only, no credential and no answer.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SavedJob {
    format: String,
    pub(crate) request: Request,
    /// Our identifier of the member to be created, from before the creation.
    pub(crate) external_guid: Option<String>,
    pub(crate) member: Option<MemberGuid>,
    pub(crate) handle: Option<JobHandle>,
    /// The questions that were answered last, and which answers of `--answer` they got.
    pub(crate) answering: Option<Answering>,
    /// The endings of the files beside this one that have the images of questions.
    images: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answering {
    pub(crate) questions: Vec<ChallengeGuid>,
    /// How many answers were used before.
    pub(crate) first: usize,
    /// How many are used with these.
    pub(crate) next: usize,
}

/// A job of a command, in a file if there is a `--job-file`.
#[derive(Debug, Default)]
pub(crate) struct JobRecord {
    file: Option<LockedFile>,
    saved: SavedJob,
    /// The text of the file.
    text: Option<String>,
}

impl JobRecord {
    /// The job of this request: the one in the file, or a new one. Nothing is written yet.
    pub(crate) fn open(path: Option<&Path>, request: Request) -> Result<Self, Failure> {
        let new = SavedJob {
            format: FORMAT.to_owned(),
            request,
            ..SavedJob::default()
        };
        let Some(path) = path else {
            return Ok(Self {
                saved: new,
                ..Self::default()
            });
        };
        let mut record = Self::lock(path)?;
        if record.text.is_none() || record.saved.request.environment == EMBEDDED {
            record.saved = new;
        } else if let Some(difference) = difference(&record.saved.request, &new.request)? {
            let message = format!("{} is of another job: {difference}", path.display());
            return Err(Failure::usage(message).advising(format!(
                "use another --job-file; `nexus resume --job-file {}` continues that job",
                path.display()
            )));
        }
        Ok(record)
    }

    /// The job in a file, whatever it is.
    pub(crate) fn existing(path: &Path) -> Result<Self, Failure> {
        let record = Self::lock(path)?;
        match record.text {
            Some(_) => Ok(record),
            None => Err(missing(path)),
        }
    }

    fn lock(path: &Path) -> Result<Self, Failure> {
        let file = LockedFile::lock(path).map_err(|error| unusable(path, &error))?;
        let file = file.ok_or_else(|| {
            let message = format!("another process uses {}", path.display());
            Failure::new(Exit::Failed, message).advising("one job needs one --job-file")
        })?;
        let text = file.read().map_err(|error| unusable(path, &error))?;
        let saved = match &text {
            Some(text) => parse(path, text)?,
            None => SavedJob::default(),
        };
        Ok(Self {
            file: Some(file),
            saved,
            text,
        })
    }

    pub(crate) fn saved(&self) -> &SavedJob {
        &self.saved
    }

    /// The file, if there is one.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.file.as_ref().map(LockedFile::path)
    }

    /// Changes the job, and writes the file if it differs.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut SavedJob)) -> Result<(), Failure> {
        change(&mut self.saved);
        let Some(file) = &self.file else {
            return Ok(());
        };
        let mut text = serde_json::to_string_pretty(&self.saved)
            .map_err(|error| Failure::failed("cannot write the job as JSON", &error))?;
        text.push('\n');
        if self.text.as_ref() != Some(&text) {
            file.replace(&text).map_err(|error| {
                let what = format!("cannot write {}", file.path().display());
                Failure::failed(&what, &error)
            })?;
            self.text = Some(text);
        }
        Ok(())
    }

    pub(crate) fn save_handle(&mut self, handle: JobHandle) -> Result<(), Failure> {
        self.update(|saved| saved.handle = Some(handle))
    }

    /// Our identifier of the member to be created: the one of an earlier process, or a new one.
    pub(crate) fn external_guid(&mut self) -> Result<String, Failure> {
        let random = || RandomState::new().hash_one(std::process::id());
        let new = || format!("nexus-cli-{:016x}{:016x}", random(), random());
        self.update(|saved| {
            saved.external_guid.get_or_insert_with(new);
        })?;
        Ok(self.saved.external_guid.clone().unwrap_or_default())
    }

    /// Keeps the image of a question beside the file, if there is one, and returns its path.
    pub(crate) fn keep_image(
        &mut self,
        image: &Image,
        extension: &str,
    ) -> Option<std::io::Result<PathBuf>> {
        let ending = format!(".image-{}{extension}", self.saved.images.len() + 1);
        let path = beside(self.path()?, &ending);
        let written = create_private(&path).and_then(|mut file| file.write_all(image.bytes()));
        self.saved.images.push(ending);
        Some(written.map(|()| path))
    }

    /// Removes the images of questions that were kept.
    pub(crate) fn remove_images(&mut self) {
        let endings = std::mem::take(&mut self.saved.images);
        for ending in endings {
            // The user may have removed it.
            let _ = self
                .path()
                .map(|path| remove_if_present(&beside(path, &ending)));
        }
    }

    /// Removes the file: the job is over, or was not begun.
    pub(crate) fn remove(mut self) -> Result<(), Failure> {
        self.remove_images();
        match &self.file {
            Some(file) => file.remove().map_err(|error| unusable(file.path(), &error)),
            None => Ok(()),
        }
    }
}

/// The job in a file that another process may be changing.
pub(crate) fn read(path: &Path) -> Result<SavedJob, Failure> {
    match locked_file::read(path) {
        Ok(Some(text)) => parse(path, &text),
        Ok(None) => Err(missing(path)),
        Err(error) => Err(unusable(path, &error)),
    }
}

fn parse(path: &Path, text: &str) -> Result<SavedJob, Failure> {
    let foreign = |reason: String| {
        let message = format!(
            "{} is no job file that can be read: {reason}",
            path.display()
        );
        Failure::usage(message).advising(
            "it is left as it is; use another --job-file, or the version of nexus that wrote it",
        )
    };
    let value: Value = serde_json::from_str(text).map_err(|error| foreign(error.to_string()))?;
    match value.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) => return Err(foreign(format!("its format is {other:?}, not {FORMAT:?}"))),
        None => return Err(foreign("it has no format".to_owned())),
    }
    serde_json::from_value(value).map_err(|error| foreign(error.to_string()))
}

fn missing(path: &Path) -> Failure {
    Failure::usage(format!("there is no job in {}", path.display()))
        .advising("a job file is removed when its job is over")
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot use {}: {error}", path.display()))
}

/// What the request in the file has, and the one of this command has not.
fn difference(theirs: &Request, ours: &Request) -> Result<Option<String>, Failure> {
    let fields = |request: &Request| {
        serde_json::to_value(request)
            .map_err(|error| Failure::failed("cannot write the request as JSON", &error))
    };
    let (theirs, ours) = (fields(theirs)?, fields(ours)?);
    let names = theirs.as_object().into_iter().flat_map(|it| it.keys());
    let mut different = names.filter(|name| theirs[*name] != ours[*name]);
    Ok(different.next().map(|name| {
        format!(
            "{} {} there, {} here",
            name.replace('_', " "),
            theirs[name],
            ours[name]
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(institution: &str) -> Request {
        Request {
            command: "identify".to_owned(),
            environment: "integration".to_owned(),
            institution: Some(institution.to_owned()),
            ..Request::default()
        }
    }

    fn message(outcome: Result<JobRecord, Failure>) -> String {
        outcome.unwrap_err().message
    }

    #[test]
    fn file_is_continued_by_the_same_request_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        let mut record = JobRecord::open(Some(&path), request("A")).unwrap();
        let external_guid = record.external_guid().unwrap();
        assert!(message(JobRecord::existing(&path)).contains("another process"));
        drop(record);
        let other = message(JobRecord::open(Some(&path), request("B")));
        assert!(
            other.ends_with(r#": institution "A" there, "B" here"#),
            "{other}"
        );
        let mut record = JobRecord::open(Some(&path), request("A")).unwrap();
        assert_eq!(record.external_guid().unwrap(), external_guid);
        record.remove().unwrap();
        assert!(message(JobRecord::existing(&path)).starts_with("there is no job"));
    }

    #[test]
    fn job_of_an_embedded_sandbox_is_not_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        let mut embedded = request("A");
        EMBEDDED.clone_into(&mut embedded.environment);
        let mut record = JobRecord::open(Some(&path), embedded).unwrap();
        record.external_guid().unwrap();
        drop(record);
        let record = JobRecord::open(Some(&path), request("B")).unwrap();
        assert_eq!(record.saved().external_guid, None);
    }

    #[test]
    fn broken_and_foreign_files_are_refused_and_left_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job");
        for (text, reason) in [
            ("", "EOF while parsing a value at line 1 column 0"),
            (
                "{\"format\":",
                "EOF while parsing a value at line 1 column 10",
            ),
            ("{}", "it has no format"),
            (
                "{\"format\": \"nexus job 9\"}",
                "its format is \"nexus job 9\", not \"nexus job 1\"",
            ),
            (
                "{\"format\": \"nexus job 1\", \"handle\": {\"version\": \"9\"}}",
                "this handle is of version 9",
            ),
        ] {
            std::fs::write(&path, text).unwrap();
            let message = message(JobRecord::open(Some(&path), request("A")));
            assert!(message.contains(reason), "{message}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
