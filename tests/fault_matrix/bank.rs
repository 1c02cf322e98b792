//! A sandbox with two members, and what becomes of a job there when faults happen.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mx_nexus::Environment;
use mx_nexus::jobs::{JobError, JobErrorKind, JobHandle, KindName};
use mx_nexus::operations::Api;
use mx_nexus::reqwest::ClientBuilder;
use mx_nexus::reqwest::dns::{Addrs, Name, Resolve, Resolving};
use mx_nexus::values::MemberGuid;
use mx_nexus::{Atrium, ErrorKind, Nexus, RetryPolicy};
use mx_nexus_sandbox::{Fault, JobReport, Sandbox};
use serde_json::{Value, json};

use crate::calls::{Call, Place, place_of};
use crate::drive::{End, pass};
use crate::jobs::{Client, Gathered, Task, in_record};

/// Of virtual time: as long as every start may be lost and settled by reading.
pub(crate) const LONG: Duration = Duration::from_secs(3600);
/// Of virtual time: for faults that never end.
pub(crate) const SHORT: Duration = Duration::from_secs(20);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A job, and what happens to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Whether the member asks nothing, and its job is over at once.
    pub(crate) is_quick: bool,
    /// The credentials are sent once more before the job, with this fault.
    pub(crate) new_credentials: Option<Fault>,
    pub(crate) faults: Vec<Fault>,
    /// So many connections are refused from that of this call on.
    pub(crate) refused: Option<(Call, usize)>,
    pub(crate) budget: Duration,
}

/// What became of a job.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The end of the job with the faults, and the number of starts if it is not one.
    pub(crate) end: String,
    /// How many jobs were paid then.
    pub(crate) paid: usize,
    /// After an error: the ends of the resumed job, and of a new one, without a fault.
    pub(crate) after: Vec<String>,
    /// What must not happen in any cell.
    pub(crate) wrong: Vec<String>,
}

/// A sandbox with two members whose last job was of this kind and succeeded.
pub(crate) struct Bank {
    sandbox: Sandbox,
    api: Api,
    pub(crate) kind: KindName,
    asking: Account,
    quick: Account,
}

struct Account {
    user: String,
    password: &'static str,
    member: MemberGuid,
    /// What the first job gathered.
    first: Option<Gathered>,
    /// The operations of a job without a fault.
    requests: Vec<&'static str>,
}

impl Account {
    fn add(sandbox: &Sandbox, api: Api, user: &str, password: &'static str) -> Self {
        let (user, member) = match api {
            Api::Nexus => (user.to_owned(), sandbox.add_member(user, password)),
            _ => {
                let user = sandbox.add_atrium_user(user).unwrap();
                let member = sandbox.add_atrium_member(&user, password);
                (user.as_str().to_owned(), member)
            }
        };
        Self {
            user,
            password,
            member: member.unwrap(),
            first: None,
            requests: vec![],
        }
    }
}

impl Bank {
    pub(crate) async fn open(api: Api, kind: KindName) -> Self {
        let sandbox = Sandbox::builder()
            .job_time(Duration::ZERO)
            // Virtual time must not end them.
            .challenge_timeout(DAY)
            .session_lifetime(DAY)
            .api_token_lifetime(DAY)
            .request_timeouts(DAY, DAY)
            .start()
            .await
            .unwrap();
        let account = |user, password| Account::add(&sandbox, api, user, password);
        let mut bank = Self {
            asking: account("U-asking", "challenge"),
            quick: account("U-quick", "quick"),
            sandbox,
            api,
            kind,
        };
        for is_quick in [false, true] {
            let account = bank.account(is_quick);
            let task = Task::Start(account.member.clone());
            let End::Done(gathered) = bank.run(account, task, LONG, None).await else {
                panic!("a job without a fault failed");
            };
            let requests = bank.sandbox.requests().into_iter();
            let requests = requests.filter_map(|request| request.operation).collect();
            bank.sandbox.clear_requests();
            let account = match is_quick {
                true => &mut bank.quick,
                false => &mut bank.asking,
            };
            account.requests = requests;
            account.first = Some(gathered);
        }
        bank
    }

    fn account(&self, is_quick: bool) -> &Account {
        if is_quick { &self.quick } else { &self.asking }
    }

