//! Saving a received file where the reader finds it: under its own name made harmless, never over another file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Files of one name that may stand beside each other.
const MOST: u32 = 1_000;

/// Writes `bytes` under a name like `name` into `folder`. Answers where.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn save(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let name = harmless(name);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem.to_owned(), format!(".{extension}")),
        _ => (name.clone(), String::new()),
    };
    for n in 1..=MOST {
        let candidate = if n == 1 { name.clone() } else { format!("{stem} ({n}){extension}") };
        let path = folder.join(candidate);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A name that is only a name: no folders, nothing hidden, nothing that turns the text around.
fn harmless(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() || crate::hidden::hides(c) => '_',
            c => c,
        })
        .collect();
    let name: String = name.trim_matches([' ', '.']).chars().take(120).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_lead_anywhere_or_lie() {
        assert_eq!(harmless("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(harmless("invoice\u{202e}fdp.exe"), "invoice_fdp.exe");
        assert_eq!(harmless(".bashrc"), "bashrc");
        assert_eq!(harmless("..."), "file");
    }

    #[test]
    fn a_second_file_of_the_same_name_stands_beside_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = save(folder.path(), "label.pdf", b"1").unwrap();
        let second = save(folder.path(), "label.pdf", b"2").unwrap();
        assert_eq!(second.file_name().unwrap(), "label (2).pdf");
        assert_eq!(fs::read(first).unwrap(), b"1");
    }
}
