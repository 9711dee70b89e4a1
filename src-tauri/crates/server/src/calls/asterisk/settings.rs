//! Where an Asterisk is, and how we call there: one small file, checked before anything is dialled.
//!
//! ```toml
//! [asterisk]
//! address = "http://127.0.0.1:8088"      # beyond this machine only https
//! user = "loopdesk"                      # of ari.conf
//! password = "..."                       # let nobody else read this file: it commands the whole exchange
//! application = "loopdesk"               # the dialplan says Stasis(loopdesk); one service for one name
//! endpoint = "PJSIP/{line}"              # how the telephone of a line is called
//! ca_file = "/etc/loopdesk/pbx-ca.pem"   # only for a certificate of one's own
//! recording = "wav"                      # or "sln"; both are 8,000 samples a second
//!
//! [asterisk.place]                       # where telephones register
//! exchange = "pbx.example.com:5061"
//! transport = "tls"                      # or "tcp", "udp"
//! ca_file = "/etc/loopdesk/pbx-ca.pem"   # with tls: whom telephones trust there
//!
//! [asterisk.telephones]                  # we tell Asterisk of the telephones; left out: pjsip.conf knows them already
//! context = "advisors"                   # where Asterisk looks up what is dialled there
//! endpoint = { allow = "opus,alaw,ulaw" }    # whatever else pjsip.conf knows of an endpoint
//!
//! [asterisk.sounds]                      # what is left out sounds like the exchange of our own
//! welcome = "sound:custom/welcome"
//! position = ["sound:queue-thereare", "number:{place}", "sound:queue-callswaiting"]
//! wait = "jazz"                          # a class of music on hold
//! ```

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
};

use model::{Personal, wire::reads::PhoneTransport};
use reqwest::Url;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::sounds::Sounds;
use crate::{
    calls::port::Place,
    error::{Error, Result},
};

/// What stands for the name of a line.
const LINE: &str = "{line}";
/// The longest application name.
const LONGEST_NAME: usize = 32;

/// How an Asterisk is reached and called. User and password have no `Debug`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Its web server, without `/ari`.
    pub(super) address: Url,
    /// Who we are there.
    pub(super) user: Personal,
    pub(super) password: SecretString,
    /// Our name in its dialplan.
    pub(super) application: String,
    /// How telephones are called.
    pub(super) endpoint: Endpoint,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) recording: Recording,
    pub(super) place: Place,
    /// Whom telephones trust there.
    place_ca_file: Option<PathBuf>,
    /// How Asterisk is told of telephones; nothing: it knows them.
    pub(super) telephones: Option<Telephones>,
    pub(super) sounds: Sounds,
}

/// What Asterisk is told of every telephone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Telephones {
    /// The context of its dialplan in which numbers are looked up.
    pub(super) context: String,
    /// More settings of an endpoint, by their names in pjsip.conf.
    #[serde(default)]
    pub(super) endpoint: BTreeMap<String, String>,
}

/// How the telephone of a line is called: `PJSIP/{line}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The kind of channel.
    pub(super) technology: String,
    before: String,
    after: String,
}

impl Endpoint {
    fn parse(text: &str) -> Option<Self> {
        let (technology, resource) = text.split_once('/')?;
        let (before, after) = resource.split_once(LINE)?;
        let plain = [technology, before, after].iter().all(|part| part.is_empty() || is_plain(part));
        (plain && !technology.is_empty()).then(|| Self {
            technology: technology.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        })
    }

    /// The name of a line's endpoint. Nothing for a line whose name could call somewhere else.
    pub(super) fn resource(&self, line: &str) -> Option<String> {
        is_plain(line).then(|| format!("{}{line}{}", self.before, self.after))
    }

    /// Whether its channels know SIP.
    pub(super) fn is_pjsip(&self) -> bool {
        self.technology.eq_ignore_ascii_case("PJSIP")
    }

    /// Whether it is called as the line is: under that name the telephone registers.
    fn is_the_line(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// What is dialled.
    pub(super) fn dialled(&self, resource: &str) -> String {
        format!("{}/{resource}", self.technology)
    }

    /// The endpoint of a channel, which is called like it and a number: `PJSIP/ines-0000002a`.
    pub(super) fn of_channel<'n>(&self, name: &'n str) -> Option<&'n str> {
        let (technology, rest) = name.split_once('/')?;
        let (resource, _) = rest.rsplit_once('-')?;
        technology.eq_ignore_ascii_case(&self.technology).then_some(resource)
    }
}

