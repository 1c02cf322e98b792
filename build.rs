//! Writes the Rust that this build needs of every API to `OUT_DIR`. The work is done in `openapi/`.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use mx_nexus_openapi::{APIS, Part, build_script, each_api};

fn main() -> ExitCode {
    build_script(write)
}

fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let is_on =
        |feature: &str| env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase())).is_some();
    let mut parts = vec![Part::Client];
    parts.extend(is_on("mock").then_some(Part::Mock));
    // The published package has no tests.
    parts.extend(
        Path::new("tests/contract")
            .is_dir()
            .then_some(Part::ContractTests),
    );
    let apis = APIS.iter().filter(|api| api.feature.is_none_or(is_on));
    let mut files = vec![("apis.rs".to_owned(), each_api(apis.clone()))];
    for api in apis {
        api.rerun_if_changed();
        files.extend(api.generate()?.files(&parts)?);
    }
    for (name, text) in files {
        std::fs::write(folder.join(&name), text)
            .map_err(|error| format!("cannot write {name}: {error}"))?;
    }
    Ok(())
}
