//! The driver against MX in memory, on a paused clock: when it calls, how long it waits, and what it does about failures.
//!
//! [`Mx`] answers in the order of its script, whatever is called, and records what was called and when. Members are in the
//! shorthand of [`at`].

mod answering;
mod cancelled;
mod ends;
mod failures;
mod options;
mod refused;
mod secrets;
mod shapes;
mod time;

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Mutex;

use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::error::Problem;
use crate::identity::{Identification, Owner, Owners};
use crate::jobs::api::{self, Answering, CheckedAnswer, KindApi, MemberApi, Snapshot};
use crate::jobs::proof::tests::at;
use crate::jobs::{Answers, Challenge, JobBuilder, JobErrorKind, Options};
use crate::operations::{Api, by_id};
use crate::values::{InstitutionGuid, JobGuid, MemberGuid};

type Job = super::Job<Identification>;
type Step = super::Step<Identification>;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// What MX answers to a call.
#[derive(Clone, Debug)]
enum Reply {
    Member(&'static str),
    /// A member of an institution.
    MemberOf(&'static str, &'static str),
    /// A member with its open questions, as an API answers that has both in one.
    MemberAsking(&'static str, &'static [&'static str]),
    Questions(&'static [&'static str]),
    /// A question with two options, by its guid and its label.
    Choice(&'static str, &'static str),
    Owners,
    /// A list of owners that is present and empty.
    NoOwners,
    /// A success that holds nothing of what was asked for.
    Nothing,
    /// Whether the institution supports identification.
    Supports(Option<bool>),
    Accepted,
    Refused(u16),
    /// A refusal (400) with this code.
    RefusedAs(&'static str),
    /// A refusal (400) with this message.
    RefusedWith(&'static str),
    RefusedFor(Duration),
    /// A failure of MX (503), with the wait it asks for.
    FailedFor(Duration),
    /// No session could be opened, with the status of that failure.
    NoSession(Option<u16>),
    Silence,
}
use Reply::{
    Accepted, Choice, FailedFor, Member, MemberAsking, MemberOf, NoOwners, NoSession, Nothing,
    Questions, Refused, RefusedAs, RefusedFor, RefusedWith, Silence, Supports,
};

/// MX in memory.
struct Mx {
    begun: Instant,
    script: Mutex<VecDeque<Reply>>,
    calls: Mutex<Vec<String>>,
    /// The answers of every PUT, as `guid=value`.
    sent: Mutex<Vec<String>>,
}

impl Mx {
    /// The last reply is repeated without end.
    fn answering(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self {
            begun: Instant::now(),
            script: Mutex::new(script.into_iter().collect()),
            calls: Mutex::default(),
            sent: Mutex::default(),
        })
    }

    /// A job that follows its POST, begun when the clock stood at zero: the baseline and the POST are answered.
    fn after_post(script: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        let start = [Member("CONNECTED#1"), Member("CREATED~#2")];
        Self::answering(start.into_iter().chain(script))
    }

    fn identify(self: &Arc<Self>) -> JobBuilder<Identification> {
        JobBuilder::new(Arc::clone(self) as _, Api::Nexus, None, "MBR-1".into())
    }

    async fn started(self: &Arc<Self>, timeout: Duration) -> Job {
        self.identify().start(timeout).await.unwrap()
    }

    /// The job as another process resumes it from its saved handle.
    fn resumed(self: &Arc<Self>, handle: &JobHandle, timeout: Duration) -> Job {
        let saved = serde_json::to_string(handle).unwrap();
        let handle: JobHandle = serde_json::from_str(&saved).unwrap();
        JobBuilder::resumed(Arc::clone(self) as _, handle).prepare(timeout)
    }

    /// What was called, each with its second.
    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn count(&self, call: &str) -> usize {
        let calls = self.calls();
        calls.iter().filter(|it| it.ends_with(call)).count()
    }

    async fn reply(&self, call: &str) -> Result<Reply, Error> {
        let second = self.begun.elapsed().as_secs();
        self.calls.lock().unwrap().push(format!("{second} {call}"));
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
            RefusedAs(code) => {
                let problem = Problem {
                    code: Some(code.to_owned()),
                    message: Some("what MX wrote".to_owned()),
                    ..Problem::default()
                };
                Err(Error::status_of(
                    by_id("nexus", "identifyMember").unwrap(),
                    400,
                    problem,
                ))
            }
            Nothing if call != "owners" => {
                Err(Error::incomplete(None, "the answer holds no member"))
            }
            RefusedWith(message) => {
                let problem = Problem {
                    message: Some(message.to_owned()),
                    ..Problem::default()
                };
                let start = by_id("nexus", "identifyMember").unwrap();
                Err(Error::status_of(start, 400, problem))
            }
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

fn member(text: &str) -> Snapshot {
    let reading = at(text);
    Snapshot {
        message: reading
            .status
            .as_ref()
            .map(|status| format!("this is {status}")),
        reading,
        ..Snapshot::default()
    }
}

fn questions(guids: &[&str]) -> Vec<Challenge> {
    let read = |guid: &&str| {
        let question = json!({"guid": guid, "type": "TEXT", "label": "Town?"});
        Challenge::read(serde_json::from_value(question).unwrap())
    };
    guids.iter().filter_map(read).collect()
}

fn choice(guid: &str, label: &str) -> Vec<Challenge> {
    let option =
        |name: &str| json!({"guid": format!("{guid}-{name}"), "label": name, "value": name});
    let question = json!({
        "guid": guid, "type": "OPTIONS", "label": label, "options": [option("phone"), option("mail")]
    });
    let question = serde_json::from_value(question).unwrap();
    Challenge::read(question).into_iter().collect()
}

impl MemberApi for Mx {
    fn observe<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Snapshot> {
        Box::pin(async {
            match self.reply("read").await? {
                Member(text) => Ok(member(text)),
                MemberOf(text, institution) => Ok(Snapshot {
                    institution: Some(institution.into()),
                    ..member(text)
                }),
                MemberAsking(text, guids) => Ok(Snapshot {
                    challenges: Some(questions(guids)),
                    ..member(text)
                }),
                other => panic!("{other:?} is no member: {:?}", self.calls()),
            }
        })
    }

    fn challenges<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Vec<Challenge>> {
        Box::pin(async {
            match self.reply("list").await? {
                Questions(guids) => Ok(questions(guids)),
                Choice(guid, label) => Ok(choice(guid, label)),
                other => panic!("{other:?} is no list: {:?}", self.calls()),
            }
        })
    }

    fn answer<'a>(&'a self, _: &'a MemberGuid, sent: Vec<CheckedAnswer>) -> Answering<'a, ()> {
        Box::pin(async move {
            let text =
                |answer: &CheckedAnswer| format!("{}={}", answer.challenge, answer.value.expose());
            self.sent.lock().unwrap().extend(sent.iter().map(text));
            match self.reply("put").await? {
                Accepted => Ok(()),
                other => panic!("{other:?} is no answer to a PUT: {:?}", self.calls()),
            }
        })
    }

    fn oauth_window<'a>(&'a self, _: &'a MemberGuid) -> Answering<'a, Option<Secret>> {
        Box::pin(async { self.reply("oauth").await.map(|_| None) })
    }
}

impl KindApi<Identification> for Mx {
    fn start<'a>(&'a self, _: &'a MemberGuid, _: Options) -> Answering<'a, api::Accepted> {
        Box::pin(async {
            match self.reply("post").await? {
                Member(text) => Ok(api::Accepted {
                    is_running_already: false,
                    member: member(text),
                }),
                other => panic!("{other:?} is no start: {:?}", self.calls()),
            }
        })
    }

    fn result<'a>(
        &'a self,
        _: &'a MemberGuid,
        _: Option<&'a JobGuid>,
    ) -> Answering<'a, Option<Owners>> {
        Box::pin(async {
            match self.reply("owners").await? {
                Reply::Owners => {
                    let owner = json!({"account_guid": "ACT-1", "owner_name": "S3CR3T-CANARY"});
                    let owner: Owner = serde_json::from_value(owner).unwrap();
                    Ok(Some(Owners::from(vec![owner])))
                }
                NoOwners => Ok(Some(Owners::default())),
                Nothing => Ok(None),
                other => panic!("{other:?} are no owners: {:?}", self.calls()),
            }
        })
    }

    fn supports<'a>(
        &'a self,
        _: &'a MemberGuid,
        institution: Option<&'a InstitutionGuid>,
    ) -> Answering<'a, Option<bool>> {
        Box::pin(async move {
            if institution.is_none() {
                return Ok(None);
            }
            match self.reply("institution").await? {
                Supports(supported) => Ok(supported),
                other => panic!("{other:?} is no institution: {:?}", self.calls()),
            }
        })
    }
}

/// Goes on to the first step that is no `Running`.
async fn arrive(job: &mut Job) -> Result<Step, JobError> {
    loop {
        match job.next().await {
            Ok(Step::Running(_)) => {}
            other => return other,
        }
    }
}

/// The start of every script that leads to a question, `q1`, after three seconds.
fn asking(script: impl IntoIterator<Item = Reply>) -> Arc<Mx> {
    let start = [Member("CHALLENGED#2"), Questions(&["q1"])];
    Mx::after_post(start.into_iter().chain(script))
}

fn town() -> Answers {
    Answers::new().with("q1", "Lehi")
}
