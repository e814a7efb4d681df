//! Batch and layer normalisation, composed of this library's own operations, so that one form serves every
//! device and keeps the law of the chain on the CPU.

use candle_core::Tensor;

use super::functions::Binary;
use super::pointwise::{affine, binary, function};
use super::reduce::{mean, sum};
use super::shape::reshape;
use crate::error::Result;
use crate::fail;
use crate::kernels::pointwise::{Square, SquareRoot};

/// What is normalised together, and along which dimensions weight and bias lie.
struct Plan {
    /// The dimensions whose mean and variance are taken.
    over: Vec<usize>,
    /// Weight and bias in a shape that broadcasts.
    along: Vec<usize>,
    /// The dimensions that weight's and bias's gradients are summed over.
    shared: Vec<usize>,
}

fn batch_plan(x: &Tensor) -> Result<Plan> {
    if x.rank() != 2 && x.rank() != 4 {
        fail!("Batch normalisation takes [n, c] or [n, c, h, w], not {:?}", x.dims());
    }
    let over: Vec<usize> = (0..x.rank()).filter(|&dim| dim != 1).collect();
    let mut along = vec![1; x.rank()];
    along[1] = x.dims()[1];
    Ok(Plan { shared: over.clone(), over, along })
}

fn layer_plan(x: &Tensor) -> Result<Plan> {
    let Some(last) = x.rank().checked_sub(1) else { fail!("Layer normalisation takes at least one dimension") };
    let mut along = vec![1; x.rank()];
    along[last] = x.dims()[last];
    Ok(Plan { over: vec![last], along, shared: (0..last).collect() })
}

fn check(x: &Tensor, plan: &Plan, tensors: &[&Tensor]) -> Result<()> {
    let size: usize = plan.along.iter().product();
    match tensors.iter().find(|tensor| tensor.elem_count() != size || tensor.dtype() != x.dtype()) {
        Some(tensor) => fail!("Normalising {:?} takes parameters [{size}] of its type, not {:?}", x.dims(), tensor.dims()),
        None => Ok(()),
    }
}

fn subtract(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary(Binary::Subtract, a, b)
}
fn multiply(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary(Binary::Multiply, a, b)
}
fn add(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    binary(Binary::Add, a, b)
}

/// 1 / x, broadcast from one 1: x may be a view of more elements than there is memory for.
fn reciprocal(x: &Tensor) -> Result<Tensor> {
    binary(Binary::Divide, &Tensor::ones((), x.dtype(), x.device())?, x)
}

/// 1 / sqrt(variance + epsilon).
fn inverse_deviation(variance: &Tensor, epsilon: f64) -> Result<Tensor> {
    let deviation = function(SquareRoot, [&affine(variance, 1.0, epsilon)?])?;
    reciprocal(&deviation)
}

/// `((x - mean) / deviation) weight + bias`.
fn apply(x: &Tensor, plan: &Plan, weight: &Tensor, bias: &Tensor, mean: &Tensor, inverse: &Tensor) -> Result<Tensor> {
    let scaled = multiply(&subtract(x, mean)?, inverse)?;
    add(&multiply(&scaled, &reshape(weight, &plan.along)?)?, &reshape(bias, &plan.along)?)
}

