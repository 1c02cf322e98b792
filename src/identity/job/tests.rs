//! The driver against MX in memory, on a paused clock: when it calls, how long it waits, and what it makes of mishaps.
//!
//! [`Mx`] answers in the order of its script, whatever is called, and writes down what was called and when. Members are in
//! the shorthand of the machine's tests: status, `~` while being aggregated, the job behind `#`.

mod cancelled;
mod ends;
mod mishaps;
mod person;
mod secrets;
mod shapes;
mod time;

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Mutex;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::api::types::{AccountOwnerResponse, ChallengeResponse, MemberResponse, ResumeRequest};
use crate::error::Problem;
use crate::identity::calls::{Accepted, Answering};
use crate::identity::{Answers, Identify, IdentityErrorKind, Patience, Step};
use crate::operations::by_id;
use crate::values::MemberGuid;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What MX answers to a call.
#[derive(Clone, Debug)]
enum Reply {
    Member(&'static str),
    Questions(&'static [&'static str]),
    Owners,
    Accepted,
    Refused(u16),
    RefusedFor(Duration),
    /// A failure of MX (503), with the wait it asks for.
    FailedFor(Duration),
    /// No session could be opened, with the status of that failure.
    NoSession(Option<u16>),
    Silence,
}
use Reply::*;

/// MX in memory.
struct Mx {
    begun: Instant,
    script: Mutex<VecDeque<Reply>>,
    heard: Mutex<Vec<String>>,
}

impl Mx {
    /// The last reply is repeated for ever.
    fn answering(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            script: Mutex::new(script.into_iter().collect()),
            heard: Mutex::default(),
        })
    }

    /// A job that follows its POST, begun when the clock stood at zero: the baseline and the POST are answered.
    fn after_post(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let start = [Member("CONNECTED#1"), Member("CREATED~#2")];
        Self::answering(start.into_iter().chain(script))
    }

    fn identify(self: &Arc<Self>, patience: Duration) -> Identify<Patience> {
        Identify::new(Arc::clone(self) as _, None, "MBR-1".into()).patience(patience)
    }

    async fn started(self: &Arc<Self>, patience: Duration) -> Job {
        self.identify(patience).start().await.unwrap()
    }

    /// The job as another process takes it up from its saved handle.
    fn resumed(self: &Arc<Self>, handle: &JobHandle, patience: Duration) -> Job {
        let saved = serde_json::to_string(handle).unwrap();
        let mut handle: JobHandle = serde_json::from_str(&saved).unwrap();
        handle.machine.renew();
        Job::new(Arc::clone(self) as _, handle, Terms::default(), patience)
    }

    /// What was called, each with its second.
    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn count(&self, call: &str) -> usize {
        let heard = self.heard();
        heard.iter().filter(|heard| heard.ends_with(call)).count()
    }

    async fn reply(&self, call: &str) -> Result<Reply, Error> {
        let second = self.begun.elapsed().as_secs();
        self.heard.lock().unwrap().push(format!("{second} {call}"));
        let reply = {
            let mut script = self.script.lock().unwrap();
            let next = script.front().expect("a script").clone();
            if script.len() > 1 {
                script.pop_front();
            }
            next
        };
        let refusal = |status, retry_after| {
            let problem = Problem {
                retry_after,
                ..Problem::default()
            };
            Error::status_of(by_id("nexus", "readMember").unwrap(), status, problem)
        };
        match reply {
            Refused(status) => Err(refusal(status, None)),
            RefusedFor(wait) => Err(refusal(429, Some(wait))),
            FailedFor(wait) => Err(refusal(503, Some(wait))),
            NoSession(None) => Err(Error::session("no session")),
            NoSession(Some(status)) => {
                Err(Error::session_from("no session", refusal(status, None)))
            }
            Silence => pending().await,
            reply => Ok(reply),
        }
    }
}

fn member(text: &str) -> MemberResponse {
    let (text, job) = text.split_once('#').unwrap_or((text, ""));
    MemberResponse {
        connection_status: Some(text.trim_end_matches('~').into()),
        connection_status_message: Some(format!("this is {text}")),
        is_being_aggregated: Some(text.ends_with('~')),
        most_recent_job_guid: Some(job).filter(|job| !job.is_empty()).map(Into::into),
        ..MemberResponse::default()
    }
}

fn questions(guids: &[&str]) -> Vec<ChallengeResponse> {
    let question = |guid| json!({"guid": guid, "type": "TEXT", "label": "Town?"});
    let questions = guids.iter().map(|guid| question(*guid));
    questions
        .map(|question| serde_json::from_value(question).unwrap())
        .collect()
}

impl Calls for Mx {
    fn read_member<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, MemberResponse> {
        Box::pin(async {
            match self.reply("read").await? {
                Member(text) => Ok(member(text)),
                other => panic!("{other:?} is no member: {:?}", self.heard()),
            }
        })
    }

    fn identify<'a>(&'a self, _: &'a MemberGuid, _: bool) -> Answering<'a, Accepted> {
        Box::pin(async {
            match self.reply("post").await? {
                Member(text) => Ok(Accepted {
                    is_running_already: false,
                    member: member(text),
                }),
                other => panic!("{other:?} is no start: {:?}", self.heard()),
            }
        })
    }

    fn list_challenges<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Vec<ChallengeResponse>> {
        Box::pin(async {
            match self.reply("list").await? {
                Questions(guids) => Ok(questions(guids)),
                other => panic!("{other:?} is no list: {:?}", self.heard()),
            }
        })
    }

    fn resume<'a>(&'a self, _: &'a MemberGuid, _: Vec<ResumeRequest>) -> Answering<'a, ()> {
        Box::pin(async {
            match self.reply("put").await? {
                Accepted => Ok(()),
                other => panic!("{other:?} is no word on answers: {:?}", self.heard()),
            }
        })
    }

    fn list_owners<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Vec<AccountOwnerResponse>> {
        Box::pin(async {
            match self.reply("owners").await? {
                Owners => {
                    let owner = json!({"account_guid": "ACT-1", "owner_name": "S3CR3T-CANARY"});
                    Ok(vec![serde_json::from_value(owner).unwrap()])
                }
                other => panic!("{other:?} are no owners: {:?}", self.heard()),
            }
        })
    }

    fn supports_identification<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Option<bool>> {
        Box::pin(async { self.reply("check").await.map(|_| None) })
    }

    fn oauth_window<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async { self.reply("oauth").await.map(|_| None) })
    }
}

/// Goes on to the first step that is no `Running`.
async fn arrive(job: &mut Job) -> Result<Step, IdentityError> {
    loop {
        match job.next().await {
            Ok(Step::Running(_)) => {}
            other => return other,
        }
    }
}

/// The start of every script that gets to a question, `q1`, three seconds in.
fn asking(script: impl IntoIterator<Item = Reply>) -> Arc<Mx> {
    let start = [Member("CHALLENGED#2"), Questions(&["q1"])];
    Mx::after_post(start.into_iter().chain(script))
}

fn town() -> Answers {
    Answers::new().with("q1", "Lehi")
}
