//! Why a call is not believed, and what to do about it.

use super::{APP, NONCE, SIGNATURE, TIMESTAMP};
use crate::reason::Meaning;

/// Why a call is not believed. Its text is fit for the caller's eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A header is not there.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header is there twice or cannot be read.
    #[error("the header {0} cannot be read")]
    Malformed(&'static str),
    /// An algorithm we do not speak.
    #[error("the signature's algorithm is not known here")]
    Algorithm,
    /// The timestamp is too old or too far ahead.
    #[error("the timestamp is more than five minutes from the present")]
    Stale,
    /// Unknown application or wrong signature: a caller need not learn which.
    #[error("the signature does not fit the call")]
    Wrong,
    /// The signature fits, but its key's time is over.
    #[error("the key is no longer valid")]
    Expired,
    /// The nonce was used before.
    #[error("the nonce was used before")]
    Repeated,
    /// Whether the nonce is new could not be found out: ours to fix, and worth another try.
    #[error("nonces cannot be checked at present")]
    Unchecked,
}

impl Refusal {
    /// The stable code, `signature.…`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing(_) => "signature.missing",
            Self::Malformed(_) => "signature.malformed",
            Self::Algorithm => "signature.algorithm",
            Self::Stale => "signature.stale",
            Self::Wrong => "signature.wrong",
            Self::Expired => "signature.expired",
            Self::Repeated => "signature.repeated",
            Self::Unchecked => "signature.unchecked",
        }
    }

    /// What it means and what to do, in both languages.
    pub fn meaning(self) -> Option<&'static Meaning> {
        MEANINGS.iter().find(|meaning| meaning.code == self.code())
    }

    /// The header it is about, as documents write it.
    pub fn header(self) -> &'static str {
        let header = match self {
            Self::Missing(header) | Self::Malformed(header) => header,
            Self::Algorithm | Self::Wrong | Self::Expired => SIGNATURE,
            Self::Stale => TIMESTAMP,
            Self::Repeated | Self::Unchecked => NONCE,
        };
        match header {
            APP => "X-Gxb-App",
            TIMESTAMP => "X-Gxb-Timestamp",
            NONCE => "X-Gxb-Nonce",
            _ => "X-Gxb-Signature",
        }
    }

    /// The one to tell where there is room for one.
    pub(crate) fn first(all: Vec<Self>) -> Self {
        all.into_iter().next().unwrap_or(Self::Wrong)
    }
}

crate::meanings! {
    MEANINGS,
    "signature.missing": "缺少签名头" / "a header of the signature is missing",
        "每次调用都要带四个头：X-Gxb-App、X-Gxb-Timestamp、X-Gxb-Nonce、X-Gxb-Signature。" /
        "Send all four with every call: X-Gxb-App, X-Gxb-Timestamp, X-Gxb-Nonce, X-Gxb-Signature.";
    "signature.malformed": "签名头格式不对，或出现了两次" / "a header of the signature cannot be read, or is there twice",
        "时间戳是 Unix 秒；随机数是 16 到 64 个字母、数字、-、_、.；签名写作 alg=算法;sig=十六进制，hmac 为 64 位，sm2 为 r‖s 共 128 位（不是 DER，也不是 base64）。" /
        "The timestamp is Unix seconds; the nonce 16 to 64 letters, digits, -, _, .; the signature alg=NAME;sig=HEX with 64 digits for hmac, 128 for sm2 (r‖s, neither DER nor base64).";
    "signature.algorithm": "算法不认识，或者本系统没有登记该算法的密钥" / "an algorithm we do not speak, or one the application has no key for",
        "alg 用 hmac-sha256、hmac-sm3 或 sm2，并与登记的密钥一致。" / "Use hmac-sha256, hmac-sm3 or sm2: the one the registered key is for.";
    "signature.stale": "时间戳与我方时间相差超过 5 分钟" / "the timestamp is more than five minutes from our clock",
        "校准时钟（每个答复的 Date 头是我方时间）；时间戳用秒，不是毫秒。" / "Set the clock (the Date header of every answer is ours); the timestamp is in seconds, not milliseconds.";
    "signature.wrong": "签名与请求不符，或者没有这个应用" / "the signature does not fit the call, or there is no such application",
        "依次核对：应用名；密钥（写在 hmac-…: 后面的要先做 base64 解码，GXB_PORTAL_SECRET 按原文使用）；方法、带查询的路径与实际发出的一致；请求体的哈希按实际发出的字节计算，hmac-sha256 用 SHA-256，hmac-sm3 和 sm2 用 SM3。" /
        "Compare in this order: the application's name; the secret (decoded from base64 where it stands behind hmac-…:, as it stands where it is GXB_PORTAL_SECRET); method and path with query as they go out; the body's hash over the bytes that go out, by SHA-256 for hmac-sha256, by SM3 for hmac-sm3 and sm2.";
    "signature.expired": "密钥已到期" / "the key is no longer valid",
        "换用新的密钥签名，或请运维人员登记新密钥。" / "Sign with a newer key, or have the operator register one.";
    "signature.repeated": "随机数已经用过" / "the nonce was used before",
        "每次调用都换新的随机数并重新签名，重发也一样。" / "Take a new nonce for every call and sign anew, also when the same is sent again.";
    "signature.unchecked": "暂时无法核对随机数" / "nonces cannot be looked up at present",
        "请稍后重发。" / "Send it again after a while.";
}
