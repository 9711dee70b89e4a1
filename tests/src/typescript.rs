//! The TypeScript side of the two contracts: the desk's calls and pushes, and the chat page's protocol. Written by
//! `make types`, held up to date by a test.

use std::{collections::BTreeMap, fmt::Write};

use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Generated from the Rust types by `make types`. Do not edit.\n/* eslint-disable */\n";

struct Collect {
    config: Config,
    types: BTreeMap<String, String>,
}

impl Collect {
    fn new() -> Self {
        // JSON has one kind of number.
        Self { config: Config::default().with_large_int("number"), types: BTreeMap::new() }
    }

    fn text(&self) -> String {
        let mut out = HEAD.to_owned();
        for declaration in self.types.values() {
            out.push('\n');
            out.push_str(declaration);
        }
        out
    }
}

impl TypeVisitor for Collect {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Primitives and containers have no name of their own to declare.
        if T::output_path().is_none() {
            T::visit_generics(self);
            return;
        }
        let name = T::ident(&self.config);
        if self.types.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n", T::decl(&self.config));
        self.types.insert(name, on_one_line(&declaration));
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// Documentation comments of one sentence on one line.
fn on_one_line(declaration: &str) -> String {
    declaration
        .replace("/**\n * ", "/** ")
        .replace(" \n */", " */")
        .replace("\n */", " */")
        .replace(", \n", ",\n")
}

/// `ui/src/ipc/types.ts`: what crosses between the desk and the screen, and the table of calls.
pub fn desk() -> String {
    let mut collect = Collect::new();
    desk::api::visit_types(&mut collect);
    collect.visit::<desk::view::Push>();
    collect.visit::<desk::Failure>();
    let mut out = collect.text();
    out.push_str("\n/** Every call: what it takes and what it gives. */\nexport interface Calls {\n");
    for line in desk::api::table() {
        let output = if line.output == "null" { "null".to_owned() } else { line.output };
        let _ = writeln!(
            out,
            "  /**{} */\n  '{}': {{ input: {}; output: {} }};",
            line.doc, line.name, line.input, output
        );
    }
    out.push_str("}\n");
    out
}

/// `chat/src/types.ts`: what crosses between the chat page and the service.
pub fn chat() -> String {
    use model::wire::chat::{ChatBatch, ChatClientFrame, ChatFrame, ChatReceipts, Start, Started};
    let mut collect = Collect::new();
    collect.visit::<Start>();
    collect.visit::<Started>();
    collect.visit::<ChatBatch>();
    collect.visit::<ChatReceipts>();
    collect.visit::<ChatClientFrame>();
    collect.visit::<ChatFrame>();
    collect.visit::<model::wire::reads::BlobStored>();
    collect.visit::<model::wire::reads::Problem>();
    collect.text()
}
