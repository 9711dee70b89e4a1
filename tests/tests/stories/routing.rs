//! Who is offered what, and what happens when they do not take it.
