//! Random tensors. Element i of a tensor is a pure function of the stream and i.

use candle_core::{DType, Device, Tensor, WithDType};

use super::storage::{Elements, Format, format_of, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::dropout as kernel;
use crate::kernels::math::{cos_f64, ln_f64};
use crate::random::{Stream, unit};
use crate::{fail, floats};

/// Elements in their order, rounded to the type, without a copy of all in f64.
fn of_dtype(values: impl Iterator<Item = f64>, shape: &[usize], dtype: DType) -> Result<Tensor> {
    floats!(dtype dtype, "A random tensor", T => {
        let count = shape.iter().product();
        let mut data = room(count)?;
        data.extend(values.take(count).map(<T as WithDType>::from_f64));
        make(data, shape, Format::RowMajor)
    })
}

/// Uniform in [low, high).
pub fn uniform(stream: Stream, low: f64, high: f64, shape: &[usize], dtype: DType) -> Result<Tensor> {
    of_dtype(stream.words(0).map(|word| f64::from(unit(word)).mul_add(high - low, low)), shape, dtype)
}

/// Normal, by Box and Muller's transformation (1958): elements 2i and 2i + 1 share a pair of words.
pub fn normal(stream: Stream, mean: f64, deviation: f64, shape: &[usize], dtype: DType) -> Result<Tensor> {
    let mut words = stream.words(0);
    let pairs = std::iter::from_fn(move || Some([words.next()?, words.next()?]));
    let values = pairs.flat_map(|pair| {
        let radius = (-2.0 * ln_f64(1.0 - f64::from(unit(pair[0])))).sqrt();
        let turn = f64::from(unit(pair[1]));
        [turn, turn - 0.25].map(|phase| (radius * cos_f64(phase * std::f64::consts::TAU)).mul_add(deviation, mean))
    });
    of_dtype(values, shape, dtype)
}

/// Fewer images innermost would leave lanes idle.
const FEWEST_IMAGES: usize = 16;

/// Zero with probability p, `x / (1 - p)` otherwise (Srivastava et al., 2014). The same stream gives the
/// same choice, so this is its own gradient.
pub fn dropout(x: &Tensor, p: f64, stream: Stream) -> Result<Tensor> {
    if !(0.0..1.0).contains(&p) {
        fail!("Dropout's probability lies in [0, 1), not at {p}");
    }
    if !has_float_kernels(x, "dropout")? {
        let mut is_kept = room(x.elem_count())?;
        is_kept.extend(stream.words(0).take(x.elem_count()).map(|word| u8::from(f64::from(unit(word)) >= p)));
        let is_kept = Tensor::from_vec(is_kept, x.dims(), &Device::Cpu)?.to_device(x.device())?;
        return Ok(is_kept.where_cond(&x.affine(1.0 / (1.0 - p), 0.0)?.contiguous()?, &x.zeros_like()?.contiguous()?)?);
    }
    let images = x.dims().first().copied().unwrap_or(1);
    let by_image = images >= FEWEST_IMAGES
        && (x.elem_count() / images).is_multiple_of(kernel::OF_IMAGE)
        && format_of(x) == Some(Format::BatchInnermost);
    floats!(x, "dropout", T => {
        if by_image {
            let y = kernel::dropout_by_image(&Elements::<T>::of(x)?, images, p, stream)?;
            return make(y, x.dims(), Format::BatchInnermost);
        }
        let dense = row_major::<T>(x)?;
        make(kernel::dropout(&Elements::<T>::of(&dense)?, p, stream)?, x.dims(), Format::RowMajor)
    })
}
