//! Writes the document of every API, with its overlay, to `OUT_DIR`: the contract that the sandbox keeps.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use mx_nexus_openapi::{APIS, build_script};

fn main() -> ExitCode {
    build_script(write)
}

fn write(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut rows = String::new();
    for api in &APIS {
        api.rerun_if_changed();
        let file = format!("{}_contract.json", api.name);
        fs::write(folder.join(&file), api.contract()?)?;
        rows.push_str(&format!("({:?}, include_str!({file:?})),\n", api.name));
    }
    Ok(fs::write(
        folder.join("contracts.rs"),
        format!("[{rows}]\n"),
    )?)
}
