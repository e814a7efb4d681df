//! Rearranging elements: strided copies, and the transposition between images-outermost and images-innermost.

use super::buffer::filled;
use crate::error::Result;
use crate::{memory, parallel};

const TILE: usize = 16;

/// `out[column * rows + row] = x[row * columns + column]`.
pub fn transpose<T: Copy + Send + Sync>(x: &[T], rows: usize, columns: usize) -> Result<Vec<T>> {
    // SAFETY: the tiles cover all rows and columns, and x has rows * columns elements.
    unsafe {
        filled(x.len(), |out| {
            let tile_columns = columns.div_ceil(TILE);
            let grain = (parallel::WORTH_A_THREAD / (TILE * rows.max(1))).max(1);
            parallel::for_ranges(tile_columns, grain, |start, end| {
                for tile in start..end {
                    let last = ((tile + 1) * TILE).min(columns);
                    for top in (0..rows).step_by(TILE) {
                        for column in tile * TILE..last {
                            for row in top..(top + TILE).min(rows) {
                                *out.at(column * rows + row) = *x.get_unchecked(row * columns + column);
                            }
                        }
                    }
                }
            });
        })
    }
}

/// The elements of a strided view (a stride of 0 repeats) in row-major order.
pub fn gather_strided<T: Copy>(x: &[T], start: usize, shape: &[usize], strides: &[usize]) -> Result<Vec<T>> {
    let count: usize = shape.iter().product();
    memory::ensure(count, size_of::<T>())?;
    let mut out = Vec::new();
    out.try_reserve_exact(count).map_err(|_| crate::error::Error(format!("Out of memory: cannot hold {count} elements")))?;
    if count == 0 {
        return Ok(out);
    }
    let Some((&inner, outer)) = shape.split_last() else {
        out.push(x[start]);
        return Ok(out);
    };
    let step = strides[outer.len()];
    let mut index = vec![0; outer.len()];
    let mut offset = start;
    loop {
        if step == 1 {
            out.extend_from_slice(&x[offset..offset + inner]);
        } else {
            out.extend((0..inner).map(|i| x[offset + i * step]));
        }
        let mut dimension = outer.len();
        loop {
            if dimension == 0 {
                return Ok(out);
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
}
