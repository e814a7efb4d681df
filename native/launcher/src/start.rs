//! Starting the first file of the archive.

use crate::archive::Archive;
use crate::usage::Held;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::{Command, ExitCode};

/// Becomes the first file, with the archive's arguments and then the user's.
pub fn start(held: &Held, archive: &Archive, arguments: impl Iterator<Item = OsString>) -> Result<ExitCode, String> {
    let place = held.folder.to_str().ok_or("The cache folder's name is not UTF-8: set WICK_CACHE")?;
    let program = held.folder.join(&archive.entries[0].name);
    let mut command = Command::new(&program);
    command
        .args(archive.arguments.iter().map(|argument| argument.replace("{}", place)))
        .args(arguments)
        .env("DENO_NO_UPDATE_CHECK", "1")
        // A folder that cannot be: Deno then keeps in memory what it would have to trust on disk.
        .env("DENO_DIR", program.join("none"));
    run(command).map_err(|e| match e.kind() {
        // The file is this user's and executable, so that the file system is what forbids it.
        ErrorKind::PermissionDenied => format!(
            "No program may be started in {place}, whose file system is mounted noexec ({e}): name a folder on another one in WICK_CACHE"
        ),
        _ => format!("Cannot start {}: {e}", program.display()),
    })
}

#[cfg(unix)]
fn run(mut command: Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn run(mut command: Command) -> io::Result<ExitCode> {
    let code = command.status()?.code().unwrap_or(1);
    std::process::exit(code)
}
