//! An epilogue: what becomes of a finished sum before it is stored.

use super::vector::Vector;

#[derive(Clone, Copy)]
pub enum Epilogue<'a, T> {
    Identity,
    Relu,
    /// Zero where the mask is not positive: the gradient of the ReLU that made the convolution's input.
    Mask(&'a [T]),
    /// `sum + other`, perhaps through a ReLU.
    Added {
        other: &'a [T],
        relu: bool,
    },
}

impl<'a, T> Epilogue<'a, T> {
    pub fn relu_if(relu: bool) -> Self {
        if relu { Self::Relu } else { Self::Identity }
    }
    /// `sum + added`, if there is something to add, then a ReLU if it follows.
    pub fn of(added: Option<&'a [T]>, relu: bool) -> Self {
        added.map_or(Self::relu_if(relu), |other| Self::Added { other, relu })
    }
    /// What is read beside the sums, place by place of the result.
    #[inline(always)]
    pub fn beside(self) -> Option<&'a [T]> {
        match self {
            Self::Identity | Self::Relu => None,
            Self::Mask(mask) => Some(mask),
            Self::Added { other, .. } => Some(other),
        }
    }
    pub fn mask_if(mask: Option<&'a [T]>) -> Self {
        mask.map_or(Self::Identity, Self::Mask)
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

#[derive(Clone, Copy)]
pub struct Added<'a, V: Vector> {
    other: &'a [V::Element],
    /// Numbers up to here become it: 0 for a ReLU, else minus infinity.
    floor: V,
}

impl<'a, V: Vector> Added<'a, V> {
    #[inline(always)]
    pub fn new(other: &'a [V::Element], relu: bool) -> Self {
        Self { other, floor: V::constant(if relu { 0.0 } else { f64::NEG_INFINITY }) }
    }
}

impl<V: Vector> VectorEpilogue<V> for Added<'_, V> {
    #[inline(always)]
    unsafe fn apply(self, sums: V, at: usize, left: usize) -> V {
        // SAFETY: what is added is as long as the result.
        let y = sums.add(unsafe { V::load_up_to(self.other.as_ptr().add(at), left) });
        V::select(y.less_equal(self.floor), self.floor, y)
    }
}
