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

impl<T: Float> Kernel<T> for Columns<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let (sets, terms) = (self.of.sets(), self.of.weight.len());
        for_vectors!(V, self.start..self.end, |i, count| {
            let mut partials = [V::zero(); PARTIALS];
            for first in (0..sets).step_by(PARTIALS) {
                let here = PARTIALS.min(sets - first);
                let mut add = |partial: usize| {
                    let at = (first + partial) * terms + i;
                    // SAFETY: the lanes lie within the row.
                    let dy = unsafe { V::load_up_to(self.of.dy.as_ptr().add(at), count) };
                    partials[partial] = match self.numbers {
                        None => partials[partial].add(dy),
                        Some(numbers) => {
                            let [centre, scale, shift] = numbers[first + partial].map(V::splat);
                            // SAFETY: as above.
                            let x = unsafe { V::load_up_to(self.of.x.as_ptr().add(at), count) };
                            dy.fma(x.sub(centre).fma(scale, shift), partials[partial])
                        }
                    };
                };
                // A known number of rows lets the partials stay in registers.
                if here == PARTIALS { (0..PARTIALS).for_each(&mut add) } else { (0..here).for_each(&mut add) }
            }
            // SAFETY: each term is written once.
            unsafe { join_by(partials, V::add).store_up_to(self.out.at(i), count) };
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
