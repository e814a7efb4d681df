//! Reaching candle's storage, and the two memory formats that kernels work on.

use std::cell::Cell;
use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::Deref;

use candle_core::op::BackpropOp;
use candle_core::{DType, Storage, StorageRef, Tensor, WithDType};

use crate::error::Result;
use crate::kernels::copy;
use crate::{fail, memory};

/// No tensor is larger: 64 GiB of f32.
const MOST_ELEMENTS: usize = 1 << 34;

thread_local! {
    static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Routes every operation through its composed form: how tests check on a CPU what a GPU would compute.
pub fn force_composed(on: bool) {
    COMPOSED.set(on);
}

/// Whether our kernels compute this tensor's operations, or candle's composed ones.
pub fn has_kernels(tensor: &Tensor) -> bool {
    tensor.device().is_cpu() && !COMPOSED.get()
}

/// The number of elements of a shape that a tensor may have. Sizes of 0 are left out of the limit's product, so
/// that a product over some of the dimensions never overflows either.
pub fn element_count(shape: &[usize]) -> Result<usize> {
    let product = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size.max(1)));
    if product.is_none_or(|product| product > MOST_ELEMENTS) {
        fail!("A tensor of shape {shape:?} is too large: at most {MOST_ELEMENTS} elements are supported");
    }
    Ok(shape.iter().product())
}

/// Refuses a result that is beyond the memory budget, before code that cannot fail allocates it.
pub fn ensure_room(shape: &[usize], dtype: DType) -> Result<()> {
    memory::ensure(element_count(shape)?, dtype.size_in_bytes())
}

/// As [`has_kernels`], for an operation on f32 and f64 alone: some of candle's forms panic for other types.
pub fn has_float_kernels(tensor: &Tensor, operation: impl Display) -> Result<bool> {
    if !tensor.dtype().is_float() {
        fail!("{operation} needs f32 or f64 tensors, not {}", tensor.dtype().as_str());
    }
    Ok(has_kernels(tensor))
}

/// How a dense tensor's elements lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The last dimension innermost.
    RowMajor,
    /// The first dimension, a batch's images, innermost; the others row-major around it.
    BatchInnermost,
}

fn is_batch_innermost(tensor: &Tensor) -> bool {
    let (Some((&images, rest)), Some((&first, strides))) = (tensor.dims().split_first(), tensor.stride().split_first()) else {
        return false;
    };
    let mut expected = images;
    for (&size, &stride) in rest.iter().zip(strides).rev() {
        if size != 1 && stride != expected {
            return false;
        }
        expected *= size;
    }
    images == 1 || first == 1
}

pub fn format_of(tensor: &Tensor) -> Option<Format> {
    if tensor.is_contiguous() {
        Some(Format::RowMajor)
    } else if is_batch_innermost(tensor) {
        Some(Format::BatchInnermost)
    } else {
        None
    }
}

/// The tensor itself where it has that format already, otherwise a copy.
pub fn in_format<T: WithDType + Send + Sync>(tensor: &Tensor, format: Format) -> Result<Tensor> {
    match format {
        Format::RowMajor => row_major::<T>(tensor),
        Format::BatchInnermost => batch_innermost::<T>(tensor),
    }
}

pub fn row_major<T: WithDType + Send + Sync>(tensor: &Tensor) -> Result<Tensor> {
    if tensor.is_contiguous() {
        return Ok(tensor.clone());
    }
    if is_batch_innermost(tensor) {
        let images = tensor.dims()[0];
        let x = Elements::<T>::of(tensor)?;
        return make(copy::transpose(&x, tensor.elem_count() / images.max(1), images)?, tensor.dims(), Format::RowMajor);
    }
    strided::<T>(tensor, tensor.layout().start_offset(), tensor.dims(), tensor.stride())
}

pub fn batch_innermost<T: WithDType + Send + Sync>(tensor: &Tensor) -> Result<Tensor> {
    if is_batch_innermost(tensor) || tensor.rank() == 0 {
        return Ok(tensor.clone());
    }
    let tensor = row_major::<T>(tensor)?;
    let images = tensor.dims()[0];
    let x = Elements::<T>::of(&tensor)?;
    make(copy::transpose(&x, images, tensor.elem_count() / images.max(1))?, tensor.dims(), Format::BatchInnermost)
}

/// A row-major copy of every `step`-th of a CPU tensor's elements along `dim`, from `start` on.
pub fn every<T: WithDType + Send + Sync>(
    tensor: &Tensor,
    dim: usize,
    start: usize,
    length: usize,
    step: usize,
) -> Result<Tensor> {
    let (mut shape, mut strides) = (tensor.dims().to_vec(), tensor.stride().to_vec());
    let first = tensor.layout().start_offset() + start * strides[dim];
    (shape[dim], strides[dim]) = (length, strides[dim] * step);
    strided::<T>(tensor, first, &shape, &strides)
}

