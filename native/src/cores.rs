//! How many threads are worth starting where nobody chose a number.

use std::collections::BTreeSet;
use std::path::Path;

use crate::control_groups::Limit;

const CPU: Limit = Limit { controller: "cpu", version1: "cpu.cfs_quota_us", version2: "cpu.max" };

/// The CPUs that this process may run on, and no more than its control groups give it time for.
pub fn allowed() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One a physical core that this process may run on, and no more than its control groups give it time for.
pub fn usable() -> usize {
    at_most(allowed(), Path::new("/"))
}

/// At most `logical`: the cores of the allowed CPUs and the quota of the control groups, as the files below `root`
/// have them. Half a core is a thread too.
fn at_most(logical: usize, root: &Path) -> usize {
    let cores = physical_cores(root).unwrap_or(logical);
    logical.min(cores).min(quota(root)).max(1)
}

/// Two hardware threads of one core share its vector units: the second one only costs.
fn physical_cores(root: &Path) -> Option<usize> {
    let status = std::fs::read_to_string(root.join("proc/thread-self/status")).ok()?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let cpus = root.join("sys/devices/system/cpu");
    let siblings = |cpu: usize| {
        let list = std::fs::read_to_string(cpus.join(format!("cpu{cpu}/topology/thread_siblings_list")));
        list.map_or_else(|_| cpu.to_string(), |list| list.trim().to_string())
    };
    let cores: BTreeSet<String> = numbers(allowed)?.into_iter().map(siblings).collect();
    Some(cores.len())
}

/// The numbers of a list such as `0-3,8`.
fn numbers(list: &str) -> Option<Vec<usize>> {
    let mut all = Vec::new();
    for range in list.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        all.extend(first.parse::<usize>().ok()?..=last.parse().ok()?);
    }
    Some(all)
}

/// The whole CPUs that the control groups give time for; a thread beyond them would have to wait for the next period.
fn quota(root: &Path) -> usize {
    let groups = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let files = CPU.files(&groups, &root.join("sys/fs/cgroup"));
    files.iter().filter_map(|file| whole_cpus(file)).min().unwrap_or(usize::MAX)
}

/// Version 2 has `QUOTA PERIOD` in one file, version 1 has two files. No quota is `max` or -1.
fn whole_cpus(file: &Path) -> Option<usize> {
    let mut text = std::fs::read_to_string(file).ok()?;
    if file.ends_with(CPU.version1) {
        text += &std::fs::read_to_string(file.with_file_name("cpu.cfs_period_us")).ok()?;
    }
    let mut words = text.split_whitespace().map(|word| word.parse::<usize>().ok());
    let (quota, period) = (words.next()??, words.next()??);
    quota.checked_div(period)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A folder with files of `/proc` and `/sys`.
    struct Machine(PathBuf);

    impl Machine {
        fn new(name: &str, files: &[(&str, &str)]) -> Machine {
            let root = std::env::temp_dir().join(format!("wick-cores-{name}-{}", std::process::id()));
            for (file, text) in files {
                std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
                std::fs::write(root.join(file), text).unwrap();
            }
            Machine(root)
        }

        /// The machine with `pairs` of sibling CPUs n and n + pairs, on which `allowed` may be used.
        fn with_siblings(name: &str, pairs: usize, allowed: &str) -> Machine {
            let machine = Machine::new(
                name,
                &[("proc/thread-self/status", &format!("Name:\twick\nCpus_allowed:\tff\nCpus_allowed_list:\t{allowed}\n"))],
            );
            for cpu in 0..2 * pairs {
                let folder = machine.0.join(format!("sys/devices/system/cpu/cpu{cpu}/topology"));
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(folder.join("thread_siblings_list"), format!("{},{}\n", cpu % pairs, cpu % pairs + pairs))
                    .unwrap();
            }
            machine
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn siblings_count_once_and_only_where_both_are_allowed() {
        for (allowed, cpus, expected) in
            [("0-7", 8, 4), ("0-3", 4, 4), ("0,4", 2, 1), ("0,5", 2, 2), ("1-3,5-6", 5, 3), ("7", 1, 1)]
        {
            let machine = Machine::with_siblings("siblings", 4, allowed);
            assert_eq!(at_most(cpus, &machine.0), expected, "{allowed}");
        }
    }

    #[test]
    fn a_quota_limits_the_threads_and_not_the_cores_among_them() {
        let machine = Machine::with_siblings("quota", 4, "0-7");
        // The system's own count heeds the quota too: 3 of 8 CPUs are 3 cores, not 1.
        assert_eq!(at_most(3, &machine.0), 3);
    }

    #[test]
    fn the_least_quota_on_the_way_up_counts_in_version_2() {
        for (own, above, expected) in
            [("max 100000", "max 100000", 8), ("max 100000", "250000 100000", 2), ("50000 100000", "400000 100000", 1)]
        {
            let files = [
                ("proc/self/cgroup", "0::/slice/job\n"),
                ("sys/fs/cgroup/slice/job/cpu.max", own),
                ("sys/fs/cgroup/slice/cpu.max", above),
            ];
            assert_eq!(at_most(8, &Machine::new("version2", &files).0), expected, "{own}, {above}");
        }
    }

    #[test]
    fn the_least_quota_on_the_way_up_counts_in_version_1() {
        for (quota, expected) in [("-1\n", 8), ("300000\n", 3), ("50000\n", 1), ("0\n", 1)] {
            let files = [
                ("proc/self/cgroup", "7:memory:/other\n4:cpu,cpuacct:/outside/job\n0::/\n"),
                ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota), // of a container, mounted as the root
                ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ];
            assert_eq!(at_most(8, &Machine::new("version1", &files).0), expected, "{quota}");
        }
    }

    #[test]
    fn where_nothing_is_known_the_system_decides() {
        let nothing = Machine::new("nothing", &[]);
        assert_eq!([at_most(6, &nothing.0), at_most(0, &nothing.0)], [6, 1]);
        let damaged = [
            ("proc/thread-self/status", "Cpus_allowed_list:\tall\n"),
            ("proc/self/cgroup", "0::/\n"),
            ("sys/fs/cgroup/cpu.max", "some\n"),
        ];
        assert_eq!(at_most(6, &Machine::new("damaged", &damaged).0), 6);
        assert!(usable() >= 1);
    }
}
