//! From a list that was pushed to the one that should be shown, in few patches.

use std::collections::BTreeMap;

use model::Patch;

/// A row with a key.
pub(crate) trait Keyed: Clone + PartialEq {
    /// Its key.
    fn key(&self) -> String;
}

macro_rules! keyed {
    ($($type:ty => |$row:ident| $key:expr;)+) => {$(
        impl Keyed for $type {
            fn key(&self) -> String {
                let $row = self;
                $key
            }
        }
    )+};
}

keyed! {
    crate::view::OfferRow => |row| row.id.to_string();
    crate::view::ConversationRow => |row| row.id.to_string();
    crate::view::WaitingRow => |row| row.id.to_string();
    crate::view::FollowUpRow => |row| row.follow_up.id.to_string();
    crate::view::AttentionRow => |row| row.id.clone();
    crate::view::CallRow => |row| row.id.clone();
    crate::view::Colleague => |row| row.person.id.to_string();
}

/// The patches that lead from `last` to `next`; `last` is `next` afterwards. When more than half changed, the whole list is
/// shorter.
pub(crate) fn patches<T: Keyed>(last: &mut Vec<T>, next: Vec<T>) -> Vec<Patch<T>> {
    let mut old: BTreeMap<String, &T> = last.iter().map(|row| (row.key(), row)).collect();
    let mut fresh = Vec::new();
    for new in &next {
        if old.remove(&new.key()) != Some(new) {
            fresh.push(Patch::Upsert { item: new.clone() });
        }
    }
    let mut out: Vec<_> = old.into_keys().map(|id| Patch::Remove { id }).collect();
    out.extend(fresh);
    if out.len() > 4 && out.len() * 2 > next.len() {
        let total = u32::try_from(next.len()).unwrap_or(u32::MAX);
        out = vec![Patch::Reset { items: next.clone(), total }];
    }
    *last = next;
    out
}
