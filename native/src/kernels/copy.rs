//! Rearranging elements: strided copies, and the transposition between images-outermost and images-innermost.

use super::buffer::{Shared, filled, room};
use super::rows::{Part, Rows};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

const TILE: usize = 16;

/// `to[column * to_step + row] = from[row * from_step + column]`; both must be valid for all rows and columns.
pub struct Transpose<T> {
    pub from: *const T,
    pub from_step: usize,
    pub rows: usize,
    pub columns: usize,
    pub to: *mut T,
    pub to_step: usize,
}

impl<T> Transpose<T> {
    fn cast<To>(self) -> Transpose<To> {
        let Self { from, from_step, rows, columns, to, to_step } = self;
        Transpose { from: from.cast(), from_step, rows, columns, to: to.cast(), to_step }
    }
}

impl<T: Float> Kernel<T> for Transpose<T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { from, from_step, rows, columns, to, to_step } = self;
        let whole = |length: usize| length / V::SIDE * V::SIDE;
        // SAFETY: rows and columns are all below their numbers.
        unsafe {
            // Blocks of whole cache lines, of x and of the result.
            for left in (0..whole(columns)).step_by(TILE) {
                for top in (0..whole(rows)).step_by(TILE) {
                    for left in (left..whole(columns).min(left + TILE)).step_by(V::SIDE) {
                        for top in (top..whole(rows).min(top + TILE)).step_by(V::SIDE) {
                            V::transpose(from.add(top * from_step + left), from_step, to.add(left * to_step + top), to_step);
                        }
                    }
                }
            }
            for row in 0..rows {
                for column in if row < whole(rows) { whole(columns) } else { 0 }..columns {
                    *to.add(column * to_step + row) = *from.add(row * from_step + column);
                }
            }
        }
    }
}

/// `out[column * rows + row] = x[row * columns + column]`.
pub fn transpose<T: Copy + Send + Sync>(x: &[T], rows: usize, columns: usize) -> Result<Vec<T>> {
    // SAFETY: the ranges cover all columns, and x has rows * columns elements. Elements are only moved: an element of
    // the size of a float may pass for a float.
    unsafe {
        filled(x.len(), |out: Shared<T>| {
            let tiles = columns.div_ceil(TILE);
            let grain = (parallel::WORTH_A_THREAD / (TILE * rows.max(1))).max(1);
            parallel::for_ranges(tiles, grain, |start, end| {
                let (first, last) = (start * TILE, (end * TILE).min(columns));
                let (from, to) = (x.as_ptr().add(first), out.at(first * rows));
                let part = Transpose { from, from_step: columns, rows, columns: last - first, to, to_step: rows };
                match size_of::<T>() {
                    4 => f32::dispatch(part.cast()),
                    8 => f64::dispatch(part.cast()),
                    _ => {
                        for column in first..last {
                            for row in 0..rows {
                                *out.at(column * rows + row) = *x.get_unchecked(row * columns + column);
                            }
                        }
                    }
                }
            });
        })
    }
}

/// Calls `row` with the place of the first element of each innermost row of a strided view, in row-major order.
fn for_rows(start: usize, shape: &[usize], strides: &[usize], mut row: impl FnMut(usize)) {
    let outer = &shape[..shape.len().saturating_sub(1)];
    let mut index = vec![0; outer.len()];
    let mut offset = start;
    loop {
        row(offset);
        let mut dimension = outer.len();
        loop {
            if dimension == 0 {
                return;
            }
            dimension -= 1;
            index[dimension] += 1;
            offset += strides[dimension];
            if index[dimension] < outer[dimension] {
                break;
            }
            offset -= strides[dimension] * index[dimension];
            index[dimension] = 0;
        }
    }
}

