//! Weight and bias along the terms (layer norm, RMS norm): a set is a row `[terms]`.
//!
//! With z = fma(x - centre, 1 / deviation, -rest / deviation): `y = fma(z, weight, bias)`. RMS norm's mean is 0; it has no
//! bias.
//!
//! With d = dy weight and u = x - centre a row's sums A of d and B' of d u are sixteen partials in each block, blocks
//! added in ascending order in f64; `B = (B' - rest A) / deviation`, the sum of d z. For n terms
//! `dx = fma(u, k, fma(d, 1 / deviation, c))`, where `k = -B / (n deviation^2)` and `c = -A / (n deviation) - rest k`;
//! RMS norm's c is 0.

use std::ops::Range;

use super::forward::Write;
use super::moments::{BLOCK, Centre, Statistics};
use super::passes::{Division, Passes, run, scratch};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::partials::{Terms, sums};
use crate::kernels::vector::{Float, Vector, for_vectors};

#[derive(Clone, Copy)]
pub struct RowAffine<'a, T> {
    pub weight: &'a [T],
    pub bias: Option<&'a [T]>,
}

impl<T: Float> Centre<T> {
    /// `1 / deviation` and `-rest / deviation`.
    pub(super) fn scale_and_shift(self) -> (T, T) {
        (T::of(self.inverse), T::of(-self.rest * self.inverse))
    }
    /// k and c of a set's dx, by the sums A and B'.
    #[inline(always)]
    pub(super) fn pull(self, [plain, product]: [f64; 2], terms: usize, about_zero: bool) -> [f64; 2] {
        let (count, Self { rest, inverse, .. }) = (terms as f64, self);
        let k = -((product - rest * plain) * inverse) / count * inverse * inverse;
        [k, if about_zero { 0.0 } else { -plain / count * inverse - rest * k }]
    }
}

impl<T: Float> Write<T> for RowAffine<'_, T> {
    #[inline(always)]
    unsafe fn write<V: Vector<Element = T>>(&self, _: usize, terms: Range<usize>, centre: Centre<T>, x: *const T, y: *mut T) {
        let (scale, shift) = centre.scale_and_shift();
        let (middle, scale, shift) = (V::splat(centre.centre), V::splat(scale), V::splat(shift));
        for_vectors!(V, terms, |i, count| {
            // SAFETY: the caller's promise; weight and bias are as long as a row.
            unsafe {
                let z = V::load_up_to(x.add(i), count).sub(middle).fma(scale, shift);
                let weight = V::load_up_to(self.weight.as_ptr().add(i), count);
                let y_of_z = match self.bias {
                    Some(bias) => z.fma(weight, V::load_up_to(bias.as_ptr().add(i), count)),
                    None => z.mul(weight),
                };
                y_of_z.store_up_to(y.add(i), count);
            }
        });
    }
}

/// What the gradients are computed from: `x` and `dy` `[sets, terms]`, means and variances `[2, sets]`.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub weight: &'a [T],
    pub x: &'a [T],
    pub dy: &'a [T],
    pub statistics: &'a [f64],
    pub about_zero: bool,
    pub epsilon: f64,
}

impl<T: Float> Rows<'_, T> {
    pub(super) fn sets(&self) -> usize {
        self.statistics.len() / 2
    }
    pub(super) fn centre(&self, set: usize) -> Centre<T> {
        Statistics { mean: self.statistics[set], variance: self.statistics[self.sets() + set] }.centre(self.epsilon)
    }
}

/// d and d (x - centre).
struct Products<V: Vector> {
    x: *const V::Element,
    dy: *const V::Element,
    weight: *const V::Element,
    centre: V,
}

impl<V: Vector> Terms<V, 2> for Products<V> {
    #[inline(always)]
    unsafe fn add(&self, [plain, product]: [V; 2], _: usize, j: usize, left: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe {
            let d = V::load_up_to(self.dy.add(j), left).mul(V::load_up_to(self.weight.add(j), left));
            [plain.add(d), d.fma(V::load_up_to(self.x.add(j), left).sub(self.centre), product)]
        }
    }
}

struct Sums<'a, T> {
    of: Rows<'a, T>,
    division: Division,
    blocks: Shared<[f64; 2]>,
    sets: Shared<[f64; 2]>,
    dx: Shared<T>,
}

impl<T: Float> Passes<T> for Sums<'_, T> {
    #[inline(always)]
    fn gather<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        let Division { units: of_set, terms, .. } = self.division;
        let centre = V::splat(self.of.centre(set).centre);
        for unit in units {
            let start = unit * BLOCK;
            // SAFETY: the block lies within the row, and its sums are this thread's.
            unsafe {
                let (x, dy) = (self.of.x.as_ptr().add(set * terms + start), self.of.dy.as_ptr().add(set * terms + start));
                let products = Products { x, dy, weight: self.of.weight.as_ptr().add(start), centre };
                let [sums] = sums::<V, 1, 2>(BLOCK.min(terms - start), products);
                *self.blocks.at(set * of_set + unit) = sums.map(T::to_f64);
            }
        }
    }
    #[inline(always)]
    fn join(&self, set: usize) {
        let units = self.division.units;
        // SAFETY: every unit of the set was gathered, and the set's place is this thread's.
        unsafe {
            let blocks = std::slice::from_raw_parts(self.blocks.at(set * units), units);
            *self.sets.at(set) = blocks.iter().fold([0.0; 2], |total, sums| [0, 1].map(|sum| total[sum] + sums[sum]));
        }
    }
    #[inline(always)]
    fn write<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        let (terms, centre) = (self.division.terms, self.of.centre(set));
        // SAFETY: the set's sums were joined.
        let [k, c] = centre.pull(unsafe { *self.sets.at(set) }, terms, self.of.about_zero);
        let (k, c, inverse) = (V::constant(k), V::constant(c), V::constant(centre.inverse));
        let middle = V::splat(centre.centre);
        for_vectors!(V, units.start * BLOCK..(units.end * BLOCK).min(terms), |i, count| {
            // SAFETY: the terms lie within x, dy, dx and the weight.
            unsafe {
                let at = set * terms + i;
                let x = V::load_up_to(self.of.x.as_ptr().add(at), count);
                let dy = V::load_up_to(self.of.dy.as_ptr().add(at), count);
                let d = dy.mul(V::load_up_to(self.of.weight.as_ptr().add(i), count));
                x.sub(middle).fma(k, d.fma(inverse, c)).store_up_to(self.dx.at(set * terms + i), count);
            }
        });
    }
}

/// The gradient for x.
pub fn backward<T: Float>(of: Rows<T>) -> Result<Vec<T>> {
    let (sets, terms) = (of.sets(), of.weight.len());
    let division = Division { sets, units: terms.div_ceil(BLOCK), terms };
    let (mut blocks, mut joined) = (scratch(sets * division.units)?, scratch(sets)?);
    let places = (Shared::new(blocks.as_mut_ptr()), Shared::new(joined.as_mut_ptr()));
    // SAFETY: the second pass writes every term.
    unsafe { filled(of.x.len(), |dx| run(&Sums { of, division, blocks: places.0, sets: places.1, dx }, division)) }
}
