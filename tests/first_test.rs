//! How a user's own code is tested on the sandbox: a function of theirs, `owner_matches`, and its tests. The clock is paused, so that jobs
//! and polls take no time.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use mx_nexus::User;
use mx_nexus::identity::{Identification, JobError, JobErrorKind, Remedy};
use mx_nexus_sandbox::world::{Account, Login, Member, Owner, World};
use mx_nexus_sandbox::{Fault, JobKind, Sandbox};

/// Why it is not known.
#[derive(Debug)]
enum MyError {
    /// The user has to answer a question.
    Question(JobError),
    /// The user has to do this.
    User(Remedy),
    Job(JobError),
}

impl fmt::Display for MyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(error) | Self::Job(error) => error.fmt(f),
            Self::User(remedy) => remedy.fmt(f),
        }
    }
}

impl Error for MyError {}

impl From<JobError> for MyError {
    fn from(error: JobError) -> Self {
        match (error.kind(), error.remedy()) {
            (JobErrorKind::NoAnswer, _) => Self::Question(error),
            (JobErrorKind::Ended, Some(remedy)) => Self::User(remedy),
            _ => Self::Job(error),
        }
    }
}

/// Whether an owner of one of the member's accounts has this name.
async fn owner_matches(user: &User, member: &str, name: &str) -> Result<bool, MyError> {
    let owners = user
        .identify(member)
        .run(Duration::from_secs(300), async |_| None)
        .await?;
    Ok(owners
        .iter()
        .any(|owner| owner.owner_name.as_deref() == Some(name)))
}

type TestResult = Result<(), Box<dyn Error>>;

/// A sandbox where the login `zoe` has an account of Zoë Åkesson, and its user.
async fn sandbox() -> Result<(Sandbox, User), Box<dyn Error>> {
    let account = Account::checking("Household").owner(Owner::new("Zoë Åkesson"));
    let world = World::new().login(Login::new("zoe").account(account));
    let sandbox = Sandbox::builder().world(world)?.start().await?;
    let user = sandbox.nexus().build()?.user("U-1");
    Ok((sandbox, user))
}

fn starts(sandbox: &Sandbox) -> usize {
    sandbox
        .jobs()
        .iter()
        .filter(|job| job.kind == JobKind::Identification)
        .count()
}

#[tokio::test(start_paused = true)]
async fn finds_the_owner() -> TestResult {
    let (sandbox, user) = sandbox().await?;
    let member = sandbox.add_chosen_member("U-1", Member::new("zoe"))?;
    assert!(owner_matches(&user, member.as_str(), "Zoë Åkesson").await?);
    assert!(!owner_matches(&user, member.as_str(), "Lin O'Neil").await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_question_is_left_to_the_user() -> TestResult {
    let (sandbox, user) = sandbox().await?;
    let member = sandbox.add_chosen_member("U-1", Member::new("zoe").password("challenge"))?;
    let result = owner_matches(&user, member.as_str(), "Zoë Åkesson").await;
    let Err(MyError::Question(error)) = result else {
        panic!("{result:?}")
    };

    let job = user.resume::<Identification>(error.handle().clone())?;
    let answers = |_: &_| Ok::<_, MyError>("correct");
    let timeout = Duration::from_secs(60);
    let owners = job
        .run(timeout, async |asked| asked.answer_all(answers).ok())
        .await?;
    assert_eq!(owners.len(), 1);
    assert_eq!(starts(&sandbox), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_start_costs_once() -> TestResult {
    let (sandbox, user) = sandbox().await?;
    let member = sandbox.add_chosen_member("U-1", Member::new("zoe"))?;
    sandbox.fault(Fault::reset_after_processing().on_operation("identifyMember"))?;
    assert!(owner_matches(&user, member.as_str(), "Zoë Åkesson").await?);
    assert!(sandbox.faults().is_empty(), "the fault was used");
    assert_eq!(starts(&sandbox), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_locked_login_is_the_users_to_unlock() -> TestResult {
    let (sandbox, user) = sandbox().await?;
    let member = sandbox.add_chosen_member("U-1", Member::new("zoe").password("LOCKED"))?;
    let result = owner_matches(&user, member.as_str(), "Zoë Åkesson").await;
    assert!(
        matches!(result, Err(MyError::User(Remedy::ActAtInstitution))),
        "{result:?}"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_session_that_expires_is_renewed() -> TestResult {
    let (sandbox, user) = sandbox().await?;
    let member = sandbox.add_chosen_member("U-1", Member::new("zoe"))?;
    sandbox.fault(Fault::expired_sessions().on_operation("readMember").skip(1))?;
    assert!(owner_matches(&user, member.as_str(), "Zoë Åkesson").await?);
    assert!(sandbox.faults().is_empty(), "the fault was used");
    assert_eq!(starts(&sandbox), 1);
    Ok(())
}
