//! How element-wise operations read their operands: a result in the order of its memory, taken row by row. Along a row
//! an operand either advances with the result or stays where it is, so that what is broadcast is never copied.

/// Where the elements of `N` operands lie for each element of a result.
pub struct Rows<const N: usize> {
    /// How many elements the result has.
    pub length: usize,
    /// How many of them are in a row.
    row: usize,
    /// How far each operand moves from one element of a row to the next, 0 or 1.
    pub steps: [usize; N],
    /// Sizes and strides of the dimensions around a row, the innermost first.
    outer: Vec<(usize, [usize; N])>,
}

/// A part of one row.
pub struct Part<const N: usize> {
    /// Where it begins in the result.
    pub at: usize,
    /// Where it begins in each operand.
    pub places: [usize; N],
    pub count: usize,
}

impl<const N: usize> Rows<N> {
    /// Operands that all lie in memory as the result does.
    pub fn alike(length: usize) -> Self {
        Self { length, row: length, steps: [1; N], outer: Vec::new() }
    }

    /// The result's dimensions as sizes and the operands' strides, the innermost in memory first. Nothing where an
    /// operand's stride along a row is neither 0 nor 1.
    pub fn of(dimensions: impl Iterator<Item = (usize, [usize; N])>) -> Option<Self> {
        let mut rows = Self { length: 1, row: 1, steps: [1; N], outer: Vec::new() };
        for (size, strides) in dimensions {
            rows.length *= size;
            if size == 1 {
                continue;
            }
            if rows.row == 1 {
                (rows.row, rows.steps) = (size, strides);
                continue;
            }
            let (inner_size, inner_strides) = rows.outer.last().map_or((rows.row, rows.steps), |&last| last);
            if strides == inner_strides.map(|stride| stride * inner_size) {
                *rows.outer.last_mut().map_or(&mut rows.row, |last| &mut last.0) *= size;
            } else {
                rows.outer.push((size, strides));
            }
        }
        rows.steps.iter().all(|&step| step <= 1).then_some(rows)
    }

    /// How many elements each operand has to have.
    pub fn reach(&self) -> [usize; N] {
        std::array::from_fn(|n| {
            let last = |&(size, strides): &(usize, [usize; N])| (size - 1) * strides[n];
            if self.length == 0 { 0 } else { 1 + (self.row - 1) * self.steps[n] + self.outer.iter().map(last).sum::<usize>() }
        })
    }

    /// The parts of the rows that make up the result's elements `start..end`.
    #[inline]
    pub fn parts(&self, start: usize, end: usize) -> impl Iterator<Item = Part<N>> {
        let mut at = start;
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let column = at % self.row;
            let count = (self.row - column).min(end - at);
            let mut places = self.steps.map(|step| step * column);
            let mut rest = at / self.row;
            for (size, strides) in &self.outer {
                let index = rest % size;
                rest /= size;
                for n in 0..N {
                    places[n] += index * strides[n];
                }
            }
            at += count;
            Some(Part { at: at - count, places, count })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(rows: &Rows<2>, start: usize, end: usize) -> Vec<[usize; 2]> {
        let part = |part: Part<2>| (0..part.count).map(move |i| [0, 1].map(|n| part.places[n] + i * rows.steps[n]));
        rows.parts(start, end).flat_map(part).collect()
    }

    #[test]
    fn every_element_is_read_where_its_strides_say() {
        // [2, 3, 4]: dense, and broadcast along the middle; sizes and strides from the innermost dimension on.
        let rows = Rows::of([(4, [1, 1]), (3, [4, 0]), (2, [12, 4])].into_iter()).unwrap();
        let expected: Vec<_> = (0..24).map(|i| [i, i / 12 * 4 + i % 4]).collect();
        for (start, end) in [(0, 24), (3, 3), (1, 23), (5, 6)] {
            assert_eq!(places(&rows, start, end), expected[start..end]);
        }
        assert_eq!(rows.reach(), [24, 8]);
    }

    #[test]
    fn dimensions_that_every_operand_crosses_alike_are_one_row() {
        let rows = Rows::of([(4, [1, 0]), (1, [9, 9]), (3, [4, 0]), (2, [12, 0])].into_iter()).unwrap();
        assert_eq!((rows.parts(0, 24).count(), rows.reach()), (1, [24, 1]));
        assert_eq!(Rows::<2>::of([].into_iter()).unwrap().reach(), [1, 1]);
        assert_eq!(Rows::of([(0, [1, 1]), (3, [0, 1])].into_iter()).unwrap().reach(), [0, 0]);
        assert!(Rows::of([(4, [1, 2])].into_iter()).is_none());
    }
}
