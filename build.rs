//! Writes the Rust that this build needs of every API to `OUT_DIR`. The work is done in `openapi/`.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mx_nexus_openapi::{APIS, Part, each_api};

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let Err(error) = write() else {
        return ExitCode::SUCCESS;
    };
    println!("cargo::error={error}");
    ExitCode::FAILURE
}

fn write() -> Result<(), Box<dyn Error>> {
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
        for source in api.sources() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        files.extend(api.generate()?.files(&parts)?);
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for (name, text) in files {
        std::fs::write(folder.join(&name), text)
            .map_err(|error| format!("cannot write {name}: {error}"))?;
    }
    Ok(())
}
