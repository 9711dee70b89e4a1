//! A telephone exchange in memory: the story calls, picks up and hangs up, and sees what everybody would hear. It keeps
//! to the rules of a real one: a leg that is over is gone for every verb, and only a line that is let in may register.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use model::{
    PersonId,
    call::{Correlation, Leg, Party},
    wire::reads::PhoneTransport,
};
use secrecy::{ExposeSecret, SecretString};
use server::calls::port::{CallQueue, Ending, HandedOver, Place, Refusal, Tape, Told, Trouble, Tune};
use tokio::sync::mpsc;

/// The exchange of a story.
#[derive(Default)]
pub struct Switchboard(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    told: Option<mpsc::UnboundedSender<Told>>,
    count: u64,
    legs: BTreeMap<Leg, End>,
    let_in: BTreeMap<String, String>,
    registered: BTreeSet<String>,
}

/// One end of a call.
#[derive(Default)]
struct End {
    /// The line where it rings; nothing for whoever calls.
    line: Option<String>,
    correlation: Option<Correlation>,
    from: Option<Party>,
    /// It can be spoken in.
    up: bool,
    rings: bool,
    over: bool,
    refused: Option<Refusal>,
    hears: Vec<Tune>,
    heard: Vec<Tune>,
    with: Option<Leg>,
    tape: Option<Tape>,
    handed_over: Option<HandedOver>,
}

/// The name of somebody's line.
pub fn line_of(person: PersonId) -> String {
    person.0.simple().to_string()
}

