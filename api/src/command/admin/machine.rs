//! Machines that may call the integration API.

use casework::Desk;
use casework::machine::{self, Key, Scope};
use chrono::{DateTime, Utc};
use portal::signature::{Algorithm, Check};

use super::{algorithm, draw};
use crate::command::BY;

type Outcome = Result<String, Box<dyn std::error::Error + Send + Sync>>;

/// A machine to add.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Add {
    /// What it calls itself when it signs (`X-Gxb-App`): 1 to 64 letters, digits, `-`, `_` or `.`.
    #[arg(long, value_parser = name)]
    name: String,
    /// What it may do; once for each scope.
    #[arg(long = "scope", required = true, value_parser = scope)]
    scopes: Vec<Scope>,
    #[command(flatten)]
    key: NewKey,
}

/// A key to add.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct AddKey {
    /// What the machine calls itself.
    machine: String,
    #[command(flatten)]
    key: NewKey,
}

/// A key: one that is made here, or one the machine has made for itself.
#[derive(Clone, Debug, clap::Args)]
struct NewKey {
    /// What the key is called.
    #[arg(long = "key-name", default_value = "first", value_parser = name)]
    key_name: String,
    /// How calls are signed with it; a key is made and printed.
    #[arg(long, value_name = "hmac-sha256|hmac-sm3|sm2", value_parser = algorithm, required_unless_present = "key")]
    algorithm: Option<Algorithm>,
    /// What the machine's signatures are checked with, when it has made its key itself: `sm2:HEX` of its public key, or
    /// `hmac-…:BASE64`.
    #[arg(long, value_parser = check, conflicts_with = "algorithm")]
    key: Option<Check>,
    /// When it stops being believed: `2027-01-31T00:00:00Z`. Never, unless told.
    #[arg(long)]
    until: Option<DateTime<Utc>>,
}

fn name(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if plain && (1..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 64 letters, digits, -, _ or .".to_owned())
    }
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::named(text).ok_or_else(|| format!("one of {}", Scope::ALL.map(Scope::name).join(", ")))
}

fn check(text: &str) -> Result<Check, String> {
    let check = Check::parse(text).map_err(|bad| bad.to_string())?;
    check.weakness().map_or(Ok(check), |why| Err(why.to_string()))
}

impl NewKey {
    /// The key as it is kept, and what to print of it.
    fn made(self, desk: &Desk) -> Result<(Key, String), Box<dyn std::error::Error + Send + Sync>> {
        let (check, shown) = match (self.key, self.algorithm) {
            (Some(check), _) => (check, String::new()),
            (None, Some(algorithm)) => {
                let seal = draw(&desk.world, algorithm)?;
                (seal.check(), format!("key:  {}\n", seal.expose()))
            }
            (None, None) => return Err("neither --algorithm nor --key".into()),
        };
        Ok((Key { name: self.key_name, key: check.expose(), until: self.until }, shown))
    }
}

/// What a machine may do from now on.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct SetScopes {
    /// What the machine calls itself.
    machine: String,
    /// What it may do, once for each scope; what is not named it may not do any more.
    #[arg(long = "scope", required_unless_present = "none", value_parser = scope)]
    scopes: Vec<Scope>,
    /// Take every scope away.
    #[arg(long, conflicts_with = "scopes")]
    none: bool,
}

/// Says what a machine may do. Answers what to print.
pub(super) async fn set_scopes(desk: &Desk, set: SetScopes) -> Outcome {
    let row = machine::set_scopes(desk, &set.machine, &set.scopes, BY).await?;
    Ok(format!("name:   {}\nscopes: {}\n", row.name, row.scopes))
}

/// Adds a machine. Answers what to print.
pub(super) async fn add(desk: &Desk, add: Add, province: &str) -> Outcome {
    if add.name == province {
        return Err("that is the name the portal signs with (GXB_PORTAL_APP): choose another".into());
    }
    let (key, shown) = add.key.made(desk)?;
    let row = machine::create(desk, &add.name, &add.scopes, key).await?;
    Ok(format!("id:   {}\nname: {}\n{shown}", row.id, row.name))
}

/// Adds a key. Answers what to print.
pub(super) async fn add_key(desk: &Desk, add: AddKey) -> Outcome {
    let (key, shown) = add.key.made(desk)?;
    machine::add_key(desk, &add.machine, key).await?;
    Ok(shown)
}
