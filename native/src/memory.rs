//! Large blocks are kept and used again, so that a warm training step asks the system for no memory and
//! meets no page fault. Blocks are 64-byte aligned: a vector never straddles two cache lines.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Smaller blocks are the system allocator's business.
const SMALLEST: usize = 4096;
const ALIGNMENT: usize = 64;
/// Size classes: eight steps for each power of two from 4 KiB to 64 GiB.
const STEPS: usize = 8;
const CLASSES: usize = 24 * STEPS;
/// What may be kept unused at most.
const KEPT_AT_MOST: usize = 1 << 30;

/// Each class is a stack of free blocks, linked through their first word, behind a lock of one word.
struct Class {
    head: AtomicUsize,
}

/// The value of a stack's head while one thread works on it.
const LOCKED: usize = 1;

static FREE: [Class; CLASSES] = [const { Class { head: AtomicUsize::new(0) } }; CLASSES];
static KEPT: AtomicUsize = AtomicUsize::new(0);

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
    let index = (power - 12) * STEPS + steps;
    (index < CLASSES).then_some((index, base + steps * step))
}

pub struct ReusingAllocator;

// SAFETY: every block comes from `System` with its class's size and an alignment of at least the one that
// was asked for, and a block is on at most one free stack.
unsafe impl GlobalAlloc for ReusingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() < SMALLEST || layout.align() > ALIGNMENT {
            // SAFETY: the caller's promise.
            return unsafe { System.alloc(layout) };
        }
        let Some((index, size)) = class_of(layout.size()) else {
            // SAFETY: the caller's promise.
            return unsafe { System.alloc(layout) };
        };
        let class = &FREE[index];
        let head = class.lock();
        if head == 0 {
            class.unlock(0);
            // SAFETY: a non-zero size and a power of two.
            return unsafe { System.alloc(Layout::from_size_align_unchecked(size, ALIGNMENT)) };
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
        let Some((index, size)) = class_of(layout.size()) else {
            // SAFETY: the caller's promise.
            return unsafe { System.dealloc(block, layout) };
        };
        if KEPT.fetch_add(size, Ordering::Relaxed) + size > KEPT_AT_MOST {
            KEPT.fetch_sub(size, Ordering::Relaxed);
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
    fn neighbouring_sizes_of_one_class_share_it() {
        assert_eq!(class_of(4096).unwrap().1, 4096);
        assert_eq!(class_of(4097).unwrap(), class_of(4608).unwrap());
        assert_ne!(class_of(4608).unwrap().0, class_of(4609).unwrap().0);
    }
}
