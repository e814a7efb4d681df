//! Where Linux says what a process's control groups may have, in versions 1 and 2 (`man 7 cgroups`).

use std::path::{Path, PathBuf};

/// Where each version of control groups has the limit of a resource.
pub struct Limit {
    /// Version 1's controller, which is also the name of its folder.
    pub controller: &'static str,
    /// The file of version 1, in the controller's folder.
    pub version1: &'static str,
    /// The file of version 2.
    pub version2: &'static str,
}

impl Limit {
    /// The files that may limit a process: those of its groups and of the groups above them. `groups` is its
    /// `/proc/self/cgroup`, with a line `0::/path` of version 2 and `n:controllers:/path` of version 1. In a
    /// container the path may begin outside what is mounted at `mount`: not every file is there.
    pub fn files(&self, groups: &str, mount: &Path) -> Vec<PathBuf> {
        let files = groups.lines().flat_map(|line| {
            let mut fields = line.splitn(3, ':').skip(1);
            let (controllers, path) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let (folder, file) = match controllers {
                "" => (mount.to_path_buf(), self.version2),
                _ if controllers.split(',').any(|name| name == self.controller) => (mount.join(self.controller), self.version1),
                _ => return Vec::new(),
            };
            let path = Path::new(path.trim_start_matches('/'));
            path.ancestors().map(|above| folder.join(above).join(file)).collect()
        });
        files.collect()
    }
}
