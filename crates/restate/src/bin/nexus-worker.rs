//! `nexus-worker`: runs the jobs of MX as workflows of Restate.

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use mx_nexus::jobs::Polling;
use mx_nexus_restate::{Mx, Worker};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Runs the jobs of MX as workflows of Restate
///
/// The credentials come from the variables of the command nexus: MX_ENVIRONMENT (integration, production, or the address of a sandbox),
/// MX_CLIENT_ID and MX_API_KEY; for Atrium, where they differ, MX_ATRIUM_CLIENT_ID and MX_ATRIUM_API_KEY.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The address to serve
    #[arg(long, env = "NEXUS_WORKER_BIND", default_value = "127.0.0.1:9080")]
    bind: SocketAddr,
    /// Lets several workers on this machine serve the same address; the system distributes the connections
    #[arg(long, env = "NEXUS_WORKER_SHARE_PORT")]
    share_port: bool,
    /// Refuses requests that are not signed by the server with this public key, publickeyv1_…
    #[arg(long, env = "NEXUS_WORKER_IDENTITY_KEY")]
    identity_key: Option<String>,
    /// The shortest interval of the polls, such as 3s
    #[arg(long, env = "NEXUS_WORKER_POLL", default_value = "3s", value_parser = humantime::parse_duration)]
    poll: Duration,
    /// The longest interval of the polls, such as 10s
    #[arg(long, env = "NEXUS_WORKER_POLL_LONGEST", default_value = "10s", value_parser = humantime::parse_duration)]
    poll_longest: Duration,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // RUST_LOG changes what is logged.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let mut worker = Worker::new(Mx::from_environment()?)
        .with_polling(Polling::between(arguments.poll, arguments.poll_longest));
    if let Some(key) = &arguments.identity_key {
        worker = worker.with_identity_key(key);
    }
    let listener = listen(&arguments)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(worker.serve(listener, stop).await?)
}

fn listen(arguments: &Arguments) -> std::io::Result<TcpListener> {
    let socket = match arguments.bind {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(arguments.share_port)?;
    socket.bind(arguments.bind)?;
    socket.listen(1024)
}
