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
    pub fn check(&self, text: &str) -> Result<Url, &'static str> {
        let url = Url::parse(text).map_err(|_| "is no URL")?;
        match url.scheme() {
            "https" => {}
            "http" if self.plain => {}
            _ => return Err("must begin with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a name or a password");
        }
        let host = url.host_str().ok_or("names no host")?;
        // A parsed URL writes every form of an address the same: 0x7f.1 is 127.0.0.1.
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => self.allows(address).map(|()| url),
            Err(_) => Ok(url),
        }
    }

    /// Whether this address may be called.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(&self, address: IpAddr) -> Result<(), &'static str> {
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

fn not_public_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [first, second, third, _] = address.octets();
    let why = match (first, second, third) {
        (0, ..) => "this host",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "a private network",
        (100, 64..=127, _) => "a carrier's network",
        (127, ..) => "this machine",
        (169, 254, _) => "a link's own network, where cloud metadata lives",
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 51, 100) | (203, 0, 113) | (240..=255, ..) => "a reserved network",
        (198, 18 | 19, _) => "a network for measurements",
        (224..=239, ..) => "a group of hosts",
        _ => return None,
    };
    Some(why)
}

fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [first, second, ..] = address.segments();
    let why = match (first, second) {
        // Only these are given out at all; what is left of them is below.
        (0x2000..=0x3fff, _) => match (first, second) {
            (0x2001, 0..=0x01ff) => "a reserved network",
            (0x2001, 0x0db8) | (0x3fff, 0..=0x0fff) => "a network for documentation",
            (0x2002, _) => "a tunnel to an IPv4 address",
            _ => return None,
        },
        (0xfc00..=0xfdff, _) => "a private network",
        (0xfe80..=0xfebf, _) => "a link's own network",
        (0xff00..=0xffff, _) => "a group of hosts",
        _ => "a reserved network",
    };
    Some(why)
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
            self.policy.allows(*address).map_err(|why| format!("{REFUSED}the name stands for {why}"))?;
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_that_lead_inside_are_refused_in_every_form() {
        let policy = Policy { networks: Vec::new(), plain: true };
        for host in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "017700000001",
            "0.0.0.0",
            "0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "198.18.0.1",
            "192.0.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::7f00:1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[64:ff9b::7f00:1]",
            "[100::1]",
            "[fd00:ec2::254]",
        ] {
            assert!(policy.check(&format!("http://{host}/hook")).is_err(), "{host}");
        }
        for host in ["93.184.216.34", "172.32.0.1", "[2606:4700::1111]", "[::ffff:8.8.8.8]", "example.gov.cn"] {
            assert!(policy.check(&format!("http://{host}/hook")).is_ok(), "{host}");
        }
    }

    #[test]
    fn only_https_and_nothing_hidden_in_it() {
        let policy = Policy::default();
        for url in
            ["http://a.cn/", "ftp://a.cn/", "file:///etc/passwd", "https://u:p@a.cn/", "https://u@a.cn/", "a.cn", ""]
        {
            assert!(policy.check(url).is_err(), "{url}");
        }
        assert!(policy.check("https://a.cn:8443/hook?x=1").is_ok());
    }

    #[test]
    fn named_networks_are_let_through_and_no_others() {
        let policy = Policy { networks: vec![Network::parse("10.20.0.0/16").unwrap()], plain: false };
        assert!(policy.allows("10.20.3.4".parse().unwrap()).is_ok());
        assert!(policy.allows("::ffff:10.20.3.4".parse().unwrap()).is_ok());
        assert!(policy.allows("10.21.3.4".parse().unwrap()).is_err());
        for text in ["10.0.0.0", "10.0.0.0/33", "x/8", "::/129", "/"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().holds("127.0.0.1".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_like_the_address_itself(bits: u32) {
            let (policy, address) = (Policy::default(), Ipv4Addr::from_bits(bits));
            let mapped = IpAddr::V6(address.to_ipv6_mapped());
            prop_assert_eq!(policy.allows(IpAddr::V4(address)), policy.allows(mapped));
            let inside = address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast();
            prop_assert!(!inside || policy.allows(mapped).is_err());
        }
    }
}
