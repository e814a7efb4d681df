//! Views, copies and indexing: no arithmetic but the sums of scattering.

use candle_core::{DType, Tensor};

use super::storage::{Elements, Format, ensure_room, format_of, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::vector::Float;
use crate::{fail, floats, types};

/// The same elements, in row-major order, in another shape: a view wherever memory allows it.
pub fn reshape(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if shape.iter().product::<usize>() != x.elem_count() {
        fail!(
            "Cannot reshape {:?} to {shape:?}: {} elements are not {}",
            x.dims(),
            x.elem_count(),
            shape.iter().product::<usize>()
        );
    }
    // Flattening images that lie innermost keeps them there.
    if format_of(x) == Some(Format::BatchInnermost) && shape.len() >= 2 && shape[0] == x.dims()[0] {
        let rank = x.rank();
        let mut inward: Vec<usize> = (1..rank).collect();
        inward.push(0);
        let mut rotated = shape[1..].to_vec();
        rotated.push(shape[0]);
        let mut outward = vec![shape.len() - 1];
        outward.extend(0..shape.len() - 1);
        return Ok(x.permute(inward)?.reshape(rotated)?.permute(outward)?);
    }
    types!(x, T => Ok(row_major::<T>(x)?.reshape(shape)?))
}

pub fn permute(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let mut sorted = dims.to_vec();
    sorted.sort_unstable();
    if sorted != (0..x.rank()).collect::<Vec<_>>() {
        fail!("Cannot permute {:?} by {dims:?}: each dimension must be named once", x.dims());
    }
    Ok(x.permute(dims)?)
}

pub fn broadcast(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    match x.broadcast_as(shape) {
        Ok(y) => Ok(y),
        Err(_) => fail!("Cannot broadcast {:?} to {shape:?}", x.dims()),
    }
}

/// `length` elements along `dim`, every `step`-th from `start` on.
pub fn slice(x: &Tensor, dim: usize, start: usize, length: usize, step: usize) -> Result<Tensor> {
    let size = x.dims().get(dim).copied().unwrap_or(0);
    let last = length.checked_sub(1).and_then(|steps| steps.checked_mul(step)).and_then(|reach| reach.checked_add(start));
    if dim >= x.rank() || step == 0 || start > size || last.is_some_and(|last| last >= size) {
        fail!("Cannot take {length} elements from {start} by steps of {step} along dimension {dim} of {:?}", x.dims());
    }
    if step == 1 {
        return Ok(x.narrow(dim, start, length)?);
    }
    let indices: Vec<u32> = (0..length).map(|i| (start + i * step) as u32).collect();
    index_select(x, &Tensor::from_vec(indices, length, x.device())?, dim)
}

pub fn concat(tensors: &[Tensor], dim: usize) -> Result<Tensor> {
    let Some(first) = tensors.first() else { fail!("Cannot concatenate no tensors") };
    let alike = |other: &Tensor| {
        other.rank() == first.rank()
            && other.dtype() == first.dtype()
            && (0..first.rank()).all(|d| d == dim || other.dims()[d] == first.dims()[d])
    };
    if let Some(other) = tensors.iter().find(|other| !alike(other) || dim >= first.rank()) {
        fail!("Cannot concatenate {:?} and {:?} along dimension {dim}", first.dims(), other.dims());
    }
    let mut whole = first.dims().to_vec();
    whole[dim] = tensors.iter().map(|x| x.dims()[dim]).sum();
    ensure_room(&whole, first.dtype())?;
    let dense = tensors.iter().map(|x| types!(x, T => row_major::<T>(x))).collect::<Result<Vec<_>>>()?;
    Ok(Tensor::cat(&dense, dim)?)
}

fn check_indices(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Vec<u32>> {
    if dim >= x.rank() {
        fail!("Cannot index dimension {dim} of a tensor of shape {:?}", x.dims());
    }
    ensure_room(indices.dims(), DType::I64)?;
    let flat = row_major_any(indices)?.flatten_all()?.to_dtype(DType::I64)?.to_vec1::<i64>()?;
    match flat.iter().find(|&&index| index < 0 || index >= x.dims()[dim] as i64) {
        Some(index) => fail!("Index {index} is outside dimension {dim} of a tensor of shape {:?}", x.dims()),
        None => Ok(flat.into_iter().map(|index| index as u32).collect()),
    }
}

fn row_major_any(x: &Tensor) -> Result<Tensor> {
    if x.device().is_cpu() { types!(x, T => row_major::<T>(x)) } else { Ok(x.contiguous()?) }
}

fn on_device(indices: Vec<u32>, shape: &[usize], like: &Tensor) -> Result<Tensor> {
    Ok(Tensor::from_vec(indices, shape, like.device())?)
}

/// The slices `indices [n]` of dimension `dim`.
pub fn index_select(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    if indices.rank() != 1 {
        fail!("index_select takes one dimension of indices, not {:?}", indices.dims());
    }
    let indices = check_indices(x, indices, dim)?;
    let count = indices.len();
    let mut taken = x.dims().to_vec();
    taken[dim] = count;
    ensure_room(&taken, x.dtype())?;
    Ok(row_major_any(x)?.index_select(&on_device(indices, &[count], x)?, dim)?)
}

/// `x` with slice j of `source` added to slice `indices[j]`, j ascending: the gradient of [`index_select`].
pub fn index_add(x: &Tensor, indices: &Tensor, source: &Tensor, dim: usize) -> Result<Tensor> {
    let places = check_indices(x, indices, dim)?;
    let mut expected = x.dims().to_vec();
    expected[dim] = places.len();
    if source.dims() != expected || source.dtype() != x.dtype() || indices.rank() != 1 {
        fail!("index_add into {:?} along {dim} takes a source {expected:?}, not {:?}", x.dims(), source.dims());
    }
    if !has_float_kernels(x, "index_add")? {
        let count = places.len();
        return Ok(x.contiguous()?.index_add(&on_device(places, &[count], x)?, &source.contiguous()?, dim)?);
    }
    let inner: usize = x.dims()[dim + 1..].iter().product();
    let place = |at: usize, count: usize| {
        let (outer, j, i) = (at / (count * inner), at / inner % count, at % inner);
        (outer * x.dims()[dim] + places[j] as usize) * inner + i
    };
    floats!(x, "index_add", T => scatter::<T>(x, source, |at| place(at, places.len())))
}

/// Adds each element of the source, in order, to the element of a copy of `x` that `place` names.
fn scatter<T: Float>(x: &Tensor, source: &Tensor, place: impl Fn(usize) -> usize) -> Result<Tensor> {
    let (dense, source) = (row_major::<T>(x)?, row_major::<T>(source)?);
    ensure_room(x.dims(), x.dtype())?;
    let mut sums = Elements::<T>::of(&dense)?.to_vec();
    for (at, &term) in Elements::<T>::of(&source)?.iter().enumerate() {
        sums[place(at)] += term;
    }
    make(sums, x.dims(), Format::RowMajor)
}

fn check_gather(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Vec<u32>> {
    let places = check_indices(x, indices, dim)?;
    if indices.rank() != x.rank() || (0..x.rank()).any(|d| d != dim && indices.dims()[d] > x.dims()[d]) {
        fail!("Cannot gather along dimension {dim} of {:?} with indices {:?}", x.dims(), indices.dims());
    }
    Ok(places)
}

/// `out[.., i, ..] = x[.., indices[.., i, ..], ..]` along `dim`.
pub fn gather(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    let places = check_gather(x, indices, dim)?;
    Ok(row_major_any(x)?.gather(&on_device(places, indices.dims(), x)?, dim)?)
}

/// `x` with each element of `source` added where [`gather`] would have read it, in ascending order.
pub fn scatter_add(x: &Tensor, indices: &Tensor, source: &Tensor, dim: usize) -> Result<Tensor> {
    let places = check_gather(x, indices, dim)?;
    if source.dims() != indices.dims() || source.dtype() != x.dtype() {
        fail!("scatter_add takes a source like its indices {:?}, not {:?}", indices.dims(), source.dims());
    }
    if !has_float_kernels(x, "scatter_add")? {
        return Ok(x.contiguous()?.scatter_add(&on_device(places, indices.dims(), x)?, &source.contiguous()?, dim)?);
    }
    let shape = x.dims();
    let place = |at: usize| {
        let (mut rest, mut offset, mut stride) = (at, 0, 1);
        for d in (0..shape.len()).rev() {
            let coordinate = rest % indices.dims()[d];
            rest /= indices.dims()[d];
            offset += stride * if d == dim { places[at] as usize } else { coordinate };
            stride *= shape[d];
        }
        offset
    };
    floats!(x, "scatter_add", T => scatter::<T>(x, source, place))
}

/// A row-major tensor that shares nothing with `x`.
pub fn copy(x: &Tensor) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return Ok(x.contiguous()?.copy()?);
    }
    types!(x, T => {
        let dense = row_major::<T>(x)?;
        ensure_room(x.dims(), x.dtype())?;
        make(Elements::<T>::of(&dense)?.to_vec(), x.dims(), Format::RowMajor)
    })
}
