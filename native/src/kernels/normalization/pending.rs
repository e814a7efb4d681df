//! A normalisation of images that is pending: what reads the images applies it to each number that it reads.

use super::channels::write;
use crate::kernels::vector::{Vector, for_vectors};

/// `fma(x - centre, scale, shift)`, then perhaps a ReLU: the bits of the normalised images.
#[derive(Clone, Copy, Debug)]
pub struct Pending<'a, T> {
    /// Centre, scale and shift of each channel.
    pub numbers: &'a [[T; 3]],
    pub relu: bool,
}

/// How numbers of a channel are read.
#[derive(Clone, Copy)]
pub struct Reading<'a, T> {
    pub pending: Option<Pending<'a, T>>,
    pub channel: usize,
}

impl<T: Copy> Reading<'_, T> {
    /// Reads `from` into `to`, which is as long.
    #[inline(always)]
    pub fn read<V: Vector<Element = T>>(&self, from: &[T], to: &mut [T]) {
        let count = from.len().min(to.len());
        let (from, to) = (from.as_ptr(), to.as_mut_ptr());
        // SAFETY: both have these numbers.
        unsafe {
            match self.pending {
                Some(Pending { numbers, relu }) => write::<V>(0..count, numbers[self.channel], from, None, to, relu),
                // No call for a few numbers.
                None => for_vectors!(V, 0..count, |i, left| V::load_up_to(from.add(i), left).store_up_to(to.add(i), left)),
            }
        }
    }
}
