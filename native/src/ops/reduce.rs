//! Reductions, softmax and argmax.

use candle_core::{D, DType, Tensor};

use super::composed::reduce as composed;
use super::functions::Binary;
use super::pointwise::{affine, binary};
use super::storage::{Elements, Format, ensure_room, format_of, has_float_kernels, has_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::reduce::{self as kernel, Extent};
use crate::kernels::softmax::{self, Softmax};
use crate::kernels::vector::Float;
use crate::{fail, floats};

fn check_dims(x: &Tensor, dims: &[usize]) -> Result<()> {
    match dims.iter().find(|&&dim| dim >= x.rank()) {
        Some(dim) => fail!("Cannot reduce dimension {dim} of a tensor of shape {:?}", x.dims()),
        None => Ok(()),
    }
}

fn reduced_shape(x: &Tensor, dims: &[usize], keep: bool) -> Vec<usize> {
    let size = |dim: usize| if dims.contains(&dim) { if keep { Some(1) } else { None } } else { Some(x.dims()[dim]) };
    (0..x.rank()).filter_map(size).collect()
}

/// The tensor with the reduced dimensions side by side, row-major, and its extent.
fn side_by_side<T: Float>(x: &Tensor, dims: &[usize]) -> Result<(Tensor, Extent)> {
    let mut dims = dims.to_vec();
    dims.sort_unstable();
    dims.dedup();
    let product = |range: &[usize]| range.iter().product::<usize>();
    let (first, last) = (dims.first().copied().unwrap_or(0), dims.last().map_or(0, |last| last + 1));
    if last - first == dims.len() {
        if first == 0 && last == 1 && format_of(x) == Some(Format::BatchInnermost) {
            return Ok((x.clone(), Extent { outer: product(&x.dims()[1..]), terms: x.dims()[0], inner: 1 }));
        }
        let shape = x.dims();
        let extent =
            Extent { outer: product(&shape[..first]), terms: product(&shape[first..last]), inner: product(&shape[last..]) };
        return Ok((row_major::<T>(x)?, extent));
    }
    let kept: Vec<usize> = (0..x.rank()).filter(|dim| !dims.contains(dim)).collect();
    let outer = kept.iter().map(|&dim| x.dims()[dim]).product();
    let terms = dims.iter().map(|&dim| x.dims()[dim]).product();
    let order: Vec<usize> = kept.into_iter().chain(dims).collect();
    Ok((row_major::<T>(&x.permute(order)?)?, Extent { outer, terms, inner: 1 }))
}

/// The sum over `dims`, terms in row-major order.
pub fn sum(x: &Tensor, dims: &[usize], keep: bool) -> Result<Tensor> {
    check_dims(x, dims)?;
    if !has_float_kernels(x, "sum")? {
        return Ok(composed::sum(x, dims)?.reshape(reduced_shape(x, dims, keep))?);
    }
    floats!(x, "sum", T => {
        let (dense, extent) = side_by_side::<T>(x, dims)?;
        make(kernel::sum(&Elements::<T>::of(&dense)?, extent)?, &reduced_shape(x, dims, keep), Format::RowMajor)
    })
}

/// The sum divided by the number of terms.
pub fn mean(x: &Tensor, dims: &[usize], keep: bool) -> Result<Tensor> {
    let total = sum(x, dims, keep)?;
    let terms: usize = dims.iter().map(|&dim| x.dims()[dim]).product();
    let count = Tensor::new(terms as f64, x.device())?.to_dtype(x.dtype())?;
    binary(Binary::Divide, &total, &count)
}

/// The largest or smallest value over `dims`.
pub fn extreme(x: &Tensor, dims: &[usize], keep: bool, smallest: bool) -> Result<Tensor> {
    check_dims(x, dims)?;
    if dims.iter().any(|&dim| x.dims()[dim] == 0) {
        fail!("Cannot take the extreme of no values: shape {:?}, dimensions {dims:?}", x.dims());
    }
    ensure_room(&reduced_shape(x, dims, keep), DType::F64)?;
    if !has_float_kernels(x, "max and min")? {
        return Ok(composed::extreme(x, dims, smallest)?.reshape(reduced_shape(x, dims, keep))?);
    }
    floats!(x, "max and min", T => {
        let (dense, extent) = side_by_side::<T>(x, dims)?;
        make(kernel::extreme(&Elements::<T>::of(&dense)?, extent, smallest).0, &reduced_shape(x, dims, keep), Format::RowMajor)
    })
}

/// The place of the first largest value along `dim`, as u32.
pub fn argmax(x: &Tensor, dim: usize, keep: bool) -> Result<Tensor> {
    check_dims(x, &[dim])?;
    if x.dims()[dim] == 0 {
        fail!("Cannot take the argmax of no values: shape {:?}, dimension {dim}", x.dims());
    }
    let shape = reduced_shape(x, &[dim], keep);
    ensure_room(&shape, DType::F64)?;
    if !has_float_kernels(x, "argmax")? {
        return Ok(composed::argmax(x, dim)?.reshape(shape)?);
    }
    floats!(x, "argmax", T => {
        let (dense, extent) = side_by_side::<T>(x, &[dim])?;
        make(kernel::extreme(&Elements::<T>::of(&dense)?, extent, false).1, &shape, Format::RowMajor)
    })
}

/// Undoes a broadcast: sums `x` down to `shape`.
pub fn sum_to(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let Some(added) = x.rank().checked_sub(shape.len()) else {
        fail!("Cannot sum {:?} to {shape:?}: it has fewer dimensions", x.dims());
    };
    let repeated = |dim: usize| dim < added || (shape[dim - added] == 1 && x.dims()[dim] != 1);
    if (added..x.rank()).any(|dim| !repeated(dim) && x.dims()[dim] != shape[dim - added]) {
        fail!("Cannot sum {:?} to {shape:?}: it is not a broadcast of it", x.dims());
    }
    let dims: Vec<usize> = (0..x.rank()).filter(|&dim| repeated(dim)).collect();
    if dims.is_empty() {
        return Ok(x.clone());
    }
    super::shape::reshape(&sum(x, &dims, true)?, shape)
}

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
        make(softmax::softmax(&Elements::<T>::of(&dense)?, extent, kind)?, x.dims(), Format::RowMajor)
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
        let dx = softmax::softmax_gradient(&Elements::<T>::of(&dense)?, &Elements::<T>::of(&dy)?, extent, kind)?;
        make(dx, y.dims(), Format::RowMajor)
    })
}

/// Whether no element is NaN or infinite.
pub fn all_finite(x: &Tensor) -> Result<bool> {
    // x - x is 0 for finite numbers and NaN for the others; a sum of squares cannot lose one.
    let zeros = binary(Binary::Subtract, x, x)?;
    let total = if has_kernels(x) {
        sum(&affine(&zeros, 0.0, 0.0)?, &(0..x.rank()).collect::<Vec<_>>(), false)?
    } else {
        zeros.flatten_all()?.sum(D::Minus1)?
    };
    Ok(total.to_dtype(DType::F64)?.to_scalar::<f64>()? == 0.0)
}
