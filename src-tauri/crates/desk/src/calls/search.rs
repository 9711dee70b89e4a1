//! The search in what is not on this computer.

use model::{Personal, wire::reads::SearchHit};

use crate::{
    Failure,
    core::Desk,
    helper,
    view::{SearchKind, SearchResults, SearchRow},
};

impl Desk {
    /// Searches the whole workspace.
    pub(super) async fn search_everywhere(&self, text: Personal) -> Result<SearchResults, Failure> {
        let backend = self.with(|core| core.place()?.service()).await?;
        let hits = backend.search(&text).await?;
        let rows = hits.into_iter().enumerate().map(|(place, hit)| row_of(place, hit, &text)).collect();
        Ok(SearchResults { text, rows })
    }
}

fn row_of(place: usize, hit: SearchHit, text: &str) -> SearchRow {
    let kind = match hit.conversation {
        Some(_) => SearchKind::Message,
        None if hit.text.is_empty() || hit.text.contains('@') => SearchKind::Customer,
        None => SearchKind::Order,
    };
    SearchRow {
        id: format!("everywhere:{place}"),
        kind,
        customer_name: hit.customer_name,
        snippet: helper::snippet(&hit.text, text),
        customer: hit.customer,
        conversation: hit.conversation,
        message: None,
        at: hit.at,
    }
}
