//! From an institution's name to a member, for `identify`.

use mx_nexus::User;
use mx_nexus::connect::{ConnectError, ConnectErrorKind, Connection, Institution, Search};
use mx_nexus::pages::Paged;
use mx_nexus::values::{InstitutionGuid, MemberGuid};

use super::credentials::Credentials;
use crate::exit::{Exit, Failure};
use crate::opening::Opened;
use crate::prompt::{self, Prompt};
use crate::terminal::{Terminal, shown};

/// An institution that was found.
pub(crate) struct Found {
    guid: InstitutionGuid,
    name: String,
}

impl Found {
    fn read(institution: Institution) -> Option<Self> {
        Some(Self {
            guid: institution.guid?,
            name: institution.name.unwrap_or_default().to_string(),
        })
    }
}

/// The institution of this name or GUID; of several the person chooses one.
pub(crate) async fn find_institution(
    user: &User,
    name: &str,
    terminal: &mut Terminal,
) -> Result<Found, Failure> {
    let found = if name.starts_with("INS-") {
        Found {
            guid: name.into(),
            name: name.to_owned(),
        }
    } else {
        let search = Search::by_name(name).identifying();
        let found = user.search_institutions(search).await?;
        let found = found.into_iter().filter_map(Found::read).collect();
        choose(name, found, terminal).await?
    };
    terminal.step(
        "institution",
        format!("{}, {}", shown(&found.name), found.guid),
    );
    Ok(found)
}

async fn choose(
    name: &str,
    mut found: Vec<Found>,
    terminal: &mut Terminal,
) -> Result<Found, Failure> {
    let exact = |found: &Found| found.name.to_lowercase() == name.to_lowercase();
    if found.iter().filter(|found| exact(found)).count() == 1 {
        found.retain(exact);
    }
    let labels: Vec<(String, String)> = found
        .iter()
        .map(|found| {
            (
                format!("{}, {}", found.name, found.guid),
                found.guid.to_string(),
            )
        })
        .collect();
    if found.len() > 1 && terminal.has_person() {
        let prompt = Prompt::Choice(labels);
        let chosen = prompt::ask(prompt, "Which institution?", None).await?;
        found.retain(|found| found.guid.as_str() == chosen.expose());
        return found.pop().ok_or_else(Failure::interrupted);
    }
    match found.len() {
        0 => Err(Failure::usage(format!(
            "no institution with identification has the name {name:?}"
        ))),
        1 => found.pop().ok_or_else(Failure::interrupted),
        _ => {
            // Those of the first page, which need not be all.
            let failure = Failure::usage(format!(
                "several institutions fit {name:?}; give --institution the GUID of one"
            ));
            Err(failure.advising_all(labels.into_iter().map(|(label, _)| label)))
        }
    }
}

/// Makes the member.
pub(crate) async fn connect(
    opened: &Opened,
    institution: &Found,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let form = opened.user.connect(institution.guid.clone()).await?;
    let entries = credentials.entries(form.fields(), terminal).await?;
    match form.submit(entries).await {
        Ok(connection) => {
            terminal.step("member", format!("{}, made", connection.member()));
            sign_in(&connection, terminal).await?;
            Ok(connection.member().clone())
        }
        Err(error) if error.kind() == ConnectErrorKind::Duplicate => {
            duplicate(opened, institution, credentials, error, terminal).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The login is connected already. In a sandbox, where nothing is lost by it, that member is taken.
async fn duplicate(
    opened: &Opened,
    institution: &Found,
    credentials: &Credentials,
    error: ConnectError,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let mut found = Vec::new();
    let api = opened.user.api().await?;
    let mut members = api.list_members().items();
    while let Some(member) = members.next().await {
        let member = member?;
        if member.institution_guid.as_ref() == Some(&institution.guid) {
            found.extend(member.guid);
        }
    }
    match (opened.is_sandbox(), found.as_slice()) {
        (true, [one]) => {
            let notice = format!("{one}, which has this login already, gets these credentials");
            terminal.step("member", notice);
            change(&opened.user, one.clone(), credentials, terminal).await
        }
        _ => {
            let advice = found
                .iter()
                .map(|member| format!("there is a member at this institution: --member {member}"));
            Err(Failure::new(Exit::Failed, error.to_string()).advising_all(advice))
        }
    }
}

/// Changes the credentials of a member that is there.
pub(crate) async fn mend(
    user: &User,
    member: MemberGuid,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let member = change(user, member, credentials, terminal).await?;
    terminal.step("member", format!("{member}, with new credentials"));
    Ok(member)
}

async fn change(
    user: &User,
    member: MemberGuid,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let form = user.reconnect(member).await?;
    let entries = credentials.entries(form.fields(), terminal).await?;
    let connection = form.submit(entries).await?;
    sign_in(&connection, terminal).await?;
    Ok(connection.member().clone())
}

/// Sends the person to the institution's own page, and waits there for them if they are here.
async fn sign_in(connection: &Connection, terminal: &mut Terminal) -> Result<(), Failure> {
    let Some(window) = connection.oauth_window() else {
        return Ok(());
    };
    terminal.step("sign in at", window.expose());
    if terminal.has_person() {
        prompt::ask(Prompt::Text, "Press Enter when you have signed in", None).await?;
    }
    Ok(())
}
