//! Which way a deployment reaches its platform.

use std::sync::Arc;
use std::time::Duration;

use casework::world::World;
use store::StoreError;

use super::drop::FileDrop;
use super::gateway::{BadAddress, Gateway};
use super::tables::{self, ExchangeTables};
use super::{CodeTable, Kind, Province};
use crate::http::Http;
use crate::signature::{Key, TrustedKey};

/// One way to a platform, with all it needs.
#[derive(Clone)]
pub enum Way {
    /// Signed calls to gateway v1 at this address, each within this time.
    Gateway {
        /// Such as `https://zwfw.example/gateway/v1`.
        url: String,
        /// For one call.
        timeout: Duration,
    },
    /// Signed bundles in this folder or bucket.
    Drop(store::Config),
    /// Rows in the exchange tables of this database.
    Tables {
        /// Such as `postgres://user:password@host/database`.
        url: String,
        /// For one connection.
        timeout: Duration,
    },
}

impl Way {
    /// The adapter that goes this way.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Gateway { .. } => Kind::Gateway,
            Self::Drop(_) => Kind::Drop,
            Self::Tables { .. } => Kind::Tables,
        }
    }
}

/// What every adapter needs beside its way.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What we sign with.
    pub key: Key,
    /// What the platform may sign with.
    pub trusted: Vec<TrustedKey>,
    /// The codes its version speaks.
    pub codes: &'static CodeTable,
}

/// Why a way cannot be gone at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No client can be built.
    #[error("no HTTP client can be built")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address is none.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The folder or bucket cannot be used.
    #[error("the folder or bucket of the file drop cannot be used")]
    Store(#[from] StoreError),
    /// The database's address cannot be right.
    #[error("the database of the exchange tables cannot be used")]
    Database(#[from] sea_orm::DbErr),
    /// The version has no tables.
    #[error(transparent)]
    Layout(#[from] tables::NoLayout),
}

/// Makes the adapter for a way.
///
/// # Errors
/// [`OpenError`].
pub async fn open(way: &Way, settings: Settings, world: &World) -> Result<Arc<dyn Province>, OpenError> {
    Ok(match way {
        Way::Gateway { url, timeout } => {
            let http = Http::new(*timeout).map_err(|error| OpenError::Client(error.into()))?;
            Arc::new(Gateway::new(http, url, settings.key, world.clone())?.speaking(settings.codes))
        }
        Way::Tables { url, timeout } => {
            let database = tables::connect(url, *timeout).await?;
            Arc::new(ExchangeTables::new(database, &settings, world.clone())?)
        }
        Way::Drop(config) => Arc::new(FileDrop::new(store::open(config)?, settings, world.clone())),
    })
}
