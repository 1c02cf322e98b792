//! What a person gives to log in at an institution: by arguments, by defaults of the sandbox, or asked for.

use std::collections::HashSet;
use std::ffi::OsString;

use mx_nexus::Secret;
use mx_nexus::connect::{Field, FormValues};

use crate::exit::Failure;
use crate::given::{Given, Source};
use crate::prompt::{self, Prompt};
use crate::terminal::{Terminal, shown};

/// The user name that MX documents for its test bank.
const SANDBOX_LOGIN: &str = "mxuser";

/// The credentials of the arguments, and what stands in for those that are not there.
pub(crate) struct Credentials {
    given: Vec<(String, Given)>,
    defaults: Defaults,
}

/// What is entered where nothing was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Defaults {
    /// None outside of a sandbox.
    password: Option<&'static str>,
}

impl Defaults {
    /// A password that leads to a question if somebody is there to answer it, else one that leads to none.
    pub(crate) fn of_sandbox(has_answers: bool) -> Self {
        let password = if has_answers { "challenge" } else { "password" };
        Self {
            password: Some(password),
        }
    }

    fn entry(self, field: &Field) -> Option<&'static str> {
        let password = self.password?;
        match field.html_input() {
            "password" => Some(password),
            "text" => Some(SANDBOX_LOGIN),
            _ => None,
        }
    }
}

impl Credentials {
    /// Those of the arguments, before it is known where they go.
    pub(crate) fn parse(arguments: &[OsString]) -> Result<Self, Failure> {
        let parse = |argument: &OsString| {
            let refuse = || Failure::usage("a credential has to read LABEL=VALUE");
            let text = argument.to_str().ok_or_else(refuse)?;
            let (label, value) = text.split_once('=').ok_or_else(refuse)?;
            let given = Given::line(value.as_ref(), &format!("the credential {label}"))?;
            Ok((label.trim().to_owned(), given))
        };
        let given = arguments
            .iter()
            .map(parse)
            .collect::<Result<Vec<_>, Failure>>()?;
        let mut labels = HashSet::new();
        let again = given
            .iter()
            .find(|(label, _)| !labels.insert(label.to_lowercase()));
        if let Some((label, _)) = again {
            return Err(Failure::usage(format!(
                "the credential {label:?} is given twice"
            )));
        }
        Ok(Self {
            given,
            defaults: Defaults { password: None },
        })
    }

    /// With entries that a sandbox takes where nothing was given.
    pub(crate) fn or(mut self, defaults: Defaults) -> Self {
        self.defaults = defaults;
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The entries for a form.
    pub(crate) async fn entries(
        &self,
        fields: &[Field],
        terminal: &mut Terminal,
    ) -> Result<FormValues, Failure> {
        self.check(fields)?;
        let mut entries = FormValues::new();
        let mut missing = Vec::new();
        for field in fields {
            let label = shown(field.label());
            let entry = if let Some(given) = self.of(field) {
                terminal.step("credential", format!("{label}, as given"));
                given.value.clone()
            } else if let Some(word) = self.defaults.entry(field) {
                // A documented word of a test bank is no secret.
                terminal.step("credential", format!("{label} = {word}"));
                Secret::new(word)
            } else if terminal.has_person() {
                terminal.rest();
                prompt::ask(prompt_for(field), field.label(), None).await?
            } else if field.is_optional() {
                continue;
            } else {
                missing.push(label);
                continue;
            };
            entries = entries.with(field.guid(), entry);
        }
        if missing.is_empty() {
            return Ok(entries);
        }
        let advice = missing
            .iter()
            .map(|label| format!("--credential {label:?}=@FILE, or =- for a line of stdin"));
        let failure = Failure::usage("the institution wants credentials that were not given");
        Err(failure.advising_all(advice))
    }

    /// Every credential has to be for a field, and no password may stand in the arguments of a process.
    fn check(&self, fields: &[Field]) -> Result<(), Failure> {
        for (label, given) in &self.given {
            let Some(field) = fields.iter().find(|field| is_called(field, label)) else {
                let labels: Vec<String> = fields.iter().map(|field| shown(field.label())).collect();
                return Err(Failure::usage(format!(
                    "the institution does not ask for {label:?}, but for {}",
                    labels.join(", ")
                )));
            };
            if is_exposed(field.html_input(), given.source, self.defaults) {
                return Err(Failure::usage(format!(
                    "other users of this machine can read a password in the arguments of a process; give {label:?}=@FILE, or {label:?}=- for a line of stdin, or leave it out to be asked"
                )));
            }
        }
        Ok(())
    }

    fn of(&self, field: &Field) -> Option<&Given> {
        let mut given = self.given.iter();
        let found = given.find(|(label, _)| is_called(field, label));
        found.map(|(_, given)| given)
    }
}

/// Whether a secret stands where others can read it. The passwords of a sandbox are documented words.
fn is_exposed(input: &str, source: Source, defaults: Defaults) -> bool {
    input == "password" && source == Source::Plain && defaults.password.is_none()
}

fn is_called(field: &Field, label: &str) -> bool {
    field.label().to_lowercase() == label.to_lowercase() || field.guid().as_str() == label
}

fn prompt_for(field: &Field) -> Prompt {
    let options: Vec<(String, String)> = field
        .options()
        .iter()
        .map(|option| (option.label().to_owned(), option.value().to_owned()))
        .collect();
    match field.html_input() {
        _ if !options.is_empty() => Prompt::Choice(options),
        "password" => Prompt::Masked,
        _ => Prompt::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_password_is_for_a_sandbox_only() {
        let outside = Defaults { password: None };
        assert!(is_exposed("password", Source::Plain, outside));
        assert!(!is_exposed("password", Source::Private, outside));
        assert!(!is_exposed("text", Source::Plain, outside));
        assert!(!is_exposed(
            "password",
            Source::Plain,
            Defaults::of_sandbox(true)
        ));
    }

    #[test]
    fn a_credential_is_split_at_the_first_sign() {
        let parsed = Credentials::parse(&["Pass word=a=b".into()]).unwrap();
        let (label, given) = &parsed.given[0];
        assert_eq!((label.as_str(), given.value.expose()), ("Pass word", "a=b"));
        assert!(Credentials::parse(&["nothing".into()]).is_err());
    }

    #[test]
    fn of_two_credentials_for_one_field_none_is_lost_in_silence() {
        let failure = Credentials::parse(&["Login=a".into(), "login=b".into()]).err();
        let failure = failure.expect("a refusal");
        assert_eq!(failure.exit, crate::exit::Exit::Usage);
        assert!(failure.message.contains("twice"), "{failure:?}");
    }
}