fn forward(x: &Tensor, plan: &Plan, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<[Tensor; 3]> {
    check(x, plan, &[weight, bias])?;
    let average = mean(x, &plan.over, true)?;
    let variance = mean(&function(Square, [&subtract(x, &average)?])?, &plan.over, true)?;
    let inverse = inverse_deviation(&variance, epsilon)?;
    Ok([apply(x, plan, weight, bias, &average, &inverse)?, average, inverse])
}

/// With z = (x - mean) / deviation and d = dy weight: `dx = (d - mean(d) - z mean(d z)) / deviation`.
fn backward(x: &Tensor, dy: &Tensor, plan: &Plan, weight: &Tensor, average: &Tensor, inverse: &Tensor) -> Result<[Tensor; 3]> {
    check(x, plan, &[weight])?;
    if x.dims() != dy.dims() {
        fail!("Normalisation's gradient has its input's shape {:?}, not {:?}", x.dims(), dy.dims());
    }
    let z = multiply(&subtract(x, average)?, inverse)?;
    let d = multiply(dy, &reshape(weight, &plan.along)?)?;
    let pulled = add(&mean(&d, &plan.over, true)?, &multiply(&z, &mean(&multiply(&d, &z)?, &plan.over, true)?)?)?;
    let dx = multiply(&subtract(&d, &pulled)?, inverse)?;
    let dweight = reshape(&sum(&multiply(dy, &z)?, &plan.shared, true)?, weight.dims())?;
    let dbias = reshape(&sum(dy, &plan.shared, true)?, weight.dims())?;
    Ok([dx, dweight, dbias])
}

/// `x [n, c] or [n, c, h, w] -> (y, mean [c], 1 / deviation [c])` by the batch's own statistics
/// (Ioffe and Szegedy, arXiv 1502.03167).
pub fn batch_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<[Tensor; 3]> {
    let plan = batch_plan(x)?;
    let [y, average, inverse] = forward(x, &plan, weight, bias, epsilon)?;
    Ok([y, reshape(&average, weight.dims())?, reshape(&inverse, weight.dims())?])
}

/// Batch normalisation by given statistics.
pub fn batch_norm_inference(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    average: &Tensor,
    variance: &Tensor,
    epsilon: f64,
) -> Result<Tensor> {
    let plan = batch_plan(x)?;
    check(x, &plan, &[weight, bias, average, variance])?;
    let inverse = inverse_deviation(&reshape(variance, &plan.along)?, epsilon)?;
    apply(x, &plan, weight, bias, &reshape(average, &plan.along)?, &inverse)
}

/// The gradients of [`batch_norm`] for x, weight and bias.
pub fn batch_norm_gradient(x: &Tensor, dy: &Tensor, weight: &Tensor, average: &Tensor, inverse: &Tensor) -> Result<[Tensor; 3]> {
    let plan = batch_plan(x)?;
    check(x, &plan, &[average, inverse])?;
    backward(x, dy, &plan, weight, &reshape(average, &plan.along)?, &reshape(inverse, &plan.along)?)
}

/// The running statistics after a batch of `count` values a channel: `(1 - momentum) old + momentum new`,
/// the variance unbiased.
pub fn batch_norm_update(
    running: [&Tensor; 2],
    average: &Tensor,
    inverse: &Tensor,
    epsilon: f64,
    momentum: f64,
    count: usize,
) -> Result<[Tensor; 2]> {
    let variance = affine(&reciprocal(&function(Square, [inverse])?)?, 1.0, -epsilon)?;
    let unbiased = if count > 1 { count as f64 / (count - 1) as f64 } else { 1.0 };
    let mix =
        |old: &Tensor, new: &Tensor, scale: f64| add(&affine(old, 1.0 - momentum, 0.0)?, &affine(new, momentum * scale, 0.0)?);
    Ok([mix(running[0], average, 1.0)?, mix(running[1], &variance, unbiased)?])
}

/// `x [.., d] -> (y, mean [.., 1], 1 / deviation [.., 1])` over the last dimension (Ba et al., arXiv 1607.06450).
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<[Tensor; 3]> {
    forward(x, &layer_plan(x)?, weight, bias, epsilon)
}

/// The gradients of [`layer_norm`] for x, weight and bias.
pub fn layer_norm_gradient(x: &Tensor, dy: &Tensor, weight: &Tensor, average: &Tensor, inverse: &Tensor) -> Result<[Tensor; 3]> {
    backward(x, dy, &layer_plan(x)?, weight, average, inverse)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use candle_core::{Device, Tensor};

    use super::batch_norm_update;
    use crate::memory::BUDGET_HERE;

    #[test]
    fn a_view_of_more_elements_than_there_is_memory_for_is_refused_at_once() {
        BUDGET_HERE.set(Some(4 << 20));
        let one = Tensor::new(&[1f32], &Device::Cpu).unwrap();
        let many = one.broadcast_as(u32::MAX as usize).unwrap();
        let begun = Instant::now();
        let outcome = batch_norm_update([&one, &one], &one, &many, 1e-5, 0.1, 2);
        BUDGET_HERE.set(None);
        assert!(outcome.unwrap_err().0.contains("memory"));
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}