impl Switchboard {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().expect("the exchange")
    }

    /// Opens, empty. What it tells comes from here.
    pub fn opens(&self) -> mpsc::UnboundedReceiver<Told> {
        let (told, received) = mpsc::unbounded_channel();
        *self.inside() = Inside { told: Some(told), ..Inside::default() };
        received
    }

    /// A telephone registers.
    pub fn registers(&self, line: &str, password: &str) {
        let mut inside = self.inside();
        let right = inside.let_in.get(line).is_some_and(|right| right == password);
        assert!(right, "a telephone that is let in");
        inside.registered.insert(line.to_owned());
        inside.tell(Told::Line { line: line.to_owned(), there: true });
    }

    /// Whether a telephone with that password would be let in.
    pub fn lets_in(&self, line: &str, password: &str) -> bool {
        self.inside().let_in.get(line).is_some_and(|right| right == password)
    }

    /// A telephone is unplugged.
    pub fn unplugs(&self, line: &str) {
        let mut inside = self.inside();
        inside.registered.remove(line);
        inside.tell(Told::Line { line: line.to_owned(), there: false });
    }

    /// Somebody outside calls.
    pub fn calls(&self, from: &str, name: Option<&str>, to: &str) -> Leg {
        let from = Party { number: from.into(), name: name.map(Into::into) };
        self.inside().incoming(from, to, None)
    }

    /// Somebody's own telephone calls.
    pub fn dials(&self, person: PersonId, to: &str) -> Leg {
        let line = line_of(person);
        self.inside().incoming(Party { number: line.clone().into(), name: None }, to, Some(line))
    }

    /// What rings at somebody's telephone.
    pub fn rings(&self, person: PersonId) -> Option<Leg> {
        let (line, inside) = (line_of(person), self.inside());
        let rings = |end: &End| end.line.as_deref() == Some(&line) && !end.over && !end.up;
        let mut ringing = inside.legs.iter().filter(|(_, end)| rings(end)).map(|(leg, _)| leg.clone());
        let first = ringing.next();
        assert!(ringing.next().is_none(), "a telephone rings for one call at a time");
        first
    }

    /// Somebody picks up what rings at their telephone.
    pub fn picks_up(&self, person: PersonId) -> Leg {
        let leg = self.rings(person).expect("something rings");
        let mut inside = self.inside();
        inside.end(&leg).expect("a leg").up = true;
        inside.tell(Told::Connected { leg: leg.clone() });
        leg
    }

    /// Somebody declines what rings at their telephone.
    pub fn declines(&self, person: PersonId) {
        let leg = self.rings(person).expect("something rings");
        self.inside().ends(&leg, Ending::Declined, Some(486));
    }

    /// Whoever is there hangs up.
    pub fn hangs_up(&self, leg: &Leg) {
        self.inside().ends(leg, Ending::Left, None);
    }

    /// Whoever is there makes the others wait, or goes on.
    pub fn holds(&self, leg: &Leg, holds: bool) {
        let leg = leg.clone();
        self.inside().tell(if holds { Told::Held { leg } } else { Told::Resumed { leg } });
    }

    /// A key is pressed.
    pub fn presses(&self, leg: &Leg, key: char) {
        self.inside().tell(Told::Pressed { leg: leg.clone(), key });
    }

    /// A telephone wants its call to be handed over.
    pub fn refers(&self, leg: &Leg, to: &str, replaces: Option<&Leg>) {
        let told = Told::Referred { leg: leg.clone(), to: to.to_owned(), replaces: replaces.cloned() };
        self.inside().tell(told);
    }

    /// The line to the exchange broke and is back; these legs were lost meanwhile.
    pub fn loses(&self, lost: &[&Leg]) {
        let mut inside = self.inside();
        for leg in lost {
            inside.end(leg).expect("a leg").over = true;
        }
        let legs = inside.legs.iter().filter(|(_, end)| !end.over).map(|(leg, _)| leg.clone()).collect();
        inside.tell(Told::Still { legs });
    }

    /// What is said and heard at a leg goes onto its tape, if there is one. Answers whether there is.
    pub fn says(&self, leg: &Leg, samples: &[i16]) -> bool {
        let inside = self.inside();
        let tape = inside.legs.get(leg).and_then(|end| end.tape.as_ref());
        tape.inspect(|tape| tape.add(samples)).is_some()
    }

    /// What a leg hears now.
    pub fn hears(&self, leg: &Leg) -> Vec<Tune> {
        self.see(leg, |end| end.hears.clone())
    }

    /// Everything that was played to a leg.
    pub fn heard(&self, leg: &Leg) -> Vec<Tune> {
        self.see(leg, |end| end.heard.clone())
    }

    /// With whom it is joined.
    pub fn with(&self, leg: &Leg) -> Option<Leg> {
        self.see(leg, |end| end.with.clone())
    }

    /// Whether it was taken.
    pub fn is_up(&self, leg: &Leg) -> bool {
        self.see(leg, |end| end.up && !end.over)
    }

    /// Whether it is told that it rings.
    pub fn is_rung(&self, leg: &Leg) -> bool {
        self.see(leg, |end| end.rings)
    }

    /// Whether it is over.
    pub fn is_over(&self, leg: &Leg) -> bool {
        self.see(leg, |end| end.over)
    }

    /// Why it was not taken.
    pub fn refused(&self, leg: &Leg) -> Option<Refusal> {
        self.see(leg, |end| end.refused)
    }

    /// What its telephone was told about handing it over.
    pub fn handed_over(&self, leg: &Leg) -> Option<HandedOver> {
        self.see(leg, |end| end.handed_over)
    }

    /// What its telephone was told when it rang.
    pub fn shows(&self, leg: &Leg) -> (Option<Correlation>, Option<Party>) {
        self.see(leg, |end| (end.correlation.clone(), end.from.clone()))
    }

    /// How many legs there are that are not over.
    pub fn busy(&self) -> usize {
        self.inside().legs.values().filter(|end| !end.over).count()
    }

    fn see<T>(&self, leg: &Leg, see: impl FnOnce(&End) -> T) -> T {
        see(self.inside().legs.get(leg).expect("a leg of this exchange"))
    }
}

impl Inside {
    fn tell(&self, told: Told) {
        if let Some(tells) = &self.told {
            let _ = tells.send(told);
        }
    }

    fn add(&mut self, end: End) -> Leg {
        self.count += 1;
        let leg = Leg(format!("leg-{:04}", self.count));
        self.legs.insert(leg.clone(), end);
        leg
    }

    fn incoming(&mut self, from: Party, to: &str, line: Option<String>) -> Leg {
        let leg = self.add(End::default());
        self.tell(Told::Incoming { leg: leg.clone(), from, to: to.to_owned(), line });
        leg
    }

