//! Softmax and its logarithm over the terms of `[outer, terms, inner]`, and their gradients; lanes are inner
//! positions.
//!
//! With the maximum m and s = the sum over j of e^(x_j - m):
//! `y_j = e^(x_j - m) / s`, `dx_j = y_j (dy_j - sum over k of y_k dy_k)`
//! `y_j = (x_j - m) - ln s`, `dx_j = dy_j - e^(y_j) (sum over k of dy_k)` for the logarithm
//!
//! Each sum is one chain in ascending order from +0.

use super::buffer::Shared;
use super::math;
use super::reduce::{Extent, filled_by_outer};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;

/// What a row of terms becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Softmax {
    Plain,
    Logarithm,
}

#[derive(Clone, Copy)]
struct SoftmaxRows<'a, T> {
    x: &'a [T],
    extent: Extent,
    kind: Softmax,
    out: Shared<T>,
    outer: usize,
}

impl<T: Float> Kernel<T> for SoftmaxRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Extent { terms, inner, .. } = self.extent;
        let base = self.outer * terms * inner;
        // SAFETY: all indices are below outer * terms * inner.
        unsafe {
            let x = self.x.as_ptr().add(base);
            let mut i = 0;
            while i < inner {
                let left = inner - i;
                let at = |j: usize| V::load_up_to(x.add(j * inner + i), left);
                let mut largest = at(0);
                for j in 1..terms {
                    // A NaN stays, and so reaches every output.
                    largest = math::maximum(largest, at(j));
                }
                let mut total = V::zero();
                for j in 0..terms {
                    total = total.add(math::exp(at(j).sub(largest)));
                }
                let logarithm = if self.kind == Softmax::Logarithm { math::ln(total) } else { total };
                for j in 0..terms {
                    let shifted = at(j).sub(largest);
                    let y = match self.kind {
                        Softmax::Plain => math::exp(shifted).div(total),
                        Softmax::Logarithm => shifted.sub(logarithm),
                    };
                    y.store_up_to(self.out.at(base + j * inner + i), left);
                }
                i += V::LANES;
            }
        }
    }
}

pub fn softmax<T: Float>(x: &[T], extent: Extent, kind: Softmax) -> Result<Vec<T>> {
    // SAFETY: each element is written once.
    unsafe { filled_by_outer(x.len(), extent, |outer, out| T::dispatch(SoftmaxRows { x, extent, kind, out, outer })) }
}

#[derive(Clone, Copy)]
struct SoftmaxGradientRows<'a, T> {
    y: &'a [T],
    dy: &'a [T],
    extent: Extent,
    kind: Softmax,
    out: Shared<T>,
    outer: usize,
}

impl<T: Float> Kernel<T> for SoftmaxGradientRows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Extent { terms, inner, .. } = self.extent;
        let base = self.outer * terms * inner;
        // SAFETY: all indices are below outer * terms * inner.
        unsafe {
            let (y, dy) = (self.y.as_ptr().add(base), self.dy.as_ptr().add(base));
            let mut i = 0;
            while i < inner {
                let left = inner - i;
                let y = |j: usize| V::load_up_to(y.add(j * inner + i), left);
                let dy = |j: usize| V::load_up_to(dy.add(j * inner + i), left);
                let mut total = V::zero();
                for j in 0..terms {
                    total = match self.kind {
                        Softmax::Plain => y(j).fma(dy(j), total),
                        Softmax::Logarithm => total.add(dy(j)),
                    };
                }
                for j in 0..terms {
                    let dx = match self.kind {
                        Softmax::Plain => y(j).mul(dy(j).sub(total)),
                        Softmax::Logarithm => dy(j).sub(math::exp(y(j)).mul(total)),
                    };
                    dx.store_up_to(self.out.at(base + j * inner + i), left);
                }
                i += V::LANES;
            }
        }
    }
}

pub fn softmax_gradient<T: Float>(y: &[T], dy: &[T], extent: Extent, kind: Softmax) -> Result<Vec<T>> {
    // SAFETY: each element is written once.
    unsafe { filled_by_outer(y.len(), extent, |outer, out| T::dispatch(SoftmaxGradientRows { y, dy, extent, kind, out, outer })) }
}
