//! One direction of a window that moves over images.

use crate::error::Result;
use crate::fail;
use crate::kernels::geometry::Axis;

/// # Errors
/// Where the kernel does not fit into the padded input.
pub fn axis(name: &str, input: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Result<Axis> {
    if kernel == 0 || stride == 0 || dilation == 0 {
        fail!("{name}: kernel, stride and dilation are at least 1, not {kernel}, {stride}, {dilation}");
    }
    let reach = dilation * (kernel - 1) + 1;
    match (input + 2 * padding).checked_sub(reach) {
        Some(room) if input > 0 => Ok(Axis { input, output: room / stride + 1, kernel, stride, padding, dilation }),
        _ => fail!("{name}: a kernel that reaches over {reach} does not fit into {input} with padding {padding}"),
    }
}
