//! Maximum and average pooling over windows of `[n, c, h, w]`.

use candle_core::Tensor;

use super::axis::axis;
use super::composed::pooling as composed;
use super::pointwise::function;
use super::storage::{Elements, Format, batch_innermost, element_count, has_float_kernels, make};
use crate::error::Result;
use crate::kernels::pointwise::ReluGradient;
use crate::kernels::pooling::{self as kernel, Share, Windows};
use crate::{fail, floats};

/// Kernel, stride and padding by row and column.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
}

impl Parameters {
    /// Whether the windows are 2x2 and lie apart.
    pub fn halves(&self) -> bool {
        self.kernel == [2; 2] && self.stride == [2; 2] && self.padding == [0; 2]
    }

    /// Refuses tensors that have not the shape of what pooling `x` gives.
    pub fn check_gradient(&self, x: &[usize], tensors: &[&Tensor]) -> Result<()> {
        check_gradient(&self.windows(x)?, tensors)
    }

    pub fn windows(&self, x: &[usize]) -> Result<Windows> {
        let &[images, channels, height, width] = x else {
            fail!("Pooling takes an input [n, c, h, w], not {x:?}");
        };
        if (0..2).any(|d| 2 * self.padding[d] > self.kernel[d]) {
            fail!("Pooling pads by at most half its kernel {:?}, not by {:?}", self.kernel, self.padding);
        }
        let rows = axis("Pooling", height, self.kernel[0], self.stride[0], self.padding[0], 1)?;
        let columns = axis("Pooling", width, self.kernel[1], self.stride[1], self.padding[1], 1)?;
        let windows = Windows { channels, images, rows, columns };
        element_count(&output_shape(&windows))?;
        Ok(windows)
    }
}

pub fn output_shape(windows: &Windows) -> [usize; 4] {
    [windows.images, windows.channels, windows.rows.output, windows.columns.output]
}

fn check_gradient(windows: &Windows, tensors: &[&Tensor]) -> Result<()> {
    match tensors.iter().find(|tensor| tensor.dims() != output_shape(windows)) {
        Some(tensor) => fail!("Pooling's gradient has shape {:?}, not {:?}", output_shape(windows), tensor.dims()),
        None => Ok(()),
    }
}

/// The largest number of each window and its argmax, the place ky * kernel columns + kx in the window.
pub fn max_pool2d(x: &Tensor, parameters: &Parameters) -> Result<(Tensor, Tensor)> {
    let windows = parameters.windows(x.dims())?;
    let shape = output_shape(&windows);
    if !has_float_kernels(x, "Pooling")? {
        return composed::maximum(&windows, x);
    }
    floats!(x, "max_pool2d", T => {
        let x = batch_innermost::<T>(x)?;
        let (y, argmax) = kernel::max_forward(&windows, &Elements::<T>::of(&x)?)?;
        Ok((make(y, &shape, Format::BatchInnermost)?, make(argmax, &shape, Format::BatchInnermost)?))
    })
}

/// The gradient goes to the place that `argmax` names. Where `value`, the pooled output, is given and not positive, the
/// gradient is 0: it includes the gradient of a ReLU before the pooling.
pub fn max_pool2d_gradient(
    dy: &Tensor,
    argmax: &Tensor,
    x_shape: &[usize],
    parameters: &Parameters,
    value: Option<&Tensor>,
) -> Result<Tensor> {
    let windows = parameters.windows(x_shape)?;
    check_gradient(&windows, &[dy, argmax, value.unwrap_or(dy)])?;
    if !has_float_kernels(dy, "Pooling")? {
        let dy = value.map_or(Ok(dy.clone()), |value| function(ReluGradient, [value, dy]))?;
        return composed::backward(&windows, &dy, |place| {
            Ok(argmax.eq(place as f64)?.where_cond(&dy.contiguous()?, &dy.zeros_like()?)?)
        });
    }
    floats!(dy, "max_pool2d", T => {
        let (dy, argmax) = (batch_innermost::<T>(dy)?, batch_innermost::<T>(argmax)?);
        let value = value.map(batch_innermost::<T>).transpose()?;
        let value = value.as_ref().map(Elements::<T>::of).transpose()?;
        let argmax = Elements::<T>::of(&argmax)?;
        let share = Share::Largest { argmax: &argmax, value: value.as_deref() };
        make(kernel::backward(&windows, &Elements::<T>::of(&dy)?, share)?, x_shape, Format::BatchInnermost)
    })
}

/// The mean of each window; padding counts as zeros.
pub fn avg_pool2d(x: &Tensor, parameters: &Parameters) -> Result<Tensor> {
    let windows = parameters.windows(x.dims())?;
    if !has_float_kernels(x, "Pooling")? {
        return composed::average(&windows, x);
    }
    floats!(x, "avg_pool2d", T => {
        let x = batch_innermost::<T>(x)?;
        make(kernel::average_forward(&windows, &Elements::<T>::of(&x)?)?, &output_shape(&windows), Format::BatchInnermost)
    })
}

pub fn avg_pool2d_gradient(dy: &Tensor, x_shape: &[usize], parameters: &Parameters) -> Result<Tensor> {
    let windows = parameters.windows(x_shape)?;
    check_gradient(&windows, &[dy])?;
    if !has_float_kernels(dy, "Pooling")? {
        let area = (windows.rows.kernel * windows.columns.kernel) as f64;
        let each = (dy.contiguous()? / area)?;
        return composed::backward(&windows, dy, |_| Ok(each.clone()));
    }
    floats!(dy, "avg_pool2d", T => {
        let dy = batch_innermost::<T>(dy)?;
        make(kernel::backward(&windows, &Elements::<T>::of(&dy)?, Share::Equal)?, x_shape, Format::BatchInnermost)
    })
}
