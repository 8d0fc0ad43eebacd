//! Objects that come in parts: a directory each, a file a part, until they are joined.
//!
//! The directory is named after the object, so that the object's key is all one needs to find it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{Root, make_directory, sync_directory, walk};
use crate::key::StorageKey;
use crate::{StoreError, Unfinished};

/// Where parts wait. It begins with a dot: lists pass it over.
const PARTS: &str = ".parts";

impl Root {
    pub(super) fn begin_parts(&self, key: StorageKey) -> Result<String, StoreError> {
        make_directory(&self.parts_of(key), &self.path)?;
        Ok(name(key))
    }

    /// The directory is made by `begin_parts` alone: a part that comes after its end finds none.
    pub(super) fn put_part(&self, key: StorageKey, number: u32, bytes: &[u8]) -> Result<String, StoreError> {
        let directory = self.parts_of(key);
        let (mut file, mut temporary) = self.temporary("part")?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary.path, directory.join(number.to_string()))?;
        temporary.keep = true;
        sync_directory(&directory)?;
        Ok(String::new())
    }

    /// Two may do this at once: each joins into a file of its own, and both files are the same.
    pub(super) fn join_parts(&self, key: StorageKey, numbers: &[u32]) -> Result<(), StoreError> {
        let directory = self.parts_of(key);
        let (mut file, temporary) = self.temporary("join")?;
        for number in numbers {
            io::copy(&mut File::open(directory.join(number.to_string()))?, &mut file)?;
        }
        self.name(&file, temporary, &key.path())?;
        // The object is there: parts that cannot be removed now are dropped with whatever owns it.
        let _ = self.drop_parts(key);
        Ok(())
    }

    pub(super) fn drop_parts(&self, key: StorageKey) -> Result<(), StoreError> {
        match fs::remove_dir_all(self.parts_of(key)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn unfinished(&self, older_than: DateTime<Utc>, limit: usize) -> Result<Vec<Unfinished>, StoreError> {
        let entries = match fs::read_dir(self.path.join(PARTS)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut found = Vec::new();
        for entry in entries {
            if found.len() >= limit {
                break;
            }
            let entry = entry?;
            let begun = entry.file_name().to_string_lossy().into_owned();
            let Some(key) = StorageKey::parse(&begun.replace('+', "/")) else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() && walk::head(&metadata)?.changed_at < older_than {
                found.push(Unfinished { key, begun });
            }
        }
        Ok(found)
    }

    fn parts_of(&self, key: StorageKey) -> PathBuf {
        self.path.join(PARTS).join(name(key))
    }
}

/// The object's path as one name.
fn name(key: StorageKey) -> String {
    key.path().replace('/', "+")
}
