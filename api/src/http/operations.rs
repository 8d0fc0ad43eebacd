//! Every documented operation: which one a request means, and how much and how long it may take.
//!
//! Made from the same declarations as the OpenAPI documents. It is asked before routing, so that metrics, limits and
//! log lines know the operation even of a request that never reaches its handler.

use std::sync::Arc;
use std::time::Duration;

use poem::http::Method;
use poem_openapi::OpenApi;
use poem_openapi::registry::Registry;
use store::PART_BYTES;

use super::problem::{Code, Fault, codes};
use super::sent::Parameters;
use crate::config::{Photos, Times};

/// What a body that brings no file may hold.
const BODY_BYTES: u64 = 1 << 20;
/// What a multipart body holds beside the photo: headers, boundaries and the small fields.
const FORM_BYTES: u64 = 64 << 10;

/// One operation of one of the documents.
#[derive(Debug)]
pub struct Operation {
    /// Its id in the document: the handler's name.
    pub id: &'static str,
    /// Its method.
    pub method: Method,
    /// The most bytes its body may hold.
    pub body_bytes: u64,
    /// The problem of a body that holds more.
    pub too_large: &'static Code,
    /// How long it may take.
    pub timeout: Duration,
    segments: Vec<Segment>,
    parameters: Parameters,
}

#[derive(Debug)]
enum Segment {
    Fixed(String),
    /// A parameter, by its name in the document.
    Any(String),
}

impl Operation {
    /// The name of the parameter at this place of the path, counted from 0.
    pub fn path_parameter(&self, place: usize) -> Option<&str> {
        let names = self.segments.iter().filter_map(|segment| match segment {
            Segment::Any(name) => Some(name.as_str()),
            Segment::Fixed(_) => None,
        });
        names.into_iter().nth(place)
    }

    /// Everything that is wrong with the parameters of a request that means this operation.
    pub fn parameter_faults(&self, path: &str, query: &[(String, String)]) -> Vec<Fault> {
        let in_path = |name: &str| {
            let parts = self.segments.iter().zip(path.split('/').skip(1));
            parts.into_iter().find_map(|(segment, part)| match segment {
                Segment::Any(known) if known == name => Some(part),
                _ => None,
            })
        };
        self.parameters.faults(in_path, query)
    }

    /// Parameters of the query that this operation does not have.
    pub fn unknown_parameters(&self, query: &[(String, String)]) -> Vec<Fault> {
        self.parameters.unknown(query)
    }

    fn is_at(&self, path: &str) -> bool {
        let mut wanted = self.segments.iter();
        let mut given = path.split('/').skip(1);
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(Segment::Any(_)), Some(part)) if !part.is_empty() => {}
                (Some(Segment::Fixed(name)), Some(part)) if name == part => {}
                _ => return false,
            }
        }
    }
}

/// Every operation of every document.
#[derive(Debug)]
pub struct Operations {
    all: Vec<Operation>,
    times: Times,
}

impl Operations {
    /// No operations yet, and the time-outs they will have.
    pub fn new(times: Times) -> Self {
        Self { all: Vec::new(), times }
    }

    /// Adds every operation of an API.
    #[must_use]
    pub fn with<T: OpenApi>(mut self, photos: Photos) -> Self {
        let mut registry = Registry::new();
        T::register(&mut registry);
        let registry = Arc::new(registry);
        for path in T::meta().into_iter().flat_map(|api| api.paths) {
            for operation in path.operations {
                let id = operation.operation_id.unwrap_or("unnamed");
                let Times { upload, request, .. } = self.times;
                let (body_bytes, too_large, timeout) = match id {
                    "upload_photo" => (photos.max_bytes + FORM_BYTES, &codes::PHOTO_TOO_LARGE, upload),
                    "put_part" => (PART_BYTES, &codes::UPLOAD_PART_LENGTH, upload),
                    // Its body is small; it waits for a place and works on the photo.
                    "complete_upload" => (BODY_BYTES, &codes::REQUEST_TOO_LARGE, upload),
                    _ => (BODY_BYTES, &codes::REQUEST_TOO_LARGE, request),
                };
                self.all.push(Operation {
                    id,
                    method: operation.method,
                    body_bytes,
                    too_large,
                    timeout,
                    segments: path.path.split('/').skip(1).map(segment).collect(),
                    parameters: Parameters::new(operation.params, Arc::clone(&registry)),
                });
            }
        }
        self
    }

    /// The number of the operation a request means, for [`Operations::get`]. `HEAD` is answered as `GET`.
    pub fn find(&self, method: &Method, path: &str) -> Option<usize> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.all.iter().position(|operation| operation.method == *method && operation.is_at(path))
    }

    /// The operation with this number.
    pub fn get(&self, number: usize) -> Option<&Operation> {
        self.all.get(number)
    }

    /// What the `Allow` header says of a path; empty when there is nothing at it.
    pub fn allowed(&self, path: &str) -> String {
        let mut methods: Vec<_> = self.all.iter().filter(|o| o.is_at(path)).map(|o| o.method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        methods.dedup();
        methods.join(", ")
    }

    /// The limits of a request that means no operation: the most bytes, and the time.
    pub fn otherwise(&self) -> (u64, Duration) {
        (BODY_BYTES, self.times.request)
    }

    /// Every operation, for tests that walk through all of them.
    pub fn all(&self) -> &[Operation] {
        &self.all
    }
}

fn segment(text: &str) -> Segment {
    let parameter = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    parameter.map_or_else(|| Segment::Fixed(text.to_owned()), |name| Segment::Any(name.to_owned()))
}
