//! The two passes forward, however weight and bias lie.

use std::ops::Range;

use super::moments::{self, BLOCK, Centre, Moments, Statistics};
use super::passes::{Division, Passes, run, scratch};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::vector::{Float, Vector};

/// What becomes of normalised values.
pub trait Write<T: Float>: Sync {
    /// How many numbers a set of so many terms becomes.
    fn length(&self, terms: usize) -> usize {
        terms
    }
    /// Writes what becomes of these terms of a set, which begins at `x` and `y`. Ranges follow one another up to the
    /// set's last term.
    ///
    /// # Safety
    /// `x` must be valid for the set's terms, and `y` for what they become.
    unsafe fn write<V: Vector<Element = T>>(&self, set: usize, terms: Range<usize>, centre: Centre<T>, x: *const T, y: *mut T);
}

/// What sets are normalised by.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// Their mean, and their deviations from it.
    Mean,
    /// Their deviations from zero: the means are 0.
    Zero,
    /// Means and variances `[2, sets]` that were gathered before.
    Known(&'a [f64]),
}

struct Forward<'a, T, W> {
    x: &'a [T],
    division: Division,
    by: By<'a>,
    epsilon: f64,
    write: &'a W,
    moments: Shared<Moments>,
    statistics: Shared<f64>,
    y: Shared<T>,
}

impl<T: Float, W: Write<T>> Passes<T> for Forward<'_, T, W> {
    fn gathers(&self) -> bool {
        !matches!(self.by, By::Known(_))
    }
    #[inline(always)]
    fn gather<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        let Division { units: of_set, terms, .. } = self.division;
        let about_zero = match self.by {
            By::Mean => false,
            By::Zero => true,
            By::Known(_) => return,
        };
        // SAFETY: units are within the set, and its own place is this thread's.
        unsafe {
            let out = std::slice::from_raw_parts_mut(self.moments.at(set * of_set + units.start), units.len());
            moments::of_blocks::<V>(self.x.as_ptr().add(set * terms), terms, units.start, out, about_zero);
        }
    }
    #[inline(always)]
    fn join(&self, set: usize) {
        let Division { sets, units, .. } = self.division;
        // SAFETY: every unit of the set was gathered.
        unsafe {
            let Statistics { mean, variance } = moments::joined(std::slice::from_raw_parts(self.moments.at(set * units), units));
            *self.statistics.at(set) = mean;
            *self.statistics.at(sets + set) = variance;
        }
    }
    #[inline(always)]
    fn write<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        let Division { sets, terms, .. } = self.division;
        // SAFETY: the set's sums were joined, and its terms lie within x and y.
        unsafe {
            let statistics = Statistics { mean: *self.statistics.at(set), variance: *self.statistics.at(sets + set) };
            let (x, y) = (self.x.as_ptr().add(set * terms), self.y.at(set * self.write.length(terms)));
            let range = units.start * BLOCK..(units.end * BLOCK).min(terms);
            self.write.write::<V>(set, range, statistics.centre(self.epsilon), x, y);
        }
    }
}

/// `x [sets, terms] -> (y, the sets' means and variances [2, sets])`.
pub fn forward<T: Float>(x: &[T], sets: usize, by: By, epsilon: f64, write: &impl Write<T>) -> Result<(Vec<T>, Vec<f64>)> {
    let terms = x.len() / sets.max(1);
    let length = sets * write.length(terms);
    let division = Division { sets, units: terms.div_ceil(BLOCK), terms };
    let mut statistics = scratch(2 * sets)?;
    let gathered = match by {
        By::Mean | By::Zero => sets * division.units,
        By::Known(known) => {
            statistics.copy_from_slice(known);
            0
        }
    };
    let mut moments = scratch(gathered)?;
    let places = (Shared::new(moments.as_mut_ptr()), Shared::new(statistics.as_mut_ptr()));
    // SAFETY: the second pass writes every term.
    let y = unsafe {
        filled(length, |y| {
            run(&Forward { x, division, by, epsilon, write, moments: places.0, statistics: places.1, y }, division)
        })?
    };
    Ok((y, statistics))
}
