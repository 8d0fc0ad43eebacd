//! Where a call may go. An endpoint's address is a stranger's word: it must not lead into our own network.
//!
//! A name is resolved once, every address it stands for is checked, and the connection goes to those very addresses: a
//! name that says something else a moment later gains nothing.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What a refusal's text begins with: how it is known among failed connections.
pub const REFUSED: &str = "not allowed: ";

/// Who knows the addresses of names.
#[async_trait]
pub trait Names: Send + Sync {
    /// The addresses of a name.
    ///
    /// # Errors
    /// When it has none, or nobody can be asked.
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A network: an address, and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads `10.20.0.0/16` or `fd00::/8`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let (address, bits) = (address.parse::<IpAddr>().ok()?, bits.parse().ok()?);
        let most = if address.is_ipv4() { 32 } else { 128 };
        (bits <= most).then_some(Self { address, bits })
    }

    /// Whether an address lies in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// Why an address may not be called: what it is or where it leads, to be said after "this address".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barred {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

const PRIVATE: (&str, &str) = ("指向内网", "leads to a private network");
const LOOPBACK: (&str, &str) = ("指向本机", "leads to this machine");
const RESERVED: (&str, &str) = ("指向保留网段", "leads to a reserved network");
const GROUP: (&str, &str) = ("指向组播地址", "leads to a group of hosts");

impl Barred {
    fn new((zh, en): (&'static str, &'static str)) -> Self {
        Self { zh, en }
    }
}

/// Where calls may go.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Networks that may be called though they are private: receivers in the government's own network.
    pub networks: Vec<Network>,
    /// Whether plain HTTP will do: in development.
    pub plain: bool,
}

impl Policy {
    /// Whether an endpoint may have this address, as far as can be seen without asking for its name.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, text: &str) -> Result<Url, Barred> {
        let url = Url::parse(text).map_err(|_| Barred::new(("不是网址", "is no URL")))?;
        match url.scheme() {
            "https" => {}
            "http" if self.plain => {}
            _ => return Err(Barred::new(("须以 https:// 开头", "must begin with https://"))),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Barred::new(("不能带用户名或密码", "must not hold a name or a password")));
        }
        let host = url.host_str().ok_or(Barred::new(("没有主机名", "names no host")))?;
        // A parsed URL writes every form of an address the same: 0x7f.1 is 127.0.0.1.
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => self.allows(address).map(|()| url),
            Err(_) if is_loopback(host) => self.allows(IpAddr::V4(Ipv4Addr::LOCALHOST)).map(|()| url),
            Err(_) => Ok(url),
        }
    }

    /// Whether this address may be called.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, address: IpAddr) -> Result<(), Barred> {
        // ::ffff:10.0.0.1 is 10.0.0.1.
        let address = address.to_canonical();
        let why = match address {
            IpAddr::V4(address) => not_public_v4(address),
            IpAddr::V6(address) => not_public_v6(address),
        };
        match why {
            Some(why) if !self.networks.iter().any(|network| network.holds(address)) => Err(why),
            _ => Ok(()),
        }
    }
}

/// Names that stand for this machine wherever they are asked for (RFC 6761, 6.3).
fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost" || host.ends_with(".localhost")
}

fn not_public_v4(address: Ipv4Addr) -> Option<Barred> {
    let [first, second, third, _] = address.octets();
    let why = match (first, second, third) {
        (0, ..) => ("指向本机", "leads to this host"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => PRIVATE,
        (100, 64..=127, _) => ("指向运营商内部网络", "leads to a carrier's network"),
        (127, ..) => LOOPBACK,
        (169, 254, _) => {
            ("指向链路本地网络，云平台的元数据在那里", "leads to a link's own network, where cloud metadata lives")
        }
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) | (240..=255, ..) => RESERVED,
        (198, 18 | 19, _) => ("指向测试网段", "leads to a network for measurements"),
        (224..=239, ..) => GROUP,
        _ => return None,
    };
    Some(Barred::new(why))
}

fn not_public_v6(address: Ipv6Addr) -> Option<Barred> {
    let [first, second, ..] = address.segments();
    let why = match (first, second) {
        // Only these are given out at all; what is left of them is below.
        (0x2000..=0x3fff, _) => match (first, second) {
            (0x2001, 0..=0x01ff) => RESERVED,
            (0x2001, 0x0db8) | (0x3fff, 0..=0x0fff) => ("指向文档示例网段", "leads to a network for documentation"),
            (0x2002, _) => ("指向 IPv4 隧道", "leads to a tunnel to an IPv4 address"),
            _ => return None,
        },
        (0xfc00..=0xfdff, _) => PRIVATE,
        (0xfe80..=0xfebf, _) => ("指向链路本地网络", "leads to a link's own network"),
        (0xff00..=0xffff, _) => GROUP,
        _ => RESERVED,
    };
    Some(Barred::new(why))
}

/// Resolves names and lets through only those all of whose addresses may be called.
#[derive(Clone)]
pub struct Guard {
    names: Arc<dyn Names>,
    policy: Arc<Policy>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard that asks `names` and keeps to `policy`.
    pub fn new(names: Arc<dyn Names>, policy: Policy) -> Self {
        Self { names, policy: Arc::new(policy) }
    }

    /// What it keeps to.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    async fn look_up(&self, name: &str) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.names.addresses(name).await?;
        // One that may not be called spoils them all: who mixes them has something in mind.
        for address in &found {
            self.policy.allows(*address).map_err(|why| format!("{REFUSED}the name {}", why.en))?;
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses: Addrs = Box::new(guard.look_up(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests;
