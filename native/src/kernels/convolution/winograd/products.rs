//! The products, place by place: the only sums of the convolution.

use crate::kernels::tile::{add_term, load, tile_channels, with_constant};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch, prefetch_to_write};

/// The sums over the source channels, of each place and each channel of a block.
pub(super) struct Products<'a, T> {
    pub(super) places: usize,
    pub(super) from_channels: usize,
    pub(super) to_channels: usize,
    pub(super) vectors: usize,
    pub(super) kernels: *const T,
    pub(super) patches: *const T,
    pub(super) products: *mut T,
    /// What is read soon, of all source channels.
    pub(super) read: Hints<'a, T>,
    /// What is written soon, of the block's channels.
    pub(super) written: Hints<'a, T>,
}

/// Memory that comes into the cache meanwhile, a vector for each of the vectors at work: some places of each channel.
#[derive(Clone, Copy)]
pub(super) struct Hints<'a, T> {
    /// The places in the first channel.
    pub(super) places: &'a [*const T],
    pub(super) channel_step: usize,
}

impl<T: Float> Kernel<T> for Products<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: `Piece` gives the block's kernels, patches of all channels and room for the products.
        unsafe {
            with_constant!(W = self.vectors, [1; 2], {
                with_constant!(C = self.to_channels, [1 2 3 4 5 6 7 8 9 10 11; 12], self.sums::<V, C, W>())
            });
        }
    }
}

impl<T: Float> Products<'_, T> {
    /// # Safety
    /// `kernels` must be valid for C numbers of every place and source channel, `patches` for W vectors of every source
    /// channel and place, and `products` for W vectors of C channels and every place.
    #[inline(always)]
    unsafe fn sums<V: Vector<Element = T>, const C: usize, const W: usize>(self) {
        if C > tile_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let places = self.places;
        let mut weight = self.kernels;
        // SAFETY: the caller's promise.
        unsafe {
            for place in 0..places {
                let mut from = self.patches.add(place * W * V::LANES);
                let mut sums = [[V::zero(); W]; C];
                let mut read = self.read.places.get(place).copied();
                let mut written = self.written.places.get(place).copied();
                for channel in 0..self.from_channels {
                    if let Some(at) = &mut read {
                        for w in 0..W {
                            prefetch(at.wrapping_add(w * V::LANES));
                        }
                        *at = at.wrapping_add(self.read.channel_step);
                    }
                    if let Some(at) = written.as_mut().filter(|_| channel < C) {
                        for w in 0..W {
                            prefetch_to_write(at.wrapping_add(w * V::LANES));
                        }
                        *at = at.wrapping_add(self.written.channel_step);
                    }
                    add_term(&mut sums, weight, 1, load(from));
                    weight = weight.add(C);
                    from = from.add(places * W * V::LANES);
                }
                for c in 0..C {
                    for w in 0..W {
                        sums[c][w].store(self.products.add(((c * places + place) * W + w) * V::LANES));
                    }
                }
            }
        }
    }
}
