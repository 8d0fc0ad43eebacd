//! Whether the light lets a person see what is in the picture.
use crate::outcome::Check;
use crate::picture::Picture;

pub(crate) fn check(_picture: &Picture) -> Vec<Check> {
    Vec::new()
}
