//! The keys: configured, or in development drawn once into the data directory.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use casework::world::{NoRandomness, World};

use super::secret::{Key32, NamedKey};
use super::table::Settings;
use super::value::Value as _;

/// The file in the data directory that holds what development drew.
const FILE: &str = "development-keys.toml";

/// Every key the process needs. `Debug` shows none of them.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The Ed25519 seed that signs access tokens.
    pub token: Key32,
    /// Seeds used before, newest first.
    pub token_old: Vec<Key32>,
    /// The keys that encrypt personal data, the one in use first; never empty.
    pub data: Vec<NamedKey>,
    /// The key of the hashes by which encrypted values are found.
    pub hash: Key32,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file with development keys cannot be read or written.
    #[error("the development keys in {path} cannot be used")]
    File {
        /// Where they should be.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file with development keys is not what we wrote.
    #[error("the development keys in {0} are damaged: restore the file, or remove it with all other data")]
    Damaged(PathBuf),
    /// No key can be drawn.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// The configured keys, completed by drawn ones. In production the checks have seen to it that nothing is missing.
pub(super) fn of(settings: &Settings, data_dir: &Path, world: &World) -> Result<Keys, KeysError> {
    let mut data = settings.data_keys.clone();
    if let (Some(token), Some(hash), false) = (&settings.token_key, &settings.hash_key, data.is_empty()) {
        let token_old = settings.token_old_keys.clone();
        return Ok(Keys { token: token.clone(), token_old, data, hash: hash.clone() });
    }
    let path = data_dir.join(FILE);
    let drawn = match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).ok_or(KeysError::Damaged(path))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => draw(&path, world)?,
        Err(source) => return Err(KeysError::File { path, source }),
    };
    if data.is_empty() {
        data.push(NamedKey { kid: "dev".to_owned(), key: drawn.data });
    }
    Ok(Keys {
        token: settings.token_key.clone().unwrap_or(drawn.token),
        token_old: settings.token_old_keys.clone(),
        data,
        hash: settings.hash_key.clone().unwrap_or(drawn.hash),
    })
}

/// The keys development drew into this directory: what production must not use.
pub(super) fn drawn(data_dir: &Path) -> Vec<Key32> {
    let drawn = std::fs::read_to_string(data_dir.join(FILE)).ok().as_deref().and_then(parse);
    drawn.map(|drawn| vec![drawn.token, drawn.data, drawn.hash]).unwrap_or_default()
}

struct Drawn {
    token: Key32,
    data: Key32,
    hash: Key32,
}

fn parse(text: &str) -> Option<Drawn> {
    let table: toml::Table = text.parse().ok()?;
    let key = |name: &str| Key32::parse(table.get(name)?.as_str()?).ok();
    Some(Drawn { token: key("token_key")?, data: key("data_key")?, hash: key("hash_key")? })
}

fn draw(path: &Path, world: &World) -> Result<Drawn, KeysError> {
    let drawn =
        Drawn { token: Key32::new(world.bytes()?), data: Key32::new(world.bytes()?), hash: Key32::new(world.bytes()?) };
    let text = format!(
        "# Drawn for development. Whoever has this file can read everything in this directory.\n\
         token_key = \"{}\"\ndata_key = \"{}\"\nhash_key = \"{}\"\n",
        drawn.token.to_base64(),
        drawn.data.to_base64(),
        drawn.hash.to_base64()
    );
    match write_new(path, &text) {
        Ok(()) => Ok(drawn),
        // Another process drew them in the same moment: its keys count.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|source| KeysError::File { path: path.to_owned(), source })?;
            parse(&text).ok_or_else(|| KeysError::Damaged(path.to_owned()))
        }
        Err(source) => Err(KeysError::File { path: path.to_owned(), source }),
    }
}

/// Writes a file nobody else can read, whole or not at all, and never over another one.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| std::fs::hard_link(&temporary, path));
    std::fs::remove_file(&temporary)?;
    linked?;
    std::fs::File::open(folder)?.sync_all()
}
