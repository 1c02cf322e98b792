//! What the build scripts of `mx-nexus` and its sandbox share: where files go, when to run again, and how an error is shown.

#![allow(
    clippy::print_stdout,
    reason = "cargo reads the output of a build script"
)]

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::Api;

/// The `main` of a build script: `write` gets the folder that cargo gives it.
pub fn build_script(write: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>) -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let Err(error) = write(&folder) else {
        return ExitCode::SUCCESS;
    };
    println!("cargo::error={error}");
    ExitCode::FAILURE
}

impl Api {
    /// Has cargo run the build script again when one of the documents changes.
    pub fn rerun_if_changed(&self) {
        for source in self.sources() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
    }
}
