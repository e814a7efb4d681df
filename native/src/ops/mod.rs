//! Operations on candle tensors: shapes, devices and formats. Each has two forms: our kernel for the CPU,
//! and one composed of candle's operations, which is the implementation on other devices and, on the CPU,
//! what a test compares the kernel with.

pub mod convolution;
pub mod images;
pub mod loss;
pub mod matmul;
pub mod normalization;
pub mod optimizer;
pub mod pointwise;
pub mod pooling;
pub mod random;
pub mod reduce;
pub mod shape;
pub mod storage;
