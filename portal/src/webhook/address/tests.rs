//! Which addresses are let through.

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
        "localhost",
        "LOCALHOST.",
        "x.localhost",
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
    for url in ["http://a.cn/", "ftp://a.cn/", "file:///etc/passwd", "https://u:p@a.cn/", "https://u@a.cn/", "a.cn", ""]
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
