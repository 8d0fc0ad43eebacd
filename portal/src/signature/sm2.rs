//! SM2 with SM3 (GB/T 32918.2) on the recommended curve, with the default user id.

use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point as _;

/// The user id both sides take when none was agreed on (GB/T 35276, 10): it goes into `ZA`, and so into every signature.
const USER_ID: &str = "1234567812345678";

/// A private key with its public part.
#[derive(Clone)]
pub(super) struct Pair(SigningKey);

/// A public key.
#[derive(Clone)]
pub(super) struct Public(VerifyingKey);

impl Pair {
    /// From the private key's 32 bytes.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        SigningKey::from_slice(USER_ID, bytes).ok().map(Self)
    }

    pub(super) fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    pub(super) fn public(&self) -> Public {
        Public(self.0.verifying_key().clone())
    }

    /// `r` and `s`, 32 bytes each, one behind the other. Fails for one text in 2²⁵⁴; what is empty fits nothing.
    pub(super) fn seal(&self, text: &[u8]) -> Vec<u8> {
        self.0.try_sign(text).map(|signature| signature.to_bytes().to_vec()).unwrap_or_default()
    }
}

impl Public {
    /// From a point on the curve: `04‖x‖y`, `02‖x` or `03‖x`.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(USER_ID, bytes).ok().map(Self)
    }

    /// `04‖x‖y`.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        self.0.to_sec1_point(false).as_bytes().to_vec()
    }

    pub(super) fn fits(&self, text: &[u8], seal: &[u8]) -> bool {
        Signature::from_slice(seal).is_ok_and(|signature| self.0.verify(text, &signature).is_ok())
    }
}
