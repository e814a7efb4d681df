//! Chance: pure functions of (seed, purpose, epoch, index).

use super::arguments::{dtype, shape, stream};
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::ops::random as ops;
use crate::random;

exports! { EXPORTS:
    /// A tensor of numbers uniform in [low, high).
    fn random_uniform(seed: u32, purpose: u32, epoch: u32, index: u32, low: f64, high: f64, dims: &[u32], dtype_code: u32) -> Handle {
        put(ops::uniform(stream(seed, purpose, epoch, index), low, high, &shape(dims)?, dtype(dtype_code)?)?)
    }
    /// A tensor of normal numbers.
    fn random_normal(seed: u32, purpose: u32, epoch: u32, index: u32, mean: f64, deviation: f64, dims: &[u32], dtype_code: u32) -> Handle {
        put(ops::normal(stream(seed, purpose, epoch, index), mean, deviation, &shape(dims)?, dtype(dtype_code)?)?)
    }
    /// Fills `out` with a random order of 0..out.length.
    fn random_permutation(seed: u32, purpose: u32, epoch: u32, index: u32, out: &mut [u32]) -> Status {
        random::permutation(stream(seed, purpose, epoch, index), out);
        Ok(())
    }
    /// Fills `out` with random 32-bit words.
    fn random_bits(seed: u32, purpose: u32, epoch: u32, index: u32, out: &mut [u32]) -> Status {
        out.iter_mut().zip(stream(seed, purpose, epoch, index).words(0)).for_each(|(slot, word)| *slot = word);
        Ok(())
    }
    /// Fills `out` with numbers uniform in [0, 1), of 24 bits each.
    fn random_uniform_into(seed: u32, purpose: u32, epoch: u32, index: u32, out: &mut [f32]) -> Status {
        out.iter_mut().zip(stream(seed, purpose, epoch, index).words(0)).for_each(|(slot, word)| *slot = random::unit(word));
        Ok(())
    }
    /// Zero with probability p, x / (1 - p) otherwise. The same call on dy is its gradient.
    fn dropout(x: Handle, p: f64, seed: u32, purpose: u32, epoch: u32, index: u32) -> Handle {
        put(ops::dropout(&get(x)?, p, stream(seed, purpose, epoch, index))?)
    }
}
