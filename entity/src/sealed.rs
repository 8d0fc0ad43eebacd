//! Text that is encrypted at rest.

use std::fmt;

use sea_orm::DeriveValueType;

/// Ciphertext as stored: `key id:base64`. Opened and sealed by `casework::vault` alone.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Sealed(pub String);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(***)")
    }
}
