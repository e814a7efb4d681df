//! Whether other users could put files where this user is going to run them, or exchange them there. Where nobody else
//! may write, on the whole way from the root, what was checked is what runs.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes `folder` where it is missing, and returns its real path.
///
/// # Errors
/// One that says who could change what lies in it, if another user could.
pub fn private_folder(folder: &Path) -> io::Result<PathBuf> {
    // What lies above is looked at first, so that nothing is made where another user's link leads.
    let existing = folder.ancestors().find(|place| fs::symlink_metadata(place).is_ok()).unwrap_or(folder);
    let real = existing.canonicalize()?;
    let above: Vec<&Path> = real.ancestors().collect();
    // Below a folder that nobody else may enter, nobody else's rights matter.
    let closed = above.iter().rposition(|place| is_closed(place)).unwrap_or(0);
    for place in &above[closed..] {
        check_above(place)?;
    }
    let folder = match folder.strip_prefix(existing) {
        Ok(rest) if rest.as_os_str().is_empty() => real,
        Ok(rest) => real.join(rest),
        Err(error) => return Err(io::Error::other(error)),
    };
    match create(&folder) {
        // Something is there, or was until another process removed it: the check says which.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    check(&folder)?;
    Ok(folder)
}

/// Whether a folder, and no link to one, is this user's alone.
///
/// # Errors
/// One that says what it is instead.
pub fn check(folder: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        return Err(refused(folder, "is no folder"));
    }
    writer(&metadata).map_or(Ok(()), |who| Err(refused(folder, who)))
}

/// Opens a file of a private folder: no link is followed, no pipe waited for, and what is there must be a file that
/// nobody but this user may write.
pub fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = follow_nothing(options).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || writer(&metadata).is_some() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is no file of this user's alone", path.display())));
    }
    Ok(file)
}

fn refused(folder: &Path, why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {why}", folder.display()))
}

#[cfg(unix)]
mod system {
    use super::*;
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};

    const OTHERS_WRITE: u32 = 0o022;
    const OTHERS_ENTER: u32 = 0o011;
    const STICKY: u32 = 0o1000;

    pub fn me() -> u32 {
        // SAFETY: it takes nothing and cannot fail.
        unsafe { libc::geteuid() }
    }

    const THEIRS: &str = "belongs to another user, who could exchange what is run";
    const SHARED: &str = "may be written by other users, who could exchange what is run";

    /// Which other users may write it, if any may.
    pub fn writer(metadata: &Metadata) -> Option<&'static str> {
        match () {
            () if metadata.uid() != me() => Some(THEIRS),
            () if metadata.mode() & OTHERS_WRITE != 0 => Some(SHARED),
            () => None,
        }
    }

    pub fn is_closed(folder: &Path) -> bool {
        fs::symlink_metadata(folder)
            .is_ok_and(|metadata| metadata.uid() == me() && metadata.mode() & (OTHERS_WRITE | OTHERS_ENTER) == 0)
    }

    /// A folder above may be root's too, and where the sticky bit is set nobody can rename what is another's.
    pub fn check_above(folder: &Path) -> io::Result<()> {
        let metadata = fs::symlink_metadata(folder)?;
        let root = fs::metadata("/")?.uid(); // as this user's namespace names it
        if metadata.uid() != me() && metadata.uid() != root {
            return Err(refused(folder, THEIRS));
        }
        if metadata.mode() & OTHERS_WRITE != 0 && metadata.mode() & STICKY == 0 {
            return Err(refused(folder, SHARED));
        }
        Ok(())
    }

    pub fn create(folder: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }

    pub fn follow_nothing(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
    }
}

/// Where a folder of the user's own is nobody else's by the system's rules.
#[cfg(not(unix))]
mod system {
    use super::*;

    pub fn writer(_: &Metadata) -> Option<&'static str> {
        None
    }

    pub fn is_closed(_: &Path) -> bool {
        true
    }

    pub fn check_above(_: &Path) -> io::Result<()> {
        Ok(())
    }

    pub fn create(folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)
    }

    pub fn follow_nothing(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }
}

