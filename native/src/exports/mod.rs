//! What TypeScript calls. Each file declares the exports of one concept; `src/ffi/symbols.ts` is generated
//! from them.

mod arguments;
pub mod convolution;
pub mod data;
pub mod loss;
pub mod matmul;
pub mod mpi;
pub mod normalization;
pub mod optimizer;
pub mod pictures;
pub mod pointwise;
pub mod pooling;
pub mod random;
pub mod reduce;
pub mod shape;
pub mod system;
pub mod tensor;

use crate::abi::Export;

/// Every export, in the order of the manifest.
pub fn all() -> impl Iterator<Item = &'static Export> {
    [
        system::EXPORTS,
        tensor::EXPORTS,
        shape::EXPORTS,
        pointwise::EXPORTS,
        reduce::EXPORTS,
        matmul::EXPORTS,
        convolution::EXPORTS,
        pooling::EXPORTS,
        normalization::EXPORTS,
        loss::EXPORTS,
        optimizer::EXPORTS,
        random::EXPORTS,
        data::EXPORTS,
        pictures::EXPORTS,
        mpi::EXPORTS,
    ]
    .into_iter()
    .flatten()
}
