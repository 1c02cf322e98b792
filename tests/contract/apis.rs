//! Every API as the contract tests see it: operations, types, examples and surface, all from the build.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mx_nexus::operations::{self, Operation};
use serde_json::Value;

use crate::snapshots;
use crate::types::{self, Registered, Side, Type, each_api};

/// What the build made of one document.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) api: operations::Api,
    pub(crate) types: &'static [Type],
    pub(crate) registered: &'static [Registered],
    pub(crate) surface: &'static str,
    examples: LazyLock<Value>,
}

/// The file that the build made of one API.
macro_rules! file {
    ($name:ident, $file:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", stringify!($name), $file))
    };
}

macro_rules! list {
    ($($name:ident, $variant:ident, $title:literal, $client:path, $values:path;)*) => {
        [$(Api {
            name: stringify!($name),
            api: operations::Api::$variant,
            types: &types::$name::TYPES,
            registered: &types::$name::REGISTERED,
            surface: file!($name, "_surface.txt"),
            examples: LazyLock::new(|| {
                serde_json::from_str(file!($name, "_examples.json")).expect("the build wrote JSON")
            }),
        }),*]
    };
}

/// Every API of the build, Nexus first.
pub(crate) static APIS: [Api; operations::Api::ALL.len()] = each_api!(list);

pub(crate) static NEXUS: &Api = &APIS[0];

/// Pins the texts of every API, each in its own folder. All are made before any is compared.
pub(crate) fn pin_each(folder: &str, texts: impl FnMut(&'static Api) -> BTreeMap<String, String>) {
    let folders = APIS.iter().map(|api| api.folder(folder));
    snapshots::pin_all(folders.zip(APIS.iter().map(texts).collect::<Vec<_>>()));
}

impl Api {
    /// Whether tests can call its operations.
    pub(crate) fn has_public_client(&self) -> bool {
        ["nexus", "atrium"].contains(&self.name)
    }

    /// Its operations table.
    pub(crate) fn operations(&self) -> &'static [Operation] {
        self.api.operations()
    }

    /// The folder of this API's snapshots: that of Nexus is `folder` itself, a neighbour's the same below its name.
    pub(crate) fn folder(&self, folder: &str) -> String {
        match self.name {
            "nexus" => folder.to_owned(),
            neighbour => format!("{neighbour}/{folder}"),
        }
    }

    /// The type of a name.
    pub(crate) fn type_of(&self, name: &str) -> &'static Type {
        let found = self.types.iter().find(|one| one.name == name);
        found.unwrap_or_else(|| panic!("{} has no type {name}", self.name))
    }

    /// The document's example of one side of an operation.
    pub(crate) fn example(&self, id: &str, side: Side) -> Option<&Value> {
        let example = &self.examples[id][side.key()];
        (!example.is_null()).then_some(example)
    }
}
