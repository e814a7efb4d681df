//! The reference: each operation composed of candle's. It is the implementation on other devices than the CPU, and
//! on the CPU what a test compares the kernels with. A form of one line stands at its operation.

pub mod convolution;
pub mod loss;
pub mod normalization;
pub mod optimizer;
pub mod pointwise;
pub mod pooling;
pub mod reduce;
pub mod shape;
mod windows;
