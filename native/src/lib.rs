//! The native half of wick: every tensor operation, called from TypeScript through `Deno.dlopen`.
//!
//! Layers, each knowing only those below it:
//! [`exports`] (the boundary) -> [`ops`] (shapes, devices, candle's storage) -> [`kernels`] (loops).

pub mod abi;
pub mod control_groups;
pub mod cores;
pub mod error;
pub mod exports;
#[cfg(test)]
mod fuzz;
pub mod handles;
pub mod kernels;
pub mod manifest;
pub mod memory;
pub mod mpi;
pub mod ops;
pub mod parallel;
pub mod pictures;
pub mod pool;
pub mod random;

#[global_allocator]
static ALLOCATOR: memory::ReusingAllocator = memory::ReusingAllocator;
