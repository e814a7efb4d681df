//! Random tensors. Element i of a tensor is a pure function of the stream and i.

use candle_core::{DType, Device, Tensor};

use super::functions::Binary;
use super::pointwise::{affine, binary};
use super::storage::{Elements, Format, ensure_room, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::math::{cos_f64, ln_f64};
use crate::random::{Stream, unit};
use crate::{fail, floats};

fn of_dtype(values: Vec<f64>, shape: &[usize], dtype: DType) -> Result<Tensor> {
    match dtype {
        DType::F32 => make(values.into_iter().map(|value| value as f32).collect(), shape, Format::RowMajor),
        DType::F64 => make(values, shape, Format::RowMajor),
        other => fail!("Random tensors are f32 or f64, not {}", other.as_str()),
    }
}

/// Uniform in [low, high).
pub fn uniform(stream: Stream, low: f64, high: f64, shape: &[usize], dtype: DType) -> Result<Tensor> {
    ensure_room(shape, DType::F64)?;
    let count = shape.iter().product();
    of_dtype(stream.words(0).take(count).map(|word| f64::from(unit(word)).mul_add(high - low, low)).collect(), shape, dtype)
}

/// Normal, by Box and Muller's transformation (1958): elements 2i and 2i + 1 share a pair of words.
pub fn normal(stream: Stream, mean: f64, deviation: f64, shape: &[usize], dtype: DType) -> Result<Tensor> {
    ensure_room(shape, DType::F64)?;
    let count: usize = shape.iter().product();
    let words: Vec<u32> = stream.words(0).take(count.next_multiple_of(2)).collect();
    let mut values = Vec::with_capacity(words.len());
    for pair in words.chunks_exact(2) {
        let radius = (-2.0 * ln_f64(1.0 - f64::from(unit(pair[0])))).sqrt();
        let turn = f64::from(unit(pair[1]));
        for phase in [turn, turn - 0.25] {
            values.push((radius * cos_f64(phase * std::f64::consts::TAU)).mul_add(deviation, mean));
        }
    }
    values.truncate(count);
    of_dtype(values, shape, dtype)
}

/// Zero with probability p, `x / (1 - p)` otherwise (Srivastava et al., 2014). The same stream gives the
/// same choice, so this is its own gradient.
pub fn dropout(x: &Tensor, p: f64, stream: Stream) -> Result<Tensor> {
    if !(0.0..1.0).contains(&p) {
        fail!("Dropout's probability lies in [0, 1), not at {p}");
    }
    let scale = 1.0 / (1.0 - p);
    let kept = |word: u32| f64::from(unit(word)) >= p;
    ensure_room(x.dims(), x.dtype())?;
    if !has_float_kernels(x, "dropout")? {
        let mask: Vec<f32> = stream.words(0).take(x.elem_count()).map(|word| f32::from(u8::from(kept(word)))).collect();
        let mask = Tensor::from_vec(mask, x.dims(), &Device::Cpu)?.to_device(x.device())?.to_dtype(x.dtype())?;
        return affine(&binary(Binary::Multiply, &x.contiguous()?, &mask)?, scale, 0.0);
    }
    floats!(x, "dropout", T => {
        let dense = row_major::<T>(x)?;
        let elements = Elements::<T>::of(&dense)?;
        let scale = <T as crate::kernels::vector::Float>::of(scale);
        let zero = <T as Default>::default();
        let y = elements.iter().zip(stream.words(0)).map(|(&x, word)| if kept(word) { x * scale } else { zero }).collect();
        make(y, x.dims(), Format::RowMajor)
    })
}
