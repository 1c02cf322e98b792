//! Writes the document of every API, with its overlay, to `OUT_DIR`: the contract that the sandbox keeps.

use std::env;
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let Err(error) = write() else {
        return ExitCode::SUCCESS;
    };
    println!("cargo::error={error}");
    ExitCode::FAILURE
}

fn write() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut rows = String::new();
    for api in &mx_nexus_openapi::APIS {
        for source in api.sources() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        let file = format!("{}_contract.json", api.name);
        fs::write(folder.join(&file), api.contract()?)?;
        rows.push_str(&format!("({:?}, include_str!({file:?})),\n", api.name));
    }
    Ok(fs::write(
        folder.join("contracts.rs"),
        format!("[{rows}]\n"),
    )?)
}
