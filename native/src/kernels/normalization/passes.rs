//! The two passes over memory of every normalisation, and how threads divide them.
//!
//! A set is cut into units. Threads divide sets, so that a set is still in a near cache in its second pass; where sets
//! are few they divide units.

use std::ops::Range;

use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// What is done with each set of values that are normalised together.
pub trait Passes<T: Float>: Sync {
    /// Gathers the sums of these units of a set.
    fn gather<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>);
    /// Joins the sums of a set's units.
    fn join(&self, set: usize);
    /// Writes what becomes of these units of a set.
    fn write<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>);
}

#[derive(Clone, Copy, Debug)]
pub struct Division {
    pub sets: usize,
    /// How many units a set has, and how many terms.
    pub units: usize,
    pub terms: usize,
}

#[derive(Clone, Copy)]
enum Part {
    /// All of these sets, the second pass right after the first.
    Sets,
    Gather,
    Write,
}

struct Step<'a, P> {
    passes: &'a P,
    units: usize,
    part: Part,
    range: Range<usize>,
}

impl<T: Float, P: Passes<T>> Kernel<T> for Step<'_, P> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { passes, units, part, range } = self;
        if let Part::Sets = part {
            for set in range {
                passes.gather::<V>(set, 0..units);
                passes.join(set);
                passes.write::<V>(set, 0..units);
            }
            return;
        }
        for set in range.start / units..range.end.div_ceil(units) {
            let first = set * units;
            let of_set = range.start.max(first) - first..range.end.min(first + units) - first;
            match part {
                Part::Gather => passes.gather::<V>(set, of_set),
                _ => passes.write::<V>(set, of_set),
            }
        }
    }
}

/// Divides `0..count` into pieces of nearly equal size, each worth a thread.
pub fn for_pieces(count: usize, work: usize, function: impl Fn(Range<usize>) + Sync) {
    let pieces = parallel::even((work / parallel::WORTH_A_THREAD).clamp(1, 4 * parallel::threads()).min(count));
    parallel::for_each(pieces, |piece| function(count * piece / pieces..count * (piece + 1) / pieces));
}

/// Scratch memory.
///
/// # Errors
/// Where the memory cannot be had.
pub fn scratch<S: Copy + Default>(length: usize) -> Result<Vec<S>> {
    let mut data = room(length)?;
    data.resize(length, S::default());
    Ok(data)
}

pub fn run<T: Float>(passes: &impl Passes<T>, Division { sets, units, terms }: Division) {
    let (threads, work) = (parallel::threads(), sets * terms);
    let step = |part, range| T::dispatch(Step { passes, units, part, range });
    if threads == 1 || sets >= 4 * threads || work < 2 * parallel::WORTH_A_THREAD {
        return for_pieces(sets, work, |range| step(Part::Sets, range));
    }
    for_pieces(sets * units, work, |range| step(Part::Gather, range));
    (0..sets).for_each(|set| passes.join(set));
    for_pieces(sets * units, work, |range| step(Part::Write, range));
}
