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

/// Ten rounds of Philox on `LANES` counters of four 32-bit words, side by side: `counters[i][lane]`.
#[inline(always)]
fn philox<const LANES: usize>(counters: [[u32; LANES]; 4], mut key: [u32; 2]) -> [[u32; LANES]; 4] {
    // In 64 bits, of which only the lower half of a word counts: so a processor multiplies a vector of them.
    let low = |word: u64| word & 0xFFFF_FFFF;
    // No `map`: it would be a call, compiled for any processor.
    let mut words = [[0; LANES]; 4];
    for word in 0..4 {
        for lane in 0..LANES {
            words[word][lane] = u64::from(counters[word][lane]);
        }
    }
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        }
        for lane in 0..LANES {
            let [first, second] = [low(words[0][lane]) * 0xD251_1F53, low(words[2][lane]) * 0xCD9E_8D57];
            words[0][lane] = (second >> 32) ^ words[1][lane] ^ u64::from(key[0]);
            words[1][lane] = second;
            words[2][lane] = (first >> 32) ^ words[3][lane] ^ u64::from(key[1]);
            words[3][lane] = first;
        }
    }
    let mut drawn = [[0; LANES]; 4];
    for word in 0..4 {
        for lane in 0..LANES {
            drawn[word][lane] = words[word][lane] as u32;
        }
    }
    drawn
}

impl Stream {
    /// The four words of each of the blocks from `first` on.
    #[inline(always)]
    pub fn blocks<const COUNT: usize>(self, first: usize) -> [[u32; 4]; COUNT] {
        let lanes = self.blocks_apart::<COUNT>(first, 1);
        let mut blocks = [[0; 4]; COUNT];
        for lane in 0..COUNT {
            for word in 0..4 {
                blocks[lane][word] = lanes[word][lane];
            }
        }
        blocks
    }

    /// The four words of blocks `first`, `first + step`, ..., those of a place side by side: `words[place][block]`.
    #[inline(always)]
    pub fn blocks_apart<const COUNT: usize>(self, first: usize, step: usize) -> [[u32; COUNT]; 4] {
        let mut counters = [[0; COUNT], [self.index; COUNT], [self.epoch; COUNT], [0; COUNT]];
        for lane in 0..COUNT {
            counters[0][lane] = (first + lane * step) as u32;
        }
        philox(counters, [self.seed, self.purpose])
    }

    /// The words of the stream from word `start` on.
    pub fn words(self, start: usize) -> Words {
        Words { stream: self, block: start / 4 + DRAWN, drawn: self.blocks(start / 4), next: start % 4 }
    }
}

/// Blocks that are drawn at once: the processor works on several at a time.
const DRAWN: usize = 8;

/// The words of a stream, one after the other, without an end.
pub struct Words {
    stream: Stream,
    /// The first block that is not drawn yet.
    block: usize,
    drawn: [[u32; 4]; DRAWN],
    next: usize,
}

impl Iterator for Words {
    type Item = u32;
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.next == 4 * DRAWN {
            self.drawn = self.stream.blocks(self.block);
            self.block += DRAWN;
            self.next = 0;
        }
        self.next += 1;
        Some(self.drawn.as_flattened()[self.next - 1])
    }
}

/// How many of a word's highest bits make a number in [0, 1).
pub const UNIT_BITS: u32 = 24;

/// The 24 highest bits as a number in [0, 1): each value is exact in f32.
pub fn unit(word: u32) -> f32 {
    (word >> (u32::BITS - UNIT_BITS)) as f32 * (1.0 / (1u32 << UNIT_BITS) as f32)
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
        let philox = |counter: [u32; 4], key| philox(counter.map(|word| [word]), key).map(|[word]| word);
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
