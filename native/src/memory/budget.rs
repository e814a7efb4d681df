//! The budget, to be asked before a tensor is allocated: a shape too large for the machine ends in an error and not in
//! the system's killing the process.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::allocator;
use crate::control_groups::Limit;
use crate::error::{Error, Result};

/// What needs less is not counted against the budget.
const NEGLIGIBLE: usize = 1 << 20;

static BUDGET: OnceLock<std::result::Result<usize, String>> = OnceLock::new();

#[cfg(test)]
thread_local! {
    /// Lets a test have a budget of its own.
    pub static BUDGET_HERE: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
}

/// What `WICK_MEMORY_MIB` allows, else how much of the machine's memory this process may have.
fn read_budget() -> std::result::Result<usize, String> {
    if let Ok(wanted) = std::env::var("WICK_MEMORY_MIB") {
        let bytes = wanted.parse::<usize>().ok().and_then(|mebibytes| mebibytes.checked_mul(1 << 20));
        return bytes.ok_or_else(|| format!("WICK_MEMORY_MIB is a whole number of MiB, not {wanted}"));
    }
    let number = |text: &str| text.split_whitespace().find_map(|word| word.parse::<usize>().ok());
    let machine = std::fs::read_to_string("/proc/meminfo").ok();
    let machine = machine.and_then(|text| text.lines().find(|line| line.starts_with("MemTotal:")).and_then(number));
    let groups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group_limit(&groups, Path::new("/sys/fs/cgroup"));
    Ok(machine.map_or(usize::MAX, |kibibytes| kibibytes << 10).min(group))
}

const MEMORY: Limit = Limit { controller: "memory", version1: "memory.limit_in_bytes", version2: "memory.max" };

/// The least memory limit of this process's control groups and of the groups above them.
fn group_limit(groups: &str, mount: &Path) -> usize {
    let read = |file: PathBuf| std::fs::read_to_string(file).ok()?.trim().parse::<usize>().ok(); // or `max`
    MEMORY.files(groups, mount).into_iter().filter_map(read).min().unwrap_or(usize::MAX)
}

fn budget() -> usize {
    #[cfg(test)]
    if let Some(bytes) = BUDGET_HERE.get() {
        return bytes;
    }
    BUDGET.get_or_init(read_budget).as_ref().map_or(usize::MAX, |bytes| *bytes)
}

/// # Errors
/// Where `WICK_MEMORY_MIB` is not a number.
pub fn check_budget() -> Result<()> {
    BUDGET.get_or_init(read_budget).clone().map(drop).map_err(Error)
}

/// To be asked before `count` elements of `size` bytes are allocated.
///
/// # Errors
/// Where they go beyond the budget.
pub fn ensure(count: usize, size: usize) -> Result<()> {
    let bytes = count.saturating_mul(size);
    if bytes >= NEGLIGIBLE && allocator::in_use().saturating_add(bytes) > budget() {
        return Err(Error(format!("Out of memory: {count} elements need {bytes} bytes, and wick may have {}", budget())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_limit_of_the_control_groups_above_counts() {
        let root = std::env::temp_dir().join(format!("wick-cgroup-{}", std::process::id()));
        let write = |file: &str, text: &str| {
            std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            std::fs::write(root.join(file), text).unwrap();
        };
        write("a/b/c/memory.max", "max\n");
        write("a/b/memory.max", "4096\n");
        write("a/memory.max", "8192\n");
        write("memory/slurm/job/memory.limit_in_bytes", "9223372036854771712\n");
        write("memory/slurm/memory.limit_in_bytes", "512\n");
        let limit = |groups| group_limit(groups, &root);
        assert_eq!([limit("0::/a/b/c\n"), limit("0::/a\n"), limit("0::/outside/a\n")], [4096, 8192, usize::MAX]);
        assert_eq!(limit("9:cpu:/a/b\n4:hugetlb,memory:/slurm/job\n0::/a/b/c\n"), 512);
        write("memory.max", "1024\n"); // of a container that sees its own group as the root
        assert_eq!([limit("0::/outside/a\n"), limit("0::/\n"), limit("0::/../x\n")], [1024; 3]);
        std::fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn what_goes_beyond_the_budget_is_an_error() {
        // Other tests take memory meanwhile, but not as much as this.
        let large = 1 << 36;
        BUDGET_HERE.set(Some(large));
        assert!(ensure(large / 2, 1).is_ok() && ensure(large, 2).is_err() && ensure(usize::MAX, 8).is_err());
        BUDGET_HERE.set(Some(0));
        assert!(ensure(NEGLIGIBLE - 1, 1).is_ok() && ensure(NEGLIGIBLE, 1).is_err());
        BUDGET_HERE.set(None);
        assert!(ensure(1 << 50, 1).is_err(), "there is a budget without being asked for");
    }
}
