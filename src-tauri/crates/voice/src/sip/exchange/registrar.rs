//! The lines of an exchange: who may have one, and where they are at the moment. Everything here is told the time.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use rsipstack::{
    sip::{
        DigestGenerator, Domain, Host, HostWithPort, Method, Uri,
        headers::auth::{Algorithm, AuthQop},
        headers::typed::tokenizers::AuthTokenizer,
    },
    transport::SipAddr,
};
use secrecy::{ExposeSecret, SecretString};

use super::nonces::Nonces;

/// Wrong passwords from one address after which nothing more is listened to from there.
const WRONG: u32 = 8;
/// How long.
const LOCKED: Duration = Duration::from_secs(60);
/// Addresses of which that is remembered.
const REMEMBERED: usize = 1_000;

/// Where somebody is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Their address, as they name it.
    pub(super) contact: Uri,
    /// Where packets reach them.
    pub(super) at: SipAddr,
    /// Until when that holds.
    pub(super) until: Duration,
}

/// A line.
struct Line {
    password: SecretString,
    place: Option<Place>,
}

/// Whether somebody is who they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// They are.
    Proven,
    /// They have to prove it: a question, and whether their answer was to an old one.
    Missing {
        /// What they have to answer.
        question: String,
        /// Whether it is asked again only because it took too long.
        stale: bool,
    },
    /// They are not, or tried too often.
    Wrong,
}

/// Who has a line.
pub(super) struct Registrar {
    realm: String,
    nonces: Nonces,
    lines: HashMap<String, Line>,
    /// How often a wrong password was tried, and until when that counts.
    wrong: HashMap<(String, IpAddr), (u32, Duration)>,
}

impl Registrar {
    /// Nobody yet.
    pub(super) fn new(realm: String) -> Self {
        Self { realm, nonces: Nonces::new(), lines: HashMap::new(), wrong: HashMap::new() }
    }

    /// What passwords are for.
    pub(super) fn realm(&self) -> &str {
        &self.realm
    }

    /// Somebody may have a line with this password. Whether they were there with another one.
    pub(super) fn admit(&mut self, user: &str, password: SecretString) -> bool {
        let known = self.lines.remove(user);
        let is_same =
            known.as_ref().is_some_and(|line| line.password.expose_secret() == password.expose_secret());
        let place = known.and_then(|line| line.place);
        let was_there = place.is_some() && !is_same;
        self.lines.insert(user.to_owned(), Line { password, place: place.filter(|_| is_same) });
        was_there
    }

    /// Somebody may not have a line any more. Whether they were there.
    pub(super) fn dismiss(&mut self, user: &str) -> bool {
        self.lines.remove(user).is_some_and(|line| line.place.is_some())
    }

    /// The line that somebody says to call from, if it is one, however they write it.
    pub(super) fn claimed(&self, user: &str) -> Option<&str> {
        self.lines.keys().find(|line| line.eq_ignore_ascii_case(user)).map(String::as_str)
    }

    /// Where somebody is.
    pub(super) fn place(&self, user: &str, now: Duration) -> Option<&Place> {
        self.lines.get(user)?.place.as_ref().filter(|place| place.until > now)
    }

    /// Somebody is there; the newest place is the one. Whether they were not before.
    pub(super) fn settle(&mut self, user: &str, place: Place) -> bool {
        self.lines.get_mut(user).is_some_and(|line| line.place.replace(place).is_none())
    }

    /// Somebody is not at this address any more, or at none. Whether they were.
    pub(super) fn leave(&mut self, user: &str, contact: Option<&Uri>) -> bool {
        let is_it = |place: &mut Place| contact.is_none_or(|contact| place.contact == *contact);
        self.lines.get_mut(user).is_some_and(|line| line.place.take_if(is_it).is_some())
    }

    /// Those who did not say in time that they are still there.
    pub(super) fn expire(&mut self, now: Duration) -> Vec<String> {
        self.forget(|place| place.until <= now)
    }

