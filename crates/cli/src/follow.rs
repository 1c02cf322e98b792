//! Follows a job to its end for `start` and `resume`: saves it around every call, polls, answers questions, prints the result.

use std::path::Path;
use std::time::Duration;

use mx_nexus::jobs::{
    Answers, Challenges, Job, JobError, JobErrorKind, JobHandle, Polling, Progress, Remedy, Step,
};
use mx_nexus::values::ConnectionStatus;

use crate::exit::{Exit, Failure};
use crate::job_file::JobRecord;
use crate::kinds::{JobCommand, command_line};
use crate::output;
use crate::questions::AnswerSource;
use crate::target::Target;
use crate::terminal::Terminal;

/// How often answers are sent again when they provably did not arrive, besides the library's own repetitions.
const SENDINGS: usize = 5;

/// After so many polls a question that MX does not list is reported.
const POLLS_WITHOUT_QUESTION: u32 = 5;

/// A sandbox is on this machine, so it can be polled more often than MX.
const SANDBOX_INTERVAL: Duration = Duration::from_millis(100);

/// How often the member is read.
pub(crate) fn polling(target: &Target) -> Polling {
    match target.is_sandbox {
        true => Polling::between(SANDBOX_INTERVAL, SANDBOX_INTERVAL),
        false => Polling::default(),
    }
}

/// A job on its way to its end.
pub(crate) struct Following<'a> {
    pub(crate) target: &'a Target,
    pub(crate) record: JobRecord,
    pub(crate) answers: AnswerSource,
    pub(crate) is_json: bool,
    pub(crate) terminal: &'a mut Terminal,
}

/// A job that stopped without a result.
enum Stop {
    /// By an error of the job.
    Error(JobError),
    /// By a failure of this command; the job can be resumed.
    Failure(Failure, Box<JobHandle>),
}

/// What is left of a job that stopped.
enum Rest {
    /// The job, which can be resumed.
    Job,
    /// The member: the job was not started, or the end user has to sign in first.
    Member,
    /// Nothing: the job is over. With the command for a new one.
    Nothing(Option<String>),
}

