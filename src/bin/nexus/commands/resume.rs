//! `nexus resume`: goes on with a job that another process began.

use mx_nexus::identity::{Identification, JobHandle};

use crate::answering::Answering;
use crate::arguments::Resume;
use crate::configuration::Access;
use crate::driving::{sandbox_polling, see_through};
use crate::exit::Failure;
use crate::given;
use crate::opening::Opened;
use crate::terminal::Terminal;

pub(crate) async fn run(arguments: Resume) -> Result<(), Failure> {
    let mut terminal = Terminal::new();
    let interrupt = terminal.interrupt();
    let access = Access::find(&arguments.configuration)?;
    if matches!(access, Access::Embedded { .. }) {
        let failure = Failure::usage("there is nothing to resume in: no credentials of MX are set");
        return Err(failure.advising(
            "a sandbox inside a process ends with it; one by `nexus sandbox` stays, and prints what to set",
        ));
    }
    let handle = read(&given::whole(&arguments.handle, "the handle")?)?;
    let answering = Answering::with(&arguments.driving.answers)?;
    let user = handle.user_id();
    let opened = interrupt
        .unless(Opened::open(access, user, &mut terminal))
        .await?;
    terminal.step("resume", handle.member());
    let resume = opened.user.resume::<Identification>(handle)?;
    let resume = match opened.is_sandbox() {
        true => resume.with_polling(sandbox_polling()),
        false => resume,
    };
    let driving = &arguments.driving;
    let job = resume.prepare(driving.patience);
    let mut answering = answering.in_sandbox(opened.is_sandbox());
    see_through(
        job,
        opened.kind,
        driving.json,
        &mut answering,
        &mut terminal,
    )
    .await
}

fn read(text: &str) -> Result<JobHandle, Failure> {
    serde_json::from_str(text.trim()).map_err(|error| {
        Failure::usage(format!("this is no handle: {error}"))
            .advising("a handle is the line of JSON that `nexus identify` prints when it stops")
    })
}
