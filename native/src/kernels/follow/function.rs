//! A function of a result's elements.

use std::ops::Range;

use super::Follow;
use crate::error::Result;
use crate::kernels::buffer::{Shared, room};
use crate::kernels::pointwise::{Pointwise, apply};
use crate::kernels::vector::Float;

/// `f(y)`, which takes the place of y or has a place of its own.
struct Function<T, F> {
    function: F,
    values: Option<Shared<T>>,
}

/// Elements that are read and written in the nearest cache.
const UNIT: usize = if cfg!(test) { 40 } else { 1024 };

impl<T: Float, F: Pointwise<T, 1>> Follow<T> for Function<T, F> {
    fn unit(&self) -> usize {
        UNIT
    }
    unsafe fn make(&self, y: Shared<T>, terms: usize, channel: usize, units: Range<usize>) {
        let range = units.start * UNIT..(units.end * UNIT).min(terms);
        // SAFETY: the caller's promise; a place of its own is as long as the result.
        unsafe {
            let values = self.values.map_or(y, |values| Shared::new(values.at(channel * terms)));
            apply(self.function, y.at(range.start), values.at(range.start), range.len());
        }
    }
}

/// What `store`, which follows its result, gives, where it is to be kept, and the function's values.
pub fn with_values<T: Float, F: Pointwise<T, 1>>(
    function: F,
    keeps: bool,
    length: usize,
    store: impl FnOnce(&dyn Follow<T>) -> Result<Vec<T>>,
) -> Result<(Option<Vec<T>>, Vec<T>)> {
    if !keeps {
        return Ok((None, store(&Function { function, values: None })?));
    }
    let mut values = room(length)?;
    let y = store(&Function { function, values: Some(Shared::new(values.as_mut_ptr())) })?;
    // SAFETY: there is room, and each number of the result was followed.
    unsafe { values.set_len(y.len()) };
    Ok((Some(y), values))
}