impl Following<'_> {
    /// Follows the job, prints the result, and removes the job file when the job is over.
    pub(crate) async fn run<K: JobCommand>(mut self, mut job: Job<K>) -> Result<(), Failure> {
        let outcome = self.follow(&mut job).await;
        self.terminal.stop_spinner();
        match outcome {
            Ok(result) => match self.print::<K>(&result) {
                Ok(()) => self.record.remove(),
                // The result can be read again.
                Err(failure) => self.stopped::<K>(Stop::at(failure, &job)),
            },
            Err(stop) => self.stopped::<K>(stop),
        }
    }

    fn print<K: JobCommand>(&mut self, result: &K::Output) -> Result<(), Failure> {
        self.terminal.step(K::RESULT, K::summary(result));
        let rows = K::rows(result);
        match self.is_json {
            true => output::json(&K::json(result)),
            false if rows.is_empty() => Ok(()),
            false => output::write(rows.text(output::width()).as_bytes()),
        }
    }

    async fn follow<K: JobCommand>(&mut self, job: &mut Job<K>) -> Result<K::Output, Stop> {
        let interrupt = self.terminal.interrupt();
        let mut is_started = job.handle().has_started();
        let mut unlisted = UnlistedQuestion::default();
        loop {
            self.save(job, job.handle().in_flight())?;
            let step = tokio::select! {
                step = job.next() => step,
                () = interrupt.received() => return Err(Stop::at(Failure::interrupted(), job)),
            };
            let step = step.map_err(Stop::Error)?;
            self.save(job, job.handle().clone())?;
            if !is_started && job.handle().has_started() && !job.handle().is_blocked() {
                is_started = true;
                self.terminal.step(K::COMMAND, "started");
            }
            match step {
                Step::Running(progress) => self.show(&progress, job.handle(), &mut unlisted),
                Step::Challenged(challenges) => self.answer(job, &challenges).await?,
                Step::Done(result) => return Ok(result),
            }
        }
    }

    fn show(&mut self, progress: &Progress, handle: &JobHandle, unlisted: &mut UnlistedQuestion) {
        let status = progress.last_status.as_ref();
        let status = status.map_or("no status yet", ConnectionStatus::as_str);
        if handle.is_blocked() {
            let status = format!("{status}, for the end of another job of this member");
            self.terminal.waiting(&status, &status);
        } else if handle.has_started() {
            self.terminal.waiting(status, progress);
        }
        if unlisted.is_new(progress) {
            let notice = "MX waits for an answer, but names no question that can be read";
            self.terminal.step("question", notice);
        }
    }

    async fn answer<K: JobCommand>(
        &mut self,
        job: &mut Job<K>,
        challenges: &Challenges,
    ) -> Result<(), Stop> {
        let is_kept = !self.target.is_embedded();
        let answers = self
            .answers
            .answer(challenges, &mut self.record, is_kept, self.terminal);
        let answers = answers.await.map_err(|failure| Stop::at(failure, job))?;
        self.save(job, job.handle().while_answering())?;
        self.send(job, answers).await?;
        self.save(job, job.handle().clone())
    }

    /// Sends answers. A failure that may pass is no reason to ask for them again.
    async fn send<K: JobCommand>(&self, job: &mut Job<K>, answers: Answers) -> Result<(), Stop> {
        let interrupt = self.terminal.interrupt();
        for sending in 1.. {
            let error = tokio::select! {
                sent = job.answer(answers.clone()) => match sent {
                    Ok(()) => break,
                    Err(error) => error,
                },
                () = interrupt.received() => return Err(Stop::at(Failure::interrupted(), job)),
            };
            let is_transient = error
                .call_error()
                .is_some_and(mx_nexus::Error::is_transient);
            if !is_transient || sending == SENDINGS {
                return Err(Stop::Error(error));
            }
        }
        Ok(())
    }

    fn save<K: JobCommand>(&mut self, job: &Job<K>, handle: JobHandle) -> Result<(), Stop> {
        let saved = self.record.save_handle(handle);
        saved.map_err(|failure| Stop::at(failure, job))
    }

    /// Keeps what is left of the job, in the file or as a printed handle, and advises how to continue.
    fn stopped<K: JobCommand>(mut self, stop: Stop) -> Result<(), Failure> {
        let (failure, handle, rest) = match stop {
            Stop::Failure(failure, handle) => (failure, *handle, Rest::Job),
            Stop::Error(error) => (
                self.describe(&error),
                error.handle().clone(),
                Rest::of::<K>(&error),
            ),
        };
        if self.target.is_embedded() {
            self.record.remove()?;
            return Err(match rest {
                Rest::Job => failure.advising(
                    "this job has ended with the sandbox inside this process; `nexus sandbox` in another terminal runs one that stays, and prints the variables to set",
                ),
                _ => failure,
            });
        }
        let has_created_member = self.record.saved().external_guid.is_some();
        match rest {
            Rest::Job => self.keep_job(failure, handle),
            Rest::Member if has_created_member && self.record.path().is_some() => {
                self.record.update(|saved| saved.handle = None)?;
                Err(failure.advising(self.again("the member is kept in", "")))
            }
            Rest::Member => {
                let command = command_line::<K>(handle.api());
                let again = format!("then: {command} --member {}", handle.member());
                self.record.remove()?;
                Err(failure.advising_all(has_created_member.then_some(again)))
            }
            Rest::Nothing(next_command) => {
                self.record.remove()?;
                Err(failure.advising_all(next_command))
            }
        }
    }

    fn keep_job(mut self, failure: Failure, handle: JobHandle) -> Result<(), Failure> {
        let is_asked = failure.exit == Exit::AnswerMissing;
        let saved = self.record.update(|saved| {
            saved.handle = Some(handle.clone());
            if is_asked {
                // The next command gets the answers that are missing now.
                saved.answering = None;
            }
        });
        if self.record.path().is_some() && saved.is_ok() {
            let answer = " with --answer VALUE for this question only";
            let answer = if is_asked { answer } else { "" };
            return Err(failure.advising(self.again("the job is kept in", answer)));
        }
        let line = serde_json::to_string(&handle)
            .map_err(|error| Failure::failed("cannot write the handle as JSON", &error))?;
        // A handle that stdout does not take goes to stderr.
        if self.is_json || output::try_write(format!("{line}\n").as_bytes()).is_err() {
            self.terminal.print(line);
        }
        let answer = if is_asked { " --answer VALUE" } else { "" };
        Err(failure.advising(format!(
            "the line of JSON is the handle; continue with: nexus resume 'HANDLE'{answer}"
        )))
    }

    fn again(&self, what: &str, how: &str) -> String {
        let path = self.record.path().unwrap_or(Path::new(""));
        let path = path.display();
        format!("{what} {path}; to continue, run the same command again{how}")
    }

    fn describe(&self, error: &JobError) -> Failure {
        let failure = Failure::from(error);
        let message = error.message();
        let message = message.map(|message| format!("message from MX: {message}"));
        // A page of an embedded sandbox ends with it.
        let page = error.oauth_window().filter(|_| !self.target.is_embedded());
        let page = page.map(|page| format!("page to sign in at: {}", page.expose()));
        failure.advising_all(message).advising_all(page)
    }
}

impl Stop {
    fn at<K: JobCommand>(failure: Failure, job: &Job<K>) -> Self {
        Self::Failure(failure, Box::new(job.handle().clone()))
    }
}

impl Rest {
    fn of<K: JobCommand>(error: &JobError) -> Self {
        let credentials = match error.remedy() {
            _ if error.is_resumable() => return Self::Job,
            _ if error.kind() == JobErrorKind::Call => return Self::Member,
            Some(Remedy::FinishOauth) => return Self::Member,
            Some(Remedy::UpdateCredentials) => " --credential LABEL=…",
            Some(Remedy::GoneForGood | Remedy::ContactMx) => return Self::Nothing(None),
            _ => "",
        };
        let (handle, command) = (error.handle(), command_line::<K>(error.handle().api()));
        let again = format!("then: {command} --member {}{credentials}", handle.member());
        Self::Nothing(Some(again))
    }
}

/// Whether MX waits for answers without naming a question.
#[derive(Default)]
struct UnlistedQuestion {
    since: Option<u32>,
    is_reported: bool,
}

impl UnlistedQuestion {
    /// Whether to report it now, once.
    fn is_new(&mut self, progress: &Progress) -> bool {
        if progress.last_status != Some(ConnectionStatus::Challenged) {
            *self = Self::default();
            return false;
        }
        let since = *self.since.get_or_insert(progress.polls);
        let is_long = progress.polls - since >= POLLS_WITHOUT_QUESTION;
        is_long && !std::mem::replace(&mut self.is_reported, is_long)
    }
}
