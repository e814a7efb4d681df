//! Views, copies and indexing: no arithmetic but the sums of scattering.

use candle_core::{DType, Device, Tensor};

use super::composed::shape as composed;
use super::storage::{
    Elements, Format, duplicate, element_count, ensure_room, every, format_of, has_float_kernels, has_kernels, make, row_major,
};
use crate::error::Result;
use crate::kernels::buffer::room;
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
        let (mut inward, mut outward): (Vec<_>, Vec<_>) = ((0..x.rank()).collect(), (0..shape.len()).collect());
        let mut rotated = shape.to_vec();
        inward.rotate_left(1);
        rotated.rotate_left(1);
        outward.rotate_right(1);
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
    if x.device().is_cpu() {
        return types!(x, T => every::<T>(x, dim, start, length, step));
    }
    let places = Tensor::arange_step(start as u32, (start + length * step) as u32, step as u32, x.device())?;
    Ok(x.contiguous()?.index_select(&places, dim)?)
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
    let count = element_count(&whole)?;
    if !has_kernels(first) {
        return composed::concat(tensors, dim, &whole);
    }
    types!(first, T => {
        let mut joined = room::<T>(count)?;
        let dense = tensors.iter().map(row_major::<T>).collect::<Result<Vec<_>>>()?;
        let parts = dense.iter().map(|x| Ok((Elements::<T>::of(x)?, x.dims()[dim..].iter().product()))).collect::<Result<Vec<(_, usize)>>>()?;
        for outer in 0..if count == 0 { 0 } else { whole[..dim].iter().product() } {
            parts.iter().for_each(|(elements, length)| joined.extend_from_slice(&elements[outer * length..][..*length]));
        }
        make(joined, &whole, Format::RowMajor)
    })
}

/// The indices as row-major u32 numbers on the CPU, each inside dimension `dim`.
fn check_indices(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    if dim >= x.rank() {
        fail!("Cannot index dimension {dim} of a tensor of shape {:?}", x.dims());
    }
    if indices.dtype() != DType::U32 {
        fail!("Indices are u32, not {}", indices.dtype().as_str());
    }
    let indices = row_major::<u32>(&indices.to_device(&Device::Cpu)?)?;
    match Elements::<u32>::of(&indices)?.iter().find(|&&index| index as usize >= x.dims()[dim]) {
        Some(index) => fail!("Index {index} is outside dimension {dim} of a tensor of shape {:?}", x.dims()),
        None => Ok(indices.clone()),
    }
}

/// The slices `indices [n]` of dimension `dim`.
pub fn index_select(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    let indices = check_indices(x, indices, dim)?;
    let &[count] = indices.dims() else { fail!("index_select takes one dimension of indices, not {:?}", indices.dims()) };
    let mut shape = x.dims().to_vec();
    shape[dim] = count;
    let total = element_count(&shape)?;
    if !has_kernels(x) {
        return composed::index_select(x, &indices, dim, &shape);
    }
    types!(x, T => {
        let mut taken = room::<T>(total)?;
        let (dense, length) = (row_major::<T>(x)?, x.dims()[dim + 1..].iter().product::<usize>());
        let (elements, places) = (Elements::<T>::of(&dense)?, Elements::<u32>::of(&indices)?);
        for outer in 0..if total == 0 { 0 } else { shape[..dim].iter().product() } {
            let first = |place: u32| (outer * x.dims()[dim] + place as usize) * length;
            places.iter().for_each(|&place| taken.extend_from_slice(&elements[first(place)..][..length]));
        }
        make(taken, &shape, Format::RowMajor)
    })
}

/// `x` with slice j of `source` added to slice `indices[j]`, j ascending: the gradient of [`index_select`].
pub fn index_add(x: &Tensor, indices: &Tensor, source: &Tensor, dim: usize) -> Result<Tensor> {
    let indices = check_indices(x, indices, dim)?;
    let mut expected = x.dims().to_vec();
    expected[dim] = indices.elem_count();
    if source.dims() != expected || source.dtype() != x.dtype() || indices.rank() != 1 {
        fail!("index_add into {:?} along {dim} takes a source {expected:?}, not {:?}", x.dims(), source.dims());
    }
    if !has_float_kernels(x, "index_add")? {
        return Ok(x.contiguous()?.index_add(&indices.to_device(x.device())?, &source.contiguous()?, dim)?);
    }
    let (places, inner) = (Elements::<u32>::of(&indices)?, x.dims()[dim + 1..].iter().product::<usize>());
    let place = |at: usize| {
        let (outer, j, i) = (at / (places.len() * inner), at / inner % places.len(), at % inner);
        (outer * x.dims()[dim] + places[j] as usize) * inner + i
    };
    floats!(x, "index_add", T => scatter::<T>(x, source, place))
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

fn check_gather(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    let places = check_indices(x, indices, dim)?;
    if indices.rank() != x.rank() || (0..x.rank()).any(|d| d != dim && indices.dims()[d] > x.dims()[d]) {
        fail!("Cannot gather along dimension {dim} of {:?} with indices {:?}", x.dims(), indices.dims());
    }
    Ok(places)
}

/// Where in `x [shape]` [`gather`] reads element `at` of its result.
fn gathered(shape: &[usize], indices: &[usize], dim: usize, places: &[u32], at: usize) -> usize {
    let (mut rest, mut offset, mut stride) = (at, 0, 1);
    for d in (0..shape.len()).rev() {
        let coordinate = rest % indices[d];
        rest /= indices[d];
        offset += stride * if d == dim { places[at] as usize } else { coordinate };
        stride *= shape[d];
    }
    offset
}

/// `out[.., i, ..] = x[.., indices[.., i, ..], ..]` along `dim`; in other dimensions the indices may be fewer.
pub fn gather(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    let indices = check_gather(x, indices, dim)?;
    if !has_kernels(x) {
        return composed::gather(x, &indices, dim);
    }
    types!(x, T => {
        let mut taken = room::<T>(indices.elem_count())?;
        let dense = row_major::<T>(x)?;
        let (elements, places) = (Elements::<T>::of(&dense)?, Elements::<u32>::of(&indices)?);
        taken.extend((0..places.len()).map(|at| elements[gathered(x.dims(), indices.dims(), dim, &places, at)]));
        make(taken, indices.dims(), Format::RowMajor)
    })
}

/// `x` with each element of `source` added where [`gather`] would have read it, in ascending order.
pub fn scatter_add(x: &Tensor, indices: &Tensor, source: &Tensor, dim: usize) -> Result<Tensor> {
    let indices = check_gather(x, indices, dim)?;
    if source.dims() != indices.dims() || source.dtype() != x.dtype() {
        fail!("scatter_add takes a source like its indices {:?}, not {:?}", indices.dims(), source.dims());
    }
    if !has_float_kernels(x, "scatter_add")? {
        return composed::scatter_add(x, &indices, source, dim);
    }
    let places = Elements::<u32>::of(&indices)?;
    floats!(x, "scatter_add", T => scatter::<T>(x, source, |at| gathered(x.dims(), indices.dims(), dim, &places, at)))
}

/// A row-major tensor that shares nothing with `x`.
pub fn copy(x: &Tensor) -> Result<Tensor> {
    if !x.device().is_cpu() {
        return Ok(x.contiguous()?.copy()?);
    }
    types!(x, T => duplicate::<T>(&row_major::<T>(x)?))
}
