//! Which unpacked programs are in use. A program holds a shared lock on a file of its folder as long as it runs; a folder
//! whose lock is free and that no start has touched for [`KEPT`] belongs to a version that is gone.

use crate::owner;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const LOCK: &str = "used";
const REMOVED: &str = ".removed";
/// How long an unused version is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How often a folder may be removed between two looks at it.
const ATTEMPTS: usize = 1000;

/// A folder of this user's alone, which is not removed as long as this lives.
pub struct Held {
    pub folder: PathBuf,
    /// None on a file system that cannot be written, where nothing can be removed either.
    _lock: Option<File>,
}

/// Makes the folder where it is missing, and marks it as used now and as long as what is returned lives, in whatever
/// this process becomes.
///
/// # Errors
/// Where the folder cannot be made, or other users could change what lies in it.
pub fn hold(folder: &Path) -> io::Result<Held> {
    let mut outcome = try_hold(folder);
    for _ in 0..ATTEMPTS {
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::NotFound => outcome = try_hold(folder), // removed meanwhile
            _ => break,
        }
    }
    outcome
}

fn try_hold(folder: &Path) -> io::Result<Held> {
    let folder = owner::private_folder(folder)?;
    let path = folder.join(LOCK);
    let lock = match owner::open(OpenOptions::new().read(true).write(true).create(true).truncate(false), &path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
        Err(_) => return Ok(Held { folder, _lock: None }),
        Ok(lock) => lock,
    };
    if lock.lock_shared().is_ok() && !is_there(&lock, &path) {
        return Err(io::ErrorKind::NotFound.into());
    }
    lock.set_modified(SystemTime::now())?;
    outlive(&lock)?;
    Ok(Held { folder, _lock: Some(lock) })
}

/// Removes the programs beside `current` that have not been used for long. What cannot be removed stays for the next
/// start: a program is not kept from running by an older one.
pub fn remove_unused(current: &Path, kept: Duration) {
    let Some(parent) = current.parent() else { return };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let hash = name.strip_suffix(REMOVED).unwrap_or(&name);
        let ours = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if ours && path != current && owner::check(&path).is_ok() {
            let _ = remove(&path, name.ends_with(REMOVED), kept);
        }
    }
}

pub fn remove_old(current: &Path) {
    remove_unused(current, KEPT);
}

fn remove(folder: &Path, begun: bool, kept: Duration) -> io::Result<()> {
    if begun {
        return fs::remove_dir_all(folder); // by a start that was killed
    }
    let lock = owner::open(OpenOptions::new().read(true).write(true), &folder.join(LOCK))?;
    let unused = lock.metadata()?.modified()?.elapsed().is_ok_and(|time| time > kept);
    if unused && lock.try_lock().is_ok() {
        // A start that comes meanwhile finds the whole folder or none.
        let removed = folder.with_extension(&REMOVED[1..]);
        fs::rename(folder, &removed)?;
        fs::remove_dir_all(&removed)?;
    }
    Ok(())
}

#[cfg(unix)]
fn is_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: io::Result<fs::Metadata>| metadata.map(|m| (m.dev(), m.ino())).ok();
    identity(fs::symlink_metadata(path)) == identity(file.metadata())
}

#[cfg(not(unix))]
fn is_there(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Keeps the file, and with it the lock, open in the program that this process becomes.
#[cfg(unix)]
fn outlive(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open, and F_SETFD takes a number.
    match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn outlive(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn age(held: &Held, days: u32) {
        held._lock.as_ref().unwrap().set_modified(SystemTime::now() - DAY * days).unwrap();
    }

    fn version(scratch: &Scratch, digit: char, days: u32) -> std::path::PathBuf {
        let folder = scratch.path().join(digit.to_string().repeat(32));
        let held = hold(&folder).unwrap();
        fs::write(folder.join("deno"), "a program").unwrap();
        age(&held, days);
        folder
    }

    #[test]
    fn versions_that_nobody_has_used_for_long_are_removed() {
        let scratch = Scratch::new("old");
        let [current, old, recent] = [('a', 200), ('b', 31), ('c', 29)].map(|(digit, days)| version(&scratch, digit, days));
        let half = scratch.path().join(format!("{}.removed", "d".repeat(32)));
        let strange = [scratch.path().join("e".repeat(31)), scratch.path().join("data"), scratch.path().join("f".repeat(32))];
        for folder in strange.iter().chain([&half]) {
            fs::create_dir(folder).unwrap(); // the last of them without a lock
            fs::write(folder.join("file"), "").unwrap();
        }
        remove_old(&current);
        assert_eq!([&current, &old, &recent, &half].map(|folder| folder.exists()), [true, false, true, false]);
        assert!(strange.iter().all(|folder| folder.join("file").exists()));
    }

    #[test]
    fn a_version_in_use_is_never_removed() {
        let scratch = Scratch::new("used");
        let [current, old] = ['a', 'b'].map(|digit| version(&scratch, digit, 1000));
        let running = hold(&old).unwrap();
        age(&running, 1000);
        remove_old(&current);
        assert!(old.exists());
        drop(running);
        remove_old(&current);
        assert!(!old.exists());
    }

    #[test]
    fn a_start_touches_its_version() {
        let scratch = Scratch::new("touched");
        let [current, old] = ['a', 'b'].map(|digit| version(&scratch, digit, 1000));
        drop(hold(&old).unwrap());
        remove_old(&current);
        assert!(old.exists());
    }

    #[test]
    fn starts_and_removals_at_the_same_time_leave_a_folder_to_every_start() {
        let scratch = Scratch::new("races");
        let current = version(&scratch, 'a', 0);
        let other = scratch.path().join("b".repeat(32));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let held = hold(&other).unwrap();
                        fs::write(other.join("file"), "").unwrap();
                        assert!(is_there(held._lock.as_ref().unwrap(), &other.join(LOCK)));
                    }
                });
            }
            scope.spawn(|| (0..500).for_each(|_| remove_unused(&current, Duration::ZERO)));
        });
    }

    #[cfg(unix)]
    #[test]
    fn another_folders_link_is_not_followed() {
        let scratch = Scratch::new("linked");
        let (current, elsewhere) = (version(&scratch, 'a', 0), Scratch::new("elsewhere"));
        let target = version(&elsewhere, 'b', 1000);
        std::os::unix::fs::symlink(&target, scratch.path().join("b".repeat(32))).unwrap();
        remove_old(&current);
        assert!(target.join("deno").exists());
    }
}
