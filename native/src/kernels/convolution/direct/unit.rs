//! What one task does: some units, one after another.

use std::ops::Range;

use super::layout::{Layout, Segment};
use super::plan::Plan;
use super::tiles::{Ahead, Place, Tap, Tiles, tile_vectors};
use super::whole::Whole;
use crate::kernels::follow::NEAR;
use crate::kernels::normalization::Reading;
use crate::kernels::tile::{channel_block, with_constant};
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

/// The units of one task.
pub(super) struct Units<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) plan: &'a Plan,
    /// Packed weights of all groups.
    pub(super) weight: &'a [T],
    pub(super) blocks: usize,
    pub(super) range: Range<usize>,
}

/// Some images, a part of some destination rows, of one group. Packed source rows lie `[channel, slot, column, image]`, where a
/// column takes `pitch` elements: row r in slot r mod the slots, so that neighbouring rows are there together.
pub(super) struct Unit<'a, T> {
    pub(super) group: usize,
    pub(super) layout: &'a Layout,
    images: Range<usize>,
    pub(super) pitch: usize,
    slots: usize,
    pub(super) packed: *mut T,
}

impl<T: Float> Kernel<T> for Units<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { geometry: g, rows, columns, to_channels, .. } = self.whole;
        let &Plan { images, chunks, ref parts, bands, room } = self.plan;
        let (mut packed, mut taps) = (vec![T::ZERO; room], Vec::with_capacity(g.taps()));
        let mut held = vec![None; rows.span()];
        for index in self.range.clone() {
            let (rest, layout) = (index / parts.len(), &parts[index % parts.len()]);
            let (rest, chunk) = (rest / chunks, rest % chunks);
            let (band, group) = (rest / g.groups, rest % g.groups);
            let band = parallel::share(rows.to, band, bands);
            let images = chunk * images..((chunk + 1) * images).min(g.images);
            // A vector's lanes may belong to several columns where these lie side by side in the result.
            let apart = images.len() < g.images || self.whole.columns.step() > 1;
            let pitch = if apart { images.len().next_multiple_of(V::LANES) } else { images.len() };
            let unit = Unit { group, layout, images, pitch, slots: rows.span(), packed: packed.as_mut_ptr() };
            held.fill(None);
            let channels = group * to_channels..(group + 1) * to_channels;
            // Parts of rows, or rows of some images alone, lie in pieces in the result.
            let followed = self.whole.followed.filter(|_| unit.images.len() == g.images && parts.len() == 1);
            let row_length = columns.to * g.images;
            let mut not_followed = 0;
            // SAFETY: the plan's room is that of all slots, with a vector more, since the last one of a row may reach
            // beyond it; each unit is one task's alone.
            unsafe {
                for row in band.clone() {
                    for source in (0..g.rows.kernel).filter_map(|ky| rows.source(row, ky)) {
                        let slot = source % unit.slots;
                        if held[slot].replace(source) != Some(source) {
                            self.pack::<V>(&unit, source, slot);
                        }
                    }
                    let ahead = if row + 1 < band.end { self.ahead(&unit, row + 1, &held) } else { None };
                    self.row::<V>(&unit, row, &mut taps, ahead);
                    not_followed += to_channels * row_length;
                    if let Some(followed) = followed.filter(|_| not_followed >= NEAR || row + 1 == band.end) {
                        followed.piece(channels.clone(), band.start * row_length..(row + 1) * row_length);
                        not_followed = 0;
                    }
                }
            }
        }
    }
}

