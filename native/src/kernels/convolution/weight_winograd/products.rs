//! The products of one block at one place: the only sums of the gradient.

use crate::kernels::tile::{add_term, channel_block, load, tile_channels, with_constant};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch};

/// What the next block reads, which comes into the cache while this block's products are summed: a vector for each term
/// that is added.
pub(super) struct ReadAhead<T> {
    /// The last run comes first.
    pub(super) runs: Vec<Run<T>>,
}

/// At least one vector, the same place of each channel.
pub(super) struct Run<T> {
    pub(super) at: *const T,
    /// How far the next channel is.
    pub(super) step: usize,
    pub(super) left: usize,
}

impl<T> ReadAhead<T> {
    #[inline(always)]
    fn fetch(&mut self) {
        if let Some(Run { at, step, left }) = self.runs.last_mut() {
            prefetch(*at);
            *at = at.wrapping_add(*step);
            *left -= 1;
            if *left == 0 {
                self.runs.pop();
            }
        }
    }
}

/// `sums[o, i] += sum over terms of dy[o, term] x[term, i]`; input channels are whole vectors.
pub(super) struct Products<'a, T> {
    pub(super) terms: usize,
    pub(super) x: *const T,
    pub(super) dy: *const T,
    /// How far the same term of the next output channel is.
    pub(super) dy_step: usize,
    pub(super) sums: *mut T,
    pub(super) in_channels: usize,
    pub(super) out_channels: usize,
    /// Whether the block is the first, whose sums are added to +0.
    pub(super) begins: bool,
    pub(super) ahead: &'a mut ReadAhead<T>,
}

impl<T: Float> Kernel<T> for Products<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(mut self) {
        let blocks = self.out_channels.div_ceil(tile_channels::<V>());
        for lane in (0..self.in_channels).step_by(2 * V::LANES) {
            for block in 0..blocks {
                let (first, last) = channel_block(self.out_channels, block, blocks);
                // SAFETY: `Task` gives x, dy and sums with these channels.
                unsafe {
                    with_constant!(W = (self.in_channels - lane) / V::LANES, [1; 2], {
                        with_constant!(R = last - first, [1 2 3 4 5 6 7 8 9 10 11; 12], self.tile::<V, R, W>(first, lane))
                    });
                }
            }
        }
    }
}

impl<T: Float> Products<'_, T> {
    /// # Safety
    /// All must be valid for R output channels from `first` on and W vectors from `lane` on.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const R: usize, const W: usize>(&mut self, first: usize, lane: usize) {
        if R > tile_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        // SAFETY: the caller's promise.
        unsafe {
            let (mut x, mut dy) = (self.x.add(lane), self.dy.add(first * self.dy_step));
            let mut sums = [[V::zero(); W]; R];
            for _ in 0..self.terms {
                self.ahead.fetch();
                add_term(&mut sums, dy, self.dy_step, load(x));
                (x, dy) = (x.wrapping_add(self.in_channels), dy.wrapping_add(1));
            }
            for r in 0..R {
                for w in 0..W {
                    let to = self.sums.add((first + r) * self.in_channels + lane + w * V::LANES);
                    let before = if self.begins { V::zero() } else { V::load(to) };
                    before.add(sums[r][w]).store(to);
                }
            }
        }
    }
}
