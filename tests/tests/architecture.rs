//! The house as it was drawn: which room may know which. Read from the manifests, so that an edge that should not be is
//! named the moment it appears.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Every room and the rooms it may use. `server` reads what customers write with `suggest`, so that it can route by it.
const ARROWS: &[(&str, &[&str])] = &[
    ("loopdesk", &["desk", "model", "server", "store", "backend"]),
    ("loopdesk-desk", &["backend", "store", "suggest", "voice", "model"]),
    ("loopdesk-backend", &["model"]),
    ("loopdesk-store", &["model"]),
    ("loopdesk-suggest", &["model"]),
    ("loopdesk-voice", &[]),
    ("loopdesk-server", &["model", "suggest", "voice"]),
    ("loopdesk-model", &[]),
];

/// Crates of the outside world, and the only rooms that may know them.
const KEPT_IN: &[(&str, &[&str])] = &[
    ("tauri", &["loopdesk"]),
    ("tauri-build", &["loopdesk"]),
    ("notify-rust", &["loopdesk"]),
    ("rusqlite", &["loopdesk-store", "loopdesk-server"]),
    ("keyring", &["loopdesk-store"]),
    ("axum", &["loopdesk-server"]),
    ("rsipstack", &["loopdesk-voice"]),
    ("cpal", &["loopdesk-voice"]),
];

/// What the ground floor may use: nothing that reads a clock, a file or a socket.
const GROUND: &[&str] = &["jiff", "serde", "serde_json", "thiserror", "ts-rs", "utoipa", "uuid"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each member's direct dependencies: name → (crate names, optional or build ones included).
fn members() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo tells what the workspace is made of");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().expect("a name").to_owned();
            let dependencies = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
                .collect();
            (name, dependencies)
        })
        .collect()
}

#[test]
fn rooms_know_only_the_rooms_below_them() {
    let members = members();
    for (name, dependencies) in &members {
        if name == "loopdesk-tests" {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(room, _)| room == name) else {
            panic!("{name} is a new room: draw it in tests/tests/architecture.rs and in the manifest's map");
        };
        for dependency in dependencies.iter().filter_map(|d| d.strip_prefix("loopdesk-")) {
            assert!(allowed.contains(&dependency), "{name} must not know {dependency}");
        }
    }
}

#[test]
fn the_outside_world_is_known_where_it_belongs() {
    for (name, dependencies) in members() {
        for (outside, rooms) in KEPT_IN {
            assert!(
                !dependencies.contains(*outside)
                    || rooms.contains(&name.as_str())
                    || name == "loopdesk-tests",
                "{name} must not know {outside}: that is {}'s",
                rooms.join(" and ")
            );
        }
        if name == "loopdesk-model" {
            for dependency in &dependencies {
                assert!(
                    GROUND.contains(&dependency.as_str()),
                    "the ground floor must stay pure: {dependency}"
                );
            }
        }
    }
}

#[test]
fn the_core_is_tested_without_the_window_toolkit() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the map");
    let manifest: toml::Value = toml::from_str(&manifest).expect("the map can be read");
    let of = |key: &str| -> BTreeSet<String> {
        manifest["workspace"][key]
            .as_array()
            .expect("a list")
            .iter()
            .map(|m| m.as_str().expect("a path").to_owned())
            .collect()
    };
    let missing: Vec<_> = of("members").difference(&of("default-members")).cloned().collect();
    assert_eq!(missing, ["src-tauri", "tests"], "only the shell and the tests are left out");
}

/// All files below `folder` with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["node_modules", "dist", "dev", "target"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{} has sources", folder.display());
    found
}

#[test]
fn no_screen_can_turn_words_into_markup() {
    const SINKS: &[&str] = &[
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "{@html",
        "eval(",
        "new Function",
        "srcdoc",
    ];
    for folder in ["ui/src", "src-tauri/crates/server/chat/src", "src-tauri/crates/server/pages"] {
        for file in files(&root().join(folder), &[".ts", ".js", ".svelte", ".html"]) {
            let text = fs::read_to_string(&file).expect("a source");
            for sink in SINKS {
                // Comments and tests may name what is forbidden.
                let named =
                    text.lines().any(|line| line.contains(sink) && !line.trim_start().starts_with("//"));
                let is_test = file.to_string_lossy().ends_with(".test.ts");
                assert!(!named || is_test, "{} uses {sink}", file.display());
            }
        }
    }
}

#[test]
fn only_one_folder_of_the_screen_knows_the_toolkit() {
    for file in files(&root().join("ui/src"), &[".ts", ".svelte"]) {
        let text = fs::read_to_string(&file).expect("a source");
        let is_bridge = file.components().any(|part| part.as_os_str() == "ipc");
        let imports = text
            .lines()
            .any(|line| line.contains("from '@tauri-apps/") || line.contains("import('@tauri-apps/"));
        assert!(is_bridge || !imports, "{} must not import the toolkit", file.display());
    }
}

#[test]
fn the_window_is_locked_down() {
    let config = fs::read(root().join("src-tauri/tauri.conf.json")).expect("the configuration");
    let config: Value = serde_json::from_slice(&config).expect("the configuration can be read");
    let security = &config["app"]["security"];
    let policy = &security["csp"];
    assert_eq!(policy["default-src"], "'none'");
    for (what, from) in [
        ("script-src", "'self'"),
        ("style-src", "'self'"),
        ("font-src", "'self'"),
        ("img-src", "'self' attachment: http://attachment.localhost"),
        ("connect-src", "ipc: http://ipc.localhost"),
        ("frame-src", "'none'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    ] {
        assert_eq!(policy[what], from, "{what}");
    }
    // Tauri would add nonces of its own to the styles; none of ours needs one, and 'self' stays all there is.
    assert_eq!(security["dangerousDisableAssetCspModification"], serde_json::json!(["style-src"]));
    let dangerous =
        security.as_object().expect("an object").keys().filter(|key| key.starts_with("dangerous"));
    assert_eq!(dangerous.count(), 1, "nothing else is made less safe");
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["assetProtocol"]["enable"], false);
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert!(config["plugins"].is_null(), "no plugin is configured for the screen");

    let folder = root().join("src-tauri/capabilities");
    let capabilities = files(&folder, &[".json"]);
    let allowed: BTreeMap<String, Value> = capabilities
        .iter()
        .map(|file| {
            let one: Value = serde_json::from_slice(&fs::read(file).expect("it")).expect("json");
            assert!(one["remote"].is_null(), "no page of the network may call anything");
            (one["windows"].to_string(), one["permissions"].clone())
        })
        .collect();
    let expected = [
        // The bar of a call can be moved; of the desk it is answered what concerns calls alone (`bridge.rs`).
        (
            r#"["bar"]"#,
            serde_json::json!([
                "allow-call",
                "allow-listen",
                "allow-painted",
                "allow-show",
                "core:window:allow-start-dragging"
            ]),
        ),
        (r#"["main"]"#, serde_json::json!(["allow-call", "allow-listen", "allow-painted"])),
    ];
    assert_eq!(allowed, expected.map(|(window, permissions)| (window.to_owned(), permissions)).into());
}

/// The Rust files below a folder, without what was built.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && !["target", "node_modules"].iter().any(|name| path.ends_with(name)) {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_failure_case_has_its_story() {
    let all = [root().join("src-tauri"), root().join("tests")];
    let text: String = all
        .iter()
        .flat_map(|folder| sources(folder))
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    let missing: Vec<u32> = (1..=20).filter(|n| !text.contains(&format!("fn f{n}_"))).collect();
    assert!(missing.is_empty(), "no story for F{missing:?}");
}
