//! Who is calling from where, and how often they may.

use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use axum::http::HeaderMap;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;

/// The other end of the connection; put into each request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// A steady rate with room for bursts.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Requests a minute in the long run.
    pub per_minute: NonZeroU32,
    /// Requests at once after a rest.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate from two positive numbers.
    pub const fn new(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        Self { per_minute, burst }
    }

    const fn quota(self) -> Quota {
        Quota::per_minute(self.per_minute).allow_burst(self.burst)
    }
}

/// How often each kind of caller may call.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// One key.
    pub key: Rate,
    /// One address, for what needs no key.
    pub public: Rate,
    /// One address, for ratings through a portal that bring no invite: its key is no secret.
    pub portal: Rate,
    /// One address, for requests with a wrong key.
    pub failures: Rate,
    /// One address, for attempts to sign in.
    pub login_address: Rate,
    /// One account name, for attempts to sign in from anywhere.
    pub login_name: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        const fn rate(per_minute: u32, burst: u32) -> Rate {
            match (NonZeroU32::new(per_minute), NonZeroU32::new(burst)) {
                (Some(per_minute), Some(burst)) => Rate::new(per_minute, burst),
                _ => Rate::new(NonZeroU32::MIN, NonZeroU32::MIN),
            }
        }
        Self {
            key: rate(1200, 100),
            // Kiosks of a province may share one address behind NAT.
            public: rate(3000, 300),
            // At least a full batch at once: a browser may have been without a line for long.
            portal: rate(120, 60),
            failures: rate(60, 30),
            login_address: rate(12, 10),
            login_name: rate(6, 10),
        }
    }
}

/// How often it is written down that an address tries to sign in too often.
const THROTTLED: Rate = Rate::new(NonZeroU32::MIN, NonZeroU32::MIN);

/// The limiters that count at run time.
pub(crate) struct Limits {
    key: Limit<String>,
    public: Limit<IpAddr>,
    portal: Limit<IpAddr>,
    failures: Limit<IpAddr>,
    login_address: Limit<IpAddr>,
    login_name: Limit<String>,
    throttled: Limit<IpAddr>,
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            key: Limit::new(rates.key),
            public: Limit::new(rates.public),
            portal: Limit::new(rates.portal),
            failures: Limit::new(rates.failures),
            login_address: Limit::new(rates.login_address),
            login_name: Limit::new(rates.login_name),
            throttled: Limit::new(THROTTLED),
        }
    }

    /// Counts a request with this key.
    pub(crate) fn key(&self, name: &str) -> Result<(), Problem> {
        self.key.check(&name.to_owned())
    }

    /// Counts a request without a key.
    pub(crate) fn public(&self, from: IpAddr) -> Result<(), Problem> {
        self.public.check(&from)
    }

    /// Counts a rating through a portal that brings no invite.
    pub(crate) fn portal(&self, from: IpAddr) -> Result<(), Problem> {
        self.portal.check(&from)
    }

    /// Counts a refused key. Callers with a good key behind the same address are never held up by it.
    pub(crate) fn failure(&self, from: IpAddr) -> Result<(), Problem> {
        self.failures.check(&from)
    }

    /// Counts an attempt to sign in by another's word, which names no account.
    pub(crate) fn sign_in(&self, from: IpAddr) -> Result<(), Problem> {
        self.login_address.check(&from)
    }

    /// Counts an attempt to sign in.
    pub(crate) fn login(&self, from: IpAddr, name: &str) -> Result<(), Problem> {
        self.sign_in(from)?;
        self.login_name.check(&name.to_owned())
    }

    /// Is it time to say that sign-ins from this address are held up?
    pub(crate) fn tells_of_throttled(&self, from: IpAddr) -> bool {
        self.throttled.check(&from).is_ok()
    }

    /// Forgets callers that have rested long enough, so that memory does not grow with the number of addresses seen.
    pub(crate) fn forget_rested(&self) {
        self.key.0.retain_recent();
        self.public.0.retain_recent();
        self.portal.0.retain_recent();
        self.failures.0.retain_recent();
        self.login_address.0.retain_recent();
        self.login_name.0.retain_recent();
        self.throttled.0.retain_recent();
    }
}

struct Limit<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(rate: Rate) -> Self {
        Self(RateLimiter::keyed(rate.quota()))
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        self.0.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
            Problem::too_many_requests(seconds.max(1))
        })
    }
}

/// The address that a limit counts by: the peer's, or what a trusted proxy says it is. `X-Forwarded-For` is read from
/// the right, past the trusted proxies, since everything left of them may be the caller's own invention. An IPv6 caller
/// counts by its /64, since it may choose any address in there.
pub(crate) fn caller_address(
    peer: Option<Peer>,
    headers: &HeaderMap,
    trusted_proxies: &[IpAddr],
) -> IpAddr {
    let mut address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(socket)| {
        socket.ip().to_canonical()
    });
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !trusted_proxies.contains(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str) -> Option<Peer> {
        Some(Peer(SocketAddr::new(address.parse().unwrap(), 1)))
    }

    fn forwarded(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", value.parse().unwrap());
        headers
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_stranger_cannot_choose_its_address() {
        let headers = forwarded("198.51.100.7");
        assert_eq!(
            caller_address(peer("203.0.113.5"), &headers, &[]),
            ip("203.0.113.5")
        );
        assert_eq!(
            caller_address(peer("203.0.113.5"), &headers, &[ip("10.0.0.1")]),
            ip("203.0.113.5")
        );
    }

    #[test]
    fn behind_trusted_proxies_the_last_foreign_hop_counts() {
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        let headers = forwarded("1.2.3.4, 198.51.100.7, 10.0.0.2");
        assert_eq!(
            caller_address(peer("10.0.0.1"), &headers, &trusted),
            ip("198.51.100.7")
        );
        assert_eq!(
            caller_address(peer("10.0.0.1"), &forwarded("nonsense"), &trusted),
            ip("10.0.0.1")
        );
    }

    #[test]
    fn an_ipv6_network_counts_as_one_caller() {
        let one = caller_address(peer("2001:db8:1:2:3::4"), &HeaderMap::new(), &[]);
        let other = caller_address(peer("2001:db8:1:2:ffff::9"), &HeaderMap::new(), &[]);
        assert_eq!(one, other);
    }
}
