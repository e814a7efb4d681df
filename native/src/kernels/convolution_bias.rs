//! The bias gradient of a 2-D convolution, images innermost.
//!
//! `db[o] = sum over (h, w, n) of dy[o, h, w, n]`
//!
//! Sixteen partial sums: within a row, term j = w N + n goes to partial j mod 16; each partial is one chain over
//! rows and then terms in ascending order. The partials are joined by a fixed tree ([`join`]).

use super::buffer::{Shared, filled};
use super::partials::{PARTIALS, join};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

#[derive(Clone, Copy)]
struct ChannelSums<'a, T> {
    dy: &'a [T],
    rows: usize,
    row_length: usize,
    channel: usize,
    out: Shared<T>,
}

impl<T: Float> Kernel<T> for ChannelSums<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let parts = PARTIALS / V::LANES;
        let mut totals = [V::zero(); PARTIALS / 4]; // as many as the narrowest vector needs
        let mut partials = [T::ZERO; PARTIALS];
        // SAFETY: rows and terms lie within dy, the channel within the output.
        unsafe {
            for row in 0..self.rows {
                let from = self.dy.as_ptr().add((self.channel * self.rows + row) * self.row_length);
                let whole = self.row_length - self.row_length % PARTIALS;
                for j in (0..whole).step_by(PARTIALS) {
                    for part in 0..parts {
                        totals[part] = totals[part].add(V::load(from.add(j + part * V::LANES)));
                    }
                }
                for part in 0..parts {
                    let j = whole + part * V::LANES;
                    if j < self.row_length {
                        totals[part] = totals[part].add(V::load_up_to(from.add(j), self.row_length - j));
                    }
                }
            }
            for part in 0..parts {
                totals[part].store(partials.as_mut_ptr().add(part * V::LANES));
            }
            *self.out.at(self.channel) = join(partials);
        }
    }
}

/// `dy [o, h', w', n] -> db [o]`, with `row_length` = w' n.
pub fn bias_gradient<T: Float>(dy: &[T], channels: usize, rows: usize, row_length: usize) -> Result<Vec<T>> {
    // An empty tensor's shape may name any number of rows.
    let rows = if row_length == 0 { 0 } else { rows };
    // SAFETY: each channel is written once.
    unsafe {
        filled(channels, |out| {
            let grain = (parallel::WORTH_A_THREAD / (rows * row_length).max(1)).max(1);
            let pieces = channels.div_ceil(grain);
            parallel::for_each(pieces, |piece| {
                for channel in piece * grain..((piece + 1) * grain).min(channels) {
                    T::dispatch(ChannelSums { dy, rows, row_length, channel, out });
                }
            });
        })
    }
}
