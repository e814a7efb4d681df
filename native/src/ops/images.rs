//! Batches of images and labels from a whole set that stays in memory as bytes.

use candle_core::{DType, Device, Tensor};

use super::storage::{Elements, Format, element_count, ensure_room, make, row_major};
use crate::error::Result;
use crate::fail;
use crate::kernels::buffer::room;
use crate::kernels::images::{self as kernel, Augmentation};
use crate::random::Stream;

fn check_indices(count: usize, indices: &[u32]) -> Result<()> {
    match indices.iter().find(|&&index| index as usize >= count) {
        Some(index) => fail!("Image {index} is outside the set of {count}"),
        None => Ok(()),
    }
}

/// `images u8 [n, c, h, w] -> f32 [indices, c, h, w]`, divided by 255. The bytes stay on the CPU.
pub fn gather_images(images: &Tensor, indices: &[u32]) -> Result<Tensor> {
    let &[count, channels, rows, columns] = images.dims() else {
        fail!("Images are u8 [n, c, h, w], not {:?}", images.dims());
    };
    if images.dtype() != DType::U8 || !images.is_contiguous() {
        fail!("Images are row-major u8, not {}", images.dtype().as_str());
    }
    check_indices(count, indices)?;
    let shape = [indices.len(), channels, rows, columns];
    element_count(&shape)?;
    if images.device().is_cpu() {
        return make(kernel::gather(&Elements::<u8>::of(images)?, channels * rows * columns, indices)?, &shape, Format::RowMajor);
    }
    let places = Tensor::from_slice(indices, indices.len(), images.device())?;
    Ok((images.index_select(&places, 0)?.to_dtype(DType::F32)? / 255.0)?)
}

/// `labels u8 or u32 [n] -> u32 [indices]`.
pub fn gather_labels(labels: &Tensor, indices: &[u32]) -> Result<Tensor> {
    let &[count] = labels.dims() else { fail!("Labels are [n], not {:?}", labels.dims()) };
    check_indices(count, indices)?;
    if labels.device().is_cpu() && labels.dtype() == DType::U8 {
        let labels = Elements::<u8>::of(labels)?;
        let mut taken = room(indices.len())?;
        taken.extend(indices.iter().map(|&index| u32::from(labels[index as usize])));
        return make(taken, &[indices.len()], Format::RowMajor);
    }
    let places = Tensor::from_slice(indices, indices.len(), labels.device())?;
    Ok(labels.index_select(&places, 0)?.to_dtype(DType::U32)?)
}

/// Augments a batch `[b, c, h, w]`; image j's chance is its own: index `indices[j]` of the stream.
pub fn augment(images: &Tensor, augmentation: &Augmentation, stream: Stream, indices: &[u32]) -> Result<Tensor> {
    let &[batch, channels, rows, columns] = images.dims() else {
        fail!("Images are f32 [n, c, h, w], not {:?}", images.dims());
    };
    if images.dtype() != DType::F32 || batch != indices.len() {
        fail!("Augmentation takes f32 images and an index for each, not {batch} images and {} indices", indices.len());
    }
    let on_cpu = row_major::<f32>(&images.to_device(&Device::Cpu)?)?;
    ensure_room(images.dims(), DType::F32)?;
    let mut pixels = Elements::<f32>::of(&on_cpu)?.to_vec();
    kernel::augment(augmentation, &mut pixels, [channels, rows, columns], stream, indices);
    Ok(make(pixels, images.dims(), Format::RowMajor)?.to_device(images.device())?)
}
