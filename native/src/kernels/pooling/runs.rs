//! Which neighbours in a row meet the other side of a pooling alike.

use crate::error::Result;
use crate::kernels::geometry::Axis;
use crate::kernels::vector::Float;
use crate::memory;

/// Every `step`-th place of a row, each of which meets the other side `shift` places further than the one before it.
pub(super) struct Run {
    pub(super) first: usize,
    pub(super) count: usize,
    /// The taps, and where the first place meets the other side at them.
    taps: Vec<(usize, usize)>,
}

/// A row's places in runs.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    pub(super) step: usize,
    pub(super) shift: usize,
    /// Taps of a row.
    kernel: usize,
}

impl Runs {
    /// Outputs, which meet inputs.
    pub(super) fn of_outputs(axis: Axis) -> Result<Self> {
        // Those that meet no padding are one run.
        let most = axis.output.min(2 * (axis.padding / axis.stride) + 3);
        Self::new(axis, axis.output, most, 1, axis.stride, |place, tap| axis.source(place, tap))
    }

    /// Inputs, which meet outputs.
    pub(super) fn of_inputs(axis: Axis) -> Result<Self> {
        Self::new(axis, axis.input, axis.output, axis.stride, 1, |place, tap| axis.target(place, tap))
    }

    /// `most`: so many whole windows' taps are listed at most.
    fn new(
        Axis { kernel, .. }: Axis,
        places: usize,
        most: usize,
        step: usize,
        shift: usize,
        meets: impl Fn(usize, usize) -> Option<usize>,
    ) -> Result<Self> {
        memory::ensure(most.saturating_mul(kernel) + 2 * places, size_of::<Run>())?;
        let mut runs: Vec<Run> = Vec::new();
        for first in 0..step.min(places) {
            for place in (first..places).step_by(step) {
                let taps = (0..kernel).filter_map(|tap| Some((tap, meets(place, tap)?)));
                match runs.last_mut() {
                    Some(run)
                        if place == run.first + run.count * step
                            && taps.clone().eq(run.taps.iter().map(|&(tap, at)| (tap, at + run.count * shift))) =>
                    {
                        run.count += 1;
                    }
                    _ => runs.push(Run { first: place, count: 1, taps: taps.collect() }),
                }
            }
        }
        Ok(Self { runs, step, shift, kernel })
    }

    /// Calls `function` with each run and its first place's taps: their numbers in the window and where they meet the other
    /// side, of `images` images. `rows` are the rows of the window that there are, and where they begin on the other side.
    #[inline(always)]
    pub(super) fn for_each<T: Float>(
        &self,
        images: usize,
        rows: impl Iterator<Item = (usize, usize)> + Clone,
        mut function: impl FnMut(&Run, &[(T, usize)]),
    ) {
        let mut taps = Vec::new();
        for run in &self.runs {
            taps.clear();
            for (ky, row) in rows.clone() {
                taps.extend(run.taps.iter().map(|&(kx, at)| (T::of((ky * self.kernel + kx) as f64), (row + at) * images)));
            }
            function(run, &taps);
        }
    }
}