/// What may stand in the name of a line, an endpoint or an application: nothing that Asterisk reads as more.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// How Asterisk writes what is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Recording {
    /// With a header.
    #[default]
    Wav,
    /// Nothing but samples.
    Sln,
}

impl Recording {
    pub(super) fn name(self) -> &'static str {
        match self {
            Recording::Wav => "wav",
            Recording::Sln => "sln",
        }
    }
}

/// A password that no message of a parser ever quotes.
struct Password(String);

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(password) => Ok(Self(password)),
            _ => Err(D::Error::custom("the password has to stand in quotation marks")),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    asterisk: Section,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    address: String,
    user: String,
    password: Password,
    #[serde(default = "our_name")]
    application: String,
    #[serde(default = "pjsip")]
    endpoint: String,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    recording: Recording,
    place: Register,
    telephones: Option<Telephones>,
    #[serde(default)]
    sounds: Sounds,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    exchange: String,
    transport: PhoneTransport,
    ca_file: Option<PathBuf>,
}

fn our_name() -> String {
    "loopdesk".to_owned()
}

fn pjsip() -> String {
    format!("PJSIP/{LINE}")
}

fn wrong<T>(sentence: impl Into<String>) -> Result<T> {
    Err(Error::Open(sentence.into()))
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// When it cannot be read, or something in it is missing or cannot be meant.
    pub fn of_file(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| Error::Io { what: "reading Asterisk's settings", source })?;
        let mut settings =
            Self::parse(&text).map_err(|error| Error::Open(format!("{}: {error}", file.display())))?;
        if let Some(file) = &settings.place_ca_file {
            let pem = std::fs::read_to_string(file)
                .map_err(|source| Error::Io { what: "reading Asterisk's place.ca_file", source })?;
            settings.place.certificate = Some(pem);
        }
        Ok(settings)
    }

    /// Reads the text of a settings file.
    ///
    /// # Errors
    /// When something in it is missing or cannot be meant. What was written is never quoted: it may be a password.
    pub fn parse(text: &str) -> Result<Self> {
        let Section {
            address,
            user,
            password,
            application,
            endpoint,
            ca_file,
            recording,
            place,
            telephones,
            sounds,
        } = match toml::from_str::<File>(text) {
            Ok(file) => file.asterisk,
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                return wrong(format!("Line {line}: {}.", error.message()));
            }
        };
        let address = parse_address(&address)?;
        if user.is_empty() || user.contains(':') || password.0.is_empty() {
            return wrong("user and password must be those of a user in ari.conf; a user has no colon.");
        }
        if !is_plain(&application) || application.len() > LONGEST_NAME {
            return wrong(format!(
                "application must be 1 to {LONGEST_NAME} letters, digits, '_', '-' or '.', as in Stasis(loopdesk)."
            ));
        }
        let Some(endpoint) = Endpoint::parse(&endpoint) else {
            return wrong(
                "endpoint must be a kind of channel and a name in which {line} stands once, as PJSIP/{line}.",
            );
        };
        if place.transport == PhoneTransport::Tls && place.ca_file.is_none() {
            return wrong(
                "place.ca_file must be the certificate that telephones trust: without it they trust nobody.",
            );
        }
        if place.exchange.is_empty() || place.exchange.contains(char::is_whitespace) {
            return wrong("place.exchange must be where telephones register, as pbx.example.com:5061.");
        }
        if let Some(telephones) = &telephones {
            if !endpoint.is_pjsip() || !endpoint.is_the_line() {
                return wrong(
                    "telephones can be told only where endpoint is PJSIP/{line}: so they register.",
                );
            }
            if !is_plain(&telephones.context) {
                return wrong("telephones.context must be one of extensions.conf, as advisors.");
            }
        }
        sounds.check().or_else(wrong)?;
        Ok(Self {
            address,
            user: user.into(),
            password: password.0.into(),
            application,
            endpoint,
            ca_file,
            recording,
            place: Place { exchange: place.exchange, transport: place.transport, certificate: None },
            place_ca_file: place.ca_file,
            telephones,
            sounds,
        })
    }
}

