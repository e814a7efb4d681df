//! Which elements of a source row a destination row meets.

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
}

/// A run of lanes: elements of a destination row whose taps lie side by side in the source row.
pub(super) struct Segment {
    pub(super) start: usize,
    pub(super) length: usize,
    /// `(kx, offset)`: lane j of the segment meets element `offset + j` of the source row.
    pub(super) taps: Vec<(usize, isize)>,
}

/// The segments of a destination row: the whole row where the stride is 1, else a segment for each column.
pub(super) fn segments(flow: Flow, images: usize) -> Vec<Segment> {
    let Axis { kernel, stride, padding, dilation, .. } = flow.axis;
    if stride == 1 {
        let shift = |k: usize| {
            let forward = (k * dilation) as isize - padding as isize;
            if flow.backward { -forward } else { forward }
        };
        let taps = (0..kernel).map(|k| (k, shift(k) * images as isize)).collect();
        return vec![Segment { start: 0, length: flow.to * images, taps }];
    }
    let column = |to: usize| Segment {
        start: to * images,
        length: images,
        taps: (0..kernel).filter_map(|k| Some((k, (flow.source(to, k)? * images) as isize))).collect(),
    };
    (0..flow.to).map(column).collect()
}