impl<T: Float> Units<'_, T> {
    /// # Safety
    /// The source must have the row, and the unit's images be this thread's alone.
    #[inline(always)]
    unsafe fn pack<V: Vector<Element = T>>(&self, unit: &Unit<T>, row: usize, slot: usize) {
        let Whole { geometry, rows, columns, from_channels, x, pending, .. } = self.whole;
        let row_length = unit.layout.columns * unit.pitch;
        let images = [unit.images.len(), unit.pitch];
        for channel in 0..from_channels {
            let from = ((unit.group * from_channels + channel) * rows.from + row) * columns.from * geometry.images;
            let from = &x[from + unit.images.start..];
            let reading = Reading { pending, channel: unit.group * from_channels + channel };
            // SAFETY: the unit has room for the row; the caller's promise.
            unsafe {
                let mut to = unit.packed.add((channel * unit.slots + slot) * row_length);
                for strip in &unit.layout.strips {
                    to = strip.lay_out::<V>(reading, from, geometry.images, images, to);
                }
            }
        }
    }

    /// The source rows of destination row `row` that are not `held`, where their channels are too many for a processor to
    /// foresee what is read of them.
    fn ahead(&self, unit: &Unit<T>, row: usize, held: &[Option<usize>]) -> Option<Ahead<T>> {
        const MANY: usize = 16;
        let Whole { geometry: g, rows, columns, from_channels, x, .. } = self.whole;
        let mut sources = (0..g.rows.kernel).filter_map(|ky| rows.source(row, ky));
        let first = sources.find(|&source| held[source % unit.slots] != Some(source)).filter(|_| from_channels >= MANY)?;
        let (row_length, Layout { met, segments, .. }) = (columns.from * g.images, unit.layout);
        let at = (unit.group * from_channels * rows.from + first) * row_length;
        let at = at + met.start * g.images + unit.images.start;
        let (columns, step) = (columns.sources_a_destination(), columns.source_step());
        let last = segments.first()?.count.saturating_sub(1);
        Some(Ahead {
            at: x.as_ptr().wrapping_add(at),
            channel_step: rows.from * row_length,
            rows: rows.sources_a_destination(),
            row_step: row_length,
            columns,
            last,
            columns_of_last: met.len().saturating_sub(last * step).max(columns),
            column_step: g.images,
            destination_step: step * g.images,
        })
    }

    /// # Safety
    /// The unit's source must be packed, and the row be this thread's alone.
    #[inline(always)]
    unsafe fn row<V: Vector<Element = T>>(&self, unit: &Unit<T>, row: usize, taps: &mut Vec<Tap>, ahead: Option<Ahead<T>>) {
        let Whole { geometry: g, rows, columns, from_channels, to_channels, bias, epilogue, out, .. } = self.whole;
        let row_length = unit.layout.columns * unit.pitch;
        let channel_length = unit.slots * row_length;
        let (to_row, to_channel) = (columns.to * g.images, rows.to * columns.to * g.images);
        for (index, &Segment { first, step, count, taps: ref columns }) in unit.layout.segments.iter().enumerate() {
            taps.clear();
            for ky in 0..g.rows.kernel {
                let Some(slot) = rows.source(row, ky).map(|source| source % unit.slots) else { continue };
                taps.extend(
                    columns.iter().map(|&(kx, column)| Tap {
                        at: slot * row_length + column * unit.pitch,
                        place: ky * g.columns.kernel + kx,
                    }),
                );
            }
            if self.by_columns::<V>(unit) {
                // SAFETY: the caller's promise.
                unsafe { self.columns_of::<V>(unit, row, first..first + count, taps) };
                continue;
            }
            let lanes = count * unit.pitch;
            let place = Place {
                pitch: unit.pitch,
                images: unit.images.len(),
                column_step: step * g.images,
                channel_step: to_channel,
                side_by_side: step == 1 && unit.pitch == g.images,
                lanes,
            };
            for block in 0..self.blocks {
                let (first_channel, last) = channel_block(to_channels, block, self.blocks);
                let channels = last - first_channel;
                let channel = unit.group * to_channels + first_channel;
                let vectors = lanes.div_ceil(V::LANES);
                let tiles = vectors.div_ceil(tile_vectors::<V>(channels)).max(1);
                let (width, wider) = (vectors / tiles, vectors % tiles);
                for (lane, width, tiles) in [(0, width + 1, wider), (wider * (width + 1) * V::LANES, width, tiles - wider)] {
                    if tiles == 0 || width == 0 {
                        continue;
                    }
                    let weight = self.weight[(channel * from_channels) * g.taps()..].as_ptr();
                    let at = channel * to_channel + row * to_row + first * g.images + unit.images.start;
                    // On their own: inlined side by side they would be short of registers.
                    with_constant!(C = channels, [1 2 3 4 5 6 7 8 9 10 11; 12], {
                        with_constant!(W = width, [1 2 3 4 5 6 7; 8], {
                            T::dispatch_for(self.whole.lanes(), Tiles::<T, C, W> {
                                source: unit.packed,
                                channel_length,
                                from_channels,
                                taps,
                                all_taps: g.taps(),
                                weight,
                                bias: bias.map(|bias| &bias[channel..]),
                                epilogue,
                                out,
                                at,
                                place,
                                lane,
                                tiles,
                                ahead: ahead.filter(|_| block == 0 && index == 0),
                            })
                        })
                    });
                }
            }
        }
    }
}
