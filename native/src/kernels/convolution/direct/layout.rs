//! Where a row's elements lie in the packed source, and which of them a destination row meets.

use crate::kernels::geometry::Axis;

/// An axis in one direction: forward from input to output, or backward.
#[derive(Clone, Copy)]
pub(super) struct Flow {
    pub(super) axis: Axis,
    backward: bool,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Flow {
    pub(super) fn new(axis: Axis, backward: bool) -> Self {
        let (from, to) = if backward { (axis.output, axis.input) } else { (axis.input, axis.output) };
        Self { axis, backward, from, to }
    }

    pub(super) fn source(&self, destination: usize, k: usize) -> Option<usize> {
        if self.backward { self.axis.target(destination, k) } else { self.axis.source(destination, k) }
    }

    /// How far apart destinations lie whose taps lie side by side.
    pub(super) fn step(&self) -> usize {
        if self.backward { self.axis.stride } else { 1 }
    }

    /// How many neighbouring sources a destination meets that the one before did not.
    pub(super) fn sources_a_destination(&self) -> usize {
        if self.backward { 1 } else { self.axis.stride.min(self.span()) }
    }

    /// How many neighbouring sources hold those that one destination meets.
    pub(super) fn span(&self) -> usize {
        let Axis { kernel, stride, dilation, .. } = self.axis;
        let reach = (kernel - 1).saturating_mul(dilation);
        self.from.min(if self.backward { reach / stride } else { reach } + 1)
    }
}

/// Source columns side by side: those of the row between columns of zeros.
pub(super) struct Strip {
    /// Zeros before the row's columns, and the row's columns: `first`, `first + step`, ...
    pub(super) before: usize,
    pub(super) inside: usize,
    pub(super) first: usize,
    pub(super) step: usize,
    /// All columns.
    pub(super) count: usize,
}

impl Strip {
    /// Columns `first`, `first + step`, ... of a row of `length`.
    fn new(first: isize, step: usize, count: usize, length: usize) -> Self {
        let up_to = |column: isize| usize::try_from(column - first).map_or(0, |far| far.div_ceil(step)).min(count);
        let (before, end) = (up_to(0), up_to(length as isize));
        let from = if end > before { first + (before * step) as isize } else { 0 };
        Self { before, inside: end - before, first: from as usize, step, count }
    }
}

/// Destination columns `first`, `first + step`, ... which meet the same kernel columns, in packed columns side by side.
pub(super) struct Segment {
    pub(super) first: usize,
    pub(super) step: usize,
    pub(super) count: usize,
    /// `(kx, column)`: the first destination column meets that packed column, the next one the column after it.
    pub(super) taps: Vec<(usize, usize)>,
}

/// The packed columns of a source row, strip after strip, and the segments of a destination row.
pub(super) struct Layout {
    pub(super) strips: Vec<Strip>,
    pub(super) segments: Vec<Segment>,
    /// The packed columns of all strips.
    pub(super) columns: usize,
}

impl Layout {
    /// Whether each destination column's taps lie side by side, beside those of its neighbours.
    pub(super) fn is_together(&self) -> bool {
        self.strips.len() == 1 && self.segments.len() == 1
    }
    pub(super) fn new(flow: Flow) -> Self {
        let Axis { kernel, stride, padding, dilation, .. } = flow.axis;
        if stride == 1 {
            let shift = |k: usize| {
                let forward = (k * dilation) as isize - padding as isize;
                if flow.backward { -forward } else { forward }
            };
            let together = flow.to.saturating_add((kernel - 1).saturating_mul(dilation));
            if kernel.saturating_mul(flow.to) < together {
                // Taps far apart: a strip for each.
                let strips = (0..kernel).map(|k| Strip::new(shift(k), 1, flow.to, flow.from)).collect();
                let taps = (0..kernel).map(|k| (k, k * flow.to)).collect();
                let segments = vec![Segment { first: 0, step: 1, count: flow.to, taps }];
                return Self { strips, segments, columns: kernel * flow.to };
            }
            let first = shift(0).min(shift(kernel - 1));
            let taps = (0..kernel).map(|k| (k, (shift(k) - first) as usize)).collect();
            let strips = vec![Strip::new(first, 1, together, flow.from)];
            let segments = vec![Segment { first: 0, step: 1, count: flow.to, taps }];
            return Self { strips, segments, columns: together };
        }
        let mut strips = Vec::new();
        let mut starts = vec![0; stride.min(flow.from)];
        let mut columns = 0;
        if flow.backward {
            strips.push(Strip::new(0, 1, flow.from, flow.from));
            columns = flow.from;
        } else {
            // A strip for each remainder of a source column by the stride.
            for phase in 0..starts.len() {
                let met = (0..kernel).any(|k| (k * dilation + stride - padding % stride) % stride == phase);
                let count = if met { (flow.from - phase).div_ceil(stride) } else { 0 };
                strips.push(Strip::new(phase as isize, stride, count, flow.from));
                starts[phase] = columns;
                columns += count;
            }
        }
        let packed = |source: usize| if flow.backward { source } else { starts[source % stride] + source / stride };
        let taps = |to: usize| (0..kernel).filter_map(move |k| Some((k, flow.source(to, k)?)));
        let step = flow.step();
        let mut segments: Vec<Segment> = Vec::new();
        for phase in 0..step.min(flow.to) {
            let begin = segments.len();
            for to in (phase..flow.to).step_by(step) {
                match segments[begin..].last_mut() {
                    Some(segment) if taps(to).map(|(k, _)| k).eq(segment.taps.iter().map(|&(k, _)| k)) => segment.count += 1,
                    _ => {
                        let taps = taps(to).map(|(k, source)| (k, packed(source))).collect();
                        segments.push(Segment { first: to, step, count: 1, taps });
                    }
                }
            }
        }
        Self { strips, segments, columns }
    }
}
