//! Objects as files of a folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::key::StorageKey;
use crate::{Head, ListQuery, MAX_PAGE, ObjectStore, Page, Part, StoreError, Unfinished};

mod parts;
mod walk;

/// Where files are while they are written. It begins with a dot, which no key does, and lists pass it over.
const TEMPORARY: &str = ".tmp";
/// How many names are tried for a temporary file before the folder is called unusable.
const NAME_ATTEMPTS: usize = 1000;
/// Files hold people's documents: for the owner of the process only.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// The folder store.
pub(crate) struct FolderStore {
    root: Arc<Root>,
}

struct Root {
    path: PathBuf,
    written: AtomicU64,
}

/// What is to be written.
enum Source {
    Bytes(Bytes),
    File(PathBuf),
}

/// A file under its temporary name, removed unless it gets its own.
struct Temporary {
    path: PathBuf,
    keep: bool,
}

impl FolderStore {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        make_directory(&path.join(TEMPORARY), path)?;
        Ok(Self { root: Arc::new(Root { path: path.to_owned(), written: AtomicU64::new(0) }) })
    }

    /// Runs file work where it may block. It runs to its end even when the caller goes away, so nothing is left half done.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Root) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let root = Arc::clone(&self.root);
        tokio::task::spawn_blocking(move || work(&root))
            .await
            .map_err(|_| StoreError::Unavailable("the work on the folder was broken off".to_owned()))?
    }
}

#[async_trait]
impl ObjectStore for FolderStore {
    async fn put(&self, key: &StorageKey, bytes: Bytes) -> Result<(), StoreError> {
        let path = key.path();
        self.run(move |root| root.write(&path, &Source::Bytes(bytes))).await
    }

    async fn put_file(&self, key: &StorageKey, file: &Path) -> Result<(), StoreError> {
        let (path, file) = (key.path(), file.to_owned());
        self.run(move |root| root.write(&path, &Source::File(file))).await
    }

    async fn get(&self, key: &StorageKey, max_bytes: u64) -> Result<Bytes, StoreError> {
        let path = key.path();
        self.run(move |root| root.read(&path, max_bytes)).await
    }

