//! The isolated worlds of a sandbox: each has a state, faults, a request log and chosen data of its own, below `/worlds/{name}`. The
//! router enters them, and the control API adds and removes them.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use http::uri::PathAndQuery;
use http::{StatusCode, Uri};

use crate::call::Reply;
use crate::settings::Settings;
use crate::shared::Shared;

const PREFIX: &str = "/worlds/";
const MOST: usize = 1_000;
const LONGEST_NAME: usize = 64;

/// All worlds but the sandbox itself.
pub(crate) struct Worlds {
    sandbox: Arc<Shared>,
    /// Those of the sandbox, with which a world starts.
    settings: Settings,
    by_name: RwLock<ByName>,
    /// How many worlds got a number as their name.
    numbered: AtomicUsize,
}

type ByName = BTreeMap<String, Arc<Shared>>;

/// Why a world was not added.
pub(crate) type Refused = (StatusCode, String);

impl Worlds {
    /// No worlds yet.
    pub(crate) fn new(sandbox: Arc<Shared>, settings: Settings) -> Self {
        Self {
            sandbox,
            settings,
            by_name: RwLock::default(),
            numbered: AtomicUsize::new(0),
        }
    }

    /// The world of a path, or the sandbox itself. The path becomes that below the world.
    pub(crate) fn enter(&self, uri: &mut Uri) -> Result<Arc<Shared>, Reply> {
        let path = uri.path_and_query().map_or("", PathAndQuery::as_str);
        let Some(named) = path.strip_prefix(PREFIX) else {
            return Ok(Arc::clone(&self.sandbox));
        };
        let (name, below) = named.split_at(named.find(['/', '?']).unwrap_or(named.len()));
        let Some(world) = self.read().get(name).map(Arc::clone) else {
            return Err(Reply::problem(404, None, &unknown(name)));
        };
        let root = if below.starts_with('/') { "" } else { "/" };
        // A part of a path is one.
        if let Ok(below) = PathAndQuery::from_str(&format!("{root}{below}")) {
            *uri = Uri::from(below);
        }
        Ok(world)
    }

    /// Adds a world with changed settings. Without a name it gets a number.
    pub(crate) fn add(
        &self,
        name: Option<String>,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Arc<Shared>, Refused> {
        if name.as_deref().is_some_and(|name| !is_name(name)) {
            let message =
                format!("A name has 1 to {LONGEST_NAME} letters, digits, hyphens or underscores.");
            return Err((StatusCode::BAD_REQUEST, message));
        }
        let mut by_name = self.write();
        if by_name.len() >= MOST {
            let message = format!("There are {MOST} worlds, the most; delete one first.");
            return Err((StatusCode::CONFLICT, message));
        }
        let name = name.unwrap_or_else(|| self.free_number(&by_name));
        if by_name.contains_key(&name) {
            let message =
                format!("There is a world {name} already; delete it, or use another name.");
            return Err((StatusCode::CONFLICT, message));
        }
        let prefix = format!("{PREFIX}{name}");
        let mut settings = self.settings.clone();
        settings.address = format!("{}{prefix}", self.sandbox.address);
        // The key may have changed since the start.
        settings.api_key = self.sandbox.store.api_key(&self.sandbox.client_id);
        change(&mut settings);
        let world = Arc::new(Shared::new(settings, prefix));
        by_name.insert(name, Arc::clone(&world));
        Ok(world)
    }

    /// The worlds by name.
    pub(crate) fn list(&self) -> Vec<Arc<Shared>> {
        self.read().values().map(Arc::clone).collect()
    }

    /// Removes a world. Its open requests are still answered.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Refused> {
        let removed = self.write().remove(name);
        removed
            .map(drop)
            .ok_or_else(|| (StatusCode::NOT_FOUND, unknown(name)))
    }

    fn free_number(&self, by_name: &ByName) -> String {
        loop {
            let number = self.numbered.fetch_add(1, Ordering::Relaxed) + 1;
            let name = number.to_string();
            if !by_name.contains_key(&name) {
                return name;
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ByName> {
        self.by_name.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ByName> {
        self.by_name.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// The name of a world; empty for the sandbox itself.
    pub(crate) fn name(&self) -> &str {
        self.prefix.strip_prefix(PREFIX).unwrap_or_default()
    }
}

fn is_name(text: &str) -> bool {
    let is_allowed = |letter: u8| letter.is_ascii_alphanumeric() || b"-_".contains(&letter);
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(is_allowed)
}

fn unknown(name: &str) -> String {
    let name = if is_name(name) { name } else { "of this name" };
    format!(
        "There is no world {name}; GET /_sandbox/worlds of the sandbox lists them, and POST adds one."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_are_a_thousand_worlds_at_most() {
        let settings = Settings::default();
        let sandbox = Arc::new(Shared::new(settings.clone(), String::new()));
        let worlds = Worlds::new(sandbox, settings);
        let add = |name: Option<&str>| worlds.add(name.map(str::to_owned), |_| {});
        // A number that is taken is passed over.
        add(Some("2")).unwrap();
        for _ in 1..MOST {
            add(None).unwrap();
        }
        let names: Vec<String> = worlds.list().iter().map(|one| one.name().into()).collect();
        assert!(names.contains(&String::from("1000")), "{names:?}");
        assert_eq!(add(None).err().unwrap().0, StatusCode::CONFLICT);
        worlds.remove("7").unwrap();
        assert_eq!(add(None).unwrap().name(), "1001");
    }
}
