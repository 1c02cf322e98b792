//! Where the two documents of a comparison come from: a file, or a git revision.

use std::path::Path;

use crate::Api;
use crate::tool::Prepared;
use crate::tool::workspace::git;

/// Prepares what `name` means for `api` in the workspace at `root`.
///
/// A name of an existing file is that file, taken with the overlay of the working tree. Every other name is a revision such as
/// `HEAD~1` or `v0.1.0`, whose own document and overlay are taken.
///
/// # Errors
///
/// What cannot be read, and why.
pub fn prepare(root: &Path, api: &Api, name: &str) -> Result<Prepared, String> {
    if Path::new(name).is_file() {
        let document = read(Path::new(name))?;
        let overlay = read(&root.join("openapi").join(api.name).join("overlay.yaml"))?;
        let place = format!("{}/{}", api.name, api.document);
        return Prepared::from_text(api, &document, &overlay)
            .map(|prepared| prepared.called(api, name))
            .map_err(|failure| failure.called(&place, name).to_string());
    }
    let show = |file: &str| {
        show(root, name, &format!("{}/{file}", api.name)).map_err(|reason| {
            format!(
                "{name} is no file, and no revision with openapi/{}/{file}: {reason}",
                api.name
            )
        })
    };
    let (document, overlay) = (show(api.document)?, show("overlay.yaml")?);
    Prepared::from_text(api, &document, &overlay).map_err(|failure| format!("{name}: {failure}"))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// A file of the folder `openapi` at a revision.
fn show(root: &Path, revision: &str, file: &str) -> Result<String, String> {
    if revision.starts_with('-') {
        return Err("a revision does not begin with a dash".to_owned());
    }
    let object = format!("{revision}:./{file}");
    git(
        &root.join("openapi"),
        &["show", "--end-of-options", &object],
    )
}