    /// Those who were reached through a stream that is closed.
    pub(super) fn lose(&mut self, at: &SipAddr) -> Vec<String> {
        self.forget(|place| place.at == *at)
    }

    fn forget(&mut self, is_gone: impl Fn(&Place) -> bool) -> Vec<String> {
        let gone = self.lines.iter_mut().filter(|(_, line)| line.place.as_ref().is_some_and(&is_gone));
        gone.map(|(user, line)| {
            line.place = None;
            user.clone()
        })
        .collect()
    }

    /// When somebody will be late.
    pub(super) fn next(&self) -> Option<Duration> {
        self.lines.values().filter_map(|line| line.place.as_ref()).map(|place| place.until).min()
    }

    /// Whether somebody at this address is who they say. Nobody learns whether there is such a line.
    pub(super) fn prove(
        &mut self,
        user: &str,
        from: IpAddr,
        method: &Method,
        answer: Option<&str>,
        now: Duration,
    ) -> Proof {
        let tried = (user.to_owned(), from);
        self.wrong.retain(|_, (_, until)| *until > now);
        let before = self.wrong.get(&tried).map_or(0, |(times, _)| *times);
        if before >= WRONG {
            return Proof::Wrong;
        }
        let Some(answer) = answer.and_then(Answer::read) else {
            return Proof::Missing { question: self.nonces.ask(now), stale: false };
        };
        let is_right = self
            .lines
            .get(user)
            .is_some_and(|line| answer.is_right(user, &self.realm, line.password.expose_secret(), method));
        if !self.nonces.is_open(answer.nonce, now) {
            return Proof::Missing { question: self.nonces.ask(now), stale: is_right };
        }
        if is_right {
            self.nonces.spend(answer.nonce, now);
            self.wrong.remove(&tried);
            return Proof::Proven;
        }
        // Of lines that there are not nothing has to be remembered: nobody gets in there.
        if self.lines.contains_key(user) && (self.wrong.len() < REMEMBERED || before > 0) {
            self.wrong.insert(tried, (before + 1, now + LOCKED));
        }
        Proof::Wrong
    }
}

/// An answer to a question (RFC 2617).
struct Answer<'a> {
    user: &'a str,
    realm: &'a str,
    nonce: &'a str,
    uri: &'a str,
    response: &'a str,
    together: Option<AuthQop>,
}

impl<'a> Answer<'a> {
    /// Reads a header's value; only what was asked for.
    fn read(value: &'a str) -> Option<Self> {
        let read = AuthTokenizer::parse(value).ok()?;
        let named = |name: &str| {
            read.params.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
        };
        let is_known = named("algorithm").is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("MD5"));
        if !read.scheme.eq_ignore_ascii_case("Digest") || !is_known {
            return None;
        }
        let together = match named("qop") {
            Some(qop) if qop.eq_ignore_ascii_case("auth") => {
                let nc = u8::from_str_radix(named("nc")?, 16).ok()?;
                Some(AuthQop::Auth { cnonce: named("cnonce")?.to_owned(), nc })
            }
            Some(_) => return None,
            None => None,
        };
        Some(Self {
            user: named("username")?,
            realm: named("realm")?,
            nonce: named("nonce")?,
            uri: named("uri")?,
            response: named("response")?,
            together,
        })
    }

    fn is_right(&self, user: &str, realm: &str, password: &str, method: &Method) -> bool {
        // What was signed is the address as it was written: one that was read is not always written so again.
        let host = Host::Domain(Domain::from(self.uri));
        let uri = Uri { host_with_port: HostWithPort { host, port: None }, ..Uri::default() };
        let expected = DigestGenerator {
            username: user,
            password,
            nonce: self.nonce,
            uri: &uri,
            realm,
            method,
            qop: self.together.as_ref(),
            algorithm: Algorithm::Md5,
        };
        self.user == user && self.realm == realm && expected.compute().eq_ignore_ascii_case(self.response)
    }
}

#[cfg(test)]
mod tests;
