//! The files of a case: each photo as it is, or all photos of a material as one file, where its rule asks for that.

use bytes::Bytes;
use casework::item::MaterialSpec;
use casework::{Error, case as row};
use entity::{case, material, photo};
use store::StoreError;

use super::{Delivery, Job, Outcome, Steps, ToProvince, failure, with};
use crate::adapter::{FilePlace, Material, MaterialFile};
use crate::application;

/// Largest normalised file read into memory: above what any rule allows.
const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;

/// Makes one file of photos. Implemented over the photo engine by whoever has one.
pub trait Binder: Send + Sync {
    /// Whether photos that meet this rule go out as one file.
    fn binds(&self, rule: &str) -> bool;

    /// One PDF of these, a page each, in their order; the same photos always give the same bytes. Nothing when one of them
    /// is no page.
    fn bind(&self, pages: &[Bytes]) -> Option<Vec<u8>>;
}

/// Why putting files ended early.
pub(super) enum Stopped {
    /// The attempt ends like this.
    With(Delivery),
    /// Our own side failed.
    By(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::By(error)
    }
}

impl ToProvince {
    /// Puts the files that are not there yet. Answers the materials that are filled, in the item's order.
    pub(super) async fn put_files(
        &self,
        job: &Job<'_>,
        case: &case::Model,
        data_version: i32,
        steps: &mut Steps,
    ) -> Result<Vec<Material>, Stopped> {
        let photos = row::photos(&self.desk.db, case.id).await?;
        let mut materials = Vec::new();
        for spec in &row::item(&self.desk, case)?.item.materials {
            let mine: Vec<_> = photos.iter().filter(|(place, _)| place.code == spec.code).collect();
            if mine.is_empty() {
                continue;
            }
            let place = application::place(case.id, data_version, spec);
            let files = if self.binder.binds(&spec.rule) {
                vec![self.put_bound(job, spec, place, &mine, steps).await?]
            } else {
                self.put_each(job, spec, place, &mine, steps).await?
            };
            materials.push(Material { code: spec.code.clone(), name: spec.name.clone(), files });
        }
        Ok(materials)
    }

    async fn put_each(
        &self,
        job: &Job<'_>,
        spec: &MaterialSpec,
        mut at: FilePlace,
        photos: &[&(material::Model, photo::Model)],
        steps: &mut Steps,
    ) -> Result<Vec<MaterialFile>, Stopped> {
        let mut files = Vec::with_capacity(photos.len());
        for (place, photo) in photos {
            let file = application::file(spec, place, photo);
            if !steps.files.contains(&known(&at, &file)) {
                let bytes = self.read(photo).await?;
                self.put(job, &at, &file, bytes, steps).await?;
            }
            files.push(file);
            at.position += 1;
        }
        Ok(files)
    }

    /// Made anew at each attempt: it is the same file each time, and is not put twice.
    async fn put_bound(
        &self,
        job: &Job<'_>,
        spec: &MaterialSpec,
        at: FilePlace,
        photos: &[&(material::Model, photo::Model)],
        steps: &mut Steps,
    ) -> Result<MaterialFile, Stopped> {
        let mut pages = Vec::with_capacity(photos.len());
        for (_, photo) in photos {
            pages.push(self.read(photo).await?);
        }
        // Handed in under a rule that asked for something else, so that nobody made it again.
        let Some(pdf) = self.binder.bind(&pages) else {
            let parked = Outcome::Parked("photo.wrong_format".to_owned());
            return Err(Stopped::With(Delivery::plain("file", parked)));
        };
        drop(pages);
        let file = application::bound(spec, &pdf);
        if !steps.files.contains(&known(&at, &file)) {
            self.put(job, &at, &file, pdf.into(), steps).await?;
        }
        Ok(file)
    }

    async fn put(
        &self,
        job: &Job<'_>,
        at: &FilePlace,
        file: &MaterialFile,
        bytes: Bytes,
        steps: &mut Steps,
    ) -> Result<(), Stopped> {
        let reply = self.province.put_file(at, file, bytes).await;
        if !reply.verdict.is_done() {
            return Err(Stopped::With(with(&reply, "file", failure(&reply.verdict))));
        }
        steps.files.insert(known(at, file));
        Ok(self.remember(job, steps).await?)
    }

    async fn read(&self, photo: &photo::Model) -> Result<Bytes, Stopped> {
        let read = self.store.get(&application::object(photo), MAX_FILE_BYTES).await;
        read.map_err(|error| Stopped::With(Delivery::plain("file", lost(photo, &error))))
    }
}

/// What a file that was put is remembered by: the same bytes may belong to two materials, and under two rules.
fn known(at: &FilePlace, file: &MaterialFile) -> String {
    format!("{}/{}/{}", at.material, file.rule, file.sha256)
}

/// A row without its object is an alarm: somebody must find the object or ask the owner for the photo again.
fn lost(photo: &photo::Model, error: &StoreError) -> Outcome {
    match error {
        StoreError::Missing | StoreError::TooLarge { .. } => {
            tracing::error!(photo = %photo.id, alarm = "object_missing", "a photo's row has no usable object");
            Outcome::Parked("store.missing".to_owned())
        }
        _ => Outcome::Retry { after: None, code: "store.unavailable".to_owned() },
    }
}
