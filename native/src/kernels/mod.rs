//! The loops: each kernel is one body over the vector type, with the order of its sums defined at its top.
//!
//! **The law of the chain.** The order of a sum is part of an operation's definition. Threads and vectors
//! divide outputs among themselves, never a sum, so that no result depends on the machine.

pub mod buffer;
pub mod choice;
pub mod convolution;
pub mod copy;
pub mod dropout;
pub mod epilogue;
pub mod follow;
pub mod geometry;
pub mod images;
pub mod loss;
pub mod math;
pub mod matmul;
pub mod normalization;
pub mod optimizer;
pub mod partials;
pub mod pointwise;
pub mod pooling;
pub mod reduce;
pub mod rows;
pub mod softmax;
pub mod tile;
pub mod vector;

#[cfg(test)]
mod tests;
