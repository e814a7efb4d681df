//! Reductions, and whether numbers are finite.

use std::ops::Range;

use candle_core::{D, DType, Tensor};

use super::composed::reduce as composed;
use super::functions::Binary;
use super::pointwise::{affine, binary};
use super::shape::reshape;
use super::storage::{Elements, Format, ensure_room, format_of, has_float_kernels, has_kernels, in_format, make, row_major};
use crate::error::Result;
use crate::kernels::pointwise::{Identity, Multiply, Pointwise};
use crate::kernels::reduce::{self as kernel, Extent};
use crate::kernels::vector::Float;
use crate::{fail, floats};

pub fn check_dims(x: &Tensor, dims: &[usize]) -> Result<()> {
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

/// The reduced dimensions as runs of neighbours, of which the first dimension is none; sizes of 1 are left out.
fn runs(x: &Tensor, dims: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for dim in (0..x.rank()).filter(|dim| dims.contains(dim) && x.dims()[*dim] != 1) {
        match runs.last_mut() {
            Some(run) if run.end == dim && run.start > 0 => run.end += 1,
            _ => runs.push(dim..dim + 1),
        }
    }
    runs
}

/// The sums of `term(inputs...)` over a run of dimensions, which stay with size 1. The inputs have one shape.
fn sum_run<T: Float, F: Pointwise<T, N>, const N: usize>(term: F, inputs: [&Tensor; N], run: &Range<usize>) -> Result<Tensor> {
    let shape = inputs[0].dims();
    let product = |range: Range<usize>| shape[range].iter().product::<usize>();
    let (outer, terms, inner) = (product(0..run.start), product(run.clone()), product(run.end..shape.len()));
    let mut summed = shape.to_vec();
    summed[run.clone()].fill(1);
    let (format, extent, result) = match inputs.iter().find_map(|input| format_of(input)) {
        Some(Format::BatchInnermost) if *run == (0..1) => {
            (Format::BatchInnermost, Extent { outer: inner, terms, inner: 1 }, Format::RowMajor)
        }
        Some(Format::BatchInnermost) if run.start > 0 => {
            let extent = Extent { outer: outer / shape[0].max(1), terms, inner: inner * shape[0] };
            (Format::BatchInnermost, extent, Format::BatchInnermost)
        }
        _ => (Format::RowMajor, Extent { outer, terms, inner }, Format::RowMajor),
    };
    let mut dense = Vec::with_capacity(N);
    for input in inputs {
        dense.push(in_format::<T>(input, format)?);
    }
    let elements = dense.iter().map(Elements::<T>::of).collect::<Result<Vec<_>>>()?;
    make(kernel::sum(term, std::array::from_fn(|n| &*elements[n]), extent)?, &summed, result)
}

/// The sum over `dims`. A run of neighbouring dimensions is one sum, its terms in row-major order; the first dimension,
/// a batch's images, is a run of its own. The last run is summed first: so each image's sum is one pass over memory
/// in both formats.
pub fn sum(x: &Tensor, dims: &[usize], keep: bool) -> Result<Tensor> {
    check_dims(x, dims)?;
    let shape = reduced_shape(x, dims, keep);
    if !has_float_kernels(x, "sum")? {
        return Ok(composed::sum(x, dims)?.reshape(shape)?);
    }
    floats!(x, "sum", T => sum_runs::<T, _, 1>(Identity, [x], dims, &shape))
}

fn sum_runs<T: Float, F: Pointwise<T, N>, const N: usize>(
    term: F,
    inputs: [&Tensor; N],
    dims: &[usize],
    shape: &[usize],
) -> Result<Tensor> {
    let whole = inputs[0].dims();
    if inputs[0].elem_count() == 0 {
        ensure_room(shape, T::DTYPE)?;
        return Ok(Tensor::zeros(shape, T::DTYPE, inputs[0].device())?);
    }
    // Along a dimension that stays and that every input repeats, one sum serves for all.
    let is_repeated = |dim: &usize| whole[*dim] > 1 && inputs.iter().all(|input| input.stride()[*dim] == 0);
    let repeated: Vec<usize> = (0..whole.len()).filter(|dim| !dims.contains(dim) && is_repeated(dim)).collect();
    let once = |input: &Tensor| repeated.iter().try_fold(input.clone(), |once, &dim| once.narrow(dim, 0, 1));
    let inputs = inputs.map(once).into_iter().collect::<candle_core::Result<Vec<_>>>()?;
    let mut runs = runs(&inputs[0], dims);
    let last = runs.pop().unwrap_or(0..0);
    let mut total = sum_run::<T, _, N>(term, std::array::from_fn(|n| &inputs[n]), &last)?;
    for run in runs.iter().rev() {
        total = sum_run::<T, _, 1>(Identity, [&total], run)?;
    }
    if !repeated.is_empty() {
        let mut kept = whole.to_vec();
        dims.iter().for_each(|&dim| kept[dim] = 1);
        total = row_major::<T>(&total.broadcast_as(kept)?)?;
    }
    reshape(&total, shape)
}

/// `a b` summed down to a shape that broadcasts to theirs: the gradient of a factor that was broadcast.
pub fn multiply_and_sum_to(a: &Tensor, b: &Tensor, shape: &[usize]) -> Result<Tensor> {
    if a.dims() != b.dims() || a.dtype() != b.dtype() || !has_float_kernels(a, "sum")? {
        return sum_to(&binary(Binary::Multiply, a, b)?, shape);
    }
    floats!(a, "sum", T => sum_runs::<T, _, 2>(Multiply, [a, b], &repeated_dims(a, shape)?, shape))
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

/// The dimensions along which a tensor of a shape was repeated to make `x`.
fn repeated_dims(x: &Tensor, shape: &[usize]) -> Result<Vec<usize>> {
    let Some(added) = x.rank().checked_sub(shape.len()) else {
        fail!("Cannot sum {:?} to {shape:?}: it has fewer dimensions", x.dims());
    };
    let repeated = |dim: usize| dim < added || (shape[dim - added] == 1 && x.dims()[dim] != 1);
    if (added..x.rank()).any(|dim| !repeated(dim) && x.dims()[dim] != shape[dim - added]) {
        fail!("Cannot sum {:?} to {shape:?}: it is not a broadcast of it", x.dims());
    }
    Ok((0..x.rank()).filter(|&dim| repeated(dim)).collect())
}

/// Undoes a broadcast: sums `x` down to `shape`.
pub fn sum_to(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let dims = repeated_dims(x, shape)?;
    if dims.is_empty() { Ok(x.clone()) } else { reshape(&sum(x, &dims, true)?, shape) }
}

/// Whether no element is NaN or infinite.
pub fn all_finite(x: &Tensor) -> Result<bool> {
    if !x.dtype().is_float() {
        return Ok(true);
    }
    // x - x is 0 for finite numbers and NaN for the others; a sum of squares cannot lose one.
    let zeros = binary(Binary::Subtract, x, x)?;
    let total = if has_kernels(x) {
        sum(&affine(&zeros, 0.0, 0.0)?, &(0..x.rank()).collect::<Vec<_>>(), false)?
    } else {
        zeros.flatten_all()?.sum(D::Minus1)?
    };
    Ok(total.to_dtype(DType::F64)?.to_scalar::<f64>()? == 0.0)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::super::storage::batch_innermost;
    use super::*;
    use crate::random::{Stream, unit};

    fn drawn(shape: &[usize]) -> Tensor {
        let words = Stream { seed: 1, purpose: 2, epoch: 3, index: 4 }.words(0);
        let numbers: Vec<f32> = words.take(shape.iter().product()).map(|word| unit(word) - 0.5).collect();
        Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
    }
    fn bits(x: &Tensor) -> Vec<u32> {
        x.flatten_all().unwrap().to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    #[test]
    fn a_sum_has_the_same_bits_in_both_formats() {
        let x = drawn(&[19, 3, 5, 4]);
        let innermost = batch_innermost::<f32>(&x).unwrap();
        for dims in [vec![0], vec![1], vec![3], vec![0, 1], vec![2, 3], vec![0, 2, 3], vec![1, 3], vec![0, 1, 2, 3], vec![]] {
            assert_eq!(bits(&sum(&x, &dims, true).unwrap()), bits(&sum(&innermost, &dims, false).unwrap()), "{dims:?}");
        }
    }

    #[test]
    fn runs_are_summed_the_last_one_first() {
        let x = drawn(&[19, 3, 5, 4]);
        let inner = sum(&x, &[2, 3], false).unwrap();
        assert_eq!(bits(&sum(&x, &[0, 2, 3], false).unwrap()), bits(&sum(&inner, &[0], false).unwrap()));
        let image = sum(&x, &[1, 2, 3], false).unwrap();
        assert_eq!(bits(&sum(&x, &[0, 1, 2, 3], false).unwrap()), bits(&sum(&image, &[0], false).unwrap()));
        let one = x.narrow(0, 0, 1).unwrap();
        assert_eq!(bits(&sum(&one, &[0, 1, 2, 3], false).unwrap()), bits(&sum(&one, &[1, 2, 3], false).unwrap()));
        assert_eq!(bits(&sum(&one, &[0], false).unwrap()), bits(&one));
    }

    #[test]
    fn products_are_summed_as_if_they_were_written_out() {
        let (x, y) = (drawn(&[19, 3, 5, 4]), drawn(&[4, 19, 3, 5]).reshape((19, 3, 5, 4)).unwrap());
        let innermost = batch_innermost::<f32>(&y).unwrap();
        for shape in [&[3, 1, 1][..], &[19, 3, 1, 1], &[1, 1, 1, 4], &[], &[19, 3, 5, 4]] {
            let expected = sum_to(&binary(Binary::Multiply, &x, &y).unwrap(), shape).unwrap();
            let found = multiply_and_sum_to(&x, &innermost, shape).unwrap();
            assert_eq!((bits(&found), found.dims()), (bits(&expected), expected.dims()));
        }
    }

    #[test]
    fn a_sum_of_what_is_repeated_is_the_sum_of_a_copy() {
        let x = drawn(&[5, 1, 4]);
        for wide in [x.broadcast_as((5, 70, 4)).unwrap(), x.broadcast_as((3, 5, 70, 4)).unwrap()] {
            for dims in [vec![0], vec![1], vec![0, 1], vec![0, 2]] {
                let found = sum(&wide, &dims, false).unwrap();
                assert_eq!(bits(&found), bits(&sum(&wide.contiguous().unwrap(), &dims, false).unwrap()), "{dims:?}");
                assert!(found.is_contiguous());
            }
        }
        assert_eq!(sum(&Tensor::zeros((0, 3), DType::F32, &Device::Cpu).unwrap(), &[0], false).unwrap().dims(), [3]);
    }
}
