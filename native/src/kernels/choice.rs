//! Comparisons, and choices by them, for every type of elements. Operands are read by [`Rows`].

use super::buffer::{Shared, filled};
use super::rows::{Part, Rows};
use crate::error::Result;
use crate::{fail, parallel};

/// Elements that are worked on together: a number that the compiler knows, and makes vectors of.
const PIECE: usize = 64;

/// `count` elements of a row, or one of them as often as that.
#[inline(always)]
fn piece<T: Copy + Default>(x: &[T], place: usize, step: usize, count: usize) -> [T; PIECE] {
    if step == 0 {
        return [x[place]; PIECE];
    }
    let mut piece = [T::default(); PIECE];
    if count == PIECE {
        piece.copy_from_slice(&x[place..place + PIECE]);
    } else {
        piece[..count].copy_from_slice(&x[place..place + count]);
    }
    piece
}

/// Fills a result piece by piece: `pieces(places, count)` gives the elements for places of the operands.
fn by_pieces<R: Copy + Send, const N: usize>(
    rows: &Rows<N>,
    lengths: [usize; N],
    pieces: impl Fn([usize; N], usize) -> [R; PIECE] + Sync,
) -> Result<Vec<R>> {
    if rows.reach().iter().zip(lengths).any(|(&reach, length)| length < reach) {
        fail!("Internal error: an operand is shorter than what is read of it");
    }
    // SAFETY: the ranges cover all elements of the result.
    unsafe {
        filled(rows.length, |out: Shared<R>| {
            parallel::for_ranges(rows.length, parallel::WORTH_A_THREAD, |start, end| {
                for Part { at, places, count } in rows.parts(start, end) {
                    for first in (0..count).step_by(PIECE) {
                        let count = PIECE.min(count - first);
                        let places = std::array::from_fn(|n| places[n] + first * rows.steps[n]);
                        std::ptr::copy_nonoverlapping(pieces(places, count).as_ptr(), out.at(at + first), count);
                    }
                }
            });
        })
    }
}

/// 1 where `holds(a, b)`, 0 elsewhere.
///
/// # Errors
/// Where the memory cannot be had.
pub fn compare<T: Copy + Default + Sync>(
    holds: impl Fn(T, T) -> bool + Sync,
    [a, b]: [&[T]; 2],
    rows: &Rows<2>,
) -> Result<Vec<u8>> {
    let [first, second] = rows.steps;
    by_pieces(rows, [a.len(), b.len()], |places, count| {
        let (a, b) = (piece(a, places[0], first, count), piece(b, places[1], second, count));
        let mut result = [0; PIECE];
        for i in 0..PIECE {
            result[i] = u8::from(holds(a[i], b[i]));
        }
        result
    })
}

/// Elements by their bits, chosen by a mask: a branch would be guessed wrong half of the time.
trait Word: Copy + Default + Send + Sync {
    fn choose(on: bool, yes: Self, no: Self) -> Self;
}
macro_rules! words {
    ($($Word:ident)*) => { $(
        impl Word for $Word {
            #[inline(always)]
            fn choose(on: bool, yes: Self, no: Self) -> Self {
                let mask = $Word::from(on).wrapping_neg();
                (yes & mask) | (no & !mask)
            }
        }
    )* };
}
words!(u8 u32 u64);

/// As [`select`], for elements of the size of `W`.
fn select_words<T: Copy, W: Word>(condition: &[u8], choices: [&[T]; 2], rows: &Rows<3>) -> Result<Vec<T>> {
    assert!(size_of::<T>() == size_of::<W>() && align_of::<T>() == align_of::<W>());
    // SAFETY: any bits of an element make a word of its size.
    let [yes, no] = choices.map(|x| unsafe { std::slice::from_raw_parts(x.as_ptr().cast::<W>(), x.len()) });
    let [on, first, second] = rows.steps;
    let chosen = by_pieces(rows, [condition.len(), yes.len(), no.len()], |places, count| {
        let condition = piece(condition, places[0], on, count);
        let (yes, no) = (piece(yes, places[1], first, count), piece(no, places[2], second, count));
        let mut result = [W::default(); PIECE];
        for i in 0..PIECE {
            result[i] = W::choose(condition[i] != 0, yes[i], no[i]);
        }
        result
    })?;
    let mut chosen = std::mem::ManuallyDrop::new(chosen);
    // SAFETY: each word has the bits of an element of the same size and alignment.
    Ok(unsafe { Vec::from_raw_parts(chosen.as_mut_ptr().cast(), chosen.len(), chosen.capacity()) })
}

/// `yes` where the condition is not 0, `no` elsewhere.
///
/// # Errors
/// Where the memory cannot be had.
pub fn select<T: Copy>(condition: &[u8], yes: &[T], no: &[T], rows: &Rows<3>) -> Result<Vec<T>> {
    match size_of::<T>() {
        1 => select_words::<T, u8>(condition, [yes, no], rows),
        4 => select_words::<T, u32>(condition, [yes, no], rows),
        _ => select_words::<T, u64>(condition, [yes, no], rows),
    }
}
