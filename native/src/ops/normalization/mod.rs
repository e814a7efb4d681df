//! Batch, group, layer and RMS normalisation. What a gradient needs of the forward pass are the sets' statistics: means
//! and biased variances, f64 `[2, sets]`.

mod channels;
mod folding;
mod pending;
mod pixels;
mod pooled;
mod rows;
mod running;

use candle_core::{DType, Tensor};

pub use self::channels::{
    batch_norm, batch_norm_gradients, batch_norm_inference, batch_statistics, group_norm, group_norm_gradients,
};
pub use self::folding::fold;
pub use self::pending::{Pending, batch_norm_inference_pending, batch_norm_pending};
pub use self::pixels::{pixel_norm, pixel_norm_gradients};
pub use self::pooled::{batch_norm_max_pool2d, batch_norm_max_pool2d_gradients};
pub use self::rows::{About, row_norm, row_norm_gradients};
pub use self::running::follow;
use super::shape::copy;
use super::storage::{Format, ensure_room, make};
use crate::error::Result;
use crate::fail;

/// Refuses parameters that are not `size` numbers of x's type.
fn check(x: &Tensor, size: usize, parameters: &[&Tensor]) -> Result<()> {
    match parameters.iter().find(|tensor| tensor.elem_count() != size || tensor.dtype() != x.dtype()) {
        Some(tensor) => fail!("Normalising {:?} takes parameters [{size}] of its type, not {:?}", x.dims(), tensor.dims()),
        None => Ok(()),
    }
}

fn check_gradient(x: &Tensor, dy: &Tensor, statistics: &Tensor, sets: usize) -> Result<()> {
    if x.dims() != dy.dims() || x.dtype() != dy.dtype() {
        fail!("Normalisation's gradient has its input's type and shape {:?}, not {:?}", x.dims(), dy.dims());
    }
    if statistics.dims() != [2, sets] || statistics.dtype() != DType::F64 {
        fail!("Normalising {:?} takes f64 statistics [2, {sets}], not {:?}", x.dims(), statistics.dims());
    }
    Ok(())
}

fn zeros(shape: &[usize], dtype: DType, like: &Tensor) -> Result<Tensor> {
    ensure_room(shape, dtype)?;
    Ok(Tensor::zeros(shape, dtype, like.device())?)
}

/// What a tensor without elements becomes.
fn empty(x: &Tensor, sets: usize) -> Result<[Tensor; 2]> {
    Ok([copy(x)?, zeros(&[2, sets], DType::F64, x)?])
}

fn empty_gradients(x: &Tensor, weight: &Tensor, wanted: [bool; 3]) -> Result<[Option<Tensor>; 3]> {
    let [for_x, for_weight, for_bias] = wanted;
    let like_weight = || zeros(weight.dims(), weight.dtype(), weight);
    Ok([for_x.then(|| copy(x)).transpose()?, for_weight.then(like_weight).transpose()?, for_bias.then(like_weight).transpose()?])
}

fn statistics_of(numbers: Vec<f64>) -> Result<Tensor> {
    let shape = [2, numbers.len() / 2];
    make(numbers, &shape, Format::RowMajor)
}
