//! From the name of an institution to a member, for `identify`.

use mx_nexus::User;
use mx_nexus::connect::{ConnectError, ConnectErrorKind, Connection, Institution, Search};
use mx_nexus::pages::Paged;
use mx_nexus::values::{InstitutionGuid, MemberGuid};

use crate::access::Target;
use crate::credentials::Credentials;
use crate::exit::{Exit, Failure};
use crate::terminal::{Prompt, Terminal, printable};

/// An institution of the search.
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

    fn label(&self) -> String {
        format!("{}, {}", self.name, self.guid)
    }
}

/// The institution with this name or GUID; the user chooses if there are several.
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
    terminal.step("institution", printable(&found.label()));
    Ok(found)
}

async fn choose(
    name: &str,
    mut found: Vec<Found>,
    terminal: &mut Terminal,
) -> Result<Found, Failure> {
    let is_exact = |found: &Found| found.name.to_lowercase() == name.to_lowercase();
    if found.iter().filter(|found| is_exact(found)).count() == 1 {
        found.retain(is_exact);
    }
    if found.len() > 1 && terminal.is_interactive() {
        let options = found
            .iter()
            .map(|found| (found.label(), found.guid.to_string()));
        let prompt = Prompt::Choice(options.collect());
        let chosen = terminal.ask(prompt, "Which institution?", None).await?;
        found.retain(|found| found.guid.as_str() == chosen.expose());
    }
    match (found.len(), found.pop()) {
        (1, Some(found)) => Ok(found),
        (_, None) => {
            let message = format!("no institution that supports identification matches {name:?}");
            Err(Failure::new(Exit::Failed, message))
        }
        (_, Some(last)) => {
            found.push(last);
            // From the first page of the search only.
            let message = format!(
                "several institutions match {name:?}; set --institution to the GUID of one"
            );
            Err(Failure::usage(message).advising_all(found.iter().map(Found::label)))
        }
    }
}

/// Creates the member.
pub(crate) async fn connect(
    target: &Target,
    institution: &Found,
    credentials: &Credentials,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let form = target.user.connect(institution.guid.clone()).await?;
    let entries = credentials.entries(form.fields(), terminal).await?;
    match form.submit(entries).await {
        Ok(connection) => {
            terminal.step("member", format!("{}, created", connection.member()));
            sign_in(&connection, terminal).await?;
            Ok(connection.member().clone())
        }
        Err(error) if error.kind() == ConnectErrorKind::Duplicate => {
            use_duplicate(target, institution, credentials, error, terminal).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The credentials are connected already. In a sandbox, the credentials of that member are updated; elsewhere it is an error.
async fn use_duplicate(
    target: &Target,
    institution: &Found,
    credentials: &Credentials,
    error: ConnectError,
    terminal: &mut Terminal,
) -> Result<MemberGuid, Failure> {
    let mut found = Vec::new();
    let api = target.user.api().await?;
    let mut members = api.list_members().items();
    while let Some(member) = members.next().await {
        let member = member?;
        if member.institution_guid.as_ref() == Some(&institution.guid) {
            found.extend(member.guid);
        }
    }
    match (target.is_sandbox, found.as_slice()) {
        (true, [member]) => {
            let notice = format!("{member} has these credentials already; they are sent again");
            terminal.step("member", notice);
            update(&target.user, member.clone(), credentials, terminal).await
        }
        _ => {
            let advice = found
                .iter()
                .map(|member| format!("member at this institution: --member {member}"));
            Err(Failure::from(error).advising_all(advice))
        }
    }
}

/// Updates the credentials of a member.
pub(crate) async fn update(
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

/// Prints the page of the institution where the end user signs in, and waits for it on a terminal.
async fn sign_in(connection: &Connection, terminal: &mut Terminal) -> Result<(), Failure> {
    if let Some(window) = connection.oauth_window() {
        terminal.step("sign in at", window.expose());
        if terminal.is_interactive() {
            let label = "Press Enter when you have signed in";
            terminal.ask(Prompt::Text, label, None).await?;
        }
    }
    Ok(())
}
