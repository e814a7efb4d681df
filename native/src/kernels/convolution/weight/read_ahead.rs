//! The row of x that is laid out next.

use crate::kernels::vector::prefetch;

/// A row of some channels that comes into the cache, a share with each tile, while the tiles of another row are summed.
pub(super) struct ReadAhead<T> {
    at: *const T,
    channel_step: usize,
    /// Cache lines of all channels, of a channel, and of a share.
    lines: usize,
    of_channel: usize,
    share: usize,
    /// The next line.
    next: usize,
}

impl<T> ReadAhead<T> {
    /// Numbers of a cache line.
    const LINE: usize = 64 / size_of::<T>();

    /// A row of `length` numbers of each channel, from the first numbers of `x` on, with `tiles` tiles.
    pub(super) fn of(x: &[T], channels: usize, channel_step: usize, length: usize, tiles: usize) -> Self {
        let of_channel = length.div_ceil(Self::LINE);
        let lines = channels * of_channel;
        Self { at: x.as_ptr(), channel_step, lines, of_channel, share: lines.div_ceil(tiles.max(1)), next: 0 }
    }

    #[inline(always)]
    pub(super) fn go_on(&mut self) {
        let end = self.lines.min(self.next + self.share);
        for line in self.next..end {
            prefetch(self.at.wrapping_add(line / self.of_channel * self.channel_step + line % self.of_channel * Self::LINE));
        }
        self.next = end;
    }
}
