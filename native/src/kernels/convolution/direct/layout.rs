//! Where a row's elements lie in the packed source, and which of them a destination row meets.

use std::ops::Range;

use crate::kernels::convolution::strip::Strip;
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

    /// How far apart sources lie that neighbours among such destinations meet at the same tap.
    pub(super) fn source_step(&self) -> usize {
        if self.backward { 1 } else { self.axis.stride }
    }

    /// How many neighbouring sources such a destination meets that the one before did not.
    pub(super) fn sources_a_destination(&self) -> usize {
        self.source_step().min(self.span())
    }

    /// How many neighbouring sources hold those that one destination meets.
    pub(super) fn span(&self) -> usize {
        self.from.min(self.window(1))
    }

    /// How wide a window over the sources so many neighbouring destinations have.
    fn window(&self, destinations: usize) -> usize {
        let Axis { kernel, stride, dilation, .. } = self.axis;
        let (reach, further) = ((kernel - 1).saturating_mul(dilation), destinations - 1);
        let steps = if self.backward { (reach + further) / stride } else { reach.saturating_add(further * stride) };
        steps.saturating_add(1)
    }

    /// The most columns that are packed for so many neighbouring destinations.
    pub(super) fn packed(&self, destinations: usize) -> usize {
        let (taps, window) = (self.axis.kernel.saturating_mul(destinations), self.window(destinations));
        if self.axis.stride == 1 { window.min(taps) } else { window.min(self.from) }
    }

    /// About how many columns are packed for all destinations in so many parts: what neighbours share twice.
    pub(super) fn packed_in(&self, parts: usize) -> usize {
        let a_part = self.to.div_ceil(parts);
        let shared = self.window(a_part).saturating_mul(2).saturating_sub(self.window(2 * a_part));
        self.packed(self.to).saturating_add((parts - 1).saturating_mul(shared))
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

/// The packed columns of a source row, strip after strip, and the segments of some columns of a destination row.
pub(super) struct Layout {
    pub(super) strips: Vec<Strip>,
    pub(super) segments: Vec<Segment>,
    /// The packed columns of all strips.
    pub(super) columns: usize,
    /// The columns of the source row among which they are.
    pub(super) met: Range<usize>,
}

impl Layout {
    /// Whether each destination column's taps lie side by side, beside those of its neighbours.
    pub(super) fn is_together(&self) -> bool {
        self.strips.len() == 1 && self.segments.len() == 1
    }

    /// Of these destination columns.
    pub(super) fn new(flow: Flow, to: Range<usize>) -> Self {
        if flow.axis.stride == 1 { Self::of_neighbours(flow, to) } else { Self::of_phases(flow, to) }
    }

    /// With stride 1 neighbours meet neighbours at each tap.
    fn of_neighbours(flow: Flow, to: Range<usize>) -> Self {
        let Axis { kernel, padding, dilation, .. } = flow.axis;
        let shift = |k: usize| {
            let forward = (k * dilation) as isize - padding as isize;
            to.start as isize + if flow.backward { -forward } else { forward }
        };
        let lowest = shift(0).min(shift(kernel - 1));
        let (count, together) = (to.len(), to.len().saturating_add((kernel - 1).saturating_mul(dilation)));
        let apart = kernel.saturating_mul(count) < together;
        let (strips, columns, taps): (_, _, Vec<_>) = if apart {
            // A strip for each tap.
            let strips = (0..kernel).map(|k| Strip::new(shift(k), 1, count, flow.from)).collect();
            (strips, kernel * count, (0..kernel).map(|k| (k, k * count)).collect())
        } else {
            let taps = (0..kernel).map(|k| (k, (shift(k) - lowest) as usize)).collect();
            (vec![Strip::new(lowest, 1, together, flow.from)], together, taps)
        };
        let segments = vec![Segment { first: to.start, step: 1, count, taps }];
        let first = lowest.max(0) as usize;
        let window = if apart { count } else { together };
        let end = usize::try_from(lowest + window as isize).unwrap_or(0).min(flow.from);
        Self { strips, segments, columns, met: first..end.max(first) }
    }

    /// Source columns that lie a stride apart lie side by side: a strip for each remainder of a source column by the
    /// stride. Backward it is the destination columns that lie a stride apart.
    fn of_phases(flow: Flow, to: Range<usize>) -> Self {
        let (kernel, step, apart) = (flow.axis.kernel, flow.step(), flow.source_step());
        let taps = |to: usize| (0..kernel).filter_map(move |k| Some((k, flow.source(to, k)?)));
        // The first and the last column of each strip that is met.
        let mut met: Vec<Option<(usize, usize)>> = vec![None; apart.min(flow.from)];
        for source in to.clone().flat_map(|to| taps(to).map(|(_, source)| source)) {
            let (strip, column) = (&mut met[source % apart], source / apart);
            let (first, last) = strip.unwrap_or((column, column));
            *strip = Some((first.min(column), last.max(column)));
        }
        let (mut strips, mut columns, mut starts) = (Vec::new(), 0, vec![0; met.len()]);
        for (phase, ends) in met.iter().enumerate() {
            let &Some((first, last)) = ends else { continue };
            let count = last - first + 1;
            strips.push(Strip::new((first * apart + phase) as isize, apart, count, flow.from));
            // What a column's place in the row, counted in strides, is to be moved by.
            starts[phase] = columns as isize - first as isize;
            columns += count;
        }
        let packed = |source: usize| (starts[source % apart] + (source / apart) as isize) as usize;
        let mut segments: Vec<Segment> = Vec::new();
        for phase in 0..step.min(to.len()) {
            let begin = segments.len();
            for to in (to.start + phase..to.end).step_by(step) {
                match segments[begin..].last_mut() {
                    Some(segment) if taps(to).map(|(k, _)| k).eq(segment.taps.iter().map(|&(k, _)| k)) => segment.count += 1,
                    _ => {
                        let taps = taps(to).map(|(k, source)| (k, packed(source))).collect();
                        segments.push(Segment { first: to, step, count: 1, taps });
                    }
                }
            }
        }
        let ends = met
            .iter()
            .enumerate()
            .filter_map(|(phase, ends)| ends.map(|(first, last)| [first, last].map(|at| at * apart + phase)));
        let ends = ends.reduce(|one, other| [one[0].min(other[0]), one[1].max(other[1])]);
        Self { strips, segments, columns, met: ends.map_or(0..0, |[first, last]| first..last + 1) }
    }
}
