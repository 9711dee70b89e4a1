//! One service, two devices, the ways between them, and everything that can happen next.

use super::{
    channel::{Channel, Frame, Request, Said},
    device::{Device, State},
    few::Few,
    mistake::Mistake,
    plan::{Act, COMMANDS, Id, NOBODY, Plan, Who},
    service::{Handled, Outcome, Service},
};

/// Everything, at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) devices: [Device; 2],
    pub(crate) channels: [Channel; 2],
    /// The house wrote.
    pub(crate) house: bool,
}

/// Kinds of faults, each a bit of what may still go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    Loss = 1,
    Duplicate = 2,
    Reorder = 4,
    Crash = 8,
    Restore = 16,
}

/// All kinds.
pub(crate) const ALL_FAULTS: u8 = 31;

/// One thing that is on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Thing {
    Frame(u8),
    Request(u8),
    Answer(u8),
}

/// What can happen; `d` is a device.
#[expect(dead_code, reason = "read by whoever reads a counter-example")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// Nothing has happened yet.
    Begin,
    /// An advisor does something.
    Make(Id),
    /// The service changes the field by itself.
    HouseWrites(Id),
    /// A reply waited for too long.
    Expire(Id),
    /// A frame arrives.
    Hear { d: u8 },
    /// A device finds that its line is dead, or that it has not got what the service said, and dials again. Stands for
    /// silence, close codes, and ping with pong. If the log is another one, a snapshot is taken, which began when the log
    /// was so much shorter.
    Redial { d: u8, shorter: u8 },
    /// A command goes out.
    Send(Id),
    /// It arrives.
    Handle { d: u8, place: u8 },
    /// Its receipt arrives.
    Receive { d: u8, place: u8 },
    /// Something on its way is lost.
    Lose { d: u8, thing: Thing },
    /// Something arrives twice.
    Duplicate { d: u8, thing: Thing },
    /// Two frames change places.
    Reorder { d: u8 },
    /// A computer dies and starts again.
    Crash { d: u8 },
    /// The same after the cache took a frame and before the work file is settled.
    CrashHearing { d: u8 },
    /// The same with a snapshot.
    CrashInSnapshot { d: u8 },
    /// The service comes back from a backup: of everything it did, so much is left.
    Restore { handled: u8 },
}

impl Action {
    /// What goes wrong in it, if anything.
    pub(crate) fn fault(self) -> Option<Fault> {
        match self {
            Action::Lose { .. } => Some(Fault::Loss),
            Action::Duplicate { .. } => Some(Fault::Duplicate),
            Action::Reorder { .. } => Some(Fault::Reorder),
            Action::Crash { .. } | Action::CrashHearing { .. } | Action::CrashInSnapshot { .. } => {
                Some(Fault::Crash)
            }
            Action::Restore { .. } => Some(Fault::Restore),
            _ => None,
        }
    }

    /// Whether it helps to get done what was begun: neither a fault nor something new.
    pub(crate) fn drains(self) -> bool {
        matches!(
            self,
            Action::Hear { .. }
                | Action::Redial { .. }
                | Action::Send(_)
                | Action::Handle { .. }
                | Action::Receive { .. }
        )
    }
}

/// What is done, and what is done wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) plan: Plan,
    pub(crate) mistake: Option<Mistake>,
}

impl World {
    /// Nothing was done yet, and anything may go wrong.
    pub(crate) fn new() -> Self {
        Self {
            service: Service::new(),
            devices: [Device::new(0), Device::new(1)],
            channels: [Channel::new(); 2],
            house: false,
        }
    }

    /// Tells `take` everything that can happen now, and what the world is afterwards. `left`: the faults that may still be.
    pub(crate) fn next(&self, left: u8, rules: &Rules, take: &mut impl FnMut(Action, World)) {
        let take = &mut |action, next: World| take(action, next.told());
        for id in 0..NOBODY {
            self.next_of_command(id, rules, take);
        }
        for d in 0..2 {
            self.next_of_stream(d, rules, take);
            self.next_of_requests(d, rules, take);
            self.faults(d, left, rules, take);
        }
        if left & Fault::Restore as u8 != 0 {
            for handled in 0..=self.service.handled.count() {
                let mut next = *self;
                next.service.handled.truncate(handled);
                next.service.epoch += 1;
                for channel in &mut next.channels {
                    // What it had said was heard before, or never is: to a device it makes no difference when this
                    // happens.
                    channel.stream_from(None);
                }
                take(Action::Restore { handled }, next);
            }
        }
    }

