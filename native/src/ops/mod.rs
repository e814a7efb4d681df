//! Operations on candle tensors: shapes, devices and formats. Each has two forms: our kernel for the CPU, and
//! the one in [`composed`], which every other device uses.

mod axis;
mod composed;
pub mod convolution;
pub mod followed;
pub mod functions;
pub mod images;
mod in_place;
pub mod loss;
pub mod matmul;
pub mod normalization;
pub mod optimizer;
pub mod pointwise;
pub mod pooling;
pub mod random;
pub mod reduce;
mod rows;
pub mod shape;
pub mod softmax;
pub mod storage;
