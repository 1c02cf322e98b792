//! Credentials for an institution: from `--credential`, from defaults of the sandbox, or from prompts. Used by `connect`.

use std::collections::HashSet;

use mx_nexus::Secret;
use mx_nexus::connect::{Field, FormValues};

use crate::exit::Failure;
use crate::input::Input;
use crate::terminal::{Prompt, Terminal, printable};

/// The user name that MX documents for its test bank.
const SANDBOX_LOGIN: &str = "mxuser";

/// The credentials of `--credential`, and the defaults of a sandbox.
pub(crate) struct Credentials {
    given: Vec<Credential>,
    /// Set in a sandbox only.
    default_password: Option<&'static str>,
}

struct Credential {
    label: String,
    value: Secret,
    /// Whether other users of the machine can read it in the arguments of this process.
    is_public: bool,
}

impl Credential {
    fn parse(argument: &str) -> Result<Self, Failure> {
        let (label, value) = argument
            .split_once('=')
            .ok_or_else(|| Failure::usage("a credential needs the form LABEL=VALUE"))?;
        let input = Input::from(value);
        Ok(Self {
            label: label.trim().to_owned(),
            value: input.line(&format!("the credential {label}"))?,
            is_public: matches!(input, Input::Argument(_)),
        })
    }

    fn is_for(&self, field: &Field) -> bool {
        field.label().to_lowercase() == self.label.to_lowercase()
            || field.guid().as_str() == self.label
    }
}

impl Credentials {
    /// From the arguments, before the fields of the institution are known.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut labels = HashSet::new();
        let mut given = Vec::new();
        for argument in arguments {
            let credential = Credential::parse(argument)?;
            let label = &credential.label;
            if !labels.insert(label.to_lowercase()) {
                return Err(Failure::usage(format!(
                    "the credential {label:?} is given twice"
                )));
            }
            given.push(credential);
        }
        Ok(Self {
            given,
            default_password: None,
        })
    }

    /// Adds the defaults of a sandbox: a password that leads to a question if it can be answered, else to none.
    pub(crate) fn with_sandbox_defaults(mut self, has_answers: bool) -> Self {
        self.default_password = Some(if has_answers { "challenge" } else { "password" });
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// The entries for the fields of a form.
    pub(crate) async fn entries(
        &self,
        fields: &[Field],
        terminal: &mut Terminal,
    ) -> Result<FormValues, Failure> {
        self.check(fields)?;
        let mut entries = FormValues::new();
        let mut missing = Vec::new();
        for field in fields {
            let label = printable(field.label());
            let given = self.given.iter().find(|given| given.is_for(field));
            let entry = if let Some(given) = given {
                terminal.step("credential", format!("{label}, from --credential"));
                given.value.clone()
            } else if let Some(default) = self.default_for(field) {
                // Documented values of a test bank, not secrets.
                terminal.step("credential", format!("{label} = {default}"));
                Secret::new(default)
            } else if terminal.is_interactive() {
                terminal.ask(prompt_for(field), field.label(), None).await?
            } else if field.is_optional() {
                continue;
            } else {
                missing.push(format!(
                    "--credential {label:?}=@FILE, or =- for a line of stdin"
                ));
                continue;
            };
            entries = entries.with(field.guid(), entry);
        }
        match missing.is_empty() {
            true => Ok(entries),
            false => {
                Err(Failure::usage("missing credentials of the institution").advising_all(missing))
            }
        }
    }

    /// Every credential needs a field, and no password may be in the arguments of a process.
    fn check(&self, fields: &[Field]) -> Result<(), Failure> {
        for given in &self.given {
            let label = &given.label;
            let Some(field) = fields.iter().find(|field| given.is_for(field)) else {
                let labels: Vec<String> = fields
                    .iter()
                    .map(|field| printable(field.label()))
                    .collect();
                return Err(Failure::usage(format!(
                    "the institution has no field {label:?}; its fields are {}",
                    labels.join(", ")
                )));
            };
            if self.is_exposed(given, field.html_input()) {
                return Err(Failure::usage(format!(
                    "other users of this machine can read a password in the arguments of a process; use {label:?}=@FILE, or {label:?}=- for a line of stdin, or omit it to be asked"
                )));
            }
        }
        Ok(())
    }

    /// Whether other users can read a password. The passwords of a sandbox are documented and not secret.
    fn is_exposed(&self, given: &Credential, html_input: &str) -> bool {
        html_input == "password" && given.is_public && self.default_password.is_none()
    }

    fn default_for(&self, field: &Field) -> Option<&'static str> {
        let password = self.default_password?;
        match field.html_input() {
            "password" => Some(password),
            "text" => Some(SANDBOX_LOGIN),
            _ => None,
        }
    }
}

fn prompt_for(field: &Field) -> Prompt {
    let options = field.options().iter();
    let options: Vec<(String, String)> = options
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

    fn parse(arguments: &[&str]) -> Result<Credentials, Failure> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        Credentials::parse(&arguments)
    }

    #[test]
    fn password_in_arguments_is_allowed_in_a_sandbox_only() {
        let credentials = parse(&["Password=x"]).unwrap();
        let given = &credentials.given[0];
        assert!(credentials.is_exposed(given, "password"));
        assert!(!credentials.is_exposed(given, "text"));
        let from_file = Credential {
            label: "Password".to_owned(),
            value: Secret::new("x"),
            is_public: false,
        };
        assert!(!credentials.is_exposed(&from_file, "password"));
        let credentials = parse(&["Password=x"]).unwrap().with_sandbox_defaults(true);
        assert!(!credentials.is_exposed(&credentials.given[0], "password"));
    }

    #[test]
    fn credential_is_split_at_its_first_equals_sign() {
        let parsed = parse(&["Pass word=a=b"]).unwrap();
        let credential = &parsed.given[0];
        assert_eq!(credential.label, "Pass word");
        assert_eq!(credential.value.expose(), "a=b");
        assert!(parse(&["nothing"]).is_err());
    }
}