/// The elements of a strided view (a stride of 0 repeats) in row-major order.
pub fn gather_strided<T: Copy + Send + Sync>(x: &[T], start: usize, shape: &[usize], strides: &[usize]) -> Result<Vec<T>> {
    let dimensions = shape.iter().zip(strides).rev();
    if let Some(rows) = Rows::of(dimensions.map(|(&size, &stride)| (size, [stride]))) {
        return gather_rows(&x[start.min(x.len())..], &rows);
    }
    let mut out = room(shape.iter().product())?;
    if out.capacity() == 0 {
        return Ok(out);
    }
    let (inner, step) = (shape.last().copied().unwrap_or(1), strides.last().copied().unwrap_or(1));
    for_rows(start, shape, strides, |offset| out.extend((0..inner).map(|i| x[offset + i * step])));
    Ok(out)
}

/// As [`gather_strided`], for a view whose rows are stretches of memory or one element repeated.
fn gather_rows<T: Copy + Send + Sync>(x: &[T], rows: &Rows<1>) -> Result<Vec<T>> {
    let x = &x[..rows.reach()[0]];
    // SAFETY: the ranges cover all elements.
    unsafe {
        filled(rows.length, |out: Shared<T>| {
            parallel::for_ranges(rows.length, parallel::WORTH_A_THREAD, |start, end| {
                for Part { at, places: [place], count } in rows.parts(start, end) {
                    if rows.steps == [1] {
                        std::ptr::copy_nonoverlapping(x.as_ptr().add(place), out.at(at), count);
                    } else {
                        (0..count).for_each(|i| *out.at(at + i) = x[place]);
                    }
                }
            });
        })
    }
}

/// Writes elements in row-major order into a strided view.
///
/// # Safety
/// The view must lie within the memory at `to`, and hold as many elements as `x`.
pub unsafe fn scatter_strided<T: Copy>(x: &[T], to: *mut T, start: usize, shape: &[usize], strides: &[usize]) {
    let (inner, step) = (shape.last().copied().unwrap_or(1), strides.last().copied().unwrap_or(1));
    let mut rows = x.chunks_exact(inner.max(1));
    for_rows(start, shape, strides, |offset| {
        for (i, &element) in rows.next().unwrap_or_default().iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { *to.add(offset + i * step) = element };
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transpose_swaps_rows_and_columns() {
        for (rows, columns) in [(1, 1), (3, 50), (17, 33), (32, 784)] {
            let x: Vec<u32> = (0..rows * columns).map(|i| i as u32).collect();
            let y = transpose(&x, rows, columns).unwrap();
            for row in 0..rows {
                for column in 0..columns {
                    assert_eq!(y[column * rows + row], x[row * columns + column]);
                }
            }
        }
    }

    #[test]
    fn strided_views_are_read_in_row_major_order() {
        let x: Vec<u8> = (0..24).collect();
        assert_eq!(gather_strided(&x, 1, &[2, 3], &[12, 4]).unwrap(), [1, 5, 9, 13, 17, 21]);
        assert_eq!(gather_strided(&x, 0, &[2, 2], &[0, 1]).unwrap(), [0, 1, 0, 1]);
        assert_eq!(gather_strided(&x, 7, &[], &[]).unwrap(), [7]);
        assert!(gather_strided(&x, 0, &[0, 3], &[3, 1]).unwrap().is_empty());
    }

    #[test]
    fn what_is_scattered_into_a_view_is_gathered_from_it_and_nothing_else_is_written() {
        for (start, shape, strides) in [(1, vec![2, 3], vec![12, 4]), (0, vec![3, 2, 2], vec![1, 8, 4]), (7, vec![], vec![])] {
            let mut memory = [0u8; 24];
            let x: Vec<u8> = (1..=shape.iter().product::<usize>() as u8).collect();
            // SAFETY: the views lie within the array.
            unsafe { scatter_strided(&x, memory.as_mut_ptr(), start, &shape, &strides) };
            assert_eq!(gather_strided(&memory, start, &shape, &strides).unwrap(), x);
            assert_eq!(memory.iter().filter(|&&element| element != 0).count(), x.len());
        }
    }
}
