//! Articles and macros, edited by supervisors.

use model::{
    ArticleId, MacroId, Person,
    library::{Article, Macro, MacroAction},
    wire::Rejection,
};

use super::{Done, Effect, Halt, supervisor, text_fits, title_fits};
use crate::{library, tx::Tx};

const STALE: Halt =
    Halt::Refused(Rejection::Stale, "Somebody else changed it meanwhile. Look at theirs first.");

pub(super) fn put_article(tx: &mut Tx<'_>, me: &Person, mut article: Article) -> Effect {
    supervisor(me)?;
    title_fits(&article.title)?;
    text_fits(&article.body)?;
    if article.tags.len() > 30 || article.tags.iter().any(|tag| tag.chars().count() > 60) {
        return Err(Halt::Refused(Rejection::TooLarge, "At most 30 tags of 60 characters."));
    }
    let known = library::article(&tx.sql, article.id, tx.tenant)?;
    if known.as_ref().map_or(0, |known| known.version) != article.version {
        return Err(STALE);
    }
    library::save_article(tx, &mut article, &me.name)?;
    Ok(Done::Changed)
}

pub(super) fn remove_article(tx: &mut Tx<'_>, me: &Person, id: ArticleId) -> Effect {
    supervisor(me)?;
    Ok(if library::remove_article(tx, id)? { Done::Changed } else { Done::Nothing })
}

pub(super) fn put_macro(tx: &mut Tx<'_>, me: &Person, mut prepared: Macro) -> Effect {
    supervisor(me)?;
    title_fits(&prepared.title)?;
    text_fits(&prepared.text)?;
    if prepared.actions.len() > 10 {
        return Err(Halt::Refused(Rejection::TooLarge, "At most 10 actions."));
    }
    for action in &prepared.actions {
        match action {
            MacroAction::SetReason { reason } if tx.workspace.reason(reason).is_none() => {
                return Err(Halt::Refused(Rejection::Invalid, "There is no such reason in this workspace."));
            }
            MacroAction::AddFollowUp { title, .. } => title_fits(title)?,
            MacroAction::SetReason { .. } | MacroAction::Snooze { .. } | MacroAction::Resolve => {}
        }
    }
    let known = library::prepared(&tx.sql, prepared.id, tx.tenant)?;
    if known.as_ref().map_or(0, |known| known.version) != prepared.version {
        return Err(STALE);
    }
    library::save_macro(tx, &mut prepared, &me.name)?;
    Ok(Done::Changed)
}

pub(super) fn remove_macro(tx: &mut Tx<'_>, me: &Person, id: MacroId) -> Effect {
    supervisor(me)?;
    Ok(if library::remove_macro(tx, id)? { Done::Changed } else { Done::Nothing })
}
