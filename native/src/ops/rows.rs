//! Bringing tensors into a form that an element-wise kernel reads: views with strides of 0 stay views.

use candle_core::{Tensor, WithDType};

use super::storage::{Format, format_of, in_format};
use crate::error::Result;
use crate::fail;
use crate::kernels::rows::Rows;

/// The format of what is computed from these element by element: the first dense one's.
pub fn common_format(tensors: &[&Tensor]) -> Format {
    tensors.iter().find_map(|tensor| format_of(tensor)).unwrap_or(Format::RowMajor)
}

/// A tensor's dimensions in the order of a format's memory, the innermost first.
fn inwards(rank: usize, format: Format) -> impl Iterator<Item = usize> {
    let (first, rest) = if format == Format::BatchInnermost && rank > 0 { (Some(0), 1..rank) } else { (None, 0..rank) };
    first.into_iter().chain(rest.rev())
}

/// The tensor itself where rows can be read from it, otherwise a copy. What is broadcast is copied once and not repeated.
pub fn readable<T: WithDType + Send + Sync>(tensor: &Tensor, format: Format) -> Result<Tensor> {
    let (sizes, strides) = (tensor.dims(), tensor.stride());
    let innermost = inwards(sizes.len(), format).find(|&dim| sizes[dim] != 1);
    if tensor.elem_count() == 0 || innermost.is_none_or(|dim| strides[dim] <= 1) {
        return Ok(tensor.clone());
    }
    let mut core = tensor.clone();
    for dim in 0..sizes.len() {
        if strides[dim] == 0 {
            core = core.narrow(dim, 0, 1)?;
        }
    }
    Ok(in_format::<T>(&core, format)?.broadcast_as(sizes)?)
}

/// How tensors of one shape, each of them [`readable`], are read for a result in a format.
pub fn rows_of<const N: usize>(tensors: [&Tensor; N], format: Format) -> Result<Rows<N>> {
    let sizes = tensors[0].dims();
    if tensors[0].elem_count() == 0 || tensors.iter().all(|tensor| format_of(tensor) == Some(format)) {
        return Ok(Rows::alike(tensors[0].elem_count()));
    }
    let dimension = |dim: usize| (sizes[dim], tensors.map(|tensor| tensor.stride()[dim]));
    match Rows::of(inwards(sizes.len(), format).map(dimension)) {
        Some(rows) => Ok(rows),
        None => fail!("Internal error: a kernel was given a tensor of shape {sizes:?} that has no rows"),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;
    use crate::ops::in_place::share_storage;
    use crate::ops::storage::{Elements, batch_innermost};

    #[test]
    fn a_tensor_without_elements_is_read_whatever_its_strides() {
        let x = Tensor::zeros((2, 1, 0), candle_core::DType::F32, &Device::Cpu).unwrap().permute((2, 1, 0)).unwrap();
        let one = Tensor::ones((1, 1, 2), candle_core::DType::F32, &Device::Cpu).unwrap().broadcast_as((0, 1, 2)).unwrap();
        for format in [Format::RowMajor, Format::BatchInnermost] {
            assert!(rows_of([&x, &one], format).is_ok());
        }
    }

    #[test]
    fn what_is_broadcast_is_read_where_it_lies() {
        let x = Tensor::arange(0f32, 12.0, &Device::Cpu).unwrap().reshape((3, 1, 4)).unwrap();
        for (view, format) in [
            (x.broadcast_as((3, 5, 4)).unwrap(), Format::RowMajor),
            (x.narrow(2, 0, 1).unwrap().contiguous().unwrap().broadcast_as((3, 5, 4)).unwrap(), Format::RowMajor),
            (x.narrow(0, 0, 1).unwrap().broadcast_as((3, 5, 4)).unwrap(), Format::BatchInnermost),
            (batch_innermost::<f32>(&x).unwrap().broadcast_as((3, 5, 4)).unwrap(), Format::BatchInnermost),
        ] {
            let read = readable::<f32>(&view, format).unwrap();
            assert!(share_storage(&read, &view) && read.stride() == view.stride());
        }
    }

    #[test]
    fn what_has_no_rows_is_copied_once_and_not_repeated() {
        let x = Tensor::arange(0f32, 12.0, &Device::Cpu).unwrap().reshape((4, 3)).unwrap();
        let view = x.t().unwrap().reshape((3, 1, 4)).unwrap().broadcast_as((3, 50, 4)).unwrap();
        let turned = x.t().unwrap().unsqueeze(1).unwrap().broadcast_as((3, 50, 4)).unwrap();
        let read = readable::<f32>(&turned, Format::RowMajor).unwrap();
        assert_eq!(Elements::<f32>::spanned(&read).unwrap().len(), 12);
        assert_eq!(read.contiguous().unwrap().to_vec3::<f32>().unwrap(), view.contiguous().unwrap().to_vec3::<f32>().unwrap());
    }
}
