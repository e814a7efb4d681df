//! The two passes over memory of every normalisation, and how threads divide them.
//!
//! A set is cut into units. Threads divide sets, so that a set is still in a near cache in its second pass. Where sets are
//! few, or there is nothing to gather, they divide units: each thread takes the same part of every set, which is about the
//! part of the images that it takes in a convolution.

use std::ops::Range;

use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// What is done with each set of values that are normalised together.
pub trait Passes<T: Float>: Sync {
    /// Whether there is anything to gather and to join; else there is only what is written.
    fn gathers(&self) -> bool {
        true
    }
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
    part: Part,
    sets: Range<usize>,
    units: Range<usize>,
}

impl<T: Float, P: Passes<T>> Kernel<T> for Step<'_, P> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { passes, part, sets, units } = self;
        for set in sets {
            match part {
                Part::Sets if passes.gathers() => {
                    passes.gather::<V>(set, units.clone());
                    passes.join(set);
                    passes.write::<V>(set, units.clone());
                }
                Part::Gather => passes.gather::<V>(set, units.clone()),
                Part::Sets | Part::Write => passes.write::<V>(set, units.clone()),
            }
        }
    }
}

/// Divides `0..count` into pieces of nearly equal size, each worth a thread.
pub fn for_pieces(count: usize, work: usize, function: impl Fn(Range<usize>) + Sync) {
    let pieces = parallel::even((work / parallel::WORTH_A_THREAD).clamp(1, 4 * parallel::threads()).min(count));
    parallel::for_each(pieces, |piece| {
        let range = parallel::share(count, piece, pieces);
        if !range.is_empty() {
            function(range);
        }
    });
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
    let step = |part, sets, units| T::dispatch(Step { passes, part, sets, units });
    let by_units = units >= 2 * threads && (sets < 4 * threads || !passes.gathers());
    if threads == 1 || !by_units || work < 2 * parallel::WORTH_A_THREAD {
        return for_pieces(sets, work, |sets| step(Part::Sets, sets, 0..units));
    }
    let pass = |part| for_pieces(units, work, |units| step(part, 0..sets, units));
    if passes.gathers() {
        pass(Part::Gather);
        (0..sets).for_each(|set| passes.join(set));
    }
    pass(Part::Write);
}
