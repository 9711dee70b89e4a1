//! Who hears of changes, and when the next ones may go out.
//!
//! A page can be slower than the changes. What it was sent would then pile up in the web view, and the reader's own keys
//! behind it. So a page has one batch at most: until it says that it has painted that one, what changes is only marked as
//! changed, and goes out together.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::view::Push;

type Sink = Box<dyn FnMut(Vec<Push>) -> bool + Send>;

/// Whether the page has painted what it was sent. Set from outside of the desk's thread: a desk that is behind with its
/// work must not hear of it late.
pub(crate) type Painted = Arc<AtomicBool>;

/// All who hear of changes.
pub(crate) struct Listeners {
    sinks: Vec<Sink>,
    page: Option<Sink>,
    /// The page was told something since it came.
    told: bool,
    painted: Painted,
}

impl Listeners {
    /// Nobody yet.
    pub(crate) fn new(painted: Painted) -> Self {
        Self { sinks: Vec::new(), page: None, told: false, painted }
    }

    /// Somebody who takes everything at once.
    pub(crate) fn add(&mut self, sink: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        self.sinks.push(Box::new(sink));
    }

    /// The page. It takes the place of the one before, which is gone: a window has one.
    pub(crate) fn turn_to(&mut self, page: impl FnMut(Vec<Push>) -> bool + Send + 'static) {
        self.page = Some(Box::new(page));
        self.told = false;
        self.painted.store(true, Ordering::Release);
    }

    /// Whether the page was told something since it came.
    pub(crate) fn page_was_told(&self) -> bool {
        self.told
    }

    /// Whether something may go out now.
    pub(crate) fn are_ready(&self) -> bool {
        self.page.is_none() || self.painted.load(Ordering::Acquire)
    }

    /// Tells all of them. Whoever does not listen any more is forgotten.
    pub(crate) fn tell(&mut self, pushes: Vec<Push>) {
        self.sinks.retain_mut(|sink| sink(pushes.clone()));
        if let Some(page) = &mut self.page {
            self.painted.store(false, Ordering::Release);
            self.told = true;
            if !page(pushes) {
                self.page = None;
            }
        }
    }
}
