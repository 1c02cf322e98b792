//! Writes the Rust that this build needs of every API to `OUT_DIR`. The work is done in `openapi/`.

use std::env;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use mx_nexus_openapi::{APIS, Generated, Part, build_script, each_api};

fn main() -> ExitCode {
    build_script(write)
}

fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let is_on = |feature: &str| {
        let variable = feature.to_uppercase().replace('-', "_");
        env::var_os(format!("CARGO_FEATURE_{variable}")).is_some()
    };
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
    let mut generated = Vec::new();
    for api in apis {
        api.rerun_if_changed();
        generated.push(api.generate(is_on)?);
    }
    let shared = generated.iter().flat_map(Generated::shared_types).collect();
    for api in generated {
        files.extend(api.files(&parts, &shared)?);
    }
    for (name, text) in files {
        std::fs::write(folder.join(&name), text)
            .map_err(|error| format!("cannot write {name}: {error}"))?;
    }
    Ok(())
}
