//! From the name of an institution to a member, for `start`. What is created is saved as soon as it is known.

use std::time::{Duration, Instant};

use mx_nexus::Error;
use mx_nexus::connect::{ConnectError, ConnectErrorKind, Connection, Form, FormValues, Search};
use mx_nexus::operations::Api;
use mx_nexus::values::{ConnectionStatus, MemberGuid};

use crate::credentials::Credentials;
use crate::exit::{Exit, Failure};
use crate::job_file::JobRecord;
use crate::kinds::{JobCommand, command_line};
use crate::target::{ApiUser, Found, Target};
use crate::terminal::{Prompt, Terminal, printable};

/// The steps from an institution to a member.
pub(crate) struct Connecting<'a> {
    pub(crate) api: Api,
    pub(crate) target: &'a Target,
    pub(crate) user: &'a ApiUser,
    pub(crate) credentials: &'a Credentials,
    /// How long the end user may take to sign in on the page of the institution.
    pub(crate) timeout: Duration,
    pub(crate) record: &'a mut JobRecord,
    pub(crate) terminal: &'a mut Terminal,
}

impl Found {
    fn by_id(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
        }
    }

    fn label(&self) -> String {
        match self.name == self.id {
            true => self.id.clone(),
            false => format!("{}, {}", self.name, self.id),
        }
    }
}

