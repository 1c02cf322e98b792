//! The APIs that a sandbox serves. A new one is a variant and a row here, and a module of `handlers`.

use mx_nexus::operations::{self, Operation};

/// An API of MX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Api {
    /// The data of one user: institutions, members, jobs.
    Nexus,
    /// API tokens, widget addresses, the end of sessions.
    Sso,
    /// The partner's users.
    Mdx,
}

struct Row {
    prefix: &'static str,
    operations: fn() -> &'static [Operation],
    document: &'static str,
}

impl Api {
    pub(crate) const ALL: [Self; 3] = [Self::Nexus, Self::Sso, Self::Mdx];

    fn row(self) -> Row {
        match self {
            Self::Nexus => Row {
                prefix: "/nexus",
                operations: operations::operations,
                document: include_str!(concat!(env!("OUT_DIR"), "/nexus_contract.json")),
            },
            Self::Sso => Row {
                prefix: "/sso",
                operations: operations::sso_operations,
                document: include_str!(concat!(env!("OUT_DIR"), "/sso_contract.json")),
            },
            Self::Mdx => Row {
                prefix: "/mdx",
                operations: operations::mdx_operations,
                document: include_str!(concat!(env!("OUT_DIR"), "/mdx_contract.json")),
            },
        }
    }

    /// The first segment of its paths, such as `/nexus`.
    pub(crate) fn prefix(self) -> &'static str {
        self.row().prefix
    }

    /// Its name, such as `nexus`.
    pub(crate) fn name(self) -> &'static str {
        self.prefix().trim_start_matches('/')
    }

    /// Its operations table.
    pub(crate) fn operations(self) -> &'static [Operation] {
        (self.row().operations)()
    }

    /// Its OpenAPI document with the overlay, as the build script wrote it.
    pub(crate) fn document(self) -> &'static str {
        self.row().document
    }

    /// The API of a path, and the path below its prefix.
    pub(crate) fn of_path(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|api| {
            let below = path.strip_prefix(api.prefix())?;
            below.starts_with('/').then_some((api, below))
        })
    }

    /// Every operation of every API.
    pub(crate) fn all_operations() -> impl Iterator<Item = (Self, &'static Operation)> {
        let apis = Self::ALL.into_iter();
        apis.flat_map(|api| {
            api.operations()
                .iter()
                .map(move |operation| (api, operation))
        })
    }
}
