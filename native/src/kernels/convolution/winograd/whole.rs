//! A convolution in one direction, of which tasks make tiles.

use crate::error::Result;
use crate::kernels::buffer::Shared;
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::{Countdown, Followed};
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::tile::{channel_block, tile_channels};
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::{memory, parallel};

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
}

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T, const TILE: usize, const SIDE: usize> {
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
    /// What follows the result, and how many parts of a group's rows of tiles are not stored yet.
    pub(super) followed: Option<(&'a Followed<'a, T>, &'a Countdown)>,
    /// Where the result goes, once there is a place for it.
    pub(super) out: Shared<T>,
    /// 2 if the result is the maximum of each window of 2x2 outputs, else 1.
    pub(super) window: usize,
    /// Where the argmax goes, if the result is a maximum.
    pub(super) argmax: Shared<T>,
}

impl<'a, T: Float, const TILE: usize, const SIDE: usize> Whole<'a, T, TILE, SIDE> {
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
            followed: None,
            out: Shared::new(std::ptr::null_mut()),
            window: 1,
            argmax: Shared::new(std::ptr::null_mut()),
        }
    }

    /// Rows and columns of the result.
    pub(super) fn size(&self) -> [usize; 2] {
        [self.rows.to / self.window, self.columns.to / self.window]
    }
    /// Rows and columns of tiles.
    pub(super) fn tiles(&self) -> [usize; 2] {
        self.size().map(|size| (size * self.window).div_ceil(TILE))
    }

    /// Channels of the result, and the numbers of each.
    pub(super) fn shape(&self) -> [usize; 2] {
        let [height, width] = self.size();
        [self.groups * self.to_channels, height * width * self.images]
    }

    /// Numbers of the result.
    pub(super) fn length(&self) -> usize {
        self.shape().into_iter().product()
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

    /// Transformed kernels of a group.
    pub(super) fn kernels(&self) -> usize {
        SIDE * SIDE * self.from_channels * self.to_channels
    }

    /// Asks for the memory of the transformed kernels, and of the planes on which few images are laid apart.
    pub(super) fn ensure_scratch(&self) -> Result<()> {
        let plane = (self.rows.to + 3 * TILE) * (self.columns.to + 3 * TILE) * (self.images + 16);
        let channels = self.groups * self.from_channels + 2 * self.to_channels;
        memory::ensure(self.groups * self.kernels() + channels * plane, size_of::<T>())
    }

    /// All kernels, transformed: `[group, block]`.
    #[inline(always)]
    pub(super) fn transform_kernels<V: Vector<Element = T>>(&self, to: Shared<T>)
    where
        Tiles<TILE, SIDE>: Form<TILE, SIDE>,
    {
        let blocks = self.to_channels.div_ceil(tile_channels::<V>());
        let block = |at: usize| T::dispatch(Block { whole: self, group: at / blocks, block: at % blocks, to });
        if self.groups * self.kernels() < parallel::WORTH_A_THREAD {
            (0..self.groups * blocks).for_each(block);
        } else {
            parallel::for_each(self.groups * blocks, block);
        }
    }
}

/// The kernels of a block, as its tiles read them: `[place, from, channel of the block]`.
struct Block<'a, T, const TILE: usize, const SIDE: usize> {
    whole: &'a Whole<'a, T, TILE, SIDE>,
    group: usize,
    block: usize,
    to: Shared<T>,
}

impl<T: Float, const TILE: usize, const SIDE: usize> Kernel<T> for Block<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        /// Room for the channels of a block in whole vectors.
        const ROOM: usize = 16;
        /// Source channels whose taps are laid out at a time: vectors would wait for numbers that were just stored.
        const SOURCES: usize = 16;
        let Self { whole, group, block, to } = self;
        let (from_channels, blocks) = (whole.from_channels, whole.to_channels.div_ceil(tile_channels::<V>()));
        let (first, last) = channel_block(whole.to_channels, block, blocks);
        let channels = last - first;
        let start = group * whole.kernels() + SIDE * SIDE * from_channels * first;
        let mut taps = [[[T::ZERO; ROOM]; 9]; SOURCES];
        for source in (0..from_channels).step_by(SOURCES) {
            let sources = SOURCES.min(from_channels - source);
            for channel in 0..channels {
                for from in 0..sources {
                    let kernel = whole.kernel(group, first + channel, source + from);
                    for tap in 0..9 {
                        taps[from][tap][channel] = kernel[if whole.turned { 8 - tap } else { tap }];
                    }
                }
            }
            for from in 0..sources {
                for lane in (0..channels).step_by(V::LANES) {
                    let mut g = [V::zero(); 9];
                    for tap in 0..9 {
                        // SAFETY: there is room for whole vectors.
                        g[tap] = unsafe { V::load(taps[from][tap].as_ptr().add(lane)) };
                    }
                    let u = Tiles::<TILE, SIDE>::filter_kernel(g);
                    for r in 0..SIDE {
                        for c in 0..SIDE {
                            let at = start + ((r * SIDE + c) * from_channels + source + from) * channels + lane;
                            // SAFETY: the block's kernels are this task's alone.
                            unsafe { u[r][c].store_up_to(to.at(at), channels - lane) };
                        }
                    }
                }
            }
        }
    }
}
