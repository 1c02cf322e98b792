//! The partners: their keys and products.

use std::collections::{BTreeMap, BTreeSet};

use crate::guids::token;
use crate::settings::{JobKind, Settings};
use mx_nexus::Secret;

pub(crate) struct Partner {
    pub key: Secret,
    /// The kinds of jobs that it may not start.
    pub disabled: BTreeSet<JobKind>,
    /// Whether it opted in to use cases.
    pub has_use_cases: bool,
}

#[derive(Default)]
pub(crate) struct Partners {
    by_client: BTreeMap<String, Partner>,
}

impl Partners {
    pub(crate) fn new(settings: &Settings) -> Self {
        let first = Partner {
            key: settings
                .api_key
                .clone()
                .unwrap_or_else(|| Secret::new(token())),
            disabled: settings.disabled_products.iter().copied().collect(),
            has_use_cases: settings.has_use_cases,
        };
        Self {
            by_client: BTreeMap::from([(settings.client_id.clone(), first)]),
        }
    }

    /// Adds a partner with all products; an existing one gets the new key.
    pub(crate) fn add(&mut self, client_id: &str, key: Secret) {
        let partner = self.by_client.entry(client_id.to_owned());
        let partner = partner.or_insert_with(|| Partner {
            key: key.clone(),
            disabled: BTreeSet::new(),
            has_use_cases: false,
        });
        partner.key = key;
    }

    pub(crate) fn get(&self, client_id: &str) -> Option<&Partner> {
        self.by_client.get(client_id)
    }

    pub(crate) fn get_mut(&mut self, client_id: &str) -> Option<&mut Partner> {
        self.by_client.get_mut(client_id)
    }
}
