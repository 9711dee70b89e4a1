//! What must hold once nothing fails any more and everything has arrived.

use std::collections::BTreeMap;

use model::wire::Entity;
use store::cache;

use super::{Broken, Schedule};

impl Schedule {
    /// Everything that a person may see, as the service has it now.
    pub(super) fn projection(&self, device: usize) -> Vec<Entity> {
        let me = self.devices[device].me.id;
        let (mut out, mut after) = (Vec::new(), None);
        loop {
            let page =
                self.service.page(me, after.as_deref()).expect("the service works").expect("a known page");
            out.extend(page.entities);
            after = page.next;
            if after.is_none() {
                return out;
            }
        }
    }

    /// I1 to I4, at the end.
    pub(super) fn ends(&mut self) -> Result<(), Broken> {
        let done = self.service.done().expect("the service works");
        self.ledger.ends(&mut self.devices, &done)?;
        for device in 0..self.devices.len() {
            let theirs = by_id(self.projection(device));
            let head = self.service.head().expect("the service works");
            let Some(replica) = self.devices[device].replica() else {
                return Err(Broken(format!("desk {device} is not running at the end")));
            };
            let position = replica.cache().position().expect("the cache can be read");
            if position.cursor != head {
                return Err(Broken(format!(
                    "I4: desk {device} is at {}, the log at {head}",
                    position.cursor
                )));
            }
            let mine = by_id(cache::everything(replica.cache().rows()).expect("the cache can be read"));
            for (id, row) in &theirs {
                match mine.get(id) {
                    Some(known) if known == row => {}
                    Some(known) => {
                        return Err(Broken(format!("I4: desk {device} has {known}, the service {row}")));
                    }
                    None => return Err(Broken(format!("I4: desk {device} lacks {row}"))),
                }
            }
            if let Some((_, row)) = mine.iter().find(|(id, _)| !theirs.contains_key(*id)) {
                return Err(Broken(format!("I7: desk {device} still has {row}")));
            }
        }
        Ok(())
    }
}

fn by_id(entities: Vec<Entity>) -> BTreeMap<String, String> {
    entities
        .into_iter()
        .map(|entity| {
            let json = serde_json::to_value(&entity).expect("a row is JSON");
            let id = format!("{} {}", json["type"], json["row"]["id"]);
            (id, json.to_string())
        })
        .collect()
}
