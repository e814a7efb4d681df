//! The self-contained program where `deno compile` has no runtime to put into it: files and the
//! arguments that start them are appended to this executable. It unpacks them into a cache folder
//! that is named after their content and that nobody else may write, checks every byte at every
//! start, and becomes the first file.

mod archive;
mod cache;
mod owner;
#[cfg(test)]
mod scratch;
mod start;
mod usage;

use archive::Archive;
use std::process::ExitCode;

const USAGE: &str = "wick-launcher OUTPUT FILE... -- ARGUMENT...

Writes OUTPUT: this launcher, the FILEs, and the ARGUMENTs that the first FILE is started with.
In an ARGUMENT, {} stands for the folder that the FILEs are in.";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let own = std::env::current_exe().map_err(|e| format!("Cannot find this program: {e}"))?;
    let arguments = std::env::args_os().skip(1);
    match Archive::open(&own).map_err(|e| format!("{} is damaged: {e}", own.display()))? {
        Some(mut archive) => start::start(&cache::unpack(&mut archive)?, &archive, arguments),
        None => {
            let arguments: Vec<_> = arguments.collect();
            let split = arguments.iter().position(|argument| argument == "--");
            let (Some(split), Some(output)) = (split, arguments.first()) else {
                return Err(USAGE.into());
            };
            let started_with = arguments[split + 1..].iter().map(|a| a.to_string_lossy().into());
            archive::write(&own, output.as_ref(), &arguments[1..split], &started_with.collect::<Vec<_>>())
                .map_err(|e| format!("Cannot write {}: {e}", output.display()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
