//! The gradients of weight and bias that lie along the terms: `dbias = sum of dy` and `dweight = sum of dy z` over the
//! rows, z as forward. Row r goes to partial r mod 16; lanes are terms.

use super::rows::Rows;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, room};
use crate::kernels::partials::{PARTIALS, join_by};
use crate::kernels::vector::{Float, Kernel, Vector, for_vectors};
use crate::parallel;

struct Columns<'a, T> {
    of: Rows<'a, T>,
    /// Centre, scale and shift of each row; missing for the bias.
    numbers: Option<&'a [[T; 3]]>,
    out: Shared<T>,
    start: usize,
    end: usize,
}

impl<T: Float> Columns<'_, T> {
    /// Adds the first rows of those from `first` on to their partials. A known number of rows lets the partials stay in
    /// registers.
    ///
    /// # Safety
    /// There must be these rows, and lanes from term i on.
    #[inline(always)]
    unsafe fn add<V: Vector<Element = T>>(
        &self,
        partials: &mut [V; PARTIALS],
        rows: usize,
        first: usize,
        i: usize,
        count: usize,
    ) {
        for partial in 0..rows {
            let row = first + partial;
            let at = row * self.of.weight.len() + i;
            // SAFETY: the caller's promise.
            let (x, dy) = unsafe { (self.of.x.as_ptr().add(at), V::load_up_to(self.of.dy.as_ptr().add(at), count)) };
            partials[partial] = match self.numbers {
                None => partials[partial].add(dy),
                Some(numbers) => {
                    let [centre, scale, shift] = numbers[row];
                    // SAFETY: the caller's promise.
                    let u = unsafe { V::load_up_to(x, count) }.sub(V::splat(centre));
                    dy.fma(u.fma(V::splat(scale), V::splat(shift)), partials[partial])
                }
            };
        }
    }
}

impl<T: Float> Kernel<T> for Columns<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let sets = self.of.sets();
        let whole = sets - sets % PARTIALS;
        for_vectors!(V, self.start..self.end, |i, count| {
            let mut partials = [V::zero(); PARTIALS];
            // SAFETY: the lanes lie within the rows, and each term is written once.
            unsafe {
                for first in (0..whole).step_by(PARTIALS) {
                    self.add(&mut partials, PARTIALS, first, i, count);
                }
                self.add(&mut partials, sets - whole, whole, i, count);
                join_by(partials, V::add).store_up_to(self.out.at(i), count);
            }
        });
    }
}

/// The gradient of the weight, or of the bias.
pub fn backward<T: Float>(of: Rows<T>, for_weight: bool) -> Result<Vec<T>> {
    let (sets, terms) = (of.sets(), of.weight.len());
    let mut numbers = room(if for_weight { sets } else { 0 })?;
    if for_weight {
        numbers.extend((0..sets).map(|set| {
            let centre = of.centre(set);
            let (scale, shift) = centre.scale_and_shift();
            [centre.centre, scale, shift]
        }));
    }
    let numbers = for_weight.then_some(&numbers[..]);
    let grain = (parallel::WORTH_A_THREAD / sets.max(1)).max(1);
    // SAFETY: the ranges cover all terms.
    unsafe {
        filled(terms, |out| {
            parallel::for_ranges(terms, grain, |start, end| T::dispatch(Columns { of, numbers, out, start, end }));
        })
    }
}
