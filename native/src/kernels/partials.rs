//! The sixteen partial sums of a long sum: term j goes to partial j mod 16, so that one vector of 16 lanes, or
//! two of 8, adds them side by side; at the end they are joined by a fixed tree.

use super::vector::Float;

pub const PARTIALS: usize = 16;

/// `((0 + 8) + (4 + 12)) + ...`: halves are added until one number is left.
#[inline(always)]
pub fn join<T: Float>(mut partials: [T; PARTIALS]) -> T {
    let mut half = PARTIALS / 2;
    while half > 0 {
        for i in 0..half {
            partials[i] += partials[i + half];
        }
        half /= 2;
    }
    partials[0]
}
