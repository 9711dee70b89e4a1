//! `make bench-suggest`: what is learned and what is read, beside plain baselines measured in the same run, published
//! figures and the goals of the design page. Needs the data; nothing here is tuned on what it reports.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a tool that may stop with a message"
)]

#[path = "../data/corpora.rs"]
mod corpora;
#[path = "../data/emotions.rs"]
mod emotions;
mod reading;
mod replies;
#[path = "../data/star.rs"]
mod star;
mod table;

fn main() {
    let data = corpora::folder();
    reading::run(&data);
    replies::run(&data);
}
