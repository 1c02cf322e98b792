//! The APIs that a sandbox serves, each below its name. A new one needs a module of `handlers`.

pub(crate) use mx_nexus::operations::Api;
use mx_nexus::operations::Operation;

/// All of them. A later version of the library may have more.
pub(crate) const SERVED: [Api; 4] = [Api::Nexus, Api::Sso, Api::Mdx, Api::Atrium];

/// The OpenAPI documents with their overlays, by the name of the API.
const DOCUMENTS: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/contracts.rs"));

/// The first segment of the paths of an API, such as `/nexus`.
pub(crate) fn prefix(api: Api) -> String {
    format!("/{}", api.name())
}

/// The OpenAPI document of an API with its overlay, as the build script wrote it.
pub(crate) fn document(api: Api) -> &'static str {
    let mut documents = DOCUMENTS.iter();
    let found = documents.find(|(name, _)| *name == api.name());
    // The library and the build script read the same list of APIs.
    found.map_or("", |(_, document)| document)
}

/// The API of a path, and the path below its prefix.
pub(crate) fn of_path(path: &str) -> Option<(Api, &str)> {
    SERVED.into_iter().find_map(|api| {
        let below = path.strip_prefix('/')?.strip_prefix(api.name())?;
        below.starts_with('/').then_some((api, below))
    })
}

/// Every operation of every API.
pub(crate) fn all_operations() -> impl Iterator<Item = (Api, &'static Operation)> {
    SERVED.into_iter().flat_map(|api| {
        let operations = api.operations().iter();
        operations.map(move |operation| (api, operation))
    })
}
