//! Duplicates of members, which MX refuses, and the members by login, so that none of them is searched for.

use std::collections::HashMap;

use crate::bank::{Entries, Institution};
use crate::call::Reply;
use crate::state::{Member, State, User};
use mx_nexus::Secret;

/// The guids of members by user and login.
#[derive(Default)]
pub(crate) struct Logins(HashMap<(String, String), Vec<String>>);

impl Logins {
    pub(super) fn add(&mut self, user: &str, login: &str, member: &str) {
        let key = (user.to_owned(), login.to_owned());
        self.0.entry(key).or_default().push(member.to_owned());
    }

    pub(super) fn remove(&mut self, user: &str, login: &str, member: &str) {
        let key = (user.to_owned(), login.to_owned());
        if let Some(members) = self.0.get_mut(&key) {
            members.retain(|known| known != member);
            if members.is_empty() {
                self.0.remove(&key);
            }
        }
    }

    /// The members of a user with this login, at any institution.
    pub(super) fn members(&self, user: &str, login: &str) -> &[String] {
        let key = (user.to_owned(), login.to_owned());
        self.0.get(&key).map_or(&[], Vec::as_slice)
    }
}

impl State {
    /// Refuses credentials that another member of the user has at the institution, and an `external_guid` that the partner has. New
    /// entries of a member replace its own.
    pub(super) fn check_unique(
        &self,
        owner: &User,
        this: Option<&str>,
        institution: &Institution,
        entries: &Entries,
        external_guid: Option<&str>,
    ) -> Result<(), Reply> {
        let this_member = this.and_then(|guid| self.members.get(guid));
        let mut all = this_member.map_or_else(Entries::new, |member| member.entries.clone());
        all.extend(entries.clone());
        let login = all.get("LOGIN").map_or(owner.id.as_str(), Secret::expose);
        let others = self.logins.members(&owner.guid, login).iter();
        let others = others.filter(|guid| Some(guid.as_str()) != this);
        let mut others = others.filter_map(|guid| self.members.get(guid));
        let has_them =
            |other: &Member| other.institution.guid == institution.guid && other.entries == all;
        if !entries.is_empty() && others.any(has_them) {
            let message = "The user has a member with these credentials at this institution.";
            return Err(Reply::problem(422, Some(4220), message));
        }
        let is_of_client = |user: &str| {
            let user = self.users.get(user);
            user.is_some_and(|user| user.client == owner.client && user.api == owner.api)
        };
        let has_name = |member: &Member| {
            member.external_guid.as_deref() == external_guid
                && Some(member.guid.as_str()) != this
                && is_of_client(&member.user)
        };
        if external_guid.is_some() && self.members.values().any(has_name) {
            let message = "Another member has this external_guid.";
            return Err(Reply::problem(422, Some(4220), message));
        }
        Ok(())
    }
}
