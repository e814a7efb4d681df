//! One row of the result.

use super::segment::{Segment, Tap};
use super::tile::{Edge, Inside, Reading, Source, Tile};
use super::whole::{Row, Whole};
use crate::kernels::tile::{channel_block, with_constant};
use crate::kernels::vector::{Float, Kernel, Vector};

impl<T: Float> Kernel<T> for Row<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { geometry, rows, row_length, .. } = self.whole;
        let mut taps = Vec::with_capacity(geometry.taps());
        for segment in self.segments {
            taps.clear();
            for ky in 0..geometry.rows.kernel {
                let Some(row) = rows.source(self.row, ky).map(|row| row * row_length) else { continue };
                taps.extend(segment.taps.iter().map(|&(kx, position)| {
                    let place = ky * geometry.columns.kernel + kx;
                    Tap { at: row as isize + position, row, position, place }
                }));
            }
            // SAFETY: the segment lies within the row, and its taps within the source or outside their rows.
            unsafe { self.segment::<V>(segment, &taps) }
        }
    }
}

impl<T: Float> Row<'_, T> {
    /// # Safety
    /// The segment must lie within this row; the rows of the taps must lie within the source.
    #[inline(always)]
    unsafe fn segment<V: Vector<Element = T>>(&self, segment: &Segment, taps: &[Tap]) {
        let Whole { x, rows, row_length, from_channels, .. } = self.whole;
        let channel_length = rows.from * row_length;
        let lowest = taps.iter().map(|tap| tap.position).min().unwrap_or(0);
        let highest = taps.iter().map(|tap| tap.position).max().unwrap_or(0);
        let (mut sources, mut copies) = (Vec::new(), Vec::new());
        // SAFETY: the caller's promise; a tile some of whose taps leave their row reads what `edge` prepares.
        unsafe {
            let from = x.as_ptr().add(self.group * from_channels * channel_length);
            let mut lane = 0;
            while lane < segment.length {
                let vectors = if lane + V::LANES < segment.length { 2 } else { 1 };
                let end = lane + vectors * V::LANES;
                let inside = lane as isize + lowest >= 0 && end as isize + highest <= row_length as isize;
                if inside {
                    let reading = Inside { from: from.wrapping_add(lane), channel_length, taps };
                    self.blocks::<V>(segment, taps, lane, vectors, reading);
                } else {
                    self.edge::<V>(from, taps, lane, &mut sources, &mut copies);
                    self.blocks::<V>(segment, taps, lane, vectors, Edge(&sources));
                }
                lane = end;
            }
        }
    }

    /// The tiles of all blocks of channels, one after another: what they read is then in the nearest cache.
    ///
    /// # Safety
    /// The segment must lie within this row, `lane` within the segment, and `reading` must hold for all `vectors`.
    #[inline(always)]
    unsafe fn blocks<V: Vector<Element = T>>(
        &self,
        segment: &Segment,
        taps: &[Tap],
        lane: usize,
        vectors: usize,
        reading: impl Reading<V>,
    ) {
        for block in 0..self.blocks {
            let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
            let tile = Tile { row: self, segment, taps, lane, first };
            // SAFETY: the caller's promise.
            unsafe {
                with_constant!(C = last - first, [1 2 3 4 5 6 7 8 9 10 11; 12], {
                    with_constant!(W = vectors, [1; 2], tile.run::<V, C, W>(reading))
                });
            }
        }
    }

    /// Finds the two vectors of each tap from `lane` on: in the source row, among zeros where the whole vector lies
    /// outside, and in a copy where the vector straddles the row's end.
    ///
    /// # Safety
    /// `from` must be valid for all source channels, whose rows must include the taps' rows.
    unsafe fn edge<V: Vector<Element = T>>(
        &self,
        from: *const T,
        taps: &[Tap],
        lane: usize,
        sources: &mut Vec<Source<T>>,
        copies: &mut Vec<T>,
    ) {
        let Whole { rows, row_length, from_channels, .. } = self.whole;
        let channel_length = rows.from * row_length;
        let row_length = row_length as isize;
        let lanes = V::LANES as isize;
        let mut copy = 0;
        sources.clear();
        for tap in taps {
            for w in 0..2 {
                let position = tap.position + lane as isize + w * lanes;
                sources.push(if position >= 0 && position + lanes <= row_length {
                    // SAFETY: the whole vector lies in the row.
                    Source { at: unsafe { from.add(tap.row).offset(position) }, step: channel_length }
                } else if position + lanes <= 0 || position >= row_length {
                    Source { at: self.zeros.as_ptr(), step: 0 }
                } else {
                    copies.resize(V::LANES * 2 * taps.len() * from_channels, T::ZERO);
                    // SAFETY: the copies have room for two vectors of every tap and channel.
                    let at = unsafe { copies.as_mut_ptr().add(copy) };
                    for channel in 0..from_channels {
                        // SAFETY: `load_within` stays in the row, and this channel's copy is there.
                        unsafe {
                            let row = from.add(channel * channel_length + tap.row);
                            V::load_within(row, position, row_length as usize).store(at.add(channel * V::LANES));
                        }
                    }
                    copy += V::LANES * from_channels;
                    Source { at, step: V::LANES }
                });
            }
        }
    }
}
