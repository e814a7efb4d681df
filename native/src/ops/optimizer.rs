//! Optimizer steps on all parameters at once, in place.

use candle_core::Tensor;

use super::composed::optimizer::{self as composed, Composed};
use super::in_place::{apart, ensure_writable, overwrite, share_storage, write_in_place};
use super::pointwise::affine;
use super::reduce;
use super::storage::{Elements, has_float_kernels, has_kernels, row_major};
use crate::error::Result;
use crate::kernels::optimizer::{self as kernel, Rule};
use crate::{fail, floats, types};

fn check(parameters: &[Tensor], gradients: &[Tensor], states: &[&[Tensor]]) -> Result<()> {
    if gradients.len() != parameters.len() || states.iter().any(|state| state.len() != parameters.len()) {
        fail!("An optimizer step takes as many gradients and states as its {} parameters", parameters.len());
    }
    for (index, parameter) in parameters.iter().enumerate() {
        let states = || states.iter().map(|state| &state[index]);
        for other in std::iter::once(&gradients[index]).chain(states()) {
            if other.dims() != parameter.dims() || other.dtype() != parameter.dtype() {
                fail!("Parameter {index} is {:?}, but its gradient or state is {:?}", parameter.dims(), other.dims());
            }
        }
        std::iter::once(parameter).chain(states()).try_for_each(ensure_writable)?;
    }
    Ok(())
}

/// Overwrites a tensor in any layout with another of its shape.
///
/// # Errors
/// Where it was broadcast.
pub fn assign(target: &Tensor, source: &Tensor) -> Result<()> {
    if target.dims() != source.dims() || target.dtype() != source.dtype() {
        fail!("Cannot assign {} {:?} to {} {:?}", source.dtype().as_str(), source.dims(), target.dtype().as_str(), target.dims());
    }
    ensure_writable(target)?;
    put(target, source)
}

/// As [`assign`]. Of several elements that lie in one place the last element stays.
fn put(target: &Tensor, source: &Tensor) -> Result<()> {
    if let Some(dim) = (0..target.rank()).find(|&dim| target.dims()[dim] > 1 && target.stride()[dim] == 0) {
        let last = target.dims()[dim] - 1;
        return put(&target.narrow(dim, last, 1)?, &source.narrow(dim, last, 1)?);
    }
    if target.elem_count() == 0 {
        return Ok(());
    }
    if has_kernels(target) {
        return types!(target, T => overwrite::<T>(target, source));
    }
    Ok(composed::assign(target, &if share_storage(target, source) { source.copy()? } else { source.clone() })?)
}

/// Changes every parameter and its states by one rule.
///
/// # Errors
/// Where a gradient or state has not its parameter's shape and dtype, or cannot be written.
pub fn step<R: Rule<f32, S> + Rule<f64, S> + Composed<S>, const S: usize>(
    rule: R,
    parameters: &[Tensor],
    gradients: &[Tensor],
    states: [&[Tensor]; S],
) -> Result<()> {
    check(parameters, gradients, &states)?;
    for (index, (parameter, gradient)) in parameters.iter().zip(gradients).enumerate() {
        if !has_kernels(parameter) {
            let state: [&Tensor; S] = std::array::from_fn(|s| &states[s][index]);
            let (new, new_states) = Composed::apply(&rule, parameter, &gradient.contiguous()?, state)?;
            assign(parameter, &new)?;
            for s in 0..S {
                assign(state[s], &new_states[s])?;
            }
            continue;
        }
        floats!(parameter, "optimizer", T => {
            let targets: Vec<&Tensor> = std::iter::once(parameter).chain((0..S).map(|s| &states[s][index])).collect();
            let gradient = apart::<T>(&row_major::<T>(gradient)?, &targets)?;
            let gradient = Elements::<T>::of(&gradient)?;
            write_in_place::<T, _>(&targets, |slices| kernel::step::<T, R, S>(rule, slices, &gradient))?;
        });
    }
    Ok(())
}

/// Scales all gradients, in place, so that their common norm is at most `most`, and returns the norm before; where that
/// is NaN, all become NaN
/// (Pascanu et al., arXiv 1211.5063; as torch.nn.utils.clip_grad_norm_).
pub fn clip_norm(gradients: &[Tensor], most: f64) -> Result<f64> {
    let mut squares = 0.0;
    for gradient in gradients {
        squares += if has_float_kernels(gradient, "clip_gradient_norm")? {
            floats!(gradient, "clip_gradient_norm", T => candle_core::WithDType::to_f64(kernel::square_sum(&Elements::<T>::of(&row_major::<T>(gradient)?)?)))
        } else {
            let dims: Vec<usize> = (0..gradient.rank()).collect();
            reduce::sum(&gradient.sqr()?, &dims, false)?.to_dtype(candle_core::DType::F64)?.to_scalar::<f64>()?
        };
    }
    let norm = squares.sqrt();
    let factor = most / (norm + 1e-6);
    if factor < 1.0 || factor.is_nan() {
        // All are read before one is written: two parameters may have one tensor, or parts of one, as their gradients.
        let scaled = gradients.iter().map(|gradient| affine(gradient, factor, 0.0)).collect::<Result<Vec<_>>>()?;
        gradients.iter().zip(&scaled).try_for_each(|(gradient, scaled)| put(gradient, scaled))?;
    }
    Ok(norm)
}