    /// A client as a new process has it. Connections of this range are refused.
    fn client(&self, refused: Option<Range<usize>>) -> Client {
        let retry = RetryPolicy::default().first_delay(Duration::from_millis(1));
        let address = match refused {
            Some(_) => self.sandbox.address().replace("127.0.0.1", "localhost"),
            None => self.sandbox.address().to_owned(),
        };
        let http = |http: ClientBuilder| {
            // No certificates of the system: they take long to load, for OpenSSL in any case.
            let http = http.tls_backend_rustls().tls_certs_only([]);
            match refused {
                Some(refused) => http
                    .pool_max_idle_per_host(0)
                    .dns_resolver(Arc::new(Connections::refusing(refused))),
                None => http,
            }
        };
        let environment = Environment::sandbox(&address);
        let (id, key) = (self.sandbox.client_id(), self.sandbox.api_key());
        match self.api {
            Api::Nexus => {
                let builder = Nexus::builder(environment).credentials(id, key);
                Client::Nexus(builder.retry(retry).http(http).build().unwrap())
            }
            _ => {
                let builder = Atrium::builder(environment).credentials(id, key);
                Client::Atrium(builder.retry(retry).http(http).build().unwrap())
            }
        }
    }

    async fn run(
        &self,
        account: &Account,
        task: Task,
        budget: Duration,
        refused: Option<Range<usize>>,
    ) -> End {
        let client = self.client(refused);
        client.run(&account.user, self.kind, task, budget).await
    }

    /// Sends the same password once more, with a fault.
    async fn update(&self, account: &Account, fault: Fault) {
        self.sandbox.fault(fault).unwrap();
        let client = self.client(None);
        let call = |operation| client.call(&account.user, &account.member, operation);
        let listed = call("listMemberCredentials").send().await.unwrap();
        let listed = listed.json().unwrap()["credentials"].as_array().unwrap();
        let is_password = |field: &&Value| field["field_name"] == "PASSWORD";
        let guid = &listed.iter().find(is_password).unwrap()["guid"];
        let name = match self.api {
            Api::Nexus => "credential_guid",
            _ => "guid",
        };
        let credentials = json!([{name: guid, "value": account.password}]);
        let body = json!({"member": {"skip_aggregation": true, "credentials": credentials}});
        call("updateMember").body(body).send().await.unwrap();
    }

    fn place_of(&self, call: Call) -> Place {
        place_of(self.api, call, self.kind).unwrap()
    }

    /// The latest job of a member, of the kind of this bank.
    fn latest(&self, account: &Account) -> JobReport {
        let kind = in_record(self.kind);
        let jobs = self.sandbox.jobs().into_iter();
        let jobs = jobs.filter(|job| job.kind == kind && job.member == account.member.as_str());
        jobs.max_by_key(|job| job.count).unwrap()
    }

    /// The connections to refuse: each request has one.
    fn connections(&self, account: &Account, (call, count): (Call, usize)) -> Range<usize> {
        let of = |call| {
            let place = self.place_of(call);
            let requests = account.requests.iter().enumerate();
            let mut same = requests.filter(|(_, request)| **request == place.operation);
            same.nth(place.skip as usize).unwrap().0
        };
        let first = match call {
            // After the reading that was refused.
            Call::SecondToken => of(Call::FirstPoll) + 1,
            Call::SecondSession => of(Call::FirstPoll) + 2,
            call => of(call),
        };
        first..first + count
    }

