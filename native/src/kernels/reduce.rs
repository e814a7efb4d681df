//! Sums and maxima over one dimension of `[outer, terms, inner]`.
//!
//! A sum has sixteen partials: term j goes to partial j mod 16, each partial is one chain in ascending
//! order, and the partials are joined by a fixed tree ([`partials::join`]).

use super::buffer::{Shared, filled};
use super::partials::{self, PARTIALS, join_by};
use super::pointwise::Pointwise;
use super::vector::{Float, Kernel, Vector, for_vectors};
use crate::error::Result;
use crate::{fail, parallel};

/// A tensor seen as `[outer, terms, inner]`, of which the terms are reduced.
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

/// Vectors of results that are summed side by side, so that whole stretches of memory are read.
const SIDE_BY_SIDE: usize = 8;

struct Sums<'a, T, F, const N: usize> {
    term: F,
    inputs: [&'a [T]; N],
    extent: Extent,
    out: Shared<T>,
    /// The results `start..end` of `[outer, inner]`.
    start: usize,
    end: usize,
}

impl<T: Float, F: Pointwise<T, N>, const N: usize> Sums<'_, T, F, N> {
    /// The terms from place `at` of the inputs on.
    ///
    /// # Safety
    /// `at` must lie within the inputs, and `left` elements from it on.
    #[inline(always)]
    unsafe fn terms<V: Vector<Element = T>>(&self, at: usize, left: usize) -> V {
        let mut x = [V::zero(); N];
        for n in 0..N {
            // SAFETY: the caller's promise.
            x[n] = unsafe { V::load_up_to(self.inputs[n].as_ptr().add(at), left) };
        }
        self.term.apply(x)
    }

    /// The results `place..place + lanes`, at most [`SIDE_BY_SIDE`] vectors of one outer position.
    #[inline(always)]
    fn columns<V: Vector<Element = T>>(&self, place: usize, lanes: usize) {
        let Extent { terms, inner, .. } = self.extent;
        let first = place / inner * terms * inner + place % inner;
        let mut partials = [[V::zero(); SIDE_BY_SIDE]; PARTIALS];
        for j in 0..terms {
            let sums = &mut partials[j % PARTIALS];
            for_vectors!(V, 0..lanes, |i, left| {
                // SAFETY: all places are below outer * terms * inner.
                let term = unsafe { self.terms::<V>(first + j * inner + i, left) };
                sums[i / V::LANES] = sums[i / V::LANES].add(term);
            });
        }
        for_vectors!(V, 0..lanes, |i, left| {
            let mut column = [V::zero(); PARTIALS];
            for p in 0..PARTIALS {
                column[p] = partials[p][i / V::LANES];
            }
            // SAFETY: the results are within the output.
            unsafe { join_by(column, V::add).store_up_to(self.out.at(place + i), left) };
        });
    }
}

impl<T: Float, F: Pointwise<T, N>, const N: usize> Kernel<T> for Sums<'_, T, F, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Extent { terms, inner, .. } = self.extent;
        let mut place = self.start;
        while place < self.end {
            if inner == 1 {
                // SAFETY: all places are below outer * terms.
                unsafe {
                    let term = |j| self.terms::<V>(place * terms + j, terms - j);
                    *self.out.at(place) = partials::sum(terms, |total: V, j| total.add(term(j)));
                }
                place += 1;
            } else {
                let lanes = (SIDE_BY_SIDE * V::LANES).min(inner - place % inner).min(self.end - place);
                self.columns::<V>(place, lanes);
                place += lanes;
            }
        }
    }
}

/// The terms `start..end` of `[terms, inner]`, added to the partials `[PARTIALS, width]`. The width is a multiple of every
/// vector's: what is stored a part of cannot be loaded again at once.
struct Carried<'a, T, F, const N: usize> {
    sums: Sums<'a, T, F, N>,
    width: usize,
    partials: Shared<T>,
}

impl<T: Float, F: Pointwise<T, N>, const N: usize> Kernel<T> for Carried<'_, T, F, N> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Extent { terms, inner, .. } = self.sums.extent;
        for j in self.sums.start..self.sums.end {
            let row = j % PARTIALS * self.width;
            for_vectors!(V, 0..inner, |i, left| {
                // SAFETY: the row lies within the inputs, and the partials are this thread's in its turn.
                unsafe {
                    let place = self.partials.at(row + i);
                    let term = self.sums.terms::<V>(j * inner + i, left);
                    V::load(place).add(term).store(place);
                }
            });
        }
        if self.sums.end == terms {
            for_vectors!(V, 0..inner, |i, left| {
                let mut column = [V::zero(); PARTIALS];
                for p in 0..PARTIALS {
                    // SAFETY: as above; the results are within the output.
                    column[p] = unsafe { V::load(self.partials.at(p * self.width + i)) };
                }
                // SAFETY: as above.
                unsafe { join_by(column, V::add).store_up_to(self.sums.out.at(i), left) };
            });
        }
    }
}

/// The most threads that take turns: with more it pays to fetch what the others wrote.
const TURNS: usize = 4;

/// The sums of `term(inputs...)`, `[outer, terms, inner] -> [outer, inner]`.
///
/// # Errors
/// Where the memory cannot be had.
pub fn sum<T: Float, F: Pointwise<T, N>, const N: usize>(term: F, inputs: [&[T]; N], extent: Extent) -> Result<Vec<T>> {
    let Extent { outer, terms, inner } = extent;
    if inputs.iter().any(|input| input.len() != outer * terms * inner) {
        fail!("Internal error: a sum's input has another size than its extent {extent:?}");
    }
    // Results that lie side by side in every row: each thread would read a part of all rows, half of which the others
    // have in their caches, line by line. Taking turns, each reads the rows that it wrote.
    let length = terms * inner;
    let takes_turns = (2..=TURNS).contains(&parallel::threads()) && length >= 2 * parallel::WORTH_A_THREAD;
    let width = inner.next_multiple_of(PARTIALS);
    if takes_turns && outer == 1 && inner > 1 && PARTIALS * width < parallel::WORTH_A_THREAD {
        let mut partials = vec![T::ZERO; PARTIALS * width];
        let partials = Shared::new(partials.as_mut_ptr());
        // SAFETY: the last turn writes all results.
        return unsafe {
            filled(inner, |out| {
                parallel::in_turn(terms, |start, end| {
                    let sums = Sums { term, inputs, extent, out, start, end };
                    T::dispatch(Carried { sums, width, partials });
                });
            })
        };
    }
    // SAFETY: the ranges cover all results.
    unsafe {
        filled(outer * inner, |out| {
            parallel::for_ranges(outer * inner, (parallel::WORTH_A_THREAD / terms.max(1)).max(1), |start, end| {
                T::dispatch(Sums { term, inputs, extent, out, start, end });
            });
        })
    }
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
