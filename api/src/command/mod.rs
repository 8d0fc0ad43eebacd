//! The roles of the one binary, a subcommand each.

mod admin;
mod config;
mod demo;
mod digest;
mod exchange;
mod explain;
mod health;
mod migrate;
mod openapi;
pub mod photo_fit;
mod portal_sim;
mod reconcile;
mod relay;
pub mod serve;
mod signals;

use std::error::Error as StdError;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Mistakes};

/// What a command exits with that found something for a person to do.
const SOMETHING_TO_DO: u8 = 3;

/// What a subcommand ends with: an exit code, or an error that is printed with its whole chain.
pub type Ended = Result<ExitCode, Box<dyn StdError + Send + Sync>>;

/// Who acts, in what is written down of commands.
const BY: &str = "cli";

/// 高兴办: a county's services from home, with a few taps.
#[derive(Debug, Parser)]
#[command(name = "gaoxingban", bin_name = "gaoxingban", version, max_term_width = 100)]
struct Cli {
    /// A TOML file with settings; the environment (GXB_*) wins over it.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Answer requests, and deliver what is owed (the default).
    Serve(serve::Args),
    /// Only deliver what is owed to the province and to people.
    Relay,
    /// Compare our cases with the province's, cure what can safely be cured, and print what a person has to look at; exit
    /// code 3 when there is any.
    Reconcile(reconcile::Args),
    /// Print what there is to do for an operator: what is stuck and why, who does not answer, which keys end; exit code 3
    /// when there is anything.
    Digest(digest::Args),
    /// Bring the database's schema up to date, or back.
    Migrate(migrate::Args),
    /// The province on this machine, for development and tests.
    PortalSim(portal_sim::Args),
    /// Work with photos without a server.
    #[command(subcommand)]
    Photo(Photo),
    /// Print one of the OpenAPI documents as YAML.
    Openapi(openapi::Args),
    /// Print the settings in force, secrets masked.
    Config(config::Args),
    /// Print what a code means, of an error or of a delivery that is not done, and what to do about it.
    Explain(explain::Args),
    /// Print the tables and codes of the exchange with the province, for whoever builds the other end: docs/exchange.md.
    Exchange,
    /// Ask a running server whether it is ready; exit code 0 when it is.
    Health(health::Args),
    /// Play one shop owner through a running server, from photo to the province's answer.
    Demo(demo::Args),
    /// Create staff and keys.
    Admin(admin::Args),
}

#[derive(Debug, Subcommand)]
enum Photo {
    /// Make photos fit a rule, and say for each what became of it: one JSON object a line.
    Fit(photo_fit::Args),
}

/// Runs the subcommand the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let file = cli.config.as_deref();
    let ended = match cli.role.unwrap_or(Role::Serve(serve::Args::default())) {
        Role::Serve(args) => configured(file, |config| serve::run(args, config)),
        Role::Relay => configured(file, relay::run),
        Role::Reconcile(args) => configured(file, |config| reconcile::run(args, config)),
        Role::Digest(args) => configured(file, |config| digest::run(args, config)),
        Role::Migrate(args) => configured(file, |config| migrate::run(args, config)),
        Role::PortalSim(args) => configured(file, |config| portal_sim::run(args, config)),
        Role::Photo(Photo::Fit(args)) => Ok(photo_fit::run(&args)),
        Role::Openapi(args) => openapi::run(args),
        Role::Config(args) => config::run(args, file),
        Role::Explain(args) => explain::run(&args),
        Role::Exchange => exchange::run(),
        Role::Health(args) => health::run(args, file),
        Role::Demo(args) => demo::run(args, file),
        Role::Admin(args) => admin::run(args, file),
    };
    ended.unwrap_or_else(|error| {
        complain(&*error);
        // 2: somebody has to change something before it makes sense to try again.
        if error.is::<Mistakes>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    })
}

/// Where our own server is asked: one that listens everywhere, at home.
fn at_home(listen: SocketAddr) -> SocketAddr {
    let home = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(home, listen.port())
}

fn configured(file: Option<&Path>, run: impl FnOnce(Config) -> Ended) -> Ended {
    let config = Config::load(file)?;
    let _lines = crate::telemetry::init(&config.log)?;
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    run(config)
}

/// Threads for what blocks, files and names above all. Each keeps some memory for itself.
const BLOCKING_THREADS: usize = 64;

/// Runs a future on all processors.
fn on_threads<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    Ok(runtime.enable_all().max_blocking_threads(BLOCKING_THREADS).build()?.block_on(future))
}

/// Prints to standard output; whoever closed it early does not want the rest.
fn print(text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

fn complain(error: &(dyn StdError + 'static)) {
    use std::io::Write as _;
    let chain = std::iter::successors(Some(error), |&error| error.source()).take(16);
    let text = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    drop(writeln!(std::io::stderr().lock(), "gaoxingban: {text}"));
}
