//! The products, place by place: the only sums of the convolution.

use super::transforms::PLACES;
use crate::kernels::tile::most_channels;
use crate::kernels::vector::{Float, Kernel, Vector};

/// The sums over the source channels, of each place and each channel of a block.
pub(super) struct Products<T> {
    pub(super) from_channels: usize,
    pub(super) to_channels: usize,
    pub(super) vectors: usize,
    pub(super) kernels: *const T,
    pub(super) patches: *const T,
    pub(super) products: *mut T,
}

impl<T: Float> Kernel<T> for Products<T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: whoever made it promises that everything is there.
        unsafe { if self.vectors == 1 { self.vectors::<V, 1>() } else { self.vectors::<V, 2>() } }
    }
}

impl<T: Float> Products<T> {
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(self) {
        // SAFETY: the caller's promise.
        unsafe {
            match self.to_channels {
                1 => self.places::<V, 1, W>(),
                2 => self.places::<V, 2, W>(),
                3 => self.places::<V, 3, W>(),
                4 => self.places::<V, 4, W>(),
                5 => self.places::<V, 5, W>(),
                6 => self.places::<V, 6, W>(),
                7 => self.places::<V, 7, W>(),
                8 => self.places::<V, 8, W>(),
                9 => self.places::<V, 9, W>(),
                10 => self.places::<V, 10, W>(),
                11 => self.places::<V, 11, W>(),
                _ => self.places::<V, 12, W>(),
            }
        }
    }

    #[inline(always)]
    unsafe fn places<V: Vector<Element = T>, const C: usize, const W: usize>(self) {
        if C > most_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let mut weight = self.kernels;
        // SAFETY: the caller's promise.
        unsafe {
            for place in 0..PLACES {
                let mut from = self.patches.add(place * W * V::LANES);
                let mut sums = [[V::zero(); W]; C];
                for _ in 0..self.from_channels {
                    let mut vectors = [V::zero(); W];
                    for w in 0..W {
                        vectors[w] = V::load(from.add(w * V::LANES));
                    }
                    for c in 0..C {
                        let factor = V::splat(*weight.add(c));
                        for w in 0..W {
                            sums[c][w] = factor.fma(vectors[w], sums[c][w]);
                        }
                    }
                    weight = weight.add(C);
                    from = from.add(PLACES * W * V::LANES);
                }
                for c in 0..C {
                    for w in 0..W {
                        sums[c][w].store(self.products.add(((c * PLACES + place) * W + w) * V::LANES));
                    }
                }
            }
        }
    }
}
