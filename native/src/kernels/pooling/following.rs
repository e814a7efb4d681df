//! Poolings of a result while it is stored, where windows of neighbouring rows share no row: a unit is a row of windows.

use std::ops::Range;

use super::forward::Forward;
use super::runs::Runs;
use super::windows::Windows;
use crate::error::Result;
use crate::kernels::buffer::{Shared, room};
use crate::kernels::follow::Follow;
use crate::kernels::vector::Float;

struct Following<'a, T> {
    windows: &'a Windows,
    runs: Runs,
    out: Shared<T>,
    /// Where the argmax goes; `None` for the average.
    argmax: Option<Shared<T>>,
}

impl<T: Float> Follow<T> for Following<'_, T> {
    fn unit(&self) -> usize {
        self.windows.rows.kernel * self.windows.input_row()
    }
    unsafe fn make(&self, y: Shared<T>, terms: usize, channel: usize, units: Range<usize>) {
        // The last rows may have no window.
        let rows = units.start..units.end.min(self.windows.rows.output);
        let first = channel * self.windows.rows.output * self.windows.output_row();
        // SAFETY: the caller's promise: the rows of these windows are stored, and their results are this thread's.
        unsafe {
            let x = std::slice::from_raw_parts(y.at(0).cast_const(), terms);
            let place = |result: Shared<T>| Shared::new(result.at(first));
            let (out, argmax) = (place(self.out), self.argmax.map(place));
            T::dispatch_for(
                self.windows.lanes(),
                Forward { windows: self.windows, runs: &self.runs, x, out, argmax, channel: 0, rows },
            );
        }
    }
}

fn length(windows: &Windows) -> usize {
    windows.channels * windows.rows.output * windows.output_row()
}

/// An empty tensor's shape may name any number of columns: it has no runs.
fn runs(windows: &Windows) -> Result<Runs> {
    if length(windows) == 0 { Ok(Runs::default()) } else { Runs::of_outputs(windows.columns) }
}

/// The average of each window of what `store` stores, which it follows.
pub fn with_average<T: Float>(windows: &Windows, store: impl FnOnce(&dyn Follow<T>) -> Result<Vec<T>>) -> Result<Vec<T>> {
    windows.ensure_scratch()?;
    let mut average = room(length(windows))?;
    store(&Following { windows, runs: runs(windows)?, out: Shared::new(average.as_mut_ptr()), argmax: None })?;
    // SAFETY: there is room, and all rows of windows were followed.
    unsafe { average.set_len(length(windows)) };
    Ok(average)
}

/// The maximum of each window of what `store` stores, which it follows, and its argmax.
pub fn with_maximum<T: Float>(
    windows: &Windows,
    store: impl FnOnce(&dyn Follow<T>) -> Result<Vec<T>>,
) -> Result<(Vec<T>, Vec<T>)> {
    windows.ensure_scratch()?;
    let (mut maximum, mut argmax) = (room(length(windows))?, room(length(windows))?);
    let [out, places] = [&mut maximum, &mut argmax].map(|results| Shared::new(results.as_mut_ptr()));
    store(&Following { windows, runs: runs(windows)?, out, argmax: Some(places) })?;
    // SAFETY: there is room, and all rows of windows were followed.
    unsafe {
        maximum.set_len(length(windows));
        argmax.set_len(length(windows));
    }
    Ok((maximum, argmax))
}
