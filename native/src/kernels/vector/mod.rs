//! The small vector type on which every kernel's one body is written, and its instances: AVX-512, AVX2 with FMA,
//! NEON, and an array of numbers. The array is the specification.
//!
//! All operations round exactly once, so that every instance gives the same bits.

mod array;
mod dispatch;
mod float;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
mod intrinsics;
mod lanes;
#[cfg(target_arch = "aarch64")]
mod neon;
mod prefetch;
mod traits;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use self::array::Array;
pub use self::dispatch::check_instruction_set;
#[cfg(test)]
pub use self::dispatch::{FORCED, InstructionSet, available};
pub(super) use self::lanes::{for_vectors, zeros};
pub(super) use self::prefetch::{prefetch, prefetch_to_write};
pub use self::traits::{Float, Kernel, Vector};
