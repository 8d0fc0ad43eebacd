//! Where files rest: an S3-compatible server or a folder.
