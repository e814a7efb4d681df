//! Large blocks are kept and used again, so that a warm training step asks the system for no memory and
//! meets no page fault. Blocks are 64-byte aligned: a vector never straddles two cache lines.
//!
//! There is a budget, to be asked before a tensor is allocated: a shape too large for the machine ends in an
//! error and not in the system's killing the process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::control_groups::Limit;
use crate::error::{Error, Result};

/// Smaller blocks are the system allocator's business.
const SMALLEST: usize = 1024;
const ALIGNMENT: usize = 64;
/// Size classes: eight steps for each power of two from 1 KiB to 64 GiB.
const STEPS: usize = 8;
const CLASSES: usize = 26 * STEPS;
/// What may be kept unused at most.
const KEPT_AT_MOST: usize = 1 << 30;
/// What needs less is not counted against the budget.
const NEGLIGIBLE: usize = 1 << 20;

/// Each class is a stack of free blocks, linked through their first word, behind a lock of one word.
struct Class {
    head: AtomicUsize,
}

/// The value of a stack's head while one thread works on it.
const LOCKED: usize = 1;

static FREE: [Class; CLASSES] = [const { Class { head: AtomicUsize::new(0) } }; CLASSES];
static KEPT: AtomicUsize = AtomicUsize::new(0);
/// Bytes in blocks that this allocator manages, kept blocks included.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

static BUDGET: OnceLock<std::result::Result<usize, String>> = OnceLock::new();

#[cfg(test)]
thread_local! {
    /// Lets a test have a budget of its own.
    pub static BUDGET_HERE: std::cell::Cell<Option<usize>> = const { std::cell::Cell::new(None) };
    /// The largest block that this thread has asked for since a test set this to 0.
    pub static LARGEST_HERE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
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
    let in_use = || TAKEN.load(Ordering::Relaxed).saturating_sub(KEPT.load(Ordering::Relaxed));
    if bytes >= NEGLIGIBLE && in_use().saturating_add(bytes) > budget() {
        return Err(Error(format!("Out of memory: {count} elements need {bytes} bytes, and wick may have {}", budget())));
    }
    Ok(())
}

impl Class {
    fn lock(&self) -> usize {
        loop {
            let head = self.head.swap(LOCKED, Ordering::Acquire);
            if head != LOCKED {
                return head;
            }
            std::hint::spin_loop();
        }
    }
    fn unlock(&self, head: usize) {
        self.head.store(head, Ordering::Release);
    }
}

/// The class that holds blocks of at least `size` bytes, and how many bytes they have.
fn class_of(size: usize) -> Option<(usize, usize)> {
    let power = size.next_power_of_two().trailing_zeros() as usize;
    let (base, step) = (1usize << (power - 1), (1usize << (power - 1)) / STEPS);
    let steps = (size - base).div_ceil(step);
    let index = (power - 10) * STEPS + steps;
    (index < CLASSES).then_some((index, base + steps * step))
}

/// Asks for pages of 2 MiB under a large block. A shuffled image of a whole set in small pages costs a walk
/// through their tables besides the wait for memory.
fn ask_for_huge_pages(block: *mut u8, size: usize) {
    const HUGE: usize = 2 << 20;
    let first = (block as usize).next_multiple_of(HUGE);
    let last = (block as usize + size) / HUGE * HUGE;
    if cfg!(not(target_os = "linux")) || block.is_null() || first >= last {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        const MADV_HUGEPAGE: i32 = 14;
        unsafe extern "C" {
            fn madvise(address: *mut u8, length: usize, advice: i32) -> i32;
        }
        // SAFETY: the pages are the block's own; a system without huge pages refuses, which changes nothing.
        unsafe { madvise(first as *mut u8, last - first, MADV_HUGEPAGE) };
    }
}

pub struct ReusingAllocator;

// SAFETY: every block comes from `System` with its class's size and at least the alignment that was asked for, and a
// block is on at most one free stack.
unsafe impl GlobalAlloc for ReusingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        #[cfg(test)]
        LARGEST_HERE.set(LARGEST_HERE.get().max(layout.size()));
        if layout.size() < SMALLEST || layout.align() > ALIGNMENT {
            // SAFETY: the caller's promise.
            return unsafe { System.alloc(layout) };
        }
        let Some((index, size)) = class_of(layout.size()) else { return std::ptr::null_mut() };
        if cfg!(exact_blocks) {
            TAKEN.fetch_add(size, Ordering::Relaxed);
            // SAFETY: the caller's promise.
            return unsafe { System.alloc(layout) };
        }
        let class = &FREE[index];
        let head = class.lock();
        if head == 0 {
            class.unlock(0);
            TAKEN.fetch_add(size, Ordering::Relaxed);
            // SAFETY: a non-zero size and a power of two.
            let block = unsafe { System.alloc(Layout::from_size_align_unchecked(size, ALIGNMENT)) };
            ask_for_huge_pages(block, size);
            return block;
        }
        // SAFETY: a free block's first word is the next free block.
        class.unlock(unsafe { *(head as *const usize) });
        KEPT.fetch_sub(size, Ordering::Relaxed);
        head as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() < SMALLEST || layout.align() > ALIGNMENT {
            // SAFETY: the caller's promise.
            return unsafe { System.dealloc(block, layout) };
        }
        // `alloc` gave no larger block out.
        let Some((index, size)) = class_of(layout.size()) else { return };
        if cfg!(exact_blocks) {
            TAKEN.fetch_sub(size, Ordering::Relaxed);
            // SAFETY: the caller's promise.
            return unsafe { System.dealloc(block, layout) };
        }
        if KEPT.fetch_add(size, Ordering::Relaxed) + size > KEPT_AT_MOST {
            KEPT.fetch_sub(size, Ordering::Relaxed);
            TAKEN.fetch_sub(size, Ordering::Relaxed);
            // SAFETY: `alloc` made the block with this very layout.
            return unsafe { System.dealloc(block, Layout::from_size_align_unchecked(size, ALIGNMENT)) };
        }
        let class = &FREE[index];
        let head = class.lock();
        // SAFETY: the block is ours now, and at least a word long.
        unsafe { *(block as *mut usize) = head };
        class.unlock(block as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_never_smaller_than_what_was_asked_for() {
        for size in (SMALLEST..1 << 20).step_by(511) {
            let (_, given) = class_of(size).unwrap();
            assert!(given >= size && given < size + size / 4, "{size} got {given}");
        }
    }

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

    #[test]
    fn a_thread_knows_the_largest_block_that_it_asked_for() {
        LARGEST_HERE.set(0);
        drop((Vec::<u8>::with_capacity(5000), Vec::<u8>::with_capacity(10)));
        assert_eq!(LARGEST_HERE.replace(0), 5000);
    }

    #[test]
    fn what_is_freed_counts_no_more() {
        let counted = |bytes: usize| {
            let before = TAKEN.load(Ordering::Relaxed);
            drop(Vec::<u8>::with_capacity(bytes));
            TAKEN.load(Ordering::Relaxed).wrapping_sub(before)
        };
        // Larger than what is kept: given back at once, though other tests take and give back meanwhile.
        assert!((counted(KEPT_AT_MOST + NEGLIGIBLE) as isize).unsigned_abs() < KEPT_AT_MOST / 2);
    }

    #[test]
    fn neighbouring_sizes_of_one_class_share_it() {
        assert_eq!(class_of(4096).unwrap().1, 4096);
        assert_eq!(class_of(4097).unwrap(), class_of(4608).unwrap());
        assert_ne!(class_of(4608).unwrap().0, class_of(4609).unwrap().0);
    }
}
