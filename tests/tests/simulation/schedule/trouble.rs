//! What goes wrong, and what others do meanwhile.

use model::{
    Intent,
    follow_up::{FollowUpChange, FollowUpStatus},
};
use rand::{Rng, seq::IndexedRandom};

use super::{Broken, Happening, Schedule};
use crate::template::{self, BEGIN};

impl Schedule {
    /// A machine or the network fails.
    pub(super) fn fault(&mut self) -> Result<(), Broken> {
        self.story.faults += 1;
        let device = self.random.random_range(0..self.devices.len());
        let long = self.random.random_range(100..25_000);
        match self.random.random_range(0..14) {
            0 | 1 => self.cut(device),
            2 | 3 => {
                self.devices[device].online = false;
                self.cut(device);
                self.after(long, Happening::NetworkBack { device });
            }
            4 => self.seats.iter_mut().filter(|s| s.device == device).for_each(|s| s.hole = true),
            5 if self.awake(device) => {
                self.devices[device].crash();
                self.after(long / 3, Happening::Restart { device });
            }
            6 | 7 => {
                let (writes, kept) = (self.random.random_range(0..12), self.random.random_bool(0.5));
                self.devices[device].dies_in(writes, kept);
            }
            8 => {
                self.devices[device].disk_refuses(true);
                self.after(long / 2, Happening::DiskBack { device });
            }
            9 if self.awake(device) => self.sleeps(device, long),
            10 => {
                let years = [-315_360_000_000, -86_400_000, -5_000, 5_000, 86_400_000, 315_360_000_000];
                self.devices[device].wall += years.choose(&mut self.random).copied().unwrap_or(0);
            }
            11 => {
                self.devices[device].signed_in = false;
                self.cut(device);
                self.after(long / 2, Happening::SignedIn { device });
            }
            // The service starts again: every line is gone.
            12 => (0..self.devices.len()).for_each(|device| self.cut(device)),
            13 => self.restored(),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn sleeps(&mut self, device: usize, ms: i64) {
        let life = self.devices[device].life;
        self.devices[device].asleep_until = Some(self.time + ms);
        self.devices[device].slept += ms;
        // Its sockets do not survive, and nobody tells it so.
        self.seats.iter_mut().filter(|s| s.device == device).for_each(|s| s.hole = true);
        self.after(ms + 1, Happening::Tick { device, life });
    }

    /// The service is restored from a backup: everything since then is gone, and it begins a new log.
    pub(super) fn restored(&mut self) {
        let which = self.random.random_range(0..self.backups.len());
        self.service.restore(&self.backups[which]).expect("memory for the service");
        // Later backups are of a time that never was.
        self.backups.truncate(which + 1);
        self.ledger.restored();
        (0..self.devices.len()).for_each(|device| self.cut(device));
    }

    /// Others at work: customers write, a supervisor moves things about, somebody else changes a loop.
    pub(super) fn office(&mut self) {
        let now = self.service_now();
        let conversation = *self.conversations.choose(&mut self.random).expect("a conversation");
        let follow_up = *self.follow_ups.choose(&mut self.random).expect("a loop");
        let person = self.devices.choose(&mut self.random).expect("a device").me.id;
        let office = self.office.id;
        match self.random.random_range(0..8) {
            0 | 1 => self.service.says(conversation, "And now?".into(), now).expect("the service works"),
            2 | 3 => {
                let intent = Intent::Assign { conversation, person };
                template::does(&mut self.service, office, intent, now);
            }
            4 => self.backups.push(self.service.copy().expect("memory for a backup")),
            kind => {
                let change = if kind == 5 { FollowUpChange::Owner(person) } else { self.some_change() };
                let row = self.service.follow_up(follow_up).expect("the service works");
                if let Some(row) = row {
                    let base = row.fields.of(&change);
                    let intent = Intent::ChangeFollowUp { id: follow_up, change, base };
                    template::does(&mut self.service, office, intent, now);
                }
            }
        }
        self.everybody_looks();
    }

    /// Few values, so that two people often mean the same field, and sometimes the same value.
    pub(super) fn some_change(&mut self) -> FollowUpChange {
        let n = self.random.random_range(0..3);
        match self.random.random_range(0..5) {
            0 => FollowUpChange::Title(format!("Ask again {n}").into()),
            1 => FollowUpChange::Status(
                [FollowUpStatus::Open, FollowUpStatus::Waiting, FollowUpStatus::Done][n as usize],
            ),
            2 => FollowUpChange::Outcome(Some(format!("Refunded {n}").into())),
            3 => FollowUpChange::Note(format!("Note {n}").into()),
            _ => FollowUpChange::Due(BEGIN + n * 1_000),
        }
    }
}
