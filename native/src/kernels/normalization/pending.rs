//! A normalisation of images that is pending: what reads the images applies it to each number that it reads.

use super::channels::write;
use crate::kernels::vector::Vector;

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
        let Some(Pending { numbers, relu }) = self.pending else { return to.copy_from_slice(from) };
        let count = from.len().min(to.len());
        // SAFETY: both have these numbers.
        unsafe { write::<V>(0..count, numbers[self.channel], from.as_ptr(), None, to.as_mut_ptr(), relu) };
    }
}
