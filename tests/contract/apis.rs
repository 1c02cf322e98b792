//! The three APIs as every walk sees them: operations, types, examples and surface, all from the build.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mx_nexus::operations::{self, Operation};
use serde_json::Value;

use crate::snapshots;
use crate::types::{self, Registered, Side, Type};

/// What the build made of one document.
pub(crate) struct Api {
    pub(crate) name: &'static str,
    pub(crate) operations: fn() -> &'static [Operation],
    pub(crate) types: &'static [Type],
    pub(crate) registered: &'static [Registered],
    pub(crate) surface: &'static str,
    examples: LazyLock<Value>,
}

macro_rules! api {
    ($name:ident, $operations:path) => {
        Api {
            name: stringify!($name),
            operations: $operations,
            types: &types::$name::TYPES,
            registered: &types::$name::REGISTERED,
            surface: include_str!(concat!(
                env!("OUT_DIR"),
                "/",
                stringify!($name),
                "_surface.txt"
            )),
            examples: LazyLock::new(|| {
                let text = include_str!(concat!(
                    env!("OUT_DIR"),
                    "/",
                    stringify!($name),
                    "_examples.json"
                ));
                serde_json::from_str(text).expect("the build wrote JSON")
            }),
        }
    };
}

pub(crate) static NEXUS: Api = api!(nexus, operations::nexus);
static SSO: Api = api!(sso, operations::sso);
static MDX: Api = api!(mdx, operations::mdx);

/// All of them.
pub(crate) static APIS: [&Api; 3] = [&NEXUS, &SSO, &MDX];

/// Pins the texts of every API, each in its own folder. All are made before any is compared.
pub(crate) fn pin_each(folder: &str, texts: impl FnMut(&'static Api) -> BTreeMap<String, String>) {
    let folders = APIS.map(|api| api.folder(folder));
    snapshots::pin_all(folders.into_iter().zip(APIS.map(texts)));
}

impl Api {
    /// The folder of this API's snapshots: that of Nexus is `folder` itself, a neighbour's the same below its name.
    fn folder(&self, folder: &str) -> String {
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
