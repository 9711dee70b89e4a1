//! Telephones that Asterisk learns of from us ("push configuration"), so that a desk registers with the password that was
//! made for its sign-in and nobody keeps a list of them. Its `sorcery.conf` has to say where such things are kept:
//!
//! ```ini
//! [res_pjsip]
//! endpoint=config,pjsip.conf,criteria=type=endpoint
//! endpoint=memory
//! auth=config,pjsip.conf,criteria=type=auth
//! auth=memory
//! aor=config,pjsip.conf,criteria=type=aor
//! aor=memory
//! ```
//!
//! What is kept in memory is gone when Asterisk starts again, which is right: all of it is told again when the line to it is
//! back. Written from Asterisk's documents (20), not tried on one by us.

use model::wire::reads::PhoneTransport;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{Shared, ari::Fault, ari::unless_gone};

/// What there is of a telephone, in the order in which one needs the other.
const KINDS: [&str; 3] = ["auth", "aor", "endpoint"];

impl Shared {
    /// Tells Asterisk of a telephone and its password, where that is ours to tell.
    pub(super) async fn tell_of(&self, line: &str, password: &SecretString) -> Result<(), Fault> {
        let Some(telephones) = &self.settings.telephones else { return Ok(()) };
        let encrypted = self.settings.place.transport == PhoneTransport::Tls;
        let mut endpoint = vec![
            ("context", telephones.context.as_str()),
            ("auth", line),
            ("aors", line),
            ("disallow", "all"),
            ("allow", "alaw,ulaw"),
            ("direct_media", "no"),
            ("media_encryption", if encrypted { "sdes" } else { "no" }),
        ];
        endpoint.retain(|(name, _)| !telephones.endpoint.contains_key(*name));
        endpoint.extend(telephones.endpoint.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let auth = [("auth_type", "userpass"), ("username", line), ("password", password.expose_secret())];
        // One telephone a line: another one takes its place.
        let aor = [("max_contacts", "1"), ("remove_existing", "yes")];
        for (kind, fields) in KINDS.iter().zip([&auth[..], &aor[..], &endpoint[..]]) {
            let done = self
                .ari
                .put(&["asterisk", "config", "dynamic", "res_pjsip", kind, line], &body(fields))
                .await;
            if let Err(fault) = done {
                tracing::error!(%fault, kind, "Asterisk does not take a telephone: does its sorcery.conf say where it is kept?");
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Nobody may register there any more.
    pub(super) async fn tell_of_none(&self, line: &str) {
        if self.settings.telephones.is_none() || self.is_up().is_err() {
            return;
        }
        for kind in KINDS.iter().rev() {
            let done = self.ari.delete(&["asterisk", "config", "dynamic", "res_pjsip", kind, line]).await;
            if let Err(fault) = unless_gone(done) {
                tracing::error!(%fault, kind, "Asterisk keeps a telephone that may not register any more");
            }
        }
    }
}

fn body(fields: &[(&str, &str)]) -> Value {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| json!({ "attribute": name, "value": value })).collect();
    json!({ "fields": fields })
}
