use super::{Chance, assert_bits};
use crate::kernels::copy::Transpose;
use crate::kernels::vector::{Float, Kernel, Vector};

/// What the partial loads read and the partial stores leave, for every count.
struct Partial<'a>(&'a [f32]);

impl Kernel<f32> for Partial<'_> {
    type Output = Vec<f32>;
    #[inline(always)]
    fn run<V: Vector<Element = f32>>(self) -> Vec<f32> {
        let mut out = vec![-1.0; 17 * 17];
        for count in 0..=16 {
            let mut done = 0;
            while done < count {
                // SAFETY: `count` elements of each are there.
                unsafe {
                    let lanes = V::load_up_to(self.0.as_ptr().add(done), count - done);
                    lanes.store_up_to(out.as_mut_ptr().add(17 * count + done), count - done);
                }
                done += V::LANES;
            }
        }
        out
    }
}

#[test]
fn partial_loads_and_stores_touch_only_their_lanes() {
    let numbers = Chance::of(0).numbers(16);
    let mut expected = vec![-1.0; 17 * 17];
    for count in 0..=16 {
        expected[17 * count..17 * count + count].copy_from_slice(&numbers[..count]);
    }
    assert_bits("partial vectors", &expected, || f32::dispatch(Partial(&numbers)));
}

/// Sixteen elements from `position` on.
struct Within<'a> {
    row: &'a [f32],
    position: isize,
}

impl Kernel<f32> for Within<'_> {
    type Output = Vec<f32>;
    #[inline(always)]
    fn run<V: Vector<Element = f32>>(self) -> Vec<f32> {
        let mut out = vec![-1.0; 16];
        for part in (0..16).step_by(V::LANES) {
            // SAFETY: the row has its length, and `out` sixteen elements.
            unsafe {
                let lanes = V::load_within(self.row.as_ptr(), self.position + part as isize, self.row.len());
                lanes.store(out.as_mut_ptr().add(part));
            }
        }
        out
    }
}

#[test]
fn loads_within_a_row_give_zeros_outside_it() {
    for length in 0..40 {
        let row = Chance::of(length).numbers(length as usize);
        for position in -20..60isize {
            let element = |place: isize| usize::try_from(place).ok().and_then(|place| row.get(place)).copied().unwrap_or(0.0);
            let expected: Vec<f32> = (position..position + 16).map(element).collect();
            assert_bits((length, position), &expected, || f32::dispatch(Within { row: &row, position }));
        }
    }
}

#[test]
fn blocks_are_transposed_and_nothing_beside_them_is_touched() {
    for case in 0..300 {
        let mut chance = Chance::of(case);
        let (rows, columns) = (chance.pick(0, 40), chance.pick(0, 40));
        let step = rows.max(columns) + chance.pick(0, 3);
        let numbers = chance.numbers(step * step);
        let mut expected = vec![-1.0; numbers.len()];
        for row in 0..rows {
            for column in 0..columns {
                expected[column * step + row] = numbers[row * step + column];
            }
        }
        assert_bits((rows, columns, step), &expected, || {
            let mut out = vec![-1.0; numbers.len()];
            let (from, to) = (numbers.as_ptr(), out.as_mut_ptr());
            f32::dispatch(Transpose { from, from_step: step, rows, columns, to, to_step: step });
            out
        });
    }
}
