//! 2-D convolution. The logical shape is always NCHW; on the CPU images lie innermost in memory.

use candle_core::Tensor;

use super::axis::axis;
use super::composed::convolution as composed;
use super::pointwise::function;
use super::reduce;
use super::storage::{Elements, Format, batch_innermost, element_count, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::convolution::{direct, weight, weight_winograd, winograd};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::Follow;
use crate::kernels::geometry::Geometry;
use crate::kernels::normalization as kernel;
use crate::kernels::pointwise::{Relu, ReluGradient};
use crate::kernels::vector::Float;
use crate::ops::normalization::Pending;
use crate::{fail, floats};

/// Stride, padding and dilation by row and column, and groups.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
}

impl Parameters {
    pub(super) fn geometry(&self, x: &[usize], weight: &[usize]) -> Result<Geometry> {
        let (&[images, in_channels, height, width], &[out_channels, in_group, ky, kx]) = (x, weight) else {
            fail!("conv2d takes an input [n, c, h, w] and a weight [o, c / groups, ky, kx], not {x:?} and {weight:?}");
        };
        let groups = self.groups;
        if groups == 0 || in_channels != in_group * groups || !out_channels.is_multiple_of(groups) {
            fail!("conv2d: a weight {weight:?} in {groups} groups does not fit an input {x:?}");
        }
        let rows = axis("conv2d", height, ky, self.stride[0], self.padding[0], self.dilation[0])?;
        let columns = axis("conv2d", width, kx, self.stride[1], self.padding[1], self.dilation[1])?;
        element_count(&[images, out_channels, rows.output, columns.output])?;
        Ok(Geometry { images, in_channels, out_channels, groups, rows, columns })
    }
}

fn check_output(geometry: &Geometry, dy: &Tensor) -> Result<()> {
    let expected = output_shape(geometry);
    if dy.dims() != expected {
        fail!("conv2d's gradient has shape {expected:?}, not {:?}", dy.dims());
    }
    Ok(())
}

fn one_type(tensors: &[&Tensor]) -> Result<()> {
    match tensors.windows(2).find(|pair| pair[0].dtype() != pair[1].dtype()) {
        Some(pair) => fail!("conv2d needs one type, not {} and {}", pair[0].dtype().as_str(), pair[1].dtype().as_str()),
        None => Ok(()),
    }
}

pub(super) fn check_operands(geometry: &Geometry, x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<()> {
    one_type(&[x, weight, bias.unwrap_or(x)])?;
    if let Some(bias) = bias
        && bias.dims() != [geometry.out_channels]
    {
        fail!("conv2d with weight {:?} takes a bias [{}], not {:?}", weight.dims(), geometry.out_channels, bias.dims());
    }
    Ok(())
}

/// `x [n, c, h, w], weight [o, c / groups, ky, kx], bias [o] -> [n, o, h', w']`, perhaps with a tensor of that shape
/// added, then perhaps through a ReLU.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    parameters: &Parameters,
    added: Option<&Tensor>,
    relu: bool,
    pending: Option<Pending>,
) -> Result<Tensor> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_operands(&geometry, x, weight, bias)?;
    pending.map(|pending| pending.check(x)).transpose()?;
    if let Some(added) = added {
        check_output(&geometry, added)?;
        one_type(&[x, added])?;
    }
    let shape = output_shape(&geometry);
    if !has_float_kernels(x, "conv2d")? {
        let x = pending.map_or(Ok(x.clone()), |pending| pending.composed(x))?;
        let mut y = composed::forward(&geometry, &x, weight)?;
        if let Some(bias) = bias {
            y = y.broadcast_add(&bias.reshape((1, geometry.out_channels, 1, 1))?)?;
        }
        if let Some(added) = added {
            y = (y + added)?;
        }
        return if relu { function(Relu, [&y]) } else { Ok(y) };
    }
    floats!(x, "conv2d", T => {
        let added = added.map(batch_innermost::<T>).transpose()?;
        let added = added.as_ref().map(Elements::<T>::of).transpose()?;
        let epilogue = Epilogue::of(added.as_deref(), relu);
        make(stored::<T>(&geometry, x, pending, weight, bias, epilogue, None)?, &shape, Format::BatchInnermost)
    })
}

