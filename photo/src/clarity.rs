//! Whether a person could read what is in the picture.
use crate::outcome::Check;
use crate::picture::Picture;
use crate::rule::Kind;

pub(crate) fn check(_picture: &Picture, _kind: Kind) -> Vec<Check> {
    Vec::new()
}
