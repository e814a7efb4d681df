//! 2-D convolution and its input gradient, images innermost.
//!
//! `y[o, h, w, n] = bias[o] + sum over (i, ky, kx) of weight[o, i, ky, kx] x[i, h s + ky d - p, w s + kx d - p, n]`
//!
//! One chain of fused multiply-adds for each output, over (i, ky, kx) in ascending order, from the bias (or
//! +0) on. Rows outside the image are left out; columns outside it count as zeros where the stride is 1 and
//! are left out otherwise. The input gradient is the same sum with the roles of i and o, and of source and
//! destination, exchanged:
//!
//! `dx[i, h, w, n] = sum over (o, ky, kx) of weight[o, i, ky, kx] dy[o, (h + p - ky d) / s, (w + p - kx d) / s, n]`
//!
//! Memory is `[channel, row, column, image]`. The source of some rows and images is packed first: with zeros around
//! its rows, and columns that a stride leads to side by side. A row of columns and images is then one run of lanes, so
//! that any batch size fills the vectors, a single image too.

mod depthwise;
mod layout;
mod plan;
mod tiles;
mod unit;
mod whole;

use self::layout::{Flow, Segment};
use self::plan::Plan;
use self::unit::Units;
use self::whole::Whole;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::{Follow, followed};
use crate::kernels::geometry::Geometry;
use crate::kernels::normalization::Pending;
use crate::kernels::tile::tile_channels;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::{memory, parallel};

/// `x [i, h, w, n] -> y [o, h', w', n]`, which ends in `epilogue`, and what follows y. A normalisation of x may be
/// pending.
pub fn forward<T: Float>(
    geometry: &Geometry,
    x: &[T],
    pending: Option<Pending<T>>,
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>> {
    run(geometry, false, x, pending, weight, bias, epilogue, follow)
}

/// `dy [o, h', w', n] -> dx [i, h, w, n]`, zero where a `mask` is not positive.
pub fn input_gradient<T: Float>(geometry: &Geometry, dy: &[T], weight: &[T], mask: Option<&[T]>) -> Result<Vec<T>> {
    run(geometry, true, dy, None, weight, None, Epilogue::mask_if(mask), None)
}

fn run<T: Float>(
    geometry: &Geometry,
    backward: bool,
    x: &[T],
    pending: Option<Pending<T>>,
    weight: &[T],
    bias: Option<&[T]>,
    epilogue: Epilogue<T>,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>> {
    let (from_channels, to_channels) =
        if backward { (geometry.out_group(), geometry.in_group()) } else { (geometry.in_group(), geometry.out_group()) };
    let geometry = &plan::in_short_rows(geometry, from_channels);
    let (rows, columns) = (Flow::new(geometry.rows, backward), Flow::new(geometry.columns, backward));
    let shape = [geometry.groups * to_channels, rows.to * columns.to * geometry.images];
    let length = shape[0] * shape[1];
    // The segments, the packed weights, and for each thread a packed source and a row's taps.
    let places = (columns.to * columns.axis.kernel).saturating_add(columns.to).saturating_mul(size_of::<Segment>());
    memory::ensure(size_of_val(weight).saturating_add(if columns.axis.stride == 1 { 0 } else { places }), 1)?;
    if length == 0 {
        return Ok(Vec::new());
    }
    let out = Shared::new(std::ptr::null_mut());
    let whole = Whole {
        geometry,
        backward,
        x,
        pending,
        weight,
        bias,
        epilogue,
        followed: None,
        out,
        rows,
        columns,
        from_channels,
        to_channels,
    };
    let plan = &Plan::new(&whole);
    let a_thread = plan.room.saturating_add(geometry.taps().saturating_mul(4)).saturating_mul(size_of::<T>());
    memory::ensure(a_thread.saturating_mul(parallel::threads()), 1)?;
    // SAFETY: the units cover all groups, images and rows, and the tiles of a row all channels and columns.
    unsafe {
        filled(length, |out| {
            followed(follow, shape, out, |followed| {
                T::dispatch_for(whole.lanes(), Run { whole: Whole { out, followed, ..whole }, plan });
            });
        })
    }
}

/// A convolution whose work is divided.
struct Run<'a, T> {
    whole: Whole<'a, T>,
    plan: &'a Plan,
}

impl<T: Float> Kernel<T> for Run<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { whole, plan } = self;
        let g = whole.geometry;
        let blocks = whole.to_channels.div_ceil(tile_channels::<V>());
        let weight = whole.pack(blocks);
        let units = g.groups * plan.chunks * plan.parts.len() * plan.bands;
        let rows = whole.rows.to.div_ceil(plan.bands);
        let work =
            rows * whole.columns.to.div_ceil(plan.parts.len()) * plan.images * whole.to_channels * whole.from_channels * g.taps();
        let a_task = (parallel::WORTH_A_THREAD * whole.columns.axis.stride / work.max(1)).max(1);
        let tasks = parallel::even(units.div_ceil(a_task));
        parallel::for_each(tasks, |task| {
            let range = parallel::share(units, task, tasks);
            T::dispatch_for(whole.lanes(), Units { whole, plan, weight: &weight, blocks, range });
        });
    }
}