    fn end(&mut self, leg: &Leg) -> Result<&mut End, Trouble> {
        self.legs.get_mut(leg).filter(|end| !end.over).ok_or(Trouble::Gone)
    }

    fn ends(&mut self, leg: &Leg, why: Ending, code: Option<u16>) {
        self.gone(leg).expect("a leg that is not over");
        self.tell(Told::Ended { leg: leg.clone(), why, code });
    }

    fn gone(&mut self, leg: &Leg) -> Result<(), Trouble> {
        self.parted(leg)?;
        let end = self.end(leg)?;
        end.over = true;
        end.tape = None;
        Ok(())
    }

    fn parted(&mut self, leg: &Leg) -> Result<(), Trouble> {
        if let Some(with) = self.end(leg)?.with.take()
            && let Ok(other) = self.end(&with)
        {
            other.with = None;
        }
        Ok(())
    }
}

#[async_trait]
impl CallQueue for Switchboard {
    fn place(&self) -> Place {
        Place { exchange: "127.0.0.1:5060".into(), transport: PhoneTransport::Udp, certificate: None }
    }

    async fn admit(&self, line: &str, password: &SecretString) -> Result<(), Trouble> {
        let mut inside = self.inside();
        inside.let_in.insert(line.to_owned(), password.expose_secret().to_owned());
        if inside.registered.remove(line) {
            inside.tell(Told::Line { line: line.to_owned(), there: false });
        }
        Ok(())
    }

    async fn dismiss(&self, line: &str) {
        let mut inside = self.inside();
        inside.let_in.remove(line);
        if inside.registered.remove(line) {
            inside.tell(Told::Line { line: line.to_owned(), there: false });
        }
    }

    async fn answer(&self, leg: &Leg) -> Result<(), Trouble> {
        self.inside().end(leg)?.up = true;
        Ok(())
    }

    async fn ringing(&self, leg: &Leg) -> Result<(), Trouble> {
        self.inside().end(leg)?.rings = true;
        Ok(())
    }

    async fn refuse(&self, leg: &Leg, why: Refusal) -> Result<(), Trouble> {
        let mut inside = self.inside();
        let end = inside.end(leg)?;
        assert!(!end.up, "a call that was taken cannot be refused");
        end.refused = Some(why);
        end.over = true;
        Ok(())
    }

    async fn ring(
        &self,
        line: &str,
        from: &Party,
        correlation: Option<&Correlation>,
    ) -> Result<Leg, Trouble> {
        let mut inside = self.inside();
        if !inside.registered.contains(line) {
            return Err(Trouble::NobodyThere);
        }
        Ok(inside.add(End {
            line: Some(line.to_owned()),
            correlation: correlation.cloned(),
            from: Some(from.clone()),
            ..End::default()
        }))
    }

    async fn play(&self, leg: &Leg, tunes: &[Tune]) -> Result<(), Trouble> {
        let mut inside = self.inside();
        let end = inside.end(leg)?;
        end.hears = tunes.to_vec();
        end.heard.extend(tunes);
        Ok(())
    }

    async fn bridge(&self, one: &Leg, other: &Leg) -> Result<(), Trouble> {
        let mut inside = self.inside();
        if !inside.end(one)?.up || !inside.end(other)?.up {
            return Err(Trouble::Refused);
        }
        inside.parted(one)?;
        inside.parted(other)?;
        inside.end(one)?.with = Some(other.clone());
        inside.end(other)?.with = Some(one.clone());
        Ok(())
    }

    async fn part(&self, leg: &Leg) -> Result<(), Trouble> {
        self.inside().parted(leg)
    }

    async fn record(&self, leg: &Leg, tape: Option<Tape>) -> Result<(), Trouble> {
        self.inside().end(leg)?.tape = tape;
        Ok(())
    }

    async fn handed_over(&self, leg: &Leg, outcome: HandedOver) -> Result<(), Trouble> {
        self.inside().end(leg)?.handed_over = Some(outcome);
        Ok(())
    }

    async fn hang_up(&self, leg: &Leg) -> Result<(), Trouble> {
        self.inside().gone(leg)
    }

    async fn close(&self) {
        let mut inside = self.inside();
        for end in inside.legs.values_mut() {
            end.over = true;
            end.tape = None;
        }
    }
}
