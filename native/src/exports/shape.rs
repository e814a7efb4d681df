//! Views, copies and indexing.

use super::arguments::{shape, sizes};
use crate::exports;
use crate::handles::{Handle, get, get_all, put};
use crate::ops::shape as ops;

exports! { EXPORTS:
    /// The same elements in row-major order in another shape.
    fn tensor_reshape(x: Handle, dims: &[u32]) -> Handle { put(ops::reshape(&get(x)?, &shape(dims)?)?) }
    /// Dimension i of the result is dimension `dims[i]` of x.
    fn tensor_permute(x: Handle, dims: &[u32]) -> Handle { put(ops::permute(&get(x)?, &sizes(dims))?) }
    /// x repeated along dimensions of size 1.
    fn tensor_broadcast(x: Handle, dims: &[u32]) -> Handle { put(ops::broadcast(&get(x)?, &shape(dims)?)?) }
    /// `length` elements along `dim`, every `step`-th from `start` on.
    fn tensor_slice(x: Handle, dim: u32, start: u32, length: u32, step: u32) -> Handle {
        put(ops::slice(&get(x)?, dim as usize, start as usize, length as usize, step as usize)?)
    }
    /// Tensors side by side along `dim`.
    fn tensor_concat(tensors: &[f64], dim: u32) -> Handle { put(ops::concat(&get_all(tensors)?, dim as usize)?) }
    /// The slices `indices [n]` of dimension `dim`.
    fn tensor_index_select(x: Handle, indices: Handle, dim: u32) -> Handle {
        put(ops::index_select(&get(x)?, &get(indices)?, dim as usize)?)
    }
    /// x with the slices of `source` added at `indices`: the gradient of index_select.
    fn tensor_index_add(x: Handle, indices: Handle, source: Handle, dim: u32) -> Handle {
        put(ops::index_add(&get(x)?, &get(indices)?, &get(source)?, dim as usize)?)
    }
    /// `out[.., i, ..] = x[.., indices[.., i, ..], ..]`.
    fn tensor_gather(x: Handle, indices: Handle, dim: u32) -> Handle {
        put(ops::gather(&get(x)?, &get(indices)?, dim as usize)?)
    }
    /// x with `source` added where gather would have read: the gradient of gather.
    fn tensor_scatter_add(x: Handle, indices: Handle, source: Handle, dim: u32) -> Handle {
        put(ops::scatter_add(&get(x)?, &get(indices)?, &get(source)?, dim as usize)?)
    }
}