fn strided<T: WithDType + Send + Sync>(tensor: &Tensor, start: usize, shape: &[usize], strides: &[usize]) -> Result<Tensor> {
    let (storage, _) = tensor.storage_and_layout();
    make(copy::gather_strided(cpu_slice::<T>(&storage)?, start, shape, strides)?, shape, Format::RowMajor)
}

/// A copy of a dense CPU tensor in its format.
pub fn duplicate<T: WithDType>(tensor: &Tensor) -> Result<Tensor> {
    ensure_room(tensor.dims(), tensor.dtype())?;
    make(Elements::<T>::of(tensor)?.to_vec(), tensor.dims(), format_of(tensor).unwrap_or(Format::RowMajor))
}

fn cpu_slice<T: WithDType>(storage: &Storage) -> Result<&[T]> {
    match storage {
        Storage::Cpu(storage) => Ok(T::cpu_storage_as_slice(storage)?),
        _ => fail!("The tensor is not on the CPU"),
    }
}

/// The elements of a tensor's memory in their order: each of its own where it is dense.
pub struct Elements<'a, T> {
    storage: StorageRef<'a>,
    start: usize,
    count: usize,
    element: PhantomData<T>,
}

impl<'a, T: WithDType> Elements<'a, T> {
    pub fn of(tensor: &'a Tensor) -> Result<Self> {
        if format_of(tensor).is_none() {
            fail!(
                "Internal error: a kernel was given a tensor with gaps, shape {:?} strides {:?}",
                tensor.dims(),
                tensor.stride()
            );
        }
        Self::first(tensor, tensor.elem_count())
    }

    /// From the first to the last element of a tensor in any layout, with what lies between them.
    pub fn spanned(tensor: &'a Tensor) -> Result<Self> {
        let span = tensor.dims().iter().zip(tensor.stride()).map(|(&size, &stride)| size.saturating_sub(1) * stride);
        Self::first(tensor, if tensor.elem_count() == 0 { 0 } else { 1 + span.sum::<usize>() })
    }

    fn first(tensor: &'a Tensor, count: usize) -> Result<Self> {
        let (storage, layout) = tensor.storage_and_layout();
        // A slice of an empty tensor may begin past its end.
        let start = if count == 0 { 0 } else { layout.start_offset() };
        if cpu_slice::<T>(&storage)?.len() < start + count {
            fail!("Internal error: a tensor's storage is shorter than its shape {:?}", tensor.dims());
        }
        Ok(Self { storage, start, count, element: PhantomData })
    }
}

impl<T: WithDType> Deref for Elements<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        cpu_slice(&self.storage).map_or(&[], |data| &data[self.start..self.start + self.count])
    }
}

/// A new CPU tensor from elements that lie in `format`.
pub fn make<T: WithDType>(data: Vec<T>, shape: &[usize], format: Format) -> Result<Tensor> {
    if data.len() != shape.iter().product::<usize>() {
        fail!("Internal error: {} elements for shape {shape:?}", data.len());
    }
    let storage = Storage::Cpu(T::to_cpu_storage_owned(data));
    if format == Format::RowMajor || shape.len() < 2 {
        return Ok(Tensor::from_storage(storage, shape, BackpropOp::none(), false));
    }
    let (mut rotated, mut order) = (shape.to_vec(), (0..shape.len()).collect::<Vec<_>>());
    rotated.rotate_left(1);
    order.rotate_right(1);
    Ok(Tensor::from_storage(storage, rotated, BackpropOp::none(), false).permute(order)?)
}

/// `by_type!(dtype, [F32 f32 F64 f64], T => body, other => failure)`: the body for the type that the dtype names.
#[macro_export]
macro_rules! by_type {
    ($dtype:expr, [$($Variant:ident $Type:ident)*], $T:ident => $body:expr, $other:ident => $failure:expr) => {
        match $dtype {
            $(candle_core::DType::$Variant => {
                type $T = $Type;
                $body
            })*
            $other => $failure,
        }
    };
}

/// `floats!(x, "exp", T => body)`: the body for f32 or f64; or `floats!(dtype kind, "exp", T => body)`.
#[macro_export]
macro_rules! floats {
    (dtype $dtype:expr, $operation:expr, $T:ident => $body:expr) => {
        $crate::by_type!($dtype, [F32 f32 F64 f64], $T => $body, other => {
            $crate::fail!("{} needs f32 or f64 tensors, not {}", $operation, other.as_str())
        })
    };
    ($tensor:expr, $operation:expr, $T:ident => $body:expr) => {
        $crate::floats!(dtype $tensor.dtype(), $operation, $T => $body)
    };
}

/// `types!(x, T => body)`: the body for the tensor's own type; or `types!(dtype kind, T => body)`.
#[macro_export]
macro_rules! types {
    (dtype $dtype:expr, $T:ident => $body:expr) => {
        $crate::by_type!($dtype, [U8 u8 U32 u32 I64 i64 F32 f32 F64 f64], $T => $body, other => {
            $crate::fail!("Tensors of type {} are not supported", other.as_str())
        })
    };
    ($tensor:expr, $T:ident => $body:expr) => {
        $crate::types!(dtype $tensor.dtype(), $T => $body)
    };
}
