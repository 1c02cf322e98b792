//! Writes the Rust of every API to `OUT_DIR`, from the documents in `openapi/`. All the work is in the package there.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    for api in &mx_nexus_openapi::APIS {
        for source in api.sources() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        let generated = match api.generate() {
            Ok(generated) => generated,
            Err(failure) => {
                println!("cargo::error={failure}");
                return ExitCode::FAILURE;
            }
        };
        for (name, text) in generated.files(api) {
            if let Err(error) = std::fs::write(folder.join(&name), text) {
                println!("cargo::error=cannot write {name}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
