//! Sums and maxima over one dimension of `[outer, terms, inner]`.
//!
//! A sum has sixteen partials: term j goes to partial j mod 16, each partial is one chain in ascending
//! order, and the partials are joined by a fixed tree ([`partials::join`]).

use super::buffer::{Shared, filled};
use super::partials::{self, PARTIALS, join_by};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// A tensor seen as `[outer, terms, inner]`: the middle is what is reduced.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub outer: usize,
    pub terms: usize,
    pub inner: usize,
}

impl Extent {
    /// How many of the outer positions are worth a thread.
    fn grain(&self) -> usize {
        (parallel::WORTH_A_THREAD / (self.terms * self.inner).max(1)).max(1)
    }
}

/// A new vector that `fill(outer, out)` writes, one outer position at a time.
///
/// # Errors
/// Where the memory cannot be had.
///
/// # Safety
/// `fill` must write all `length` elements.
pub unsafe fn filled_by_outer<T: Copy + Send>(
    length: usize,
    extent: Extent,
    fill: impl Fn(usize, Shared<T>) + Sync,
) -> Result<Vec<T>> {
    let divide = |out| {
        parallel::for_ranges(extent.outer, extent.grain(), |start, end| (start..end).for_each(|outer| fill(outer, out)));
    };
    // SAFETY: the caller's promise.
    unsafe { filled(length, divide) }
}

#[derive(Clone, Copy)]
struct Sums<'a, T> {
    x: &'a [T],
    extent: Extent,
    out: Shared<T>,
    outer: usize,
}

impl<T: Float> Kernel<T> for Sums<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Extent { terms, inner, .. } = self.extent;
        // SAFETY: all indices are below outer * terms * inner.
        unsafe {
            let x = self.x.as_ptr().add(self.outer * terms * inner);
            if inner == 1 {
                *self.out.at(self.outer) = partials::sum(terms, |total: V, j| total.add(V::load_up_to(x.add(j), terms - j)));
                return;
            }
            let mut i = 0;
            while i < inner {
                let mut partials = [V::zero(); PARTIALS];
                for j in 0..terms {
                    partials[j % PARTIALS] = partials[j % PARTIALS].add(V::load_up_to(x.add(j * inner + i), inner - i));
                }
                join_by(partials, V::add).store_up_to(self.out.at(self.outer * inner + i), inner - i);
                i += V::LANES;
            }
        }
    }
}

/// `[outer, terms, inner] -> [outer, inner]`.
pub fn sum<T: Float>(x: &[T], extent: Extent) -> Result<Vec<T>> {
    // SAFETY: each (outer, inner) is written once.
    unsafe { filled_by_outer(extent.outer * extent.inner, extent, |outer, out| T::dispatch(Sums { x, extent, out, outer })) }
}

/// Whether a new term takes the place of the best so far: the first of equals stays, and NaN wins.
#[inline(always)]
fn better<T: Float>(new: T, best: T, smallest: bool) -> bool {
    let ahead = if smallest { new < best } else { new > best };
    ahead || (new.partial_cmp(&new).is_none() && best.partial_cmp(&best).is_some())
}

/// The largest (or smallest) terms and their places, `[outer, inner]` each.
pub fn extreme<T: Float>(x: &[T], extent: Extent, smallest: bool) -> (Vec<T>, Vec<u32>) {
    let Extent { outer, terms, inner } = extent;
    let mut values = Vec::with_capacity(outer * inner);
    let mut places = Vec::with_capacity(outer * inner);
    for result in 0..outer * inner {
        let (o, i) = (result / inner, result % inner);
        let at = |j: usize| x[(o * terms + j) * inner + i];
        let place = (1..terms).fold(0, |best, j| if better(at(j), at(best), smallest) { j } else { best });
        values.push(at(place));
        places.push(place as u32);
    }
    (values, places)
}
