//! A word that is its own lock: a thread that works on it leaves another value in its place.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A word that is never 1: 0, or an aligned address.
pub struct LockedWord(AtomicUsize);

/// The value while one thread works on the word.
const LOCKED: usize = 1;

impl LockedWord {
    pub const fn new(word: usize) -> Self {
        Self(AtomicUsize::new(word))
    }

    /// The word, which is this thread's alone until it calls [`Self::unlock`].
    pub fn lock(&self) -> usize {
        loop {
            let word = self.0.swap(LOCKED, Ordering::Acquire);
            if word != LOCKED {
                return word;
            }
            std::hint::spin_loop();
        }
    }

    pub fn unlock(&self, word: usize) {
        self.0.store(word, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_change_a_word_one_after_another() {
        let word = LockedWord::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| word.unlock(word.lock() + 2)));
            }
        });
        assert_eq!(word.lock(), 2 * 4 * 1000);
    }
}
