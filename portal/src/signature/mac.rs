//! HMAC with SHA-256 and with SM3.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;

/// HMAC pads a short key with zeros and hashes a long one; doing that here leaves nothing that could fail. Both hashes
/// work in blocks of 64 bytes.
fn block(secret: &[u8], digest: impl FnOnce(&[u8]) -> [u8; 32]) -> [u8; 64] {
    let mut block = [0_u8; 64];
    let digest = digest(secret);
    let key: &[u8] = if secret.len() > block.len() { &digest } else { secret };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    block
}

pub(crate) fn sha256(secret: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new(&block(secret, |secret| Sha256::digest(secret).into()).into());
    mac.update(text);
    mac
}

pub(super) fn sm3(secret: &[u8], text: &[u8]) -> Hmac<Sm3> {
    let mut mac = Hmac::<Sm3>::new(&block(secret, |secret| Sm3::digest(secret).into()).into());
    mac.update(text);
    mac
}
