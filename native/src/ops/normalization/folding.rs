//! A batch normalisation by given statistics, folded into the layer before it.

use candle_core::Tensor;

use super::check;
use crate::error::Result;
use crate::floats;
use crate::kernels::buffer::room;
use crate::kernels::vector::Float;
use crate::ops::storage::{Elements, Format, has_float_kernels, make, row_major};

/// With s = weight / sqrt(variance + epsilon): `(s W, s (b - mean) + bias)` for the weight W `[o, ..]` and the bias b `[o]`
/// of the layer; each operation is rounded in the layer's type.
///
/// # Errors
/// Where the normalisation has not a number for each of the o outputs.
pub fn fold(
    layer_weight: &Tensor,
    layer_bias: Option<&Tensor>,
    normalization @ [weight, bias, mean, variance]: [&Tensor; 4],
    epsilon: f64,
) -> Result<[Tensor; 2]> {
    let outputs = layer_weight.dims().first().copied().unwrap_or(1);
    check(layer_weight, outputs, &normalization)?;
    check(layer_weight, outputs, &[layer_bias.unwrap_or(mean)])?;
    if !has_float_kernels(layer_weight, "Folding a normalisation")? {
        let scale = (weight / (variance.affine(1.0, epsilon)?.sqrt()?))?;
        let mut along = vec![1; layer_weight.rank()];
        along[..1.min(layer_weight.rank())].fill(outputs);
        let centred = layer_bias.map_or_else(|| mean.neg(), |bias| bias - mean)?;
        return Ok([layer_weight.broadcast_mul(&scale.reshape(along)?)?, ((centred * scale)? + bias)?]);
    }
    floats!(layer_weight, "folding", T => {
        let of_layer = row_major::<T>(layer_weight)?;
        let of_layer = Elements::<T>::of(&of_layer)?;
        let old = layer_bias.map(row_major::<T>).transpose()?;
        let old = old.as_ref().map(Elements::<T>::of).transpose()?;
        let dense = [row_major::<T>(weight)?, row_major::<T>(bias)?, row_major::<T>(mean)?, row_major::<T>(variance)?];
        let [weight, bias, mean, variance] = dense.each_ref().map(Elements::<T>::of);
        let (weight, bias, mean, variance) = (weight?, bias?, mean?, variance?);
        let (mut weights, mut biases) = (room(of_layer.len())?, room(outputs)?);
        let mut of_outputs = of_layer.chunks_exact((of_layer.len() / outputs.max(1)).max(1));
        for o in 0..outputs {
            let scale = weight[o] / (variance[o] + <T as Float>::of(epsilon)).square_root();
            let centred = old.as_ref().map_or(-mean[o], |old| old[o] - mean[o]);
            biases.push(centred * scale + bias[o]);
            weights.extend(of_outputs.next().unwrap_or_default().iter().map(|&weight| weight * scale));
        }
        Ok([make(weights, layer_weight.dims(), Format::RowMajor)?, make(biases, &[outputs], Format::RowMajor)?])
    })
}
