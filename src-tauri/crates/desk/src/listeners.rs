//! Who hears of changes, and when the next ones may go out.
//!
//! A page can be slower than the changes. What it was sent would then pile up in the web view, and the reader's own keys
//! behind it. So a page has one batch at most: until it says that it has painted that one, what changes is only marked as
//! changed, and goes out together.

use crate::view::Push;

type Sink = Box<dyn FnMut(Vec<Push>) -> bool + Send>;

/// The page in the window.
struct Page {
    sink: Sink,
    /// It has painted what it was sent.
    painted: bool,
}

/// All who hear of changes.
#[derive(Default)]
pub(crate) struct Listeners {
    sinks: Vec<Sink>,
    page: Option<Page>,
}

impl Listeners {
    /// Somebody who takes everything at once.
    pub(crate) fn add(&mut self, sink: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        self.sinks.push(Box::new(sink));
    }

    /// The page. It takes the place of the one before, which is gone: a window has one.
    pub(crate) fn turn_to(&mut self, page: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        self.page = Some(Page { sink: Box::new(page), painted: true });
    }

    /// The page has painted what it was sent.
    pub(crate) fn painted(&mut self) {
        if let Some(page) = &mut self.page {
            page.painted = true;
        }
    }

    /// Whether something may go out now.
    pub(crate) fn are_ready(&self) -> bool {
        self.page.as_ref().is_none_or(|page| page.painted)
    }

    /// Tells all of them. Whoever does not listen any more is forgotten.
    pub(crate) fn tell(&mut self, pushes: Vec<Push>) {
        self.sinks.retain_mut(|sink| sink(pushes.clone()));
        if let Some(page) = &mut self.page {
            page.painted = false;
            if !(page.sink)(pushes) {
                self.page = None;
            }
        }
    }
}
