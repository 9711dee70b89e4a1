//! Files that are dropped on the window: read here, so that the screen never sees a path.

use std::{fs::File, io::Read, path::Path};

use model::limits::BLOB_BYTES;

use crate::view::RefusedWhy;

/// The bytes of a file that may be sent.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, RefusedWhy> {
    let unreadable = |_| RefusedWhy::Unreadable;
    let file = File::open(path).map_err(unreadable)?;
    // A folder, a device or a pipe is not a file that somebody means to send.
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(RefusedWhy::Unreadable);
    }
    // One byte more than is allowed tells that it is too large, however much more there is.
    let mut bytes = Vec::new();
    file.take(BLOB_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    match bytes.len() {
        0 => Err(RefusedWhy::Empty),
        size if size > BLOB_BYTES => Err(RefusedWhy::TooLarge),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{BLOB_BYTES, RefusedWhy, read};

    #[test]
    fn only_files_that_may_be_sent_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, size: usize| {
            let path = folder.path().join(name);
            fs::write(&path, vec![1; size]).unwrap();
            path
        };
        assert_eq!(read(&path("a", 3)), Ok(vec![1; 3]));
        assert_eq!(read(&path("most", BLOB_BYTES)).map(|bytes| bytes.len()), Ok(BLOB_BYTES));
        assert_eq!(read(&path("more", BLOB_BYTES + 1)), Err(RefusedWhy::TooLarge));
        assert_eq!(read(&path("none", 0)), Err(RefusedWhy::Empty));
        assert_eq!(read(folder.path()), Err(RefusedWhy::Unreadable));
        assert_eq!(read(&folder.path().join("gone")), Err(RefusedWhy::Unreadable));
    }
}
