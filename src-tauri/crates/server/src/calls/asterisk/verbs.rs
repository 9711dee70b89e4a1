//! What we ask of single channels and lines.

use std::sync::Arc;

use model::call::{Correlation, Leg, Party};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{
    LAST_TAPES, OWN, Shared, Standing,
    ari::{Fault, unless_gone},
    events::EndpointState,
    state::{Known, Line},
};
use crate::calls::port::{HandedOver, Told, Trouble};

/// The header with which a telephone is told to which interaction a call belongs.
const CORRELATION: &str = "PJSIP_HEADER(add,X-Loopdesk-Interaction)";
/// Lets us decide about a telephone's wish to hand its call over.
const TRANSFERS: &str = "PJSIP_TRANSFER_HANDLING()";
/// The longest name or number that is shown to a telephone.
const LONGEST: usize = 80;

impl Shared {
    /// A leg that is over is gone, whatever Asterisk would say.
    pub(super) fn known(&self, leg: &Leg) -> Result<(), Trouble> {
        if self.state().legs.contains_key(leg) { Ok(()) } else { Err(Trouble::Gone) }
    }

    /// Follows whether a telephone is there. While the line is down, that is done when it is back.
    pub(super) async fn admit(&self, line: &str, password: &SecretString) -> Result<(), Trouble> {
        let resource = self.settings.endpoint.resource(line).ok_or(Trouble::Refused)?;
        let known = Line { name: line.to_owned(), password: password.clone(), there: None };
        if self.is_up().is_err() {
            self.state().lines.insert(resource, known);
            return Ok(());
        }
        self.tell_of(&resource, password).await?;
        self.endpoint(&resource).await.map_err(|fault| {
            if fault == Fault::Gone {
                tracing::error!(line, "Asterisk has no endpoint for a line");
            }
            Trouble::Refused
        })?;
        self.state().lines.insert(resource.clone(), known);
        self.look_at_line(&resource).await;
        Ok(())
    }

    pub(super) async fn dismiss(&self, line: &str) {
        let Some(resource) = self.settings.endpoint.resource(line) else { return };
        self.state().lines.remove(&resource);
        self.tell_of_none(&resource).await;
    }

    async fn endpoint(&self, resource: &str) -> Result<EndpointState, Fault> {
        self.ari.get(&["endpoints", &self.settings.endpoint.technology, resource]).await
    }

    /// Looks whether a telephone is there, and tells if that is new.
    pub(super) async fn look_at_line(&self, resource: &str) {
        match self.endpoint(resource).await {
            Ok(endpoint) => self.line(&endpoint),
            Err(fault) => self.says(Err(fault)),
        }
    }

    /// What Asterisk says of a line.
    pub(super) fn line(&self, endpoint: &EndpointState) {
        let Some(there) = endpoint.there() else { return };
        if !endpoint.technology.eq_ignore_ascii_case(&self.settings.endpoint.technology) {
            return;
        }
        let mut state = self.state();
        let Some(line) = state.lines.get_mut(&endpoint.resource) else { return };
        if line.there.replace(there) != Some(there) {
            // Told while nobody else can tell anything of the same line.
            self.tell(Told::Line { line: line.name.clone(), there });
        }
    }

    pub(super) async fn answer(&self, leg: &Leg) -> Result<(), Trouble> {
        self.known(leg)?;
        self.ari.post(&["channels", &leg.0, "answer"]).await?;
        if self.settings.endpoint.is_pjsip() {
            // Older ones do not know it, and a channel of another kind has no use for it.
            let body = json!({ "variable": TRANSFERS, "value": "ari-only" });
            let _ = self.ari.post_with(&["channels", &leg.0, "variable"], &body).await;
        }
        let was_up = self.state().legs.get(leg).is_some_and(|known| known.was_up);
        if was_up {
            // Nothing changes, so Asterisk will not say anything.
            self.connected(leg);
        }
        Ok(())
    }

    /// A leg can be spoken in. Told once.
    pub(super) fn connected(&self, leg: &Leg) {
        let mut state = self.state();
        if let Some(known) = state.legs.get_mut(leg)
            && !std::mem::replace(&mut known.connected, true)
        {
            self.tell(Told::Connected { leg: leg.clone() });
        }
    }