impl Connecting<'_> {
    /// The member at the institution with this name or GUID: created now, or by an earlier process.
    pub(crate) async fn connect<K: JobCommand>(
        &mut self,
        institution: &str,
    ) -> Result<MemberGuid, Failure> {
        if let Some(member) = self.created_before().await? {
            return self.use_created::<K>(member).await;
        }
        let institution = self.find_institution::<K>(institution).await?;
        let form = self.user.connect(&institution.id).await?;
        let form = form.supporting(K::NAME)?;
        let entries = self.entries(&form).await?;
        let form = form.with_external_guid(self.record.external_guid()?);
        match form.submit(entries).await {
            Ok(connection) => {
                self.save(connection.member(), "created")?;
                self.sign_in::<K>(&connection, None).await?;
                Ok(connection.member().clone())
            }
            Err(error) => self.not_created::<K>(&institution, &form, error).await,
        }
    }

    /// Updates the credentials of a member, whose institution has to support the job.
    pub(crate) async fn update<K: JobCommand>(
        &mut self,
        member: MemberGuid,
    ) -> Result<MemberGuid, Failure> {
        self.check_institution::<K>(&member).await?;
        let form = self.user.reconnect(member.clone()).await?;
        let entries = self.entries(&form).await?;
        let before = match form.is_oauth() {
            true => self.status::<K>(&member).await?,
            false => None,
        };
        let sent = form.submit(entries).await;
        let connection = sent.map_err(|error| not_sent(&form, error))?;
        self.save(&member, "credentials updated")?;
        self.sign_in::<K>(&connection, before).await?;
        Ok(member)
    }

    /// Fails for a member whose institution does not support the job, as far as MX reports that.
    async fn check_institution<K: JobCommand>(&self, member: &MemberGuid) -> Result<(), Failure> {
        let members = self.user.members().await?;
        let member = members.into_iter().find(|known| known.guid == *member);
        let Some(institution) = member.and_then(|member| member.institution) else {
            return Ok(());
        };
        let form = self.user.connect(&institution).await;
        match form.and_then(|form| form.supporting(K::NAME)) {
            // It takes no new members, and keeps the old ones.
            Err(error) if error.kind() == ConnectErrorKind::Closed => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => Ok(()),
        }
    }

    fn save(&mut self, member: &MemberGuid, what: &str) -> Result<(), Failure> {
        self.terminal.step("member", format!("{member}, {what}"));
        self.record
            .update(|saved| saved.member = Some(member.clone()))
    }

    async fn entries(&mut self, form: &Form) -> Result<FormValues, Failure> {
        self.credentials.entries(form.fields(), self.terminal).await
    }

    /// The member that an earlier process created for this job, also if that process was killed before it knew the member.
    async fn created_before(&self) -> Result<Option<MemberGuid>, Failure> {
        let saved = self.record.saved();
        if saved.member.is_some() || saved.external_guid.is_none() {
            return Ok(saved.member.clone());
        }
        let mut members = self.user.members().await?.into_iter();
        let member = members.find(|member| member.external_guid == saved.external_guid);
        Ok(member.map(|member| member.guid))
    }

    async fn use_created<K: JobCommand>(
        &mut self,
        member: MemberGuid,
    ) -> Result<MemberGuid, Failure> {
        self.save(&member, "created before")?;
        self.sign_in_if_pending::<K>(&member).await?;
        Ok(member)
    }

    /// The institution with this name or GUID; the user chooses if there are several.
    async fn find_institution<K: JobCommand>(&mut self, name: &str) -> Result<Found, Failure> {
        let is_guid = self.api == Api::Nexus && name.starts_with("INS-");
        let found = if is_guid {
            Found::by_id(name)
        } else {
            let search = Search::by_name(name).supporting(K::NAME);
            match self.user.search(search).await? {
                // A code of Atrium looks like a name.
                found if found.is_empty() && self.api == Api::Atrium => Found::by_id(name),
                found => self.choose::<K>(name, found).await?,
            }
        };
        self.terminal.step("institution", printable(&found.label()));
        Ok(found)
    }

    async fn choose<K: JobCommand>(
        &mut self,
        name: &str,
        mut found: Vec<Found>,
    ) -> Result<Found, Failure> {
        let is_exact = |found: &Found| found.name.to_lowercase() == name.to_lowercase();
        if found.iter().filter(|found| is_exact(found)).count() == 1 {
            found.retain(is_exact);
        }
        if found.len() > 1 && self.terminal.is_interactive() {
            let options = found.iter().map(|found| (found.label(), found.id.clone()));
            let prompt = Prompt::Choice(options.collect());
            let chosen = self
                .terminal
                .ask(prompt, "Which institution?", None)
                .await?;
            found.retain(|found| found.id == chosen.expose());
        }
        match (found.len(), found.pop()) {
            (1, Some(found)) => Ok(found),
            (_, None) => {
                let message = format!("no institution that supports {} matches {name:?}", K::WORK);
                Err(Failure::new(Exit::Failed, message))
            }
            (_, Some(last)) => {
                found.push(last);
                // From the first page of the search only.
                let id = if self.api == Api::Atrium {
                    "code"
                } else {
                    "GUID"
                };
                let message = format!(
                    "several institutions match {name:?}; set --institution to the {id} of one"
                );
                Err(Failure::usage(message).advising_all(found.iter().map(Found::label)))
            }
        }
    }

    /// What to do about a creation that failed. The record keeps its identifier if the member may exist.
    async fn not_created<K: JobCommand>(
        &mut self,
        institution: &Found,
        form: &Form,
        error: ConnectError,
    ) -> Result<MemberGuid, Failure> {
        if let Some(member) = error.member() {
            self.save(member, "created")?;
            return Err(error.into());
        }
        match error.kind() {
            ConnectErrorKind::Duplicate => self.use_duplicate::<K>(institution, error).await,
            ConnectErrorKind::AnswerLost | ConnectErrorKind::Call => Err(error.into()),
            _ => {
                std::mem::take(self.record).remove()?;
                Err(not_sent(form, error))
            }
        }
    }

    /// The credentials are connected already, perhaps by a member that this job created and that the list did not have yet. In a
    /// sandbox, the credentials of the only member at the institution are updated; elsewhere it is an error.
    async fn use_duplicate<K: JobCommand>(
        &mut self,
        institution: &Found,
        error: ConnectError,
    ) -> Result<MemberGuid, Failure> {
        let mut members = self.user.members().await?;
        let ours = Some(self.record.external_guid()?);
        if let Some(ours) = members.iter().find(|it| it.external_guid == ours) {
            return self.use_created::<K>(ours.guid.clone()).await;
        }
        members.retain(|member| member.institution.as_ref() == Some(&institution.id));
        if let (true, [member]) = (self.target.is_sandbox, members.as_slice()) {
            let notice = "has these credentials already; they are sent again";
            self.terminal
                .step("member", format!("{} {notice}", member.guid));
            return self.update::<K>(member.guid.clone()).await;
        }
        let advice = members
            .iter()
            .map(|member| format!("member at this institution: --member {}", member.guid));
        let kept = self.record.path().filter(|_| !self.target.is_embedded());
        let kept = kept.map(|path| {
            let path = path.display();
            format!(
                "{path} is kept: the same command again looks for a member that this job created"
            )
        });
        Err(Failure::from(error).advising_all(advice).advising_all(kept))
    }

    /// For a member that an earlier process created: it may still wait for the end user.
    async fn sign_in_if_pending<K: JobCommand>(
        &mut self,
        member: &MemberGuid,
    ) -> Result<(), Failure> {
        if self.status::<K>(member).await? == Some(ConnectionStatus::Pending) {
            let form = self.user.reconnect(member.clone()).await?;
            let connection = form.submit(FormValues::new()).await?;
            self.sign_in::<K>(&connection, None).await?;
        }
        Ok(())
    }

    /// Prints the page of the institution where the end user signs in, if there is one, and waits until that is done.
    ///
    /// The status from before the sign-in is its outcome only if PENDING was read in between.
    async fn sign_in<K: JobCommand>(
        &mut self,
        connection: &Connection,
        mut before: Option<ConnectionStatus>,
    ) -> Result<(), Failure> {
        let Some(window) = connection.oauth_window() else {
            return Ok(());
        };
        let member = connection.member();
        self.terminal.step("sign in at", window.expose());
        let begun = Instant::now();
        while begun.elapsed() < self.timeout {
            match self.status::<K>(member).await {
                Err(error) if error.is_transient() => {}
                Err(error) => return Err(error.into()),
                Ok(Some(ConnectionStatus::Pending)) => before = None,
                Ok(None) => {}
                Ok(status) if status == before => {}
                Ok(Some(ConnectionStatus::Denied)) => {
                    let message = "the end user declined to sign in at the institution";
                    return Err(Failure::new(Exit::EndUserMustAct, message));
                }
                Ok(Some(_)) => {
                    self.terminal.stop_spinner();
                    return Ok(());
                }
            }
            let what = "for the sign-in on that page";
            self.terminal.waiting(what, what);
            let pause = Duration::from_secs(if self.target.is_sandbox { 1 } else { 3 });
            tokio::time::sleep(pause.min(self.timeout)).await;
        }
        let message = format!(
            "the end user has not signed in at the institution within {}",
            humantime::format_duration(self.timeout)
        );
        let failure = Failure::new(Exit::EndUserMustAct, message);
        Err(match self.record.path() {
            _ if self.target.is_embedded() => {
                failure.advising("the page has ended with the sandbox inside this process")
            }
            Some(path) => failure.advising(format!(
                "the member is kept in {}; to continue, run the same command again",
                path.display()
            )),
            None => {
                let command = command_line::<K>(self.api);
                failure.advising(format!("then: {command} --member {member}"))
            }
        })
    }

    async fn status<K: JobCommand>(
        &self,
        member: &MemberGuid,
    ) -> Result<Option<ConnectionStatus>, Error> {
        let member = K::prepare(self.user, member.clone()).read_member().await?;
        Ok(member.reading.status)
    }
}

/// The failure of a form, with the label of the field that has an invalid value.
fn not_sent(form: &Form, error: ConnectError) -> Failure {
    let mut fields = form.fields().iter();
    let field = fields.find(|field| error.field() == Some(field.guid()));
    let label = field.map(|field| format!("{}: {}", field.guid(), printable(field.label())));
    Failure::from(error).advising_all(label)
}
