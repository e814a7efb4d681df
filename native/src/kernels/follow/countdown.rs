//! Stretches of a result that several tasks store together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many parts of each stretch are not stored yet.
pub struct Countdown(Vec<AtomicUsize>);

impl Countdown {
    pub fn new(stretches: usize, parts: usize) -> Self {
        Self((0..stretches).map(|_| AtomicUsize::new(parts)).collect())
    }
    /// Counts parts of a stretch that this thread has stored. Whether they were the last: then this thread sees all parts.
    pub fn stored(&self, stretch: usize, parts: usize) -> bool {
        self.0[stretch].fetch_sub(parts, Ordering::AcqRel) == parts
    }
}
