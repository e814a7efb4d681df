//! A function of a result's elements, in their place.

use std::ops::Range;

use super::Follow;
use crate::kernels::buffer::Shared;
use crate::kernels::pointwise::{Pointwise, apply};
use crate::kernels::vector::Float;

/// `y = f(y)`.
pub struct InPlace<F>(pub F);

/// Elements that are read and written in the nearest cache.
const UNIT: usize = if cfg!(test) { 40 } else { 1024 };

impl<T: Float, F: Pointwise<T, 1>> Follow<T> for InPlace<F> {
    fn unit(&self) -> usize {
        UNIT
    }
    unsafe fn make(&self, y: Shared<T>, terms: usize, _: usize, units: Range<usize>) {
        let range = units.start * UNIT..(units.end * UNIT).min(terms);
        // SAFETY: the caller's promise.
        unsafe {
            let y = y.at(range.start);
            apply(self.0, y, y, range.len());
        }
    }
}
