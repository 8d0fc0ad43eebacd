//! What we put there: files first, the message, and last the signed manifest, so that a reader never takes half a bundle.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::StoreError;

use super::ack::Ack;
use super::{FileDrop, MaterialFile};
use crate::signature::Envelope;

/// The kind of an application's bundle; a step's is the call's name.
pub(super) const APPLY: &str = "apply";
const MESSAGE: &str = "message.json";
const MANIFEST: &str = "manifest.json";

/// One file of a bundle, as the manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    name: String,
    sha256: String,
    bytes: u64,
}

impl Listed {
    pub(super) fn of(file: &MaterialFile) -> Self {
        let suffix = match file.content_type.as_str() {
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "application/pdf" => "pdf",
            _ => "bin",
        };
        Self { name: format!("{}.{suffix}", file.sha256), sha256: file.sha256.clone(), bytes: file.bytes }
    }
}

/// What the manifest says.
#[derive(Serialize)]
struct Manifest<'a> {
    name: &'a str,
    kind: &'a str,
    orgbusno: &'a str,
    files: Vec<&'a Listed>,
}

/// One message and its files.
pub(super) struct Bundle {
    pub(super) name: String,
    message: String,
    files: Vec<Listed>,
    manifest: String,
}

/// How a bundle was found, or left.
pub(super) enum Sent {
    /// The platform took it earlier.
    Taken(Ack),
    /// It lies there, whole.
    Lies,
    /// Something else lies there under its name.
    Other,
    /// These of its files were never put there, or are gone.
    Missing(Vec<String>),
}

/// The name of an application's bundle.
pub(super) fn application_name(orgbusno: &str, dataver: u32) -> String {
    format!("{orgbusno}-{dataver}-{APPLY}")
}

impl Bundle {
    pub(super) fn new(name: String, kind: &str, orgbusno: &str, message: String, mut files: Vec<Listed>) -> Self {
        // One file may stand in two materials.
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files.dedup();
        let sha256 = hex::encode(Sha256::digest(&message));
        let letter = Listed { name: MESSAGE.to_owned(), sha256, bytes: message.len() as u64 };
        let listed = std::iter::once(&letter).chain(&files).collect();
        let manifest = Manifest { name: &name, kind, orgbusno, files: listed };
        // Names and numbers only: it can always be written.
        let manifest = serde_json::to_string(&manifest).unwrap_or_default();
        Self { name, message, files, manifest }
    }
}

impl FileDrop {
    /// Puts one file of a bundle there, unless the bundle is whole already; whether it did.
    pub(super) async fn put_part(&self, bundle: &str, file: &Listed, bytes: Bytes) -> Result<bool, StoreError> {
        let sealed = self.shelf.size(&within(bundle, MANIFEST)).await?.is_some();
        if sealed || self.taken(bundle).await?.is_some() {
            return Ok(false);
        }
        self.shelf.put(&within(bundle, &file.name), bytes).await?;
        Ok(true)
    }

    /// Puts a bundle there whose files are there already.
    pub(super) async fn put(&self, bundle: &Bundle) -> Result<Sent, StoreError> {
        if let Some(ack) = self.taken(&bundle.name).await? {
            self.clear(&bundle.name).await?;
            return Ok(Sent::Taken(ack));
        }
        let place = within(&bundle.name, MANIFEST);
        if let Some(bytes) = self.shelf.text(&place).await? {
            let same = serde_json::from_slice::<Envelope>(&bytes).is_ok_and(|there| there.content == bundle.manifest);
            return Ok(if same { Sent::Lies } else { Sent::Other });
        }
        let missing = self.missing(bundle).await?;
        if !missing.is_empty() {
            return Ok(Sent::Missing(missing));
        }
        // An answer to what lay here before is none to this.
        self.shelf.delete(&super::inbox::ack_path(&bundle.name)).await?;
        self.shelf.put(&within(&bundle.name, MESSAGE), bundle.message.clone().into()).await?;
        self.shelf.put(&place, self.sealed(&place, &bundle.manifest)?).await?;
        Ok(Sent::Lies)
    }

    async fn missing(&self, bundle: &Bundle) -> Result<Vec<String>, StoreError> {
        let mut missing = Vec::new();
        for file in &bundle.files {
            if self.shelf.size(&within(&bundle.name, &file.name)).await? != Some(file.bytes) {
                missing.push(file.name.clone());
            }
        }
        Ok(missing)
    }

    fn sealed(&self, path: &str, content: &str) -> Result<Bytes, StoreError> {
        let unready = |error: &dyn std::error::Error| StoreError::Unavailable(error.to_string());
        let nonce: [u8; 16] = self.world.bytes().map_err(|error| unready(&error))?;
        let now = self.world.now();
        let envelope = Envelope::seal(&self.key, path, content.to_owned(), now, &hex::encode(nonce));
        Ok(serde_json::to_vec(&envelope).map_err(|error| unready(&error))?.into())
    }

    /// Takes a manifest back: without it the bundle does not lie there.
    pub(super) async fn take_back(&self, bundle: &str) -> Result<(), StoreError> {
        self.shelf.delete(&within(bundle, MANIFEST)).await
    }

    /// Removes a bundle the platform has: what it holds is personal. The manifest first, so that no half is ever read.
    pub(super) async fn clear(&self, bundle: &str) -> Result<(), StoreError> {
        let (objects, _) = self.shelf.list(&within(bundle, ""), None).await?;
        if objects.is_empty() {
            return Ok(());
        }
        self.take_back(bundle).await?;
        for object in objects {
            self.shelf.delete(&object.path).await?;
        }
        Ok(())
    }
}

fn within(bundle: &str, file: &str) -> String {
    format!("outbox/{bundle}/{file}")
}
