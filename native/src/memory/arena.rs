//! Where new blocks are cut from: long stretches of memory under pages of 2 MiB, which a block shares with its
//! neighbours. In small pages a walk through a tensor is a walk through the tables of pages as well.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::locked_word::LockedWord;

/// A huge page. Stretches begin at one.
const HUGE: usize = 2 << 20;
/// A stretch. The system gives its pages as they are touched.
const STRETCH: usize = 64 << 20;
/// Larger blocks come from the system one by one, and go back to it.
pub const LARGEST: usize = 16 << 20;
/// Whole small pages, of whatever size a system has them.
const SMALL: usize = 64 << 10;

/// The first free byte of the stretch that blocks are cut from, 0 before there is one.
static NEXT: LockedWord = LockedWord::new(0);
/// One after the stretch's last byte; read and written under the lock.
static END: AtomicUsize = AtomicUsize::new(0);

#[cfg(target_os = "linux")]
fn advise(block: *mut u8, size: usize, advice: i32) {
    unsafe extern "C" {
        fn madvise(address: *mut u8, length: usize, advice: i32) -> i32;
    }
    // SAFETY: the caller's pages are its own; a system that refuses changes nothing.
    unsafe { madvise(block, size, advice) };
}

/// Asks for huge pages under a block, as far as whole ones lie in it.
pub fn ask_for_huge_pages(block: *mut u8, size: usize) {
    let first = (block as usize).next_multiple_of(HUGE);
    let last = (block as usize + size) / HUGE * HUGE;
    if block.is_null() || first >= last {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        const MADV_HUGEPAGE: i32 = 14;
        advise(first as *mut u8, last - first, MADV_HUGEPAGE);
    }
}

/// Cuts a block at a multiple of 64 bytes: `size`, at most [`LARGEST`], is one. It cannot be given back.
pub fn cut(size: usize) -> *mut u8 {
    let next = NEXT.lock();
    let (mut block, mut end) = (next, END.load(Ordering::Relaxed));
    if end - block < size {
        // SAFETY: a non-zero size and a power of two.
        let stretch = unsafe { System.alloc(Layout::from_size_align_unchecked(STRETCH, HUGE)) };
        if stretch.is_null() {
            NEXT.unlock(next);
            // Where memory is short there may be room for the block alone.
            // SAFETY: as above.
            return unsafe { System.alloc(Layout::from_size_align_unchecked(size, 64)) };
        }
        ask_for_huge_pages(stretch, STRETCH);
        (block, end) = (stretch as usize, stretch as usize + STRETCH);
        END.store(end, Ordering::Relaxed);
    }
    NEXT.unlock(block + size);
    block as *mut u8
}

/// Gives back the memory under a block that was cut, as far as whole pages lie in it, the first one not; what they hold is
/// lost.
pub fn give_pages_back(block: *mut u8, size: usize) {
    let first = (block as usize + 1).next_multiple_of(SMALL);
    let last = (block as usize + size) / SMALL * SMALL;
    if first >= last {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        const MADV_DONTNEED: i32 = 4;
        advise(first as *mut u8, last - first, MADV_DONTNEED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_apart_whole_and_aligned() {
        let size = 3 << 18;
        // Of more than one stretch; other tests cut meanwhile.
        let mut blocks: Vec<usize> = (0..2 * STRETCH / size).map(|_| cut(size) as usize).collect();
        blocks.sort_unstable();
        assert!(blocks.iter().all(|&block| block != 0 && block.is_multiple_of(64)));
        assert!(blocks.windows(2).all(|pair| pair[1] - pair[0] >= size));
        for &block in &blocks {
            // SAFETY: the block is this test's.
            unsafe { std::slice::from_raw_parts_mut(block as *mut u8, size) }.fill(1);
        }
        for &block in &blocks {
            // SAFETY: as above.
            let bytes = unsafe { std::slice::from_raw_parts(block as *const u8, size) };
            assert!(bytes.iter().all(|&byte| byte == 1));
        }
    }

    #[test]
    fn a_block_without_its_pages_keeps_its_first_words_and_its_neighbours() {
        let size = 5 << 16;
        // SAFETY: the blocks are this test's.
        let [before, block, after] = [(); 3].map(|()| unsafe { std::slice::from_raw_parts_mut(cut(size), size) });
        for bytes in [&mut *before, block, after] {
            bytes.fill(7);
        }
        give_pages_back(block.as_mut_ptr(), size);
        assert_eq!([block[0], block[63]], [7; 2]);
        assert!(before.iter().chain(after.iter()).all(|&byte| byte == 7));
        if cfg!(target_os = "linux") {
            assert_eq!(block[size / 2], 0);
        }
        block.fill(9);
        assert!(block.iter().all(|&byte| byte == 9));
    }
}
