//! What a world may not have, beyond its form: unknown institutions, and names that are used twice.

use std::collections::BTreeSet;

use super::{InvalidWorld, UserApi, World};
use crate::bank;
use crate::state::is_user_id;

/// What a world may not have.
pub(super) struct Problem {
    /// The value that is wrong.
    pub(super) value: String,
    /// Whether it is wrong because it was there before.
    pub(super) is_repeated: bool,
    pub(super) reason: String,
}

impl World {
    /// Refuses a world that no sandbox can have.
    pub(crate) fn check(&self) -> Result<(), InvalidWorld> {
        match self.problem() {
            Some(problem) => Err(InvalidWorld(problem.reason)),
            None => Ok(()),
        }
    }

    /// The first problem.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.institution_problem()
            .or_else(|| self.login_problem())
            .or_else(|| self.user_problem())
    }

    fn institution_problem(&self) -> Option<Problem> {
        let mut codes: BTreeSet<&str> = BTreeSet::new();
        for (index, institution) in self.institutions.iter().enumerate() {
            let code = institution.code.as_str();
            let place = format!("institutions[{index}].code");
            let is_allowed =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            if code.is_empty() || !code.bytes().all(is_allowed) {
                return problem(
                    code,
                    format!("{place}: a code has lower-case letters, digits and underscores"),
                );
            }
            if !codes.insert(code) || bank::institutions().iter().any(|known| known.code == code) {
                return repeated(
                    code,
                    format!("{place}: there is an institution with the code {code:?} already"),
                );
            }
        }
        None
    }

    fn login_problem(&self) -> Option<Problem> {
        let mut seen = BTreeSet::new();
        for (index, login) in self.logins.iter().enumerate() {
            let place = format!("logins[{index}]");
            let name = login.login.as_str();
            if let Some(unknown) = self.unknown(login.institution.as_deref(), &place) {
                return Some(unknown);
            }
            if name.is_empty() {
                return problem(name, format!("{place}.login: it is empty"));
            }
            if !seen.insert((name, login.institution.as_deref())) {
                return repeated(
                    name,
                    format!("{place}: the login {name:?} is there already"),
                );
            }
            for (number, account) in login.accounts.iter().enumerate() {
                let transactions = account.transactions.iter().flatten();
                for transaction in transactions {
                    let of = format!("{place}.accounts[{number}].transactions");
                    if !transaction.date.is_valid() {
                        return problem(
                            &transaction.date.0,
                            format!("{of}: a date reads like 2026-01-15"),
                        );
                    }
                    if transaction.amount.0 < 0 {
                        let reason = format!("{of}: an amount is not negative; see income");
                        return problem(&transaction.description, reason);
                    }
                }
            }
        }
        None
    }

    fn user_problem(&self) -> Option<Problem> {
        let mut seen = BTreeSet::new();
        for (index, user) in self.users.iter().enumerate() {
            let (place, id) = (format!("users[{index}]"), user.id.as_str());
            if user.api == UserApi::Nexus && !is_user_id(id) {
                let reason = format!(
                    "{place}.id: an id has 1 to 1024 letters, digits, hyphens or underscores"
                );
                return problem(id, reason);
            }
            if !seen.insert((user.api == UserApi::Atrium, id)) {
                return repeated(id, format!("{place}: the user {id:?} is there already"));
            }
            for (number, member) in user.members.iter().enumerate() {
                let place = format!("{place}.members[{number}]");
                if let Some(unknown) = self.unknown(member.institution.as_deref(), &place) {
                    return Some(unknown);
                }
            }
        }
        None
    }

    fn unknown(&self, institution: Option<&str>, place: &str) -> Option<Problem> {
        let named = institution?;
        let is_known = bank::institutions().iter().any(|one| one.is_named(named))
            || self
                .institutions
                .iter()
                .any(|one| one.code == named || one.name == named);
        match is_known {
            true => None,
            false => problem(
                named,
                format!("{place}.institution: there is no institution {named:?}"),
            ),
        }
    }
}

fn problem(value: &str, reason: String) -> Option<Problem> {
    Some(Problem {
        value: value.to_owned(),
        is_repeated: false,
        reason,
    })
}

fn repeated(value: &str, reason: String) -> Option<Problem> {
    let problem = problem(value, reason);
    problem.map(|problem| Problem {
        is_repeated: true,
        ..problem
    })
}
