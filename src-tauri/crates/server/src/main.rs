//! `loopdesk-server`: the service as a program. Everything it does is in the library.

use std::{
    io::IsTerminal,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, Parser, Subcommand};
use model::{Role, Slug, Workspace};
use secrecy::{ExposeSecret, SecretString};
#[cfg(feature = "calls")]
use server::calls::exchange::Encrypted;
use server::{
    Error, Options, Result, Service,
    admin::{self, NewPerson},
    audit::Verdict,
    clock::SystemClock,
    seed,
};

/// The Loopdesk help desk service: customers, queues, follow-ups, and the chat on your site.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "A first start:\n  loopdesk-server apply workspace.toml\n  \
    loopdesk-server user add --workspace acme --email ines@acme.com --name \"Inès Keller\" --role supervisor\n  \
    loopdesk-server serve"
)]
struct Cli {
    #[command(flatten)]
    data: Data,
    #[command(subcommand)]
    task: Task,
}

/// Where the data is.
#[derive(Args)]
struct Data {
    /// The database file. Its folder must exist; the file is made when it is not there.
    #[arg(long, global = true, default_value = "loopdesk.db", env = "LOOPDESK_DATABASE")]
    database: PathBuf,
    /// A file with the database's key: 64 hex digits. Without it the database is not encrypted. Keep a copy of the
    /// key apart from the backups: without it they cannot be read.
    #[arg(long, global = true, env = "LOOPDESK_KEY_FILE")]
    key_file: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Task {
    /// Answer desks, chat pages and other systems until Ctrl-C.
    Serve {
        /// The address to listen on. Beyond this machine only with --behind-tls.
        #[arg(long, default_value = "127.0.0.1:7070")]
        listen: SocketAddr,
        /// A TLS proxy stands before the service, so that it may listen on other addresses than 127.0.0.1.
        #[arg(long)]
        behind_tls: bool,
        /// Take calls: the address of the telephone exchange, over UDP and TCP. Without it there is no telephone. Its
        /// numbers are those of the queues in the workspace; no call goes outside.
        #[cfg(feature = "calls")]
        #[arg(long, value_name = "ADDRESS")]
        sip: Option<SocketAddr>,
        /// Let --sip be an address beyond this machine. Then whoever is on the way between a telephone and the service
        /// hears every word and sees every number, because nothing of it is encrypted (the passwords of lines do not
        /// travel), and anybody who reaches the address may call the queues. Only in a network that you trust.
        #[cfg(feature = "calls")]
        #[arg(long, requires = "sip")]
        sip_in_the_clear: bool,
        /// Let the desks' telephones reach the exchange at this address, too, where nobody else hears or sees anything: TLS,
        /// with a certificate that is made at each start and that desks get from the service.
        #[cfg(feature = "calls")]
        #[arg(long, value_name = "ADDRESS", requires = "sip")]
        sip_tls: Option<SocketAddr>,
        /// What desks call --sip-tls, if that is not its address: pbx.example.com.
        #[cfg(feature = "calls")]
        #[arg(long, value_name = "NAME", requires = "sip_tls")]
        sip_name: Option<String>,
        /// Take the calls of an Asterisk instead: the file that says where it is and how telephones are called there.
        #[cfg_attr(feature = "calls", arg(long, value_name = "FILE", conflicts_with = "sip"))]
        #[cfg_attr(not(feature = "calls"), arg(long, value_name = "FILE"))]
        asterisk: Option<PathBuf>,
    },
    /// Make or change a workspace from its file: queues, hours, reasons, rules. Applying twice changes nothing.
    Apply {
        /// The workspace.toml.
        file: PathBuf,
        /// Only say what would change.
        #[arg(long)]
        dry_run: bool,
    },
    /// Add, change or close people's accounts.
    User {
        #[command(subcommand)]
        task: UserTask,
    },
    /// Make a new key for other systems (POST /v1/facts, hand-over). It is shown once; the one before stops working.
    NewKey {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
    },
    /// Show the key with which your site signs who its visitors are.
    SiteKey {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
    },
    /// Look at the log of who did what.
    Audit {
        #[command(subcommand)]
        task: AuditTask,
    },
    /// Copy the database to FILE while the service runs.
    Backup {
        /// A new file.
        file: PathBuf,
    },
    /// Put a backup in place of a database that is not there. All desks begin anew from it.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Fill a demo workspace: customers, orders, conversations, articles, macros, in English and French.
    Seed,
    /// Print the OpenAPI description.
    Openapi,
}

#[derive(Subcommand)]
enum UserTask {
    /// Add a person, or change the one with that address. The password is read from the first line of standard input.
    Add {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
        /// The address they sign in with.
        #[arg(long)]
        email: String,
        /// The name customers and colleagues see.
        #[arg(long)]
        name: String,
        /// `advisor` or `supervisor`.
        #[arg(long, default_value = "advisor", value_parser = role)]
        role: Role,
        /// Their team.
        #[arg(long, default_value = "care")]
        team: Slug,
        /// A skill or language; may be given several times.
        #[arg(long = "skill")]
        skills: Vec<Slug>,
        /// A queue they serve; may be given several times.
        #[arg(long = "queue")]
        queues: Vec<Slug>,
    },
    /// End all sign-ins of a person, as when a computer was lost: their desks are shut within a moment and forget what
    /// they were told. The account stays open; change its password with `user add` if that may be known, too.
    End {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
        /// The address.
        #[arg(long)]
        email: String,
    },
    /// Close an account: desks are shut at once, history stays.
    Close {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
        /// The address.
        #[arg(long)]
        email: String,
    },
}

#[derive(Subcommand)]
enum AuditTask {
    /// Check that no entry was changed, taken out or put in between. Ends with an error if one was.
    Verify {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
    },
    /// Print the newest entries, oldest first: number, time (UTC), who, what, to which row, result.
    List {
        /// The workspace's id.
        #[arg(long)]
        workspace: Slug,
        /// How many.
        #[arg(long, default_value_t = 100)]
        newest: u32,
    },
}

fn role(text: &str) -> std::result::Result<Role, String> {
    match text {
        "advisor" => Ok(Role::Advisor),
        "supervisor" => Ok(Role::Supervisor),
        _ => Err("choose advisor or supervisor".into()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(server::logs::filter(std::env::var("RUST_LOG").ok().as_deref()))
        .with_writer(std::io::stderr)
        .init();
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<()> {
    let key = cli.data.key_file.as_ref().map(read_key).transpose()?;
    let database = cli.data.database;
    let options = |behind_tls| Options {
        database: database.clone(),
        key: key.clone(),
        clock: Arc::new(SystemClock),
        behind_tls,
    };
    match cli.task {
        Task::Serve {
            listen,
            behind_tls,
            #[cfg(feature = "calls")]
            sip,
            #[cfg(feature = "calls")]
            sip_in_the_clear,
            #[cfg(feature = "calls")]
            sip_tls,
            #[cfg(feature = "calls")]
            sip_name,
            asterisk,
        } => {
            let service = Service::open(options(behind_tls)).await?;
            #[cfg(feature = "calls")]
            if let Some(sip) = sip {
                take_calls(&service, sip, sip_in_the_clear, encrypted(sip_tls, sip_name)?).await?;
            }
            if let Some(file) = asterisk {
                let settings = server::calls::asterisk::Settings::of_file(&file)?;
                let (exchange, told) = server::calls::asterisk::open(settings, Arc::new(SystemClock)).await?;
                service.answers_calls(exchange, told);
            }
            let listener = tokio::net::TcpListener::bind(listen)
                .await
                .map_err(|source| Error::Io { what: "listening", source })?;
            // With port 0 the system chooses one: what it chose is told.
            let address = listener.local_addr().unwrap_or(listen);
            tracing::info!(%address, "the service is ready");
            service.serve(listener, asked_to_stop()).await
        }
        Task::Apply { file, dry_run } => {
            let workspace = read_workspace(&file)?;
            let applied = Service::open(options(false)).await?.apply(workspace, dry_run).await?;
            let begun = if dry_run { "Would be" } else { "Was" };
            match (applied.made, applied.changes.as_slice()) {
                (true, _) => println!("{begun} made: the workspace is new."),
                (false, []) => println!("Nothing to change."),
                (false, changes) => println!("{begun} changed:\n{}", changes.join("\n")),
            }
            Ok(())
        }
        Task::User { task } => {
            there(&database)?;
            user(&Service::open(options(false)).await?, task).await
        }
        Task::Audit { task } => {
            there(&database)?;
            look_at_audit(&Service::open(options(false)).await?, task).await
        }
        Task::NewKey { workspace } => {
            there(&database)?;
            let key = Service::open(options(false)).await?.new_integration_key(&workspace).await?;
            println!("{}", key.expose_secret());
            Ok(())
        }
        Task::SiteKey { workspace } => {
            there(&database)?;
            let key = Service::open(options(false)).await?.site_key(&workspace).await?;
            println!("{}", key.expose_secret());
            Ok(())
        }
        Task::Backup { file } => {
            there(&database)?;
            Service::open(options(false)).await?.db().backup(file.clone()).await?;
            println!("Backed up to {}.", file.display());
            Ok(())
        }
        Task::Restore { file } => {
            admin::restore(&file, &database, key).await?;
            println!("Restored to {}. Desks begin anew when they connect.", database.display());
            Ok(())
        }
        Task::Seed => {
            let demo = seed::demo(&Service::open(options(false)).await?).await?;
            match demo.made {
                true => println!("The workspace \"{}\" is filled.", demo.workspace),
                false => {
                    println!("The workspace \"{}\" is there already; nothing was changed.", demo.workspace)
                }
            }
            Ok(())
        }
        Task::Openapi => {
            println!("{}", server::openapi());
            Ok(())
        }
    }
}

/// Where desks' telephones reach the exchange, if they do so unheard.
#[cfg(feature = "calls")]
fn encrypted(bind: Option<SocketAddr>, name: Option<String>) -> Result<Option<Encrypted>> {
    let Some(bind) = bind else { return Ok(None) };
    let name = match name {
        Some(name) => name,
        None if bind.ip().is_unspecified() => {
            return Err(Error::Open(format!(
                "Say with --sip-name what desks call {bind}: its certificate names it."
            )));
        }
        None => bind.ip().to_string(),
    };
    Ok(Some(Encrypted { bind, name }))
}

/// Callers wait in the queues of the service from now on.
#[cfg(feature = "calls")]
async fn take_calls(
    service: &Service,
    sip: SocketAddr,
    in_the_clear: bool,
    encrypted: Option<Encrypted>,
) -> Result<()> {
    if !sip.ip().is_loopback() && !in_the_clear {
        return Err(Error::Open(format!(
            "No telephone exchange at {sip}: it is reached without encryption, so this machine only. In a network that \
             you trust, say --sip-in-the-clear, too; desks need only --sip-tls."
        )));
    }
    let (exchange, told) = server::calls::exchange::open(sip, encrypted).await?;
    tracing::info!(address = %exchange.address(), "calls are taken");
    service.answers_calls(exchange, told);
    Ok(())
}

/// Only `apply`, `seed` and `serve` begin with nothing: anywhere else a new, empty database would be a mistake that
/// nobody notices.
fn there(database: &Path) -> Result<()> {
    if database.exists() {
        return Ok(());
    }
    Err(Error::Open(format!(
        "There is no database at {}. Say where it is with --database.",
        database.display()
    )))
}

/// Ends when somebody presses Ctrl-C or the system asks the program to end.
async fn asked_to_stop() {
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            },
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}

async fn user(service: &Service, task: UserTask) -> Result<()> {
    match task {
        UserTask::Add { workspace, email, name, role, team, skills, queues } => {
            if std::io::stdin().is_terminal() {
                eprintln!("Password (nothing for an account that cannot sign in by the page):");
            }
            let mut password = String::new();
            std::io::stdin()
                .read_line(&mut password)
                .map_err(|source| Error::Io { what: "reading the password", source })?;
            let password = Some(password.trim_end().to_owned()).filter(|password| !password.is_empty());
            let new = NewPerson { email: email.clone(), name, role, team, skills, queues, password };
            service.add_person(&workspace, new).await?;
            println!("{email} may sign in.");
            Ok(())
        }
        UserTask::End { workspace, email } => {
            service.end_sign_ins(&workspace, &email).await?;
            println!("{email} has to sign in again everywhere.");
            Ok(())
        }
        UserTask::Close { workspace, email } => {
            service.close_person(&workspace, &email).await?;
            println!("{email} may no longer sign in.");
            Ok(())
        }
    }
}

async fn look_at_audit(service: &Service, task: AuditTask) -> Result<()> {
    match task {
        AuditTask::Verify { workspace } => match service.audit_verify(&workspace).await? {
            Verdict::Whole { entries, last } => {
                println!("{entries} entries, none changed. The last link is {last}.");
                Ok(())
            }
            Verdict::Broken { at } => {
                Err(Error::Open(format!("The audit log is broken: entry {at} is not as it was written.")))
            }
        },
        AuditTask::List { workspace, newest } => {
            let name = |id: Option<uuid::Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
            for entry in service.audit(&workspace, newest).await? {
                let at = jiff::Timestamp::from_millisecond(entry.at.0)
                    .map_or_else(|_| entry.at.0.to_string(), |at| at.to_string());
                let (who, object) = (name(entry.who), name(entry.object));
                println!("{}  {at}  {who}  {}  {object}  {}", entry.no, entry.act, entry.result);
            }
            Ok(())
        }
    }
}

fn read_key(path: &PathBuf) -> Result<SecretString> {
    let text =
        std::fs::read_to_string(path).map_err(|source| Error::Io { what: "reading the key file", source })?;
    let key = text.trim().to_owned();
    if key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(key.into())
    } else {
        Err(Error::Open(format!("{} must hold 64 hex digits and nothing else.", path.display())))
    }
}

fn read_workspace(path: &PathBuf) -> Result<Workspace> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| Error::Io { what: "reading the workspace file", source })?;
    toml::from_str(&text).map_err(|error| Error::Open(format!("{}: {error}", path.display())))
}
