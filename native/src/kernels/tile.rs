//! A tile: sums of several rows (or channels) and vectors of lanes, kept in registers until they are finished.

use super::vector::Vector;

/// Stores a tile's sums, each as `finish(sum, place, lanes left)` has it; a row lies `step` after the one before.
/// Whether all lanes are there is asked once, not for each vector: else the sums would be kept in memory.
///
/// # Safety
/// `to` must be valid for `left` lanes of each row.
#[inline(always)]
pub unsafe fn store<V: Vector, const C: usize, const W: usize>(
    sums: [[V; W]; C],
    to: *mut V::Element,
    step: usize,
    left: usize,
    finish: impl Fn(V, usize, usize) -> V,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if left >= W * V::LANES {
            for c in 0..C {
                for w in 0..W {
                    let place = c * step + w * V::LANES;
                    finish(sums[c][w], place, V::LANES).store(to.add(place));
                }
            }
        } else {
            for c in 0..C {
                for w in 0..W {
                    let place = c * step + w * V::LANES;
                    let left = left.saturating_sub(w * V::LANES);
                    finish(sums[c][w], place, left).store_up_to(to.add(place), left);
                }
            }
        }
    }
}