/// The result's elements, images innermost, and what follows them.
pub(super) fn stored<T: Float>(
    geometry: &Geometry,
    x: &Tensor,
    pending: Option<Pending>,
    weight: &Tensor,
    bias: Option<&Tensor>,
    epilogue: Epilogue<T>,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>> {
    with_operands::<T, _>(x, weight, bias, |x, weight, bias| {
        Pending::in_kernels(pending, |pending| match pending {
            _ if !winograd::suits(geometry) => direct::forward(geometry, x, pending, weight, bias, epilogue, follow),
            None => winograd::forward(geometry, x, weight, bias, epilogue, follow),
            Some(pending) => winograd::forward(geometry, &kernel::apply(x, pending)?, weight, bias, epilogue, follow),
        })
    })
}

/// Calls `function` with the elements of x, images innermost, of the weight and of the bias.
pub(super) fn with_operands<T: Float, R>(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    function: impl FnOnce(&[T], &[T], Option<&[T]>) -> Result<R>,
) -> Result<R> {
    let (x, weight, bias) = (batch_innermost::<T>(x)?, row_major::<T>(weight)?, bias.map(row_major::<T>).transpose()?);
    let bias = bias.as_ref().map(Elements::<T>::of).transpose()?;
    function(&Elements::<T>::of(&x)?, &Elements::<T>::of(&weight)?, bias.as_deref())
}

pub(super) fn output_shape(geometry: &Geometry) -> [usize; 4] {
    [geometry.images, geometry.out_channels, geometry.rows.output, geometry.columns.output]
}

/// The gradients of `conv2d` for its three inputs, as far as they are wanted, the first one for x as it is read: `dy [n, o, h', w']` `-> dx [n, c, h, w]`,
/// zero where x is not positive if `masked` (it came out of a ReLU), `dweight [o, c / groups, ky, kx]` and `dbias [o]`.
pub fn gradients(
    x: &Tensor,
    weight: &Tensor,
    dy: &Tensor,
    parameters: &Parameters,
    masked: bool,
    pending: Option<Pending>,
    [for_x, for_weight, for_bias]: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_output(&geometry, dy)?;
    one_type(&[x, weight, dy])?;
    pending.map(|pending| pending.check(x)).transpose()?;
    if !has_float_kernels(x, "conv2d")? {
        let x = &pending.map_or(Ok(x.clone()), |pending| pending.composed(x))?;
        let masking = |dx: Tensor| if masked { function(ReluGradient, [x, &dx]) } else { Ok(dx) };
        return Ok([
            for_x.then(|| composed::input_gradient(&geometry, dy, weight).and_then(masking)).transpose()?,
            for_weight.then(|| composed::weight_gradient(&geometry, x, dy)).transpose()?,
            for_bias.then(|| reduce::sum(dy, &[0, 2, 3], false)).transpose()?,
        ]);
    }
    floats!(x, "conv2d", T => {
        let (x_format, dy_format) = (batch_innermost::<T>(x)?, batch_innermost::<T>(dy)?);
        let (from_x, from_dy) = (Elements::<T>::of(&x_format)?, Elements::<T>::of(&dy_format)?);
        let mut wanted = [None, None, None];
        if for_x {
            let weight = row_major::<T>(weight)?;
            let input_gradient = if winograd::suits(&geometry) { winograd::input_gradient } else { direct::input_gradient };
            let dx = input_gradient(&geometry, &from_dy, &Elements::<T>::of(&weight)?, masked.then_some(&*from_x))?;
            wanted[0] = Some(make(dx, x.dims(), Format::BatchInnermost)?);
        }
        if for_weight || for_bias {
            let (dw, db) = Pending::in_kernels(pending, |pending| match pending {
                _ if !for_weight || !weight_winograd::suits(&geometry) => {
                    weight::weight_gradient(&geometry, &from_x, pending, &from_dy, for_bias)
                }
                None => weight_winograd::weight_gradient(&geometry, &from_x, &from_dy, for_bias),
                Some(pending) => {
                    weight_winograd::weight_gradient(&geometry, &kernel::apply(&from_x, pending)?, &from_dy, for_bias)
                }
            })?;
            wanted[1] = for_weight.then(|| make(dw, weight.dims(), Format::RowMajor)).transpose()?;
            wanted[2] = for_bias.then(|| make(db, &[geometry.out_channels], Format::RowMajor)).transpose()?;
        }
        Ok(wanted)
    })
}

/// Whether a convolution of such channels applies a pending normalisation while it reads, whatever the images; else it is
/// applied before.
pub fn reads_pending(weight: &[usize], parameters: &Parameters) -> Result<bool> {
    // Images of any size beyond the smallest have one answer.
    let image = [1, weight.get(1).copied().unwrap_or(0) * parameters.groups, 1 << 10, 1 << 10];
    Ok(!winograd::suits(&parameters.geometry(&image, weight)?))
}
