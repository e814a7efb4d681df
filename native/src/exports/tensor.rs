//! Making, reading and freeing tensors.

use candle_core::{Device, WithDType};

use super::arguments::{MOST_DIMENSIONS, device, dtype, dtype_code, shape};
use crate::error::Result;
use crate::handles::{Handle, free, get, put};
use crate::kernels::buffer::filled;
use crate::ops::storage::{Elements, Format, make, row_major};
use crate::ops::{optimizer, pointwise, reduce, shape as shapes};
use crate::{exports, fail, types};

fn from_slice<T: WithDType>(data: &[T], dims: &[u32], on: u32) -> Result<Handle> {
    let dims = shape(dims)?;
    if data.len() != dims.iter().product::<usize>() {
        fail!("{} numbers do not fill a tensor of shape {dims:?}", data.len());
    }
    // SAFETY: all elements are written.
    let copied = unsafe { filled(data.len(), |out| std::ptr::copy_nonoverlapping(data.as_ptr(), out.at(0), data.len())) }?;
    put(make(copied, &dims, Format::RowMajor)?.to_device(&device(on)?)?)
}

fn read<T: WithDType + Send + Sync>(handle: Handle, out: &mut [T]) -> Result<()> {
    let tensor = get(handle)?;
    if tensor.dtype() != T::DTYPE || tensor.elem_count() != out.len() {
        fail!(
            "A tensor of {} {:?} cannot be read into {} numbers of {}",
            tensor.dtype().as_str(),
            tensor.dims(),
            out.len(),
            T::DTYPE.as_str()
        );
    }
    let tensor = row_major::<T>(&tensor.to_device(&Device::Cpu)?)?;
    out.copy_from_slice(&Elements::<T>::of(&tensor)?);
    Ok(())
}

exports! { EXPORTS:
    /// A tensor of these numbers in row-major order.
    fn tensor_from_u8(data: &[u8], shape: &[u32], device: u32) -> Handle { from_slice(data, shape, device) }
    /// A tensor of these numbers in row-major order.
    fn tensor_from_u32(data: &[u32], shape: &[u32], device: u32) -> Handle { from_slice(data, shape, device) }
    /// A tensor of these numbers in row-major order.
    fn tensor_from_i64(data: &[i64], shape: &[u32], device: u32) -> Handle { from_slice(data, shape, device) }
    /// A tensor of these numbers in row-major order.
    fn tensor_from_f32(data: &[f32], shape: &[u32], device: u32) -> Handle { from_slice(data, shape, device) }
    /// A tensor of these numbers in row-major order.
    fn tensor_from_f64(data: &[f64], shape: &[u32], device: u32) -> Handle { from_slice(data, shape, device) }

    /// A tensor of one repeated number.
    fn tensor_full(value: f64, dtype_code: u32, dims: &[u32], on: u32) -> Handle {
        let dims = shape(dims)?;
        let count = dims.iter().product();
        let kind = dtype(dtype_code)?;
        let full = types!(dtype kind, T => {
            let value = <T as WithDType>::from_f64(value);
            // SAFETY: all elements are written.
            let data = unsafe { filled(count, |out| (0..count).for_each(|i| *out.at(i) = value)) }?;
            make(data, &dims, Format::RowMajor)
        })?;
        put(full.to_device(&device(on)?)?)
    }

    /// Copies a tensor's numbers out in row-major order.
    fn tensor_read_u8(tensor: Handle, out: &mut [u8]) -> Status { read(tensor, out) }
    /// Copies a tensor's numbers out in row-major order.
    fn tensor_read_u32(tensor: Handle, out: &mut [u32]) -> Status { read(tensor, out) }
    /// Copies a tensor's numbers out in row-major order.
    fn tensor_read_i64(tensor: Handle, out: &mut [i64]) -> Status { read(tensor, out) }
    /// Copies a tensor's numbers out in row-major order.
    fn tensor_read_f32(tensor: Handle, out: &mut [f32]) -> Status { read(tensor, out) }
    /// Copies a tensor's numbers out in row-major order.
    fn tensor_read_f64(tensor: Handle, out: &mut [f64]) -> Status { read(tensor, out) }

    /// Writes rank, element type, device and then the dimensions.
    fn tensor_describe(tensor: Handle, out: &mut [u32]) -> Status {
        let tensor = get(tensor)?;
        let dims = tensor.dims();
        if out.len() < 3 + dims.len() || dims.len() > MOST_DIMENSIONS {
            fail!("Room for {} numbers is needed, not {}", 3 + dims.len(), out.len());
        }
        out[0] = dims.len() as u32;
        out[1] = dtype_code(tensor.dtype())?;
        out[2] = u32::from(!tensor.device().is_cpu());
        for (slot, &size) in out[3..].iter_mut().zip(dims) {
            *slot = size as u32;
        }
        Ok(())
    }

    /// Forgets a handle; memory is freed with its last user.
    fn tensor_free(tensor: Handle) -> Status { free(tensor) }
    /// A row-major copy that shares nothing.
    fn tensor_copy(tensor: Handle) -> Handle { put(shapes::copy(&get(tensor)?)?) }
    /// Another handle to the same tensor.
    fn tensor_alias(tensor: Handle) -> Handle { put(get(tensor)?) }
    /// A tensor of another element type.
    fn tensor_cast(tensor: Handle, dtype_code: u32) -> Handle { put(pointwise::cast(&get(tensor)?, dtype(dtype_code)?)?) }
    /// A copy on another device, or the tensor itself where it is there already.
    fn tensor_to_device(tensor: Handle, on: u32) -> Handle { put(get(tensor)?.to_device(&device(on)?)?) }
    /// Overwrites a tensor's numbers with another's.
    fn tensor_assign(tensor: Handle, source: Handle) -> Status { optimizer::assign(&get(tensor)?, &get(source)?) }
    /// Writes 1 where every number is finite, 0 otherwise.
    fn tensor_all_finite(tensor: Handle, out: &mut [u32]) -> Status {
        super::arguments::set(out, u32::from(reduce::all_finite(&get(tensor)?)?))
    }
}