use system::{check_above, create, follow_nothing, is_closed, writer};

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_may_write_is_refused() {
        let scratch = Scratch::new("writable");
        let folder = scratch.path().join("a/b");
        assert_eq!(private_folder(&folder).unwrap(), folder.canonicalize().unwrap());
        for bits in [0o770, 0o702, 0o1777] {
            mode(&folder, bits);
            let error = private_folder(&folder).unwrap_err().to_string();
            assert!(error.ends_with("b may be written by other users, who could exchange what is run"), "{error}");
        }
        mode(&folder, 0o755);
        assert!(private_folder(&folder).is_ok());
        fs::write(folder.join("file"), "").unwrap();
        let error = private_folder(&folder.join("file")).unwrap_err().to_string();
        assert!(error.ends_with("file is no folder"), "{error}");
    }

    #[test]
    fn a_folder_above_that_others_may_write_is_refused_unless_it_is_sticky() {
        let scratch = Scratch::new("above");
        for (bits, good) in [(0o777, false), (0o770, false), (0o1777, true), (0o755, true)] {
            mode(scratch.path(), bits);
            for name in ["new", "new/below"] {
                assert_eq!(private_folder(&scratch.path().join(name)).is_ok(), good, "{bits:o} {name}");
            }
        }
    }

    #[test]
    fn below_a_folder_that_only_this_user_may_enter_no_others_rights_matter() {
        let scratch = Scratch::new("closed");
        let group = scratch.path().join("home/group");
        fs::create_dir_all(&group).unwrap();
        mode(&group, 0o777);
        for (bits, good) in [(0o755, false), (0o710, false), (0o700, true), (0o744, true)] {
            mode(&scratch.path().join("home"), bits);
            assert_eq!(private_folder(&group.join("wick")).is_ok(), good, "{bits:o}");
            assert!(private_folder(&group).is_err(), "its own rights do");
        }
    }

    #[test]
    fn nothing_is_made_where_a_link_leads_that_another_user_may_have_set() {
        let scratch = Scratch::new("link");
        let (shared, theirs) = (scratch.path().join("shared"), scratch.path().join("private"));
        fs::create_dir(&shared).unwrap();
        fs::create_dir(&theirs).unwrap();
        mode(&shared, 0o777);
        symlink(&shared, theirs.join("link")).unwrap();
        assert!(private_folder(&theirs.join("link/new")).is_err());
        assert!(fs::read_dir(&shared).unwrap().next().is_none());
        symlink(theirs.join("nowhere"), theirs.join("dangling")).unwrap();
        assert!(private_folder(&theirs.join("dangling")).is_err());
    }

    #[test]
    fn another_users_folder_and_file_are_refused_though_this_user_is_root() {
        if system::me() != 0 {
            return; // only root can give a file away
        }
        let scratch = Scratch::new("owner");
        let folder = private_folder(&scratch.path().join("wick")).unwrap();
        fs::write(folder.join("file"), "").unwrap();
        mode(&folder.join("file"), 0o600);
        let open_file = || open(OpenOptions::new().read(true), &folder.join("file"));
        assert!(open_file().is_ok());
        chown(folder.join("file"), Some(12345), None).unwrap();
        assert!(open_file().is_err());
        chown(&folder, Some(12345), None).unwrap();
        for path in [folder.clone(), folder.join("below")] {
            let error = private_folder(&path).unwrap_err().to_string();
            assert!(error.ends_with("wick belongs to another user, who could exchange what is run"), "{error}");
        }
    }

    #[test]
    fn links_pipes_and_files_that_others_may_write_are_not_opened() {
        let scratch = Scratch::new("files");
        let (victim, link) = (scratch.path().join("victim"), scratch.path().join("link"));
        fs::write(&victim, "precious").unwrap();
        symlink(&victim, &link).unwrap();
        let write = |path: &Path| open(OpenOptions::new().write(true).create(true).truncate(true), path);
        assert!(write(&link).is_err());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        mode(&victim, 0o666);
        assert!(open(OpenOptions::new().read(true), &victim).is_err());
        let pipe = scratch.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(open(OpenOptions::new().read(true), &pipe).is_err());
    }
}
