//! Softmax and its logarithm.

use candle_core::Tensor;

use super::composed::reduce as composed;
use super::reduce::check_dims;
use super::storage::{Elements, Format, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::reduce::Extent;
use crate::kernels::softmax::{self as kernel, Softmax};
use crate::kernels::vector::Float;
use crate::{fail, floats};

/// Softmax or its logarithm along `dim`.
pub fn softmax(x: &Tensor, dim: usize, kind: Softmax) -> Result<Tensor> {
    check_dims(x, &[dim])?;
    if x.elem_count() == 0 {
        return super::shape::copy(x);
    }
    if !has_float_kernels(x, "softmax")? {
        return composed::softmax(x, dim, kind);
    }
    floats!(x, "softmax", T => {
        let (dense, extent) = softmax_extent::<T>(x, dim)?;
        make(kernel::softmax(&Elements::<T>::of(&dense)?, extent, kind)?, x.dims(), Format::RowMajor)
    })
}

fn softmax_extent<T: Float>(x: &Tensor, dim: usize) -> Result<(Tensor, Extent)> {
    let shape = x.dims();
    let extent = Extent { outer: shape[..dim].iter().product(), terms: shape[dim], inner: shape[dim + 1..].iter().product() };
    Ok((row_major::<T>(x)?, extent))
}

/// The gradient of [`softmax`] from its output.
pub fn softmax_gradient(y: &Tensor, dy: &Tensor, dim: usize, kind: Softmax) -> Result<Tensor> {
    check_dims(y, &[dim])?;
    if y.dims() != dy.dims() || y.dtype() != dy.dtype() {
        fail!("Softmax's gradient needs two tensors alike, not {:?} and {:?}", y.dims(), dy.dims());
    }
    if !has_float_kernels(y, "softmax gradient")? {
        return composed::softmax_gradient(y, dy, dim, kind);
    }
    floats!(y, "softmax gradient", T => {
        let (dense, extent) = softmax_extent::<T>(y, dim)?;
        let dy = row_major::<T>(dy)?;
        let dx = kernel::softmax_gradient(&Elements::<T>::of(&dense)?, &Elements::<T>::of(&dy)?, extent, kind)?;
        make(dx, y.dims(), Format::RowMajor)
    })
}
