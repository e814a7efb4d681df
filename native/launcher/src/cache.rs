//! The cache folder. Nothing in it is trusted: at every start each file's bytes are hashed, and one
//! that is missing, half-written or changed is unpacked again beside it and renamed over it.

use crate::archive::{Archive, Entry};
use crate::owner;
use crate::usage::{self, Held};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// This user's folder in which every file of the archive lies unpacked and whole; removes what has long been unused
/// beside it.
pub fn unpack(archive: &mut Archive) -> Result<Held, String> {
    let folder = parent()?.join(&archive.hash[..32]);
    unpack_into(&folder, archive)
        .map_err(|e| format!("Cannot unpack wick into {}: {e}; name another folder in WICK_CACHE", folder.display()))
}

fn unpack_into(folder: &Path, archive: &mut Archive) -> io::Result<Held> {
    let held = usage::hold(folder)?;
    if !damaged(&held.folder, &archive.entries).is_empty() {
        repair(&held.folder, archive)?;
    }
    usage::remove_old(&held.folder);
    Ok(held)
}

/// Where this user's unpacked programs are: `WICK_CACHE`, or `wick` in the system's cache folder.
fn parent() -> Result<PathBuf, String> {
    let named = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(folder) = named("WICK_CACHE") {
        return std::path::absolute(folder).map_err(|e| format!("WICK_CACHE: {e}"));
    }
    let home = || std::env::home_dir().filter(|home| home.is_absolute());
    let caches = match std::env::consts::OS {
        "windows" => named("LOCALAPPDATA"),
        "macos" => home().map(|home| home.join("Library/Caches")),
        _ => named("XDG_CACHE_HOME").filter(|folder| folder.is_absolute()).or_else(|| home().map(|home| home.join(".cache"))),
    };
    caches
        .map(|folder| folder.join("wick"))
        .ok_or_else(|| "This user has no home folder to unpack wick into: name a folder in WICK_CACHE".into())
}

fn damaged(folder: &Path, entries: &[Entry]) -> Vec<Entry> {
    // The largest file takes almost all the time: a thread for each lets the others hide behind it.
    std::thread::scope(|scope| {
        let checks: Vec<_> = entries.iter().map(|entry| scope.spawn(|| is_whole(&folder.join(&entry.name), entry))).collect();
        let whole = checks.into_iter().map(|check| check.join().unwrap_or(false));
        entries.iter().zip(whole).filter(|(_, whole)| !whole).map(|(e, _)| e.clone()).collect()
    })
}

fn is_whole(path: &Path, entry: &Entry) -> bool {
    let hash = || -> io::Result<blake3::Hash> {
        let file = owner::open(OpenOptions::new().read(true), path)?;
        if file.metadata()?.len() != entry.size {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(blake3::Hasher::new().update_reader(file)?.finalize())
    };
    hash().is_ok_and(|hash| hash.to_hex().as_str() == entry.hash)
}

/// Unpacks what is damaged. One process does it, others wait and find it done; a process that dies
/// in between lets go of the lock, and what it left has a name that the next one takes.
fn repair(folder: &Path, archive: &mut Archive) -> io::Result<()> {
    let lock = owner::open(OpenOptions::new().write(true).create(true).truncate(false), &folder.join("lock"))?;
    // Where the file system has no locks, two processes unpack the same bytes into files of their own.
    lock.lock().or_else(|e| if e.kind() == io::ErrorKind::Unsupported { Ok(()) } else { Err(e) })?;
    for entry in damaged(folder, &archive.entries) {
        let partial = folder.join(format!("{}.partial", entry.name));
        write_checked(&partial, &entry, archive.content(&entry)?)?;
        fs::rename(&partial, folder.join(&entry.name))?;
    }
    Ok(())
}

fn write_checked(path: &Path, entry: &Entry, mut content: impl Read) -> io::Result<()> {
    fs::remove_file(path).or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) })?;
    let mut file = owner::open(OpenOptions::new().write(true).create_new(true), path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = content.read(&mut buffer)?;
        if length == 0 {
            break;
        }
        hasher.update(&buffer[..length]);
        file.write_all(&buffer[..length])?;
    }
    if hasher.finalize().to_hex().as_str() != entry.hash {
        return Err(io::Error::other(format!("{} is damaged in this program", entry.name)));
    }
    make_executable(&file)
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_executable(_: &File) -> io::Result<()> {
    Ok(())
}
