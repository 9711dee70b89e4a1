//! What goes over the network: questions and answers, and the line on which the service speaks.

use backend::Trouble;
use desk::sync::Input;
use model::{
    CommandId, Intent,
    wire::{ClientFrame, Command, Outcome, ServerFrame, commands::Receipts, reads::SnapshotStart},
};
use rand::Rng;
use store::work::outbox::Policy;

use super::{Answer, Broken, Happening, Question, Schedule, Seat, Sent};
use crate::mistakes::Mistake;

/// How long a request is waited for.
const PATIENCE: i64 = 30_000;

impl Schedule {
    pub(super) fn sent(&mut self, device: usize, mut command: Command) -> Sent {
        let row = self.devices[device].replica().and_then(|replica| replica.row(command.id).cloned());
        let base = row.as_ref().and_then(|row| row.base.clone());
        let live = row.as_ref().is_some_and(|row| row.policy == Policy::Live);
        let harm_from = row.and_then(|row| row.expires_at).filter(|_| live);
        let again = self.ledger.sends(command.id);
        match self.mistake {
            Some(Mistake::MeantForAnyLog | Mistake::ReceiptOfAnotherLog) => command.epoch = None,
            Some(Mistake::NoEndForLiveReplies) => command.until = None,
            Some(Mistake::NewNameForEveryTry) if again => command.id = CommandId(uuid::Uuid::now_v7()),
            _ => {}
        }
        Sent { command, base, harm_from }
    }

    /// A request goes out; it may arrive, and its answer too.
    pub(super) fn asks(&mut self, device: usize, what: Question) {
        let life = self.devices[device].life;
        let ms = self.random.random_range(2..150);
        if !self.devices[device].online {
            return self.fails(device, &what, ms, &Trouble::Unreachable);
        }
        if !self.devices[device].signed_in {
            return self.fails(device, &what, ms, &Trouble::SignIn);
        }
        if self.goes_wrong() {
            match self.random.random_range(0..6) {
                // Lost on the way there.
                0 => return self.fails(device, &what, PATIENCE, &Trouble::Unreachable),
                1 => return self.fails(device, &what, ms, &Trouble::Unreachable),
                2 => return self.fails(device, &what, ms, &Trouble::Wait { after_ms: 700 }),
                3 => return self.fails(device, &what, ms, &Trouble::Fault),
                // Done, and the answer is lost.
                4 => {
                    let lost = Trouble::Unreachable;
                    self.fails(device, &what, PATIENCE, &lost);
                    self.after(ms, Happening::Asked { device, life, what: Box::new(what), answered: false });
                    return;
                }
                // Arrives twice, the second time late.
                _ => {
                    let late = self.random.random_range(200..20_000);
                    let again = Box::new(what.clone());
                    self.after(ms + late, Happening::Asked { device, life, what: again, answered: false });
                }
            }
        }
        self.after(ms, Happening::Asked { device, life, what: Box::new(what), answered: true });
    }

    pub(super) fn fails(&mut self, device: usize, what: &Question, ms: i64, trouble: &Trouble) {
        let life = self.devices[device].life;
        let answer = match what {
            Question::Begin(no) => Answer::Input(Input::SnapshotBegan(*no, Err(trouble.clone()))),
            Question::Page(no, _) => Answer::Page(*no, Err(trouble.clone())),
            Question::Commands(sent) => {
                let ids = sent.iter().map(|sent| sent.command.id).collect();
                Answer::Input(Input::NoReceipts(ids, trouble.clone()))
            }
        };
        self.after(ms, Happening::Answered { device, life, answer: Box::new(answer) });
    }

    /// A request arrives.
    pub(super) fn asked(
        &mut self,
        device: usize,
        life: u64,
        what: Question,
        answered: bool,
    ) -> Result<(), Broken> {
        let me = self.devices[device].me.id;
        let answer = match what {
            Question::Begin(no) => {
                let start: SnapshotStart = self.service.begin().expect("the service works");
                Answer::Input(Input::SnapshotBegan(no, Ok(start)))
            }
            Question::Page(no, after) => {
                let page = self.service.page(me, after.as_deref()).expect("the service works");
                Answer::Page(no, Ok(page.expect("a page that was named")))
            }
            Question::Commands(sent) => Answer::Input(self.takes(device, sent, answered)?),
        };
        self.everybody_looks();
        if answered {
            let ms = self.random.random_range(2..150);
            self.after(ms, Happening::Answered { device, life, answer: Box::new(answer) });
        }
        Ok(())
    }

