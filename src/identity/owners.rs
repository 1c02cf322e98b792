//! The result of an identification.

use std::collections::BTreeMap;

use crate::api::types::AccountOwnerResponse;
use crate::values::AccountGuid;

/// One owner of one account. Any field may be missing.
///
/// ```
/// # fn example(owner: &mx_nexus::identity::Owner) {
/// let name = owner.owner_name.as_deref().unwrap_or("unnamed");
/// assert!(!format!("{owner:?}").contains(name), "Debug shows no name");
/// # }
/// ```
pub type Owner = AccountOwnerResponse;

/// The owners of a member's accounts, as MX found them. It may be empty: some institutions deliver none.
///
/// A list of [`Owner`], whose page has the fields: `for owner in &owners`.
///
/// It serializes as the list of owners, in full: for the page of the user, or where you store personal data. `Debug` is redacted; see
/// [what is not printed](crate::values#what-is-not-printed).
///
/// ```
/// # fn example(owners: mx_nexus::identity::Owners) {
/// for (account, owners) in owners.by_account() {
///     let names: Vec<&str> = owners.iter().filter_map(|owner| owner.owner_name.as_deref()).collect();
///     println!("{account:?}: {}", names.join(", "));
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Owners {
    owners: Vec<Owner>,
}

impl Owners {
    /// The owners by account. Those that MX names no account for are under `None`.
    pub fn by_account(&self) -> BTreeMap<Option<&AccountGuid>, Vec<&Owner>> {
        let mut accounts: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for owner in &self.owners {
            accounts
                .entry(owner.account_guid.as_ref())
                .or_default()
                .push(owner);
        }
        accounts
    }

    /// How many there are; an owner counts once an account.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Whether MX found none.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// The owners in MX's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Owner> {
        self.owners.iter()
    }
}

impl From<Vec<Owner>> for Owners {
    fn from(owners: Vec<Owner>) -> Self {
        Self { owners }
    }
}

impl IntoIterator for Owners {
    type Item = Owner;
    type IntoIter = std::vec::IntoIter<Owner>;

    fn into_iter(self) -> Self::IntoIter {
        self.owners.into_iter()
    }
}

impl<'a> IntoIterator for &'a Owners {
    type Item = &'a Owner;
    type IntoIter = std::slice::Iter<'a, Owner>;

    fn into_iter(self) -> Self::IntoIter {
        self.owners.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_serialize_in_full_and_print_redacted() {
        let owner = Owner {
            owner_name: Some("Ada Example".into()),
            ..Owner::default()
        };
        let owners = Owners::from(vec![owner]);
        let written = serde_json::to_value(&owners).unwrap();
        assert_eq!(written, serde_json::json!([{"owner_name": "Ada Example"}]));
        #[cfg(feature = "schemars")]
        {
            let schema = schemars::schema_for!(Owners).to_value();
            assert!(jsonschema::is_valid(&schema, &written), "{schema}");
        }
        assert!(!format!("{owners:?}").contains("Ada"), "{owners:?}");
        assert_eq!(
            owners.iter().next().unwrap().owner_name.as_ref().unwrap(),
            "Ada Example"
        );
    }

    #[test]
    fn owners_are_grouped_by_account() {
        let owner = |account: Option<&str>| Owner {
            account_guid: account.map(AccountGuid::from),
            ..Owner::default()
        };
        let owners = Owners::from(vec![
            owner(Some("ACT-2")),
            owner(None),
            owner(Some("ACT-2")),
        ]);
        let accounts: Vec<(Option<&str>, usize)> = owners
            .by_account()
            .into_iter()
            .map(|(account, owners)| (account.map(AccountGuid::as_str), owners.len()))
            .collect();
        assert_eq!(accounts, [(None, 1), (Some("ACT-2"), 2)]);
    }
}
