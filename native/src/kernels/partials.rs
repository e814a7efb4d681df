//! The sixteen partial sums of a long sum: term j goes to partial j mod 16, so that one vector of 16 lanes, or
//! two of 8, adds them side by side; at the end they are joined by a fixed tree.

use super::vector::{Float, Vector};

pub const PARTIALS: usize = 16;

/// The sum of `count` terms. `add(total, j)` adds term j to lane 0 of the partials in `total`, term j + 1 to lane 1,
/// and so on; lanes from `count` on add +0.
#[inline(always)]
pub fn sum<V: Vector>(count: usize, add: impl Fn(V, usize) -> V) -> V::Element {
    let mut partials = [V::Element::ZERO; PARTIALS];
    carry_on(&mut partials, count, add);
    join(partials)
}

/// Adds `count` more terms to their partials, as [`sum`] does.
#[inline(always)]
pub fn carry_on<V: Vector>(partials: &mut [V::Element; PARTIALS], count: usize, add: impl Fn(V, usize) -> V) {
    for part in (0..PARTIALS).step_by(V::LANES) {
        // SAFETY: a vector's lanes fit into the rest of the partials.
        let place = unsafe { partials.as_mut_ptr().add(part) };
        // SAFETY: as above.
        let mut total = unsafe { V::load(place) };
        for j in (part..count).step_by(PARTIALS) {
            total = add(total, j);
        }
        // SAFETY: as above.
        unsafe { total.store(place) };
    }
}

/// The terms of `K` sums over each of several rows. A trait and no closure: what is given a vector has to be inlined.
pub trait Terms<V, const K: usize> {
    /// Adds term j of a row to lane 0 of its totals' partials, term j + 1 to lane 1, and so on; lanes from `left` on
    /// add +0.
    ///
    /// # Safety
    /// The row must have term j.
    unsafe fn add(&self, totals: [V; K], row: usize, j: usize, left: usize) -> [V; K];
}

/// `K` sums over the `count` terms of each of `ROWS` rows, side by side: while one sum waits for its last term, the
/// others go on.
///
/// # Safety
/// The rows must have these terms.
#[inline(always)]
pub unsafe fn sums<V: Vector, const ROWS: usize, const K: usize>(
    count: usize,
    terms: impl Terms<V, K>,
) -> [[V::Element; K]; ROWS] {
    let mut partials = [[[V::Element::ZERO; PARTIALS]; K]; ROWS];
    let whole = count - count % PARTIALS;
    for part in (0..PARTIALS).step_by(V::LANES) {
        let mut totals = [[V::zero(); K]; ROWS];
        let mut j = part;
        while j < whole {
            for row in 0..ROWS {
                // SAFETY: the caller's promise.
                totals[row] = unsafe { terms.add(totals[row], row, j, V::LANES) };
            }
            j += PARTIALS;
        }
        for row in 0..ROWS {
            // SAFETY: the caller's promise; a vector's lanes fit into the rest of the partials.
            unsafe {
                if j < count {
                    totals[row] = terms.add(totals[row], row, j, count - j);
                }
                for sum in 0..K {
                    totals[row][sum].store(partials[row][sum].as_mut_ptr().add(part));
                }
            }
        }
    }
    let mut joined = [[V::Element::ZERO; K]; ROWS];
    for row in 0..ROWS {
        for sum in 0..K {
            joined[row][sum] = join(partials[row][sum]);
        }
    }
    joined
}

/// `((0 + 8) + (4 + 12)) + ...`: halves are added until one number is left.
#[inline(always)]
pub fn join<T: Float>(partials: [T; PARTIALS]) -> T {
    join_by(partials, |a, b| a + b)
}

/// As [`join`], where `add` adds.
#[inline(always)]
pub fn join_by<T: Copy>(mut partials: [T; PARTIALS], add: impl Fn(T, T) -> T) -> T {
    let mut half = PARTIALS / 2;
    while half > 0 {
        for i in 0..half {
            partials[i] = add(partials[i], partials[i + half]);
        }
        half /= 2;
    }
    partials[0]
}