    async fn head(&self, key: &StorageKey) -> Result<Option<Head>, StoreError> {
        let path = key.path();
        self.run(move |root| match fs::metadata(root.path.join(path)) {
            Ok(metadata) => Ok(Some(walk::head(&metadata)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        })
        .await
    }

    async fn delete(&self, key: &StorageKey) -> Result<(), StoreError> {
        let path = key.path();
        self.run(move |root| match fs::remove_file(root.path.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        })
        .await
    }

    async fn list(&self, query: &ListQuery<'_>) -> Result<Page, StoreError> {
        let mut walk = walk::Walk::new(query.prefix, query.after, query.older_than, query.limit.clamp(1, MAX_PAGE));
        self.run(move |root| {
            walk.enter(&root.path)?;
            Ok(walk.finish())
        })
        .await
    }

    async fn link(&self, _: &StorageKey, _: DateTime<Utc>, _: Duration) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    async fn clear_leftovers(&self, older_than: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        self.run(move |root| root.clear(older_than, limit)).await
    }

    async fn begin_parts(&self, key: &StorageKey) -> Result<String, StoreError> {
        let key = *key;
        self.run(move |root| root.begin_parts(key)).await
    }

    async fn put_part(&self, key: &StorageKey, _: &str, number: u32, bytes: Bytes) -> Result<String, StoreError> {
        let key = *key;
        self.run(move |root| root.put_part(key, number, &bytes)).await
    }

    async fn join_parts(&self, key: &StorageKey, _: &str, parts: &[Part]) -> Result<(), StoreError> {
        let (key, numbers) = (*key, parts.iter().map(|part| part.number).collect::<Vec<_>>());
        self.run(move |root| root.join_parts(key, &numbers)).await
    }

    async fn drop_parts(&self, key: &StorageKey, _: &str) -> Result<(), StoreError> {
        let key = *key;
        self.run(move |root| root.drop_parts(key)).await
    }

    async fn unfinished(&self, older_than: DateTime<Utc>, limit: usize) -> Result<Vec<Unfinished>, StoreError> {
        self.run(move |root| root.unfinished(older_than, limit.min(MAX_PAGE))).await
    }

    async fn check(&self) -> Result<(), StoreError> {
        self.run(|root| {
            let (mut file, _temporary) = root.temporary("check")?;
            Ok(file.write_all(b"check")?)
        })
        .await
    }
}

impl Root {
    /// Writes durably: once this returns, the file survives a power cut, and before, nobody sees it.
    fn write(&self, path: &str, source: &Source) -> Result<(), StoreError> {
        let (mut file, temporary) = self.temporary("put")?;
        match source {
            Source::Bytes(bytes) => file.write_all(bytes)?,
            Source::File(source) => copy(source, &mut file)?,
        }
        self.name(&file, temporary, path)
    }

    /// Gives a finished file its own name, durably.
    fn name(&self, file: &File, mut temporary: Temporary, path: &str) -> Result<(), StoreError> {
        let target = self.path.join(path);
        let directory = target.parent().unwrap_or(&self.path);
        file.sync_all()?;
        make_directory(directory, &self.path)?;
        fs::rename(&temporary.path, &target)?;
        temporary.keep = true;
        sync_directory(directory)?;
        Ok(())
    }

    fn read(&self, path: &str, max_bytes: u64) -> Result<Bytes, StoreError> {
        let file = File::open(self.path.join(path))?;
        let size = file.metadata()?.len();
        if size > max_bytes {
            return Err(StoreError::TooLarge { max_bytes });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        // One byte more than allowed, so that a file that grows meanwhile is noticed.
        file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()).is_ok_and(|read| read <= max_bytes) {
            Ok(bytes.into())
        } else {
            Err(StoreError::TooLarge { max_bytes })
        }
    }

    /// A new file under a name nobody else has: the process, a count, and, should a process before have had both,
    /// the next count.
    fn temporary(&self, purpose: &str) -> Result<(File, Temporary), StoreError> {
        for _ in 0..NAME_ATTEMPTS {
            let count = self.written.fetch_add(1, Ordering::Relaxed);
            let path = self.path.join(TEMPORARY).join(format!("{purpose}-{}-{count}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&path) {
                Ok(file) => return Ok((file, Temporary { path, keep: false })),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(StoreError::Unavailable("the store's folder is gone".to_owned()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Unavailable("no name is free for a temporary file".to_owned()))
    }

    fn clear(&self, older_than: DateTime<Utc>, limit: usize) -> Result<usize, StoreError> {
        let mut cleared = 0;
        for entry in fs::read_dir(self.path.join(TEMPORARY))? {
            if cleared >= limit {
                break;
            }
            let entry = entry?;
            let Ok(metadata) = entry.metadata() else { continue };
            if walk::head(&metadata)?.changed_at < older_than && fs::remove_file(entry.path()).is_ok() {
                cleared += 1;
            }
        }
        Ok(cleared)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed now is a leftover, cleared later.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Copies the caller's file. That it cannot be read is no statement about the object.
fn copy(source: &Path, target: &mut File) -> Result<(), StoreError> {
    let copied = File::open(source).and_then(|mut source| io::copy(&mut source, target));
    copied.map(|_| ()).map_err(|error| StoreError::Unavailable(format!("copying the file: {error}")))
}

/// Makes a directory below `root`, and `root` itself, and makes each new name durable.
fn make_directory(directory: &Path, root: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory)?;
    for parent in directory.ancestors().skip(1).take_while(|parent| parent.starts_with(root)) {
        sync_directory(parent)?;
    }
    Ok(())
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
