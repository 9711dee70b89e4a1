//! What is committed is what was trained: the hashes in `models/README.md` are those of the files.

use sha2::{Digest, Sha256};
use suggest::linear::Linear;

const PAGE: &str = include_str!("../models/README.md");
const MODELS: [(&str, &[u8]); 2] = [
    ("banking.bin", include_bytes!("../models/banking.bin")),
    ("emotion.bin", include_bytes!("../models/emotion.bin")),
];

#[test]
fn the_page_of_the_models_tells_their_hashes_sizes_and_licences() {
    for (name, bytes) in MODELS {
        let line = PAGE.lines().find(|line| line.contains(&format!("`{name}`"))).unwrap();
        assert!(
            line.contains(&hex::encode(Sha256::digest(bytes))),
            "{name} is not the one of models/README.md"
        );
        assert!(line.contains(&format!("| {} |", bytes.len())), "{name}");
        assert!(line.contains("CC BY 4.0"), "{name}");
        assert!(bytes.len() <= 5_000_000, "{name} is too large to be committed");
    }
}

#[test]
fn the_models_can_be_read_and_written_to_the_same_bytes() {
    for (name, bytes) in MODELS {
        let model = Linear::from_bytes(bytes).unwrap();
        assert!(model.to_bytes() == bytes, "{name}");
    }
}
