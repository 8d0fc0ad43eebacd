//! A walk over the folder's files in the order of their paths, that can go on where it stopped.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::key::StorageKey;
use crate::{Head, Object, Page, StoreError};

/// Deepest directory looked into: keys have three, and a loop must end.
const MAX_DEPTH: usize = 8;

/// One page's walk. Paths are compared part by part, the order in which sorted directories are met.
pub(super) struct Walk {
    prefix: String,
    after: Option<PathBuf>,
    older_than: DateTime<Utc>,
    left: usize,
    last: Option<String>,
    objects: Vec<Object>,
}

impl Walk {
    pub(super) fn new(prefix: &str, after: Option<&str>, older_than: DateTime<Utc>, limit: usize) -> Self {
        let after = after.map(PathBuf::from);
        Self { prefix: prefix.to_owned(), after, older_than, left: limit, last: None, objects: Vec::new() }
    }

    /// Walks the whole tree below `root`, until the page is full.
    pub(super) fn enter(&mut self, root: &Path) -> Result<(), StoreError> {
        self.directory(root, "", 0)
    }

    /// The page. When it is full there may be more, and the next page says.
    pub(super) fn finish(self) -> Page {
        let next = if self.left == 0 { self.last } else { None };
        Page { objects: self.objects, next }
    }

    /// One directory. Its names are sorted in memory: shards keep them few.
    fn directory(&mut self, directory: &Path, path: &str, depth: usize) -> Result<(), StoreError> {
        if depth > MAX_DEPTH {
            return Ok(());
        }
        for name in sorted_names(directory)? {
            if self.left == 0 {
                break;
            }
            // Names that are not text, and hidden ones, are not ours.
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            let entry = directory.join(name);
            let metadata = match fs::symlink_metadata(&entry) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            if metadata.is_dir() && self.may_hold(&path) {
                self.directory(&entry, &path, depth + 1)?;
            } else if metadata.is_file() && self.is_next(&path) {
                self.look_at(path, &metadata)?;
            }
        }
        Ok(())
    }

    fn may_hold(&self, directory: &str) -> bool {
        let inside = format!("{directory}/");
        let wanted = inside.starts_with(&self.prefix) || self.prefix.starts_with(&inside);
        let passed =
            self.after.as_deref().is_some_and(|after| Path::new(directory) < after && !after.starts_with(directory));
        wanted && !passed
    }

    fn is_next(&self, path: &str) -> bool {
        path.starts_with(&self.prefix) && self.after.as_deref().is_none_or(|after| Path::new(path) > after)
    }

    fn look_at(&mut self, path: String, metadata: &Metadata) -> Result<(), StoreError> {
        self.left -= 1;
        self.last = Some(path.clone());
        let head = head(metadata)?;
        if head.changed_at < self.older_than {
            self.objects.push(Object { key: StorageKey::parse(&path), path, head });
        }
        Ok(())
    }
}

/// Size and age of a file.
pub(super) fn head(metadata: &Metadata) -> Result<Head, StoreError> {
    Ok(Head { bytes: metadata.len(), changed_at: metadata.modified()?.into() })
}

fn sorted_names(directory: &Path) -> Result<Vec<OsString>, StoreError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names = entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
