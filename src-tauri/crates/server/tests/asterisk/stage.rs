//! A service's side of the double.

use std::sync::Arc;

use model::{
    At,
    call::{Correlation, Leg, Party},
};
use server::{
    calls::{
        asterisk::{self, Asterisk, Settings, Standing},
        port::{CallQueue, Ending, Told, Trouble},
    },
    clock::ManualClock,
};
use tokio::sync::mpsc;

use crate::pbx::{PASSWORD, PATIENCE, Pbx};

/// Longer than any wait between two tries.
pub(crate) const LONG: i64 = 60_000;

pub(crate) struct Stage {
    pub(crate) pbx: Pbx,
    pub(crate) asterisk: Arc<Asterisk>,
    pub(crate) clock: Arc<ManualClock>,
    told: mpsc::UnboundedReceiver<Told>,
}

pub(crate) fn leg(id: &str) -> Leg {
    Leg(id.to_owned())
}

impl Stage {
    /// A service that is connected, with the lines of Inès and Amir.
    pub(crate) async fn new() -> Self {
        let stage = Self::with(Pbx::start().await).await;
        stage.stands(Standing::Up).await;
        stage
    }

    pub(crate) async fn with(pbx: Pbx) -> Self {
        let settings = pbx.settings(PASSWORD);
        Self::set(pbx, &settings).await
    }

    /// A service with these settings.
    pub(crate) async fn set(pbx: Pbx, settings: &str) -> Self {
        let clock = Arc::new(ManualClock::at(At(1_000_000)));
        let settings = Settings::parse(settings).unwrap();
        let (asterisk, told) = asterisk::open(settings, clock.clone()).await.unwrap();
        Self { pbx, asterisk, clock, told }
    }

    /// Lines are let in, and their telephones are there.
    pub(crate) async fn admits(&mut self, line: &str) {
        self.asterisk.admit(line, &"unused".into()).await.unwrap();
        assert!(matches!(self.told().await, Told::Line { line: told, there: true } if told == line));
    }

    pub(crate) async fn stands(&self, standing: Standing) {
        let mut now = self.asterisk.standing();
        let waited = now.wait_for(|now| *now == standing);
        let waited = tokio::time::timeout(PATIENCE, waited).await;
        assert!(waited.is_ok(), "it should be {standing:?}, but is {:?}", *self.asterisk.standing().borrow());
    }

    /// What is told next.
    pub(crate) async fn told(&mut self) -> Told {
        tokio::time::timeout(PATIENCE, self.told.recv()).await.unwrap().unwrap()
    }

    /// Everything that was told until this event had been heard.
    pub(crate) async fn told_until_now(&mut self) -> Vec<Told> {
        // A call that nobody makes marks the place.
        self.pbx.calls("marker", "trunk", "0", "marker");
        let mut all = Vec::new();
        loop {
            match self.told().await {
                Told::Incoming { leg: marker, .. } if marker == leg("marker") => return all,
                told => all.push(told),
            }
        }
    }

    /// Somebody calls, and their call is taken.
    pub(crate) async fn answers(&mut self, id: &str) -> Leg {
        self.pbx.calls(id, "trunk", "0301234", "800");
        assert!(matches!(self.told().await, Told::Incoming { .. }));
        self.asterisk.answer(&leg(id)).await.unwrap();
        assert!(self.told().await == Told::Connected { leg: leg(id) });
        leg(id)
    }

    pub(crate) async fn rings(&self, line: &str) -> Result<Leg, Trouble> {
        let from = Party { number: "0301234".into(), name: Some("Léa Bernard".into()) };
        self.asterisk.ring(line, &from, Some(&Correlation("c-17".to_owned()))).await
    }

    /// A telephone rings and is picked up.
    pub(crate) async fn reaches(&mut self, line: &str) -> Leg {
        let leg = self.rings(line).await.unwrap();
        self.pbx.picks_up(&leg.0);
        assert!(self.told().await == Told::Connected { leg: leg.clone() });
        leg
    }

    pub(crate) async fn ended(&mut self, leg: &Leg) -> Ending {
        match self.told().await {
            Told::Ended { leg: ended, why, .. } if ended == *leg => why,
            _ => panic!("it should have ended"),
        }
    }

    /// The line breaks, this happens, and it is back.
    pub(crate) async fn breaks_while(&self, happens: impl FnOnce(&Pbx)) {
        self.pbx.breaks();
        self.stands(Standing::Down { tries: 1 }).await;
        happens(&self.pbx);
        self.comes_back().await;
    }

    /// The next try comes through.
    pub(crate) async fn comes_back(&self) {
        // It is said to be down once it is known until when nothing is tried.
        self.clock.advance(LONG);
        self.stands(Standing::Up).await;
    }
}
