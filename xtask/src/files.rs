//! Files that are there whole or not at all.

use crate::failure::Failure;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // The folder above xtask/, where this program was compiled: it is never installed elsewhere.
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// A folder beside what was built, for work that needs one, and a lock on it that is held as long as the file is open. `None`
/// if somebody else holds it.
pub(crate) fn workplace(name: &str) -> io::Result<Option<(PathBuf, File)>> {
    let mut folder = std::env::current_exe()?;
    // target/PROFILE/xtask
    folder.pop();
    folder.pop();
    let folder = folder.join(name);
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("lock"))?;
    let free = !matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock));
    Ok(free.then_some((folder, lock)))
}

/// Reads a file of ours.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| Failure::ours(format!("cannot read {}: {e}", path.display())))
}

/// Writes a file by way of a temporary one beside it: whoever looks sees the old text or the new one. A link to a file stays a
/// link: what it leads to is written.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let link = fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink()) && path.is_file();
    let at = link.then(|| fs::canonicalize(path).ok()).flatten();
    let path = at.as_deref().unwrap_or(path);
    let failed = |e: std::io::Error| Failure::ours(format!("cannot write {}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = File::create(&temporary)
        .and_then(|mut f| f.write_all(text.as_bytes()).and_then(|()| f.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(failed)
}

/// Writes a file unless it already holds this text: a file that is not touched is not compiled again.
pub(crate) fn update(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) { Ok(()) } else { write(path, text) }
}
