//! Reads the owners of MX's test member. With the feature `ring`, and without the default ones, TLS uses ring.

use std::error::Error;
use std::time::Duration;

use mx_nexus::{Environment, Nexus};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "ring")]
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "a provider is installed already")?;
    let nexus = Nexus::builder(Environment::integration()).build()?;
    let identify = nexus
        .with_session_token("test_session")
        .identify("test_nexus_member");
    let owners = identify
        .run(Duration::from_secs(300), async |_| None)
        .await?;
    println!("{} owners", owners.len());
    Ok(())
}
