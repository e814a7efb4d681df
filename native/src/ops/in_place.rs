//! Writing into tensors that there are already, in whatever layout their memory is.

use std::any::Any;
use std::cell::Cell;

use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor, WithDType};

use super::storage::{Elements, Format, duplicate, format_of, in_format, row_major};
use crate::error::{Error, Result};
use crate::fail;
use crate::kernels::copy;

fn elements_mut<T: 'static>(storage: &mut CpuStorage) -> Option<&mut Vec<T>> {
    let data: &mut dyn Any = match storage {
        CpuStorage::U8(data) => data,
        CpuStorage::U32(data) => data,
        CpuStorage::I64(data) => data,
        CpuStorage::F32(data) => data,
        CpuStorage::F64(data) => data,
        _ => return None,
    };
    data.downcast_mut()
}

/// candle lends one mutable storage a call: this keeps its address while the next one is asked for.
struct Borrow<T>(Cell<Option<*mut T>>);

impl<T: WithDType> InplaceOp1 for Borrow<T> {
    fn name(&self) -> &'static str {
        "write in place"
    }
    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> candle_core::Result<()> {
        self.0.set(elements_mut::<T>(storage).map(|data| data.as_mut_ptr()));
        Ok(())
    }
}

/// Where a tensor's storage begins. Nobody may read the storage meanwhile: candle waits for its lock.
fn storage_mut<T: WithDType>(tensor: &Tensor) -> Result<*mut T> {
    let borrow = Borrow(Cell::new(None));
    tensor.inplace_op1(&borrow)?;
    match borrow.0.get() {
        Some(data) => Ok(data),
        None => fail!("Only a CPU tensor of type {} can be written here, not {}", T::DTYPE.as_str(), tensor.dtype().as_str()),
    }
}

/// # Errors
/// Where several elements of a tensor lie in one place.
pub fn ensure_writable(tensor: &Tensor) -> Result<()> {
    let is_repeated = tensor.dims().iter().zip(tensor.stride()).any(|(&size, &stride)| size > 1 && stride == 0);
    if is_repeated && tensor.elem_count() > 0 {
        fail!("Cannot write into a tensor of shape {:?} that was broadcast: copy it first", tensor.dims());
    }
    Ok(())
}

/// Overwrites a CPU tensor in any layout with another of its shape and type. No two of its elements may share a place.
pub fn overwrite<T: WithDType + Send + Sync>(target: &Tensor, source: &Tensor) -> Result<()> {
    if target.elem_count() == 0 {
        return Ok(());
    }
    let format = format_of(target);
    let source = in_format::<T>(source, format.unwrap_or(Format::RowMajor))?;
    let source = apart::<T>(&source, &[target])?;
    let (data, start, elements) = (storage_mut::<T>(target)?, target.layout().start_offset(), Elements::<T>::of(&source)?);
    // SAFETY: a layout names places of its own storage, and the source lies in another one.
    unsafe {
        match format {
            Some(_) => std::ptr::copy_nonoverlapping(elements.as_ptr(), data.add(start), elements.len()),
            None => copy::scatter_strided(&elements, data, start, target.dims(), target.stride()),
        }
    }
    Ok(())
}

/// A dense tensor, or a copy of it where it shares storage with one of `written`.
pub fn apart<T: WithDType>(tensor: &Tensor, written: &[&Tensor]) -> Result<Tensor> {
    if written.iter().any(|other| share_storage(tensor, other)) { duplicate::<T>(tensor) } else { Ok(tensor.clone()) }
}

/// Whether two tensors are views of one storage.
pub fn share_storage(a: &Tensor, b: &Tensor) -> bool {
    let ((a, _), (b, _)) = (a.storage_and_layout(), b.storage_and_layout());
    std::ptr::eq(&raw const *a, &raw const *b)
}

/// Calls `body` with the elements of several tensors in row-major order, to be changed in place. A tensor in another
/// layout is changed in a copy and written back.
///
/// # Errors
/// Where two of them share memory, or elements of one do.
pub fn write_in_place<T: WithDType + Send + Sync, R>(tensors: &[&Tensor], body: impl FnOnce(&mut [&mut [T]]) -> R) -> Result<R> {
    let mut slices: Vec<&mut [T]> = Vec::with_capacity(tensors.len());
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(tensors.len());
    let mut copies: Vec<(&Tensor, Tensor)> = Vec::new();
    for &tensor in tensors {
        ensure_writable(tensor)?;
        let (count, start) = (tensor.elem_count(), tensor.layout().start_offset());
        let mut data = storage_mut::<T>(tensor)?.wrapping_add(start);
        let reach = tensor.dims().iter().zip(tensor.stride()).map(|(&size, &stride)| size.saturating_sub(1) * stride);
        let length = if count == 0 { 0 } else { reach.sum::<usize>() + 1 };
        places.push((data as usize, data as usize + length * size_of::<T>()));
        if !tensor.is_contiguous() {
            let copy = row_major::<T>(tensor)?;
            data = storage_mut::<T>(&copy)?;
            copies.push((tensor, copy));
        }
        // SAFETY: the storage lives as long as `tensors` or `copies`, handles are used by one thread only, so that
        // nobody else reads or writes it meanwhile, and overlapping tensors are refused below before the first use.
        slices.push(if count == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(data, count) } });
    }
    places.sort_unstable();
    if places.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        return Err(Error("Tensors that are updated together must not share memory".to_owned()));
    }
    let outcome = body(&mut slices);
    for (tensor, copy) in copies {
        overwrite::<T>(tensor, &copy)?;
    }
    Ok(outcome)
}