    /// Runs a job as planned. After an error another process resumes it without a fault; where that cannot lead to a result, a
    /// new job is started.
    pub(crate) async fn judge(&self, plan: Plan) -> Outcome {
        // Atrium limits how often balances are checked.
        pass(LONG * 3).await;
        let account = self.account(plan.is_quick);
        let before = self.latest(account).count;
        if let Some(fault) = plan.new_credentials {
            self.update(account, fault).await;
        }
        for fault in plan.faults {
            self.sandbox.fault(fault).unwrap();
        }
        self.sandbox.clear_requests();
        let refused = plan
            .refused
            .map(|refused| self.connections(account, refused));
        let task = Task::Start(account.member.clone());
        let mut end = self.run(account, task, plan.budget, refused).await;
        self.sandbox.clear_faults();

        let mut outcome = Outcome {
            end: in_words(&end),
            paid: self.latest(account).count - before,
            after: vec![],
            wrong: vec![],
        };
        let starts = self.starts();
        if starts > 1 && matches!(end, End::Done(_)) {
            outcome.end += &format!(", {starts} starts");
        }
        if let End::Failed(error) = &end {
            outcome.check_error(error);
            if error.handle().has_started() {
                let task = Task::Resume(Box::new(saved(error.handle())));
                end = self.run(account, task, LONG, None).await;
                outcome.after.push(in_words(&end));
            }
        }
        if let End::Failed(error) = &end {
            if self.latest(account).count > before {
                outcome.wrong.push(format!("a paid job is lost: {error}"));
            }
            let task = Task::Start(account.member.clone());
            end = self.run(account, task, LONG, None).await;
            outcome.after.push(in_words(&end));
        }
        outcome.check_result(&end, before, &self.latest(account), account.first.as_ref());
        outcome
    }

    /// How often a start has reached the sandbox.
    fn starts(&self) -> usize {
        let start = self.place_of(Call::Start).operation;
        let requests = self.sandbox.requests().into_iter();
        let starts = requests.filter(|request| request.operation == Some(start));
        starts.count()
    }
}

impl Outcome {
    /// An error of a job that may be paid has a handle that can be resumed.
    fn check_error(&mut self, error: &JobError) {
        let has_started = error.handle().has_started();
        if self.paid > 0 && !has_started {
            let reason = format!("a paid job that the handle does not know: {error}");
            self.wrong.push(reason);
        }
        if has_started && !error.is_resumable() {
            self.wrong.push(format!("not resumable: {error}"));
        }
    }

    /// Exactly one job is paid, and the result is from it.
    fn check_result(
        &mut self,
        end: &End,
        before: usize,
        latest: &JobReport,
        first: Option<&Gathered>,
    ) {
        let paid = latest.count - before;
        if paid != 1 {
            self.wrong.push(format!("{paid} paid jobs"));
        }
        let End::Done(gathered) = end else {
            return self.wrong.push("no result in the end".to_owned());
        };
        let wanted = match (gathered, first) {
            (Gathered::Number(_), Some(Gathered::Number(first))) => {
                Gathered::Number(first + latest.count as u64 - 1)
            }
            (Gathered::Job(_), _) => Gathered::Job(Some(latest.guid.clone())),
            // Nothing in a history of Atrium shows which job gathered it: the number of paid jobs has to do.
            _ => gathered.clone(),
        };
        if *gathered != wanted {
            let reason = format!("a result of {gathered:?}, and not of {wanted:?}");
            self.wrong.push(reason);
        }
    }
}

/// A handle as another process reads it.
fn saved(handle: &JobHandle) -> JobHandle {
    serde_json::from_str(&serde_json::to_string(handle).unwrap()).unwrap()
}

fn in_words(end: &End) -> String {
    let error = match end {
        End::Done(_) => return "done".to_owned(),
        End::Failed(error) => error,
    };
    match error.kind() {
        JobErrorKind::TimedOut => "timed out".to_owned(),
        JobErrorKind::StartUnknown => "start unknown".to_owned(),
        JobErrorKind::Call => {
            let call = error.call_error().unwrap();
            match (call.kind(), call.status()) {
                (ErrorKind::Status, Some(status)) => format!("refused ({status})"),
                (kind, _) => format!("failed ({kind:?})"),
            }
        }
        kind => format!("{kind:?}"),
    }
}

/// Resolves the name of the sandbox to an address on which it does not listen, for some connections.
struct Connections {
    refused: Range<usize>,
    made: AtomicUsize,
}

impl Connections {
    fn refusing(refused: Range<usize>) -> Self {
        let made = AtomicUsize::new(0);
        Self { refused, made }
    }
}

impl Resolve for Connections {
    fn resolve(&self, _: Name) -> Resolving {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let address: IpAddr = match self.refused.contains(&number) {
            true => Ipv6Addr::LOCALHOST.into(),
            false => Ipv4Addr::LOCALHOST.into(),
        };
        let addresses: Addrs = Box::new(std::iter::once(SocketAddr::new(address, 0)));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}
