//! All steps from an API key to the owners of an account, on the sandbox: a wrong password, a job that another process resumes, and a
//! question. `cargo run -p mx-nexus --example identify`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::Duration;
use std::{error::Error, fs, io};

use mx_nexus::connect::{Form, FormValues, Search};
use mx_nexus::identity::{
    Challenge, Identification, Identify, JobError, JobHandle, Owners, Remedy,
};
use mx_nexus::values::MemberGuid;
use mx_nexus::{Nexus, User};
use mx_nexus_sandbox::Sandbox;

const USER: &str = "U-39XBF7";
const TIMEOUT: Duration = Duration::from_secs(300);
/// In production a row of your database, which outlives the process.
const JOB_FILE: &str = "target/example-job.json";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let sandbox = Sandbox::start().await?;
    // With credentials of MX, Nexus::from_env()?.build()?; the rest is the same.
    let nexus = sandbox.nexus().build()?;
    nexus.users()?.ensure(USER).await?;
    let user = nexus.user(USER);

    let banks = user
        .search_institutions(Search::by_name("MX Bank").identifying())
        .await?;
    let bank = banks.first().ok_or("there is no such bank")?;
    println!("bank: {:?}", bank.name);
    let mut form = user
        .connect(bank)
        .await?
        .identifying()?
        .with_external_guid("connection-1");

    // What the user types: first a wrong password, then the right one, which in the sandbox leads to a question.
    for password in ["INVALID", "challenge"] {
        let connection = form.submit(fill_in(&form, password)).await?;
        let member = connection.member();
        start(&user, member).await?;

        // The process dies here. The next one has a client of its own, and the file.
        let job = saved_job(&sandbox.nexus().build()?)?;
        match job
            .run(TIMEOUT, async |challenges| challenges.answer_all(ask).ok())
            .await
        {
            Ok(owners) => {
                print(&owners);
                return Ok(fs::remove_file(JOB_FILE)?);
            }
            Err(error) if error.remedy() == Some(Remedy::UpdateCredentials) => {
                println!("{error}");
                form = user.reconnect(member).await?;
            }
            Err(error) => {
                println!("{}", advise(&error));
                if error.has_cost() || error.is_resumable() {
                    save(error.handle())?;
                }
                return Err(error.into());
            }
        }
    }
    Err("the user has no other password".into())
}

/// Fills in the form as the user would.
fn fill_in(form: &Form, password: &str) -> FormValues {
    let values = form.fields().iter().map(|field| {
        let is_secret = field.html_input() == "password";
        (field.guid(), if is_secret { password } else { "mxuser" })
    });
    values.collect()
}

/// Starts the job. It is saved before each call, so that no crash leads to a second start.
async fn start(user: &User, member: &MemberGuid) -> Result<()> {
    let mut job = user.identify(member).prepare(TIMEOUT);
    while !job.handle().has_started() {
        save(&job.handle().in_flight())?;
        job.next().await?;
        save(job.handle())?;
    }
    Ok(())
}

fn save(handle: &JobHandle) -> Result<()> {
    Ok(fs::write(JOB_FILE, serde_json::to_string(handle)?)?)
}

fn saved_job(nexus: &Nexus) -> Result<Identify> {
    let handle: JobHandle = serde_json::from_str(&fs::read_to_string(JOB_FILE)?)?;
    let user = nexus.user(handle.user_id().ok_or("the job has no user of ours")?);
    Ok(user.resume::<Identification>(handle)?)
}

fn ask(challenge: &Challenge) -> io::Result<&'static str> {
    println!("question: {}", challenge.label());
    Ok("correct")
}

fn print(owners: &Owners) {
    for (account, owners) in owners.by_account() {
        let names: Vec<&str> = owners
            .iter()
            .filter_map(|owner| owner.owner_name.as_deref())
            .collect();
        let account = account.map_or("no account", |account| account.as_str());
        println!("{account}: {}", names.join(", "));
    }
}

fn advise(error: &JobError) -> String {
    match error.remedy() {
        Some(Remedy::ActAtInstitution) => {
            "please sign in at your bank and unlock the login".to_owned()
        }
        Some(Remedy::StartAgainWithUser) => "please try again and answer the question".to_owned(),
        Some(Remedy::TryLater | Remedy::Resume) => "please come back later".to_owned(),
        Some(remedy) => format!("{remedy}"),
        None => format!("{error}"),
    }
}
