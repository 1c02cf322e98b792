//! Writes the document of every API, with its overlay, to `OUT_DIR`: the contract that the sandbox keeps.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    for api in &mx_nexus_openapi::APIS {
        for source in api.sources() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        let contract = match api.contract() {
            Ok(contract) => contract,
            Err(failure) => {
                println!("cargo::error={failure}");
                return ExitCode::FAILURE;
            }
        };
        let name = format!("{}_contract.json", api.name);
        if let Err(error) = std::fs::write(folder.join(&name), contract) {
            println!("cargo::error=cannot write {name}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