    pub(super) async fn ring(
        self: &Arc<Self>,
        line: &str,
        from: &Party,
        correlation: Option<&Correlation>,
    ) -> Result<Leg, Trouble> {
        let resource = self.settings.endpoint.resource(line).ok_or(Trouble::Refused)?;
        if !self.state().lines.contains_key(&resource) {
            return Err(Trouble::NobodyThere);
        }
        let mut variables = Map::new();
        if self.settings.endpoint.is_pjsip() {
            variables.insert(TRANSFERS.into(), "ari-only".into());
            if let Some(correlation) = correlation {
                variables.insert(CORRELATION.into(), visible(&correlation.0).into());
            }
        }
        let leg = Leg(self.name_for("leg"));
        let body = json!({
            "endpoint": self.settings.endpoint.dialled(&resource),
            "app": self.settings.application,
            "appArgs": OWN,
            "callerId": caller_id(from),
            // How long it rings is decided here.
            "timeout": -1,
            "variables": variables,
        });
        // What happens there may be told before this is answered.
        self.state().legs.insert(leg.clone(), Known::new(false));
        match self.ari.post_with(&["channels", &leg.0], &body).await {
            Ok(_) => Ok(leg),
            Err(fault) => {
                self.state().legs.remove(&leg);
                if fault == Fault::NoLine {
                    // It may ring all the same.
                    let (shared, leg) = (self.clone(), leg.clone());
                    tokio::spawn(async move { shared.says(shared.ari.hang_up(&leg.0, None).await) });
                }
                Err(match fault {
                    // So it says that nobody registered there.
                    Fault::Gone | Fault::Refused(500) => Trouble::NobodyThere,
                    _ => Trouble::Refused,
                })
            }
        }
    }

    pub(super) async fn transfer_says(&self, channel: &str, outcome: HandedOver) -> Result<(), Fault> {
        let states = match outcome {
            HandedOver::Done => "channel_answered",
            HandedOver::NoSuchNumber => "channel_declined",
            HandedOver::NotNow => "channel_unavailable",
        };
        let body = json!({ "states": states });
        self.ari.post_with(&["channels", channel, "transfer_progress"], &body).await.map(drop)
    }

    /// Ends everything: first what is spoken, then what was recorded of it is waited for, a little.
    pub(super) async fn close(&self) {
        if self.standing.send_replace(Standing::Closed) != Standing::Up {
            return;
        }
        let (legs, bridges) = {
            let mut state = self.state();
            let bridges: std::collections::BTreeSet<_> =
                std::mem::take(&mut state.joins).into_values().map(|join| join.bridge).collect();
            (state.legs.keys().cloned().collect::<Vec<_>>(), bridges)
        };
        for leg in legs {
            self.says(self.ari.hang_up(&leg.0, None).await);
        }
        for bridge in bridges {
            self.says(unless_gone(self.ari.delete(&["bridges", &bridge]).await));
        }
        let mut tapes = self.tapes.subscribe();
        let until = self.clock.now() + LAST_TAPES;
        tokio::select! {
            _ = tapes.wait_for(|open| *open == 0) => {}
            () = self.clock.wait_until(until) => tracing::warn!("a recording did not come from Asterisk in time"),
        }
    }
}

/// Who calls, as Asterisk reads it: `"Name" <number>`.
fn caller_id(from: &Party) -> Value {
    let number: String = from
        .number
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "+*#._-".contains(*c))
        .take(LONGEST)
        .collect();
    let name: String = from
        .name
        .iter()
        .flat_map(|name| name.chars())
        .filter(|c| !c.is_control() && !"\"<>\\".contains(*c))
        .take(LONGEST)
        .collect();
    if name.is_empty() { number.into() } else { format!("\"{name}\" <{number}>").into() }
}

/// What may stand in a header.
fn visible(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_cannot_write_more_than_their_name() {
        let from = |number: &str, name: Option<&str>| {
            caller_id(&Party { number: number.into(), name: name.map(Into::into) })
        };
        assert_eq!(from("+4930 12", None), "+493012");
        assert_eq!(from("4711", Some("Léa \"<0900>\"\r\nX: y")), "\"Léa 0900X: y\" <4711>");
        assert_eq!(visible("a b\r\nVia: c"), "abVia:c");
    }
}