    fn next_of_command(&self, id: Id, rules: &Rules, take: &mut impl FnMut(Action, World)) {
        let command = &rules.plan[usize::from(id)];
        let Who::Device(who) = command.who else {
            if !self.house {
                let mut next = *self;
                next.house = true;
                next.service.handled.push(Handled { id, outcome: Outcome::Applied, receipt: true });
                take(Action::HouseWrites(id), next);
            }
            return;
        };
        let d = usize::from(who);
        let device = &self.devices[d];
        // What is done over a log that is gone might as well have been done before it went.
        if device.can_make(&rules.plan, id) && device.epoch == self.service.epoch {
            let mut next = *self;
            next.devices[d].make(&rules.plan, id, rules.mistake);
            take(Action::Make(id), next);
        }
        let row = device.row(id);
        let reply = command.act == Act::Reply;
        let unknown = row.sent && rules.mistake != Some(Mistake::SentReplyExpires);
        if reply && row.state == State::Queued && !unknown {
            let mut next = *self;
            next.devices[d].row_mut(id).state = State::Expired;
            take(Action::Expire(id), next);
        }
        if device.can_send(&rules.plan, id) && self.channels[d].requests.has_room() {
            let mut next = *self;
            let after = device.predecessor(&rules.plan, id, rules.mistake);
            let row = next.devices[d].row_mut(id);
            (row.state, row.sent) = (State::Inflight, reply);
            next.channels[d].requests.push(Request { id, after });
            next.channels[d].requests.sort();
            take(Action::Send(id), next);
        }
    }

    fn next_of_stream(&self, d: u8, rules: &Rules, take: &mut impl FnMut(Action, World)) {
        let at = usize::from(d);
        let (device, channel) = (&self.devices[at], &self.channels[at]);
        let silent = channel.frames.count() == 0;
        if channel.seat.is_none_or(|said| silent && said != device.cursor) {
            for shorter in 0..=self.longest_snapshot(at) {
                take(Action::Redial { d, shorter }, self.dialled(at, shorter, true, rules));
            }
        }
        if !silent {
            take(Action::Hear { d }, self.hear(at, true, rules));
        }
    }

    /// The service says what is new in the log, as soon as there is room: that it waits changes no more than that the
    /// frame is under way for long.
    fn told(mut self) -> World {
        let rows = self.service.rows();
        for channel in &mut self.channels {
            if let Some(from) = channel.seat.filter(|from| *from < rows.count() && channel.frames.has_room())
            {
                let mut events = Few::new();
                rows.all().iter().skip(usize::from(from)).for_each(|id| events.push(*id));
                channel.seat = Some(rows.count());
                channel.frames.push(Frame { from, events });
            }
        }
        self
    }

    /// How many changes a snapshot may take to be read.
    fn longest_snapshot(&self, d: usize) -> u8 {
        if self.devices[d].epoch == self.service.epoch { 0 } else { self.service.rows().count() }
    }

    /// Hello, and its answer: the stream goes on from the cursor, or a snapshot comes first.
    fn dialled(mut self, d: usize, shorter: u8, whole: bool, rules: &Rules) -> World {
        let (device, service) = (&mut self.devices[d], &self.service);
        if device.epoch != service.epoch {
            let rows = service.rows();
            device.take_snapshot(service.epoch, rows.count() - shorter, rows, whole, rules.mistake);
        }
        self.channels[d].stream_from(Some(device.cursor));
        self
    }

    fn hear(&self, d: usize, whole: bool, rules: &Rules) -> World {
        let mut next = *self;
        let frame = next.channels[d].frames.remove(0);
        // Frames are of the log that is followed: a line to another one ended with its service.
        if next.devices[d].hear(frame, whole, rules.mistake) {
            next
        } else {
            next.dialled(d, 0, whole, rules)
        }
    }

    fn next_of_requests(&self, d: u8, rules: &Rules, take: &mut impl FnMut(Action, World)) {
        let at = usize::from(d);
        for place in 0..self.channels[at].requests.count() {
            if self.channels[at].answers.has_room() {
                let mut next = *self;
                let request = next.channels[at].requests.remove(usize::from(place));
                let row = self.devices[at].row(request.id);
                let answer = next.service.handle(&rules.plan, request, row, rules.mistake);
                next.channels[at].answers.push(answer);
                next.channels[at].answers.sort();
                take(Action::Handle { d, place }, next);
            }
        }
        for place in 0..self.channels[at].answers.count() {
            take(Action::Receive { d, place }, self.receive(at, place, rules));
        }
    }

    fn receive(&self, d: usize, place: u8, rules: &Rules) -> World {
        let mut next = *self;
        let answer = next.channels[d].answers.remove(usize::from(place));
        if rules.mistake == Some(Mistake::ReceiptApart) {
            for at in 0..usize::from(next.service.handled.count()) {
                let handled = next.service.handled.change(at);
                handled.receipt |= handled.id == answer.id;
            }
        }
        let device = &mut next.devices[d];
        let (followed, row) = (device.epoch, device.row_mut(answer.id));
        if !matches!(row.state, State::Queued | State::Inflight) {
            return next;
        }
        let of_another_log = answer.epoch != followed && rules.mistake != Some(Mistake::ReceiptEpochIgnored);
        row.state = match answer.said {
            _ if of_another_log => State::Queued,
            Said::Retry => State::Queued,
            Said::Conflict => State::Conflict,
            Said::Acked { .. } if rules.mistake == Some(Mistake::OverlayDroppedAtReceipt) => {
                State::Done { epoch: followed }
            }
            Said::Acked { seq } => State::Acked { epoch: followed, seq },
        };
        device.settle();
        next
    }