    /// Commands arrive. What changes a field must have seen what it writes over.
    pub(super) fn takes(&mut self, device: usize, sent: Vec<Sent>, answered: bool) -> Result<Input, Broken> {
        let (me, now) = (self.devices[device].me.id, self.service_now());
        let mut all: Option<Receipts> = None;
        for Sent { mut command, base, harm_from } in sent {
            let id = command.id;
            let before = match &mut command.intent {
                Intent::ChangeFollowUp { id, change, base } => {
                    let row = self.service.follow_up(*id).expect("the service works");
                    if self.mistake == Some(Mistake::NoCompareAndSet) {
                        command.seen = None;
                        *base = row.as_ref().map_or(0, |row| row.fields.of(change));
                    }
                    row.map(|row| row.current(change))
                }
                _ => None,
            };
            let receipts = self.service.submit(me, vec![command], now).expect("the service works");
            for receipt in &receipts.receipts {
                if receipt.duplicate || !matches!(receipt.outcome, Outcome::Applied { .. }) {
                    continue;
                }
                if before.is_some() && base != before {
                    return Err(Broken(format!(
                        "I9: a change wrote over {before:?}, its advisor saw {base:?}"
                    )));
                }
                if harm_from.is_some_and(|from| now.since(from) > 1_000) {
                    return Err(Broken(format!("harm: a live reply was sent {harm_from:?}, at {now:?}")));
                }
            }
            if self.mistake == Some(Mistake::ReceiptOutsideTheTransaction) && !answered {
                self.service.lose_receipt(id).expect("the service works");
            }
            match &mut all {
                Some(all) => all.receipts.extend(receipts.receipts),
                None => all = Some(receipts),
            }
        }
        let all = all.expect("a command at least");
        let epoch = match (self.mistake, self.devices[device].replica()) {
            (Some(Mistake::ReceiptOfAnotherLog), Some(replica)) => {
                replica.cache().position().ok().and_then(|position| position.epoch).unwrap_or(all.epoch)
            }
            _ => all.epoch,
        };
        Ok(Input::Receipts(epoch, all.receipts))
    }

    /// A frame of a desk arrives.
    pub(super) fn said(
        &mut self,
        device: usize,
        life: u64,
        line: u64,
        frame: &ClientFrame,
    ) -> Result<(), Broken> {
        let now = self.service_now();
        let me = self.devices[device].me.id;
        let mine =
            |seat: &&mut Seat| seat.device == device && seat.life == life && seat.line == line && !seat.hole;
        let Some(seat) = self.seats.iter_mut().find(mine) else { return Ok(()) };
        match frame {
            ClientFrame::Hello { cursor, .. } => {
                seat.cursor = *cursor;
                let answer = self.service.greet(frame, now).expect("the service works").expect("an answer");
                seat.greeted = matches!(answer, ServerFrame::Resumed { .. });
                self.tells(device, line, answer);
            }
            ClientFrame::Ping { .. } if seat.greeted => {
                let from = seat.cursor;
                let (to, events) = self.service.range(me, from).expect("the service works");
                seat.cursor = to;
                if to > from {
                    self.tells(device, line, ServerFrame::Range { from, to, events });
                }
                self.tells(device, line, ServerFrame::Pong { head: to, now });
            }
            _ => {}
        }
        self.everybody_looks();
        Ok(())
    }

    /// Every open line is told what is new in the log.
    pub(super) fn everybody_looks(&mut self) {
        let seats: Vec<(usize, u64)> =
            self.seats.iter().filter(|s| s.greeted).map(|s| (s.device, s.line)).collect();
        for (device, line) in seats {
            loop {
                let me = self.devices[device].me.id;
                let Some(seat) = self.seats.iter_mut().find(|s| s.device == device && s.line == line) else {
                    break;
                };
                let from = seat.cursor;
                let (to, events) = self.service.range(me, from).expect("the service works");
                if to == from || events.is_empty() {
                    break;
                }
                seat.cursor = to;
                self.tells(device, line, ServerFrame::Range { from, to, events });
            }
        }
    }

    /// A frame goes to a desk: in order, unless something goes wrong.
    pub(super) fn tells(&mut self, device: usize, line: u64, frame: ServerFrame) {
        let wrong = self.goes_wrong().then(|| self.random.random_range(0..5));
        let ms = self.random.random_range(1..80);
        let Some(seat) = self.seats.iter_mut().find(|s| s.device == device && s.line == line) else { return };
        if seat.hole {
            return;
        }
        let life = seat.life;
        let mut when = seat.last.max(self.time + ms);
        seat.last = when;
        let again = (wrong == Some(1)).then(|| frame.clone());
        match wrong {
            // Lost, and the line goes on: what follows does not fit.
            Some(0) => return,
            Some(2) => when += 500,
            Some(3) => {
                seat.hole = true;
                return;
            }
            Some(4) => return self.cut(device),
            _ => {}
        }
        self.at(when, Happening::Hears { device, life, line, frame: Box::new(frame) });
        if let Some(frame) = again {
            self.at(when + 1, Happening::Hears { device, life, line, frame: Box::new(frame) });
        }
    }

    pub(super) fn cut(&mut self, device: usize) {
        let lines: Vec<(u64, u64)> =
            self.seats.iter().filter(|s| s.device == device).map(|s| (s.life, s.line)).collect();
        self.seats.retain(|seat| seat.device != device);
        for (life, line) in lines {
            let ms = self.random.random_range(1..50);
            self.after(ms, Happening::Closed { device, life, line });
        }
    }
}
