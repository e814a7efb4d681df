//! A convolution in one direction, of which tasks make tiles.

use super::transforms::{PLACES, filter_kernel};
use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::tile::channel_block;
use crate::kernels::vector::{Float, Vector};

/// One axis: output t meets the inputs `t - padding ..= t - padding + 2`.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) padding: usize,
}

impl Window {
    fn new(axis: Axis, backward: bool) -> Self {
        let Axis { input, output, padding, .. } = axis;
        if backward { Self { from: output, to: input, padding: 2 - padding } } else { Self { from: input, to: output, padding } }
    }
    /// Without a last output that is alone in its tile.
    pub(super) fn of_whole_tiles(self) -> Self {
        Self { to: self.to / 2 * 2, ..self }
    }
    pub(super) fn tiles(self) -> usize {
        self.to.div_ceil(2)
    }
    /// Where place `k` of a tile's patch lies, if it lies in the image.
    pub(super) fn source(self, tile: usize, k: usize) -> Option<usize> {
        (2 * tile + k).checked_sub(self.padding).filter(|&at| at < self.from)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) images: usize,
    pub(super) groups: usize,
    pub(super) rows: Window,
    pub(super) columns: Window,
    /// Source channels of one group.
    pub(super) from_channels: usize,
    /// Destination channels of one group.
    pub(super) to_channels: usize,
    /// Whether the kernels are turned by 180 degrees, for the input gradient.
    pub(super) turned: bool,
    pub(super) x: &'a [T],
    pub(super) weight: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: Epilogue<'a, T>,
    /// Where the result goes, once there is a place for it.
    pub(super) out: Shared<T>,
    /// Where the argmax goes, if the result is the maximum of each tile.
    pub(super) argmax: Option<Shared<T>>,
}

impl<'a, T: Float> Whole<'a, T> {
    pub(super) fn new(
        geometry: &Geometry,
        backward: bool,
        x: &'a [T],
        weight: &'a [T],
        bias: Option<&'a [T]>,
        epilogue: Epilogue<'a, T>,
    ) -> Self {
        let (input, output) = (geometry.in_group(), geometry.out_group());
        let (from_channels, to_channels) = if backward { (output, input) } else { (input, output) };
        Self {
            images: geometry.images,
            groups: geometry.groups,
            rows: Window::new(geometry.rows, backward),
            columns: Window::new(geometry.columns, backward),
            from_channels,
            to_channels,
            turned: backward,
            x,
            weight,
            bias,
            epilogue,
            out: Shared::new(std::ptr::null_mut()),
            argmax: None,
        }
    }

    fn kernel(&self, group: usize, to: usize, from: usize) -> &[T] {
        let (to_channels, from_channels) = (self.to_channels, self.from_channels);
        let at = if self.turned {
            (group * from_channels + from) * to_channels + to
        } else {
            (group * to_channels + to) * from_channels + from
        };
        &self.weight[at * 9..at * 9 + 9]
    }

    /// Transformed kernels as the tiles read them: `[group, block][place, from, channel of the block]`.
    #[inline(always)]
    pub(super) fn transform_kernels<V: Vector<Element = T>>(&self, blocks: usize) -> Vec<T> {
        /// Room for the channels of a block in whole vectors.
        const ROOM: usize = 16;
        let a_group = PLACES * self.from_channels * self.to_channels;
        let mut all = vec![T::ZERO; self.groups * a_group];
        let (mut taps, mut places) = ([[T::ZERO; ROOM]; 9], [[T::ZERO; ROOM]; PLACES]);
        for group in 0..self.groups {
            for block in 0..blocks {
                let (first, last) = channel_block(self.to_channels, block, blocks);
                let channels = last - first;
                let to = &mut all[group * a_group + PLACES * self.from_channels * first..];
                for from in 0..self.from_channels {
                    for channel in 0..channels {
                        for (tap, &value) in self.kernel(group, first + channel, from).iter().enumerate() {
                            taps[if self.turned { 8 - tap } else { tap }][channel] = value;
                        }
                    }
                    for lane in (0..channels).step_by(V::LANES) {
                        let mut g = [V::zero(); 9];
                        for tap in 0..9 {
                            // SAFETY: there is room for whole vectors.
                            g[tap] = unsafe { V::load(taps[tap].as_ptr().add(lane)) };
                        }
                        let u = filter_kernel(g);
                        for place in 0..PLACES {
                            // SAFETY: as above.
                            unsafe { u[place].store(places[place].as_mut_ptr().add(lane)) };
                        }
                    }
                    for place in 0..PLACES {
                        let at = (place * self.from_channels + from) * channels;
                        to[at..at + channels].copy_from_slice(&places[place][..channels]);
                    }
                }
            }
        }
        all
    }
}