/// Its credentials command the whole exchange, so they travel unencrypted on this machine only.
fn parse_address(text: &str) -> Result<Url> {
    let Ok(address) = Url::parse(text) else {
        return wrong("address must be that of Asterisk's web server, as https://pbx.example.com:8089.");
    };
    if !address.username().is_empty() || address.password().is_some() {
        return wrong("address must not hold a user or password: they have lines of their own.");
    }
    let plain = address.query().is_none() && address.fragment().is_none();
    match (address.scheme(), address.host_str()) {
        ("https", Some(_)) if plain => Ok(address),
        ("http", Some(host)) if plain => {
            let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
            if host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback()) {
                return Ok(address);
            }
            wrong(
                "address must begin with https:// unless Asterisk runs on this machine: its password commands all calls.",
            )
        }
        _ => wrong("address must be that of Asterisk's web server, as https://pbx.example.com:8089."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        [asterisk]
        address = "http://127.0.0.1:8088"
        user = "loopdesk-user"
        password = "very-secret"
        endpoint = "PJSIP/desk-{line}"
        [asterisk.place]
        exchange = "pbx.example.com:5061"
        transport = "tls"
        ca_file = "/etc/loopdesk/pbx-ca.pem"
        [asterisk.sounds]
        welcome = "sound:custom/welcome"
    "#;

    #[test]
    fn a_whole_file_is_taken_and_tells_no_secret() {
        let settings = Settings::parse(WHOLE).unwrap();
        assert_eq!(settings.application, "loopdesk");
        assert_eq!(settings.place.transport, PhoneTransport::Tls);
        assert_eq!(settings.endpoint.resource("ines").as_deref(), Some("desk-ines"));
        assert_eq!(settings.endpoint.of_channel("PJSIP/desk-ines-0000002a"), Some("desk-ines"));
        let shown = format!("{settings:?}");
        assert!(!shown.contains("very-secret") && !shown.contains("loopdesk-user"), "{shown}");
    }

    #[test]
    fn what_cannot_be_meant_is_said_in_a_sentence() {
        for (from, to, sentence) in [
            ("http://127.0.0.1:8088", "http://10.0.0.7:8088", "https://"),
            ("http://127.0.0.1:8088", "http://u:p@127.0.0.1", "lines of their own"),
            ("http://127.0.0.1:8088", "pbx", "address must be"),
            ("PJSIP/desk-{line}", "PJSIP/trunk/sip:{line}@x", "endpoint must be"),
            ("PJSIP/desk-{line}", "PJSIP/desk", "endpoint must be"),
            ("\"very-secret\"", "\"\"", "ari.conf"),
            ("sound:custom/welcome", "welcome", "sounds.welcome"),
            ("[asterisk.place]", "colour = 3\n[asterisk.place]", "Line 7: unknown field `colour`"),
            ("\"tls\"", "\"smoke\"", "unknown variant"),
            ("pbx.example.com:5061", "", "place.exchange"),
            ("ca_file = \"/etc/loopdesk/pbx-ca.pem\"", "", "place.ca_file"),
            (
                "[asterisk.place]",
                "[asterisk.telephones]\ncontext = \"advisors\"\n[asterisk.place]",
                "PJSIP/{line}",
            ),
        ] {
            let error = Settings::parse(&WHOLE.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(sentence), "{to}: {error}");
        }
    }

    #[test]
    fn no_message_quotes_a_password() {
        for password in ["734511", "very-secret", "[\"very-secret\"]", "\"very-secret"] {
            let text = WHOLE.replace("\"very-secret\"", password);
            let error = Settings::parse(&text).unwrap_err().to_string();
            assert!(!error.contains("734511") && !error.contains("very-secret"), "{error}");
        }
    }

    #[test]
    fn the_name_of_a_line_never_calls_somewhere_else() {
        let endpoint = Endpoint::parse("PJSIP/{line}").unwrap();
        for line in ["a/sip:0900@trunk", "a&PJSIP/b", "", "a b", "a,b", "../x"] {
            assert_eq!(endpoint.resource(line), None, "{line}");
        }
    }
}
