//! Turning what crosses the boundary into what operations take.

use candle_core::{DType, Device, Tensor};

use crate::error::Result;
use crate::fail;
use crate::handles::{Handle, put};
use crate::ops::storage::element_count;
use crate::random::Stream;

/// No tensor has more dimensions.
pub const MOST_DIMENSIONS: usize = 8;

pub fn sizes(numbers: &[u32]) -> Vec<usize> {
    numbers.iter().map(|&number| number as usize).collect()
}

/// A shape that a tensor may have.
pub fn shape(numbers: &[u32]) -> Result<Vec<usize>> {
    if numbers.len() > MOST_DIMENSIONS {
        fail!("A tensor has at most {MOST_DIMENSIONS} dimensions, not {}", numbers.len());
    }
    let shape = sizes(numbers);
    element_count(&shape)?;
    Ok(shape)
}

const DTYPES: [DType; 5] = [DType::U8, DType::U32, DType::I64, DType::F32, DType::F64];

pub fn dtype(code: u32) -> Result<DType> {
    match DTYPES.get(code as usize) {
        Some(dtype) => Ok(*dtype),
        None => fail!("{code} is not the number of an element type"),
    }
}

pub fn dtype_code(dtype: DType) -> Result<u32> {
    match DTYPES.iter().position(|&known| known == dtype) {
        Some(code) => Ok(code as u32),
        None => fail!("Tensors of type {} are not supported", dtype.as_str()),
    }
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<Device> {
    thread_local! {
        static CUDA: std::cell::RefCell<Option<Device>> = const { std::cell::RefCell::new(None) };
    }
    CUDA.with_borrow_mut(|device| match device {
        Some(device) => Ok(device.clone()),
        None => {
            let new = match Device::new_cuda(0) {
                Ok(new) => new,
                Err(error) => {
                    let crate::error::Error(cause) = error.into();
                    fail!("No CUDA device can be used ({cause}): use --device cpu")
                }
            };
            *device = Some(new.clone());
            Ok(new)
        }
    })
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Device> {
    fail!(
        "This library was built without CUDA: run `deno task build --features cuda` on a machine with the CUDA toolkit, or use --device cpu"
    )
}

pub fn device(code: u32) -> Result<Device> {
    match code {
        0 => Ok(Device::Cpu),
        1 => cuda(),
        _ => fail!("{code} is not the number of a device"),
    }
}

pub fn stream(seed: u32, purpose: u32, epoch: u32, index: u32) -> Stream {
    Stream { seed, purpose, epoch, index }
}

/// Which of a layer's inputs (x, weight, bias) want a gradient: a bit each.
pub fn wants(bits: u32) -> [bool; 3] {
    [0, 1, 2].map(|input| bits >> input & 1 == 1)
}

/// Hands several results over: all or nothing.
pub fn put_all<const N: usize>(tensors: [Tensor; N], out: &mut [Handle]) -> Result<()> {
    put_wanted(tensors.map(Some), out)
}

/// Hands results over, 0 in the place of one that is missing: all or nothing.
pub fn put_wanted<const N: usize>(tensors: [Option<Tensor>; N], out: &mut [Handle]) -> Result<()> {
    if out.len() < N {
        fail!("Room for {N} handles is needed, not {}", out.len());
    }
    for (slot, tensor) in out.iter_mut().zip(tensors) {
        *slot = tensor.map_or(Ok(0.0), put)?;
    }
    Ok(())
}

/// The one number that a caller made room for.
pub fn set<T>(out: &mut [T], value: T) -> Result<()> {
    match out.first_mut() {
        Some(slot) => {
            *slot = value;
            Ok(())
        }
        None => fail!("Room for one number is needed"),
    }
}
