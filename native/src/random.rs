//! Chance without state: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
//!
//! Every draw is a pure function of a key (seed, purpose) and a counter (block, index, epoch, 0), so there
//! is no generator state to save, and any draw can be made again at any time, on any thread.

/// Where a stream of draws begins.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub seed: u32,
    pub purpose: u32,
    pub epoch: u32,
    pub index: u32,
}

/// Ten rounds of Philox on four 32-bit words.
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        }
        let first = u64::from(counter[0]) * 0xD251_1F53;
        let second = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
    }
    counter
}

impl Stream {
    /// The four words of block `block`.
    pub fn block(self, block: u32) -> [u32; 4] {
        philox([block, self.index, self.epoch, 0], [self.seed, self.purpose])
    }

    /// The words of the stream from word `start` on.
    pub fn words(self, start: usize) -> Words {
        let mut words = Words { stream: self, block: start / 4, drawn: [0; DRAWN], next: start % 4 };
        words.draw();
        words
    }
}

/// Words that are drawn at once: the processor works on several blocks at a time.
const DRAWN: usize = 32;

/// The words of a stream, one after the other, without an end.
pub struct Words {
    stream: Stream,
    /// The first block that is not drawn yet.
    block: usize,
    drawn: [u32; DRAWN],
    next: usize,
}

impl Words {
    fn draw(&mut self) {
        for four in self.drawn.chunks_exact_mut(4) {
            four.copy_from_slice(&self.stream.block(self.block as u32));
            self.block += 1;
        }
    }
}

impl Iterator for Words {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.next == DRAWN {
            self.draw();
            self.next = 0;
        }
        self.next += 1;
        Some(self.drawn[self.next - 1])
    }
}

/// The 24 highest bits as a number in [0, 1): each value is exact in f32.
pub fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Fills `out` with a random order of 0..out.len(): Fisher and Yates' shuffle, each swap drawn without bias
/// (Lemire, "Fast random integer generation in an interval", 2019).
pub fn permutation(stream: Stream, out: &mut [u32]) {
    let mut words = stream.words(0);
    let mut next = || words.next().unwrap_or_default();
    for (position, slot) in out.iter_mut().enumerate() {
        *slot = position as u32;
    }
    for last in (1..out.len()).rev() {
        let range = last as u32 + 1;
        let mut product = u64::from(next()) * u64::from(range);
        if (product as u32) < range {
            let reject_below = range.wrapping_neg() % range;
            while (product as u32) < reject_below {
                product = u64::from(next()) * u64::from(range);
            }
        }
        out.swap(last, (product >> 32) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From Random123's `kat_vectors`, "philox4x32 10".
    #[test]
    fn philox_gives_its_published_vectors() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]);
        assert_eq!(
            philox([0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], [0xA409_3822, 0x299F_31D0]),
            [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
        );
    }

    #[test]
    fn a_permutation_holds_each_index_once() {
        let mut order = vec![0; 1000];
        permutation(Stream { seed: 1, purpose: 2, epoch: 3, index: 4 }, &mut order);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().enumerate().all(|(position, &value)| position as u32 == value));
        assert_ne!(order, sorted);
    }

    #[test]
    fn words_may_begin_anywhere() {
        let stream = Stream { seed: 9, purpose: 8, epoch: 7, index: 6 };
        let whole: Vec<u32> = stream.words(0).take(40).collect();
        for start in 0..20 {
            assert_eq!(stream.words(start).take(20).collect::<Vec<_>>(), whole[start..start + 20]);
        }
    }
}
