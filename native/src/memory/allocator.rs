//! Blocks are kept and used again, so that a warm training step asks the system for no memory and meets no page fault.
//! They are 64-byte aligned: a vector never straddles two cache lines.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arena;
use super::locked_word::LockedWord;

/// Smaller blocks are the system allocator's business.
const SMALLEST: usize = 1024;
const ALIGNMENT: usize = 64;
/// Size classes: eight steps for each power of two from 1 KiB to 64 GiB.
const STEPS: usize = 8;
const CLASSES: usize = 26 * STEPS;
/// What may be kept unused at most.
const KEPT_AT_MOST: usize = 1 << 30;

/// The first words of a free block.
#[repr(C)]
struct Free {
    next: usize,
    /// Whether its memory went back to the system.
    is_hollow: bool,
}

/// How many threads keep what they free apart from what others free; if there are more threads, some keep it together.
const KEEPERS: usize = 16;

/// Stacks of free blocks, linked through their first word: one for each keeper and class. A block that a thread takes
/// again lies in the cache of the thread's own core; another thread's would have to come from another core's.
static FREE: [[LockedWord; CLASSES]; KEEPERS] = [const { [const { LockedWord::new(0) }; CLASSES] }; KEEPERS];
/// Bytes in free blocks.
static KEPT: AtomicUsize = AtomicUsize::new(0);
/// Bytes in blocks that this allocator manages, kept blocks included.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Which of the keepers this thread is.
    static KEEPER: Cell<usize> = const { Cell::new(0) };
}

/// Lets this thread keep apart what it frees, as one of the keepers. Threads that do not ask are number 0 together.
pub fn keep_apart(number: usize) {
    KEEPER.set(number % KEEPERS);
}

#[cfg(test)]
thread_local! {
    /// The largest block that this thread has asked for since a test set this to 0.
    pub static LARGEST_HERE: Cell<usize> = const { Cell::new(0) };
}

/// Bytes in blocks that are not free.
pub fn in_use() -> usize {
    TAKEN.load(Ordering::Relaxed).saturating_sub(KEPT.load(Ordering::Relaxed))
}

/// The class that holds blocks of at least `size` bytes, and how many bytes they have.
fn class_of(size: usize) -> Option<(usize, usize)> {
    let power = size.next_power_of_two().trailing_zeros() as usize;
    let (base, step) = (1usize << (power - 1), (1usize << (power - 1)) / STEPS);
    let steps = (size - base).div_ceil(step);
    let index = (power - 10) * STEPS + steps;
    (index < CLASSES).then_some((index, base + steps * step))
}

/// A block of the system's own, with a class's size.
const fn layout_of(size: usize) -> Layout {
    // SAFETY: a power of two, and a size far below the largest number.
    unsafe { Layout::from_size_align_unchecked(size, ALIGNMENT) }
}

pub struct ReusingAllocator;

// SAFETY: every block has its class's size and at least the alignment that was asked for, and is on at most one free
// stack.
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
        let free = &FREE[KEEPER.get()][index];
        let head = free.lock();
        if head == 0 {
            free.unlock(0);
            TAKEN.fetch_add(size, Ordering::Relaxed);
            if size <= arena::LARGEST {
                return arena::cut(size);
            }
            // SAFETY: a size that is not zero.
            let block = unsafe { System.alloc(layout_of(size)) };
            arena::ask_for_huge_pages(block, size);
            return block;
        }
        // SAFETY: a free block begins so.
        let Free { next, is_hollow } = unsafe { std::ptr::read(head as *const Free) };
        free.unlock(next);
        if is_hollow {
            TAKEN.fetch_add(size, Ordering::Relaxed);
        } else {
            KEPT.fetch_sub(size, Ordering::Relaxed);
        }
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
        let is_hollow = KEPT.fetch_add(size, Ordering::Relaxed) + size > KEPT_AT_MOST;
        if is_hollow {
            KEPT.fetch_sub(size, Ordering::Relaxed);
            TAKEN.fetch_sub(size, Ordering::Relaxed);
            if size > arena::LARGEST {
                // SAFETY: `alloc` made the block with this very layout.
                return unsafe { System.dealloc(block, layout_of(size)) };
            }
            arena::give_pages_back(block, size);
        }
        let free = &FREE[KEEPER.get()][index];
        let next = free.lock();
        // SAFETY: the block is ours now, aligned, and at least 1 KiB long.
        unsafe { std::ptr::write(block.cast(), Free { next, is_hollow }) };
        free.unlock(block as usize);
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
            assert!(given.is_multiple_of(ALIGNMENT), "{given}");
        }
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
        assert!((counted(KEPT_AT_MOST + (1 << 20)) as isize).unsigned_abs() < KEPT_AT_MOST / 2);
    }

    #[test]
    #[cfg_attr(exact_blocks, ignore = "the system's own blocks are no keeper's")]
    fn a_keeper_takes_its_own_blocks_again_and_no_others() {
        let block_of = |number: usize| {
            let taken = std::thread::spawn(move || {
                keep_apart(number);
                let block = Vec::<u8>::with_capacity(5 << 20);
                block.as_ptr() as usize
            });
            taken.join().unwrap()
        };
        let [first, second] = [block_of(KEEPERS - 2), block_of(KEEPERS - 1)];
        assert_ne!(first, second);
        assert_eq!([block_of(KEEPERS - 2), block_of(2 * KEEPERS - 1)], [first, second]);
    }

    #[test]
    fn neighbouring_sizes_of_one_class_share_it() {
        assert_eq!(class_of(4096).unwrap().1, 4096);
        assert_eq!(class_of(4097).unwrap(), class_of(4608).unwrap());
        assert_ne!(class_of(4608).unwrap().0, class_of(4609).unwrap().0);
    }
}