    fn faults(&self, d: u8, left: u8, rules: &Rules, take: &mut impl FnMut(Action, World)) {
        let may = |fault: Fault| left & fault as u8 != 0;
        let at = usize::from(d);
        let channel = &self.channels[at];
        if may(Fault::Loss) {
            let mut lose = |thing| take(Action::Lose { d, thing }, self.without(at, thing));
            (0..channel.frames.count()).for_each(|place| lose(Thing::Frame(place)));
            (0..channel.requests.count()).for_each(|place| lose(Thing::Request(place)));
            (0..channel.answers.count()).for_each(|place| lose(Thing::Answer(place)));
        }
        if may(Fault::Duplicate) {
            let mut twice = |thing| take(Action::Duplicate { d, thing }, self.twice(at, thing));
            if channel.frames.count() == 1 {
                twice(Thing::Frame(0));
            }
            if channel.requests.has_room() {
                (0..channel.requests.count()).for_each(|place| twice(Thing::Request(place)));
            }
        }
        if may(Fault::Reorder) && channel.frames.count() == 2 {
            let mut next = *self;
            let first = next.channels[at].frames.remove(0);
            next.channels[at].frames.push(first);
            take(Action::Reorder { d }, next);
        }
        if may(Fault::Crash) {
            let mut crash = |action, world: World| {
                for shorter in 0..=world.longest_snapshot(at) {
                    take(action, world.crashed(at, shorter, rules));
                }
            };
            crash(Action::Crash { d }, *self);
            if channel.frames.count() > 0 {
                crash(Action::CrashHearing { d }, self.hear(at, false, rules));
            }
            for shorter in 0..=self.longest_snapshot(at) {
                crash(Action::CrashInSnapshot { d }, self.dialled(at, shorter, false, rules));
            }
        }
    }

    /// A command of which nothing is on its way any more goes out again, once its device has waited long enough: that
    /// it waited changes nothing, so it begins at once.
    fn without(&self, d: usize, thing: Thing) -> World {
        let mut next = *self;
        let channel = &mut next.channels[d];
        let id = match thing {
            Thing::Frame(place) => {
                channel.frames.remove(usize::from(place));
                return next;
            }
            Thing::Request(place) => channel.requests.remove(usize::from(place)).id,
            Thing::Answer(place) => channel.answers.remove(usize::from(place)).id,
        };
        let another = channel.requests.all().iter().any(|other| other.id == id)
            || channel.answers.all().iter().any(|other| other.id == id);
        let row = next.devices[d].row_mut(id);
        if row.state == State::Inflight && !another {
            row.state = State::Queued;
        }
        next
    }

    fn twice(&self, d: usize, thing: Thing) -> World {
        let mut next = *self;
        let channel = &mut next.channels[d];
        match thing {
            Thing::Frame(place) => channel.frames.push(channel.frames.all()[usize::from(place)]),
            Thing::Request(place) => channel.requests.push(channel.requests.all()[usize::from(place)]),
            Thing::Answer(place) => channel.answers.push(channel.answers.all()[usize::from(place)]),
        }
        channel.requests.sort();
        channel.answers.sort();
        next
    }

    /// What was on its way arrived before or never does, and answers find nobody; a copy of a request may still come.
    fn crashed(mut self, d: usize, shorter: u8, rules: &Rules) -> World {
        let requests = std::mem::take(&mut self.channels[d].requests);
        for (place, request) in requests.all().iter().enumerate() {
            if requests.all()[..place].iter().any(|other| other.id == request.id) {
                self.channels[d].requests.push(*request);
            }
        }
        self.channels[d].answers = Few::new();
        self.devices[d].start(rules.mistake);
        self.dialled(d, shorter, true, rules)
    }

    /// The one world that stands for all that go on in the same way. A device whose log is gone must begin anew: how far
    /// it was, and what of its outbox that log had shown, makes no difference any more.
    pub(crate) fn canonical(mut self) -> World {
        for device in self.devices.iter_mut().filter(|device| device.epoch != self.service.epoch) {
            (device.cursor, device.base) = (0, Few::new());
            for row in &mut device.outbox {
                if let State::Acked { epoch, .. } | State::Done { epoch } = row.state {
                    row.state = State::Acked { epoch, seq: 0 };
                }
            }
        }
        self
    }

    /// Whether everything has arrived everywhere: nothing more can happen by itself.
    pub(crate) fn is_quiet(&self) -> bool {
        let head = self.service.rows().count();
        self.devices.iter().zip(&self.channels).all(|(device, channel)| {
            (device.epoch, device.cursor) == (self.service.epoch, head)
                && channel.seat == Some(head)
                && channel.frames.count() + channel.requests.count() + channel.answers.count() == 0
                && (0..COMMANDS).all(|id| {
                    let state = device.outbox[id].state;
                    !state.is_pending() && state != State::Forgotten
                })
        })
    }
}
