//! An epilogue: what becomes of a finished sum before it is stored.

use super::vector::{Float, Vector};

#[derive(Clone, Copy)]
pub enum Epilogue<'a, T> {
    Identity,
    Relu,
    /// Zero where the mask is not positive: the gradient of the ReLU that made the convolution's input.
    Mask(&'a [T]),
}

impl<'a, T: Float> Epilogue<'a, T> {
    pub fn relu_if(relu: bool) -> Self {
        if relu { Self::Relu } else { Self::Identity }
    }
    pub fn mask_if(mask: Option<&'a [T]>) -> Self {
        mask.map_or(Self::Identity, Self::Mask)
    }

    /// For one sum, which goes to place `at` of the result.
    pub fn apply(self, sum: T, at: usize) -> T {
        match self {
            Self::Relu if sum <= T::ZERO => T::ZERO,
            Self::Mask(mask) if mask[at] <= T::ZERO => T::ZERO,
            _ => sum,
        }
    }
}

/// An [`Epilogue`] that is chosen once for a tile and not for each vector: else the sums would be kept in memory.
pub trait VectorEpilogue<V: Vector>: Copy {
    /// The sums as they are stored from place `at` of the result on, where `left` lanes are left.
    ///
    /// # Safety
    /// The result must have place `at`.
    unsafe fn apply(self, sums: V, at: usize, left: usize) -> V;
}

#[derive(Clone, Copy)]
pub struct Identity;

impl<V: Vector> VectorEpilogue<V> for Identity {
    #[inline(always)]
    unsafe fn apply(self, sums: V, _: usize, _: usize) -> V {
        sums
    }
}

#[derive(Clone, Copy)]
pub struct Relu;

impl<V: Vector> VectorEpilogue<V> for Relu {
    #[inline(always)]
    unsafe fn apply(self, sums: V, _: usize, _: usize) -> V {
        V::select(sums.less_equal(V::zero()), V::zero(), sums)
    }
}

#[derive(Clone, Copy)]
pub struct Mask<'a, T>(pub &'a [T]);

impl<V: Vector> VectorEpilogue<V> for Mask<'_, V::Element> {
    #[inline(always)]
    unsafe fn apply(self, sums: V, at: usize, left: usize) -> V {
        // SAFETY: a mask is as long as the result.
        let mask = unsafe { V::load_up_to(self.0.as_ptr().add(at), left) };
        V::select(mask.less_equal(V::zero()), V::zero(), sums)
    }
}
