//! What follows a result in the same call: a function of its elements, windows of it, the moments that a normalisation
//! needs. A piece of the result is followed as soon as it is stored, while it is in a near cache. What lies in no piece as
//! a whole is followed at the end.
//!
//! What follows reads stored numbers alone, unit by unit, in an order that no piece has a say in: joined, it has the bits
//! that it has as an operation of its own.

mod countdown;
mod function;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

pub use self::countdown::Countdown;
pub use self::function::InPlace;
use super::buffer::Shared;
use crate::parallel;

/// Numbers of a result whose units are followed together while they are in the second-level cache.
pub const NEAR: usize = if cfg!(test) { 1 << 9 } else { 32 << 10 };

/// What is made of a result `[channel, term]`.
pub trait Follow<T>: Sync {
    /// Terms of a unit. The last unit of a channel may have fewer.
    fn unit(&self) -> usize;
    /// Makes what follows these units of a channel.
    ///
    /// # Safety
    /// `y` must be valid for the channel's `terms`, of which those of these units are stored, and the units this thread's.
    unsafe fn make(&self, y: Shared<T>, terms: usize, channel: usize, units: Range<usize>);
}

/// A result that is being stored, and what was already made of it.
pub struct Followed<'a, T> {
    follow: &'a dyn Follow<T>,
    y: Shared<T>,
    terms: usize,
    /// `[channel, unit]`.
    made: Vec<AtomicBool>,
}

/// Lets `store` store a result `[channels, terms]` at `y`, and makes what follows it.
///
/// # Safety
/// `store` must store the whole result.
pub unsafe fn followed<T: Copy + Send>(
    follow: Option<&dyn Follow<T>>,
    [channels, terms]: [usize; 2],
    y: Shared<T>,
    store: impl FnOnce(Option<&Followed<T>>),
) {
    let Some(follow) = follow else { return store(None) };
    let units = terms.div_ceil(follow.unit());
    let made = (0..channels * units).map(|_| AtomicBool::new(false)).collect();
    let followed = Followed { follow, y, terms, made };
    store(Some(&followed));
    // SAFETY: the caller's promise.
    unsafe { followed.rest() };
}

impl<T: Copy + Send> Followed<'_, T> {
    /// Follows the units that lie in these terms of these channels and were not followed yet.
    ///
    /// # Safety
    /// The terms must be stored, and no other thread store them or call this for them.
    pub unsafe fn piece(&self, channels: Range<usize>, terms: Range<usize>) {
        let (unit, units) = (self.follow.unit(), self.terms.div_ceil(self.follow.unit()));
        let last = if terms.end == self.terms { units } else { terms.end / unit };
        for channel in channels {
            // SAFETY: the caller's promise: these units are stored.
            unsafe { self.make(channel, terms.start.div_ceil(unit)..last) };
        }
    }

    /// # Safety
    /// The result must be stored.
    unsafe fn rest(&self) {
        let units = self.terms.div_ceil(self.follow.unit());
        let left = self.made.iter().filter(|made| !made.load(Ordering::Relaxed)).count();
        let worth = left * self.follow.unit() >= 2 * parallel::WORTH_A_THREAD;
        let grain = if worth { 1 } else { self.made.len() };
        parallel::for_ranges(self.made.len(), grain, |start, end| {
            for channel in start / units..end.div_ceil(units) {
                let first = channel * units;
                // SAFETY: the caller's promise; the ranges lie apart.
                unsafe { self.make(channel, start.max(first) - first..end.min(first + units) - first) };
            }
        });
    }

    /// Follows those of a channel's units that were not followed yet.
    ///
    /// # Safety
    /// The units must be stored, and be this thread's alone.
    unsafe fn make(&self, channel: usize, units: Range<usize>) {
        let made = &self.made[channel * self.terms.div_ceil(self.follow.unit())..];
        let mut next = units.start;
        while next < units.end {
            let first = next;
            while next < units.end && !made[next].swap(true, Ordering::Relaxed) {
                next += 1;
            }
            if next > first {
                // SAFETY: the caller's promise.
                unsafe {
                    let y = Shared::new(self.y.at(channel * self.terms));
                    self.follow.make(y, self.terms, channel, first..next);
                }
            }
            next += 1;
        }
    }
}
