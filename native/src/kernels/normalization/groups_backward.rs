//! The gradients of group norm where images lie innermost: those of [`super::channels_backward`], lanes are images.

use std::ops::Range;

use super::channels::Affine;
use super::channels_backward::weight_gradients;
use super::groups::{Places, centres, scales};
use super::masked::Numbers;
use super::moments::{BLOCK, Centre, Strided};
use super::passes::scratch;
use super::pixels::{LANES, for_tiles, narrow, sums, wide};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::partials::Terms;
use crate::kernels::vector::{Float, Kernel, Vector};

/// What the gradients are computed from, all in `[channel, pixel, image]`.
#[derive(Clone, Copy)]
pub struct GroupsBackward<'a, T> {
    /// The bias is read only where a ReLU followed.
    pub affine: Affine<'a, T>,
    pub x: &'a [T],
    pub dy: &'a [T],
    /// Means and variances `[2, sets]`.
    pub statistics: &'a [f64],
    pub epsilon: f64,
}

/// dy and dy (x - centre).
struct Products<T, V, const N: usize, const RELU: bool> {
    x: Strided<T>,
    dy: Strided<T>,
    numbers: [Numbers<V>; N],
}

impl<V: Vector, const N: usize, const RELU: bool> Terms<V, 2> for Products<V::Element, V, N, RELU> {
    #[inline(always)]
    unsafe fn add(&self, [plain, product]: [V; 2], term: usize, i: usize, left: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        let (x, dy) = unsafe { (self.x.at::<V>(term, i, left), self.dy.at::<V>(term, i, left)) };
        let (u, dy) = self.numbers[i / V::LANES].apply::<RELU>(x, dy);
        [plain.add(dy), dy.fma(u, product)]
    }
}

struct Backward<'a, T> {
    of: GroupsBackward<'a, T>,
    dx: Option<Shared<T>>,
    /// The sums of dy and of dy z `[set, run, block of a run]`.
    blocks: Shared<[f64; 2]>,
    group: usize,
    images: Range<usize>,
}

impl<T: Float> Backward<'_, T> {
    #[inline(always)]
    fn numbers<V: Vector<Element = T>, const N: usize, const RELU: bool>(
        &self,
        channel: usize,
        all: &[([Centre<T>; LANES], V); N],
    ) -> [Numbers<V>; N] {
        let mut numbers = [Numbers { centre: V::zero(), scale: V::zero(), shift: V::zero() }; N];
        for v in 0..N {
            let [scale, shift] = if RELU { scales(&self.of.affine, channel, &all[v].0) } else { [V::zero(); 2] };
            numbers[v] = Numbers { centre: all[v].1, scale, shift };
        }
        numbers
    }

    /// # Safety
    /// There must be `count` images from the first on, at most as many as `N` vectors have lanes.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const N: usize, const RELU: bool>(&self, first: usize, count: usize) {
        let (channels, places) = (self.of.affine.channels, Places::of(&self.of.affine));
        let (terms, of_run) = (channels.runs * channels.terms, channels.terms.div_ceil(BLOCK));
        let at = self.group * terms * places.images + first;
        // SAFETY: the caller's promise.
        let (x, dy) = unsafe { (self.of.x.as_ptr().add(at), self.of.dy.as_ptr().add(at)) };
        let (x, dy) = (Strided { x, terms: places.images }, Strided { x: dy, terms: places.images });
        let set = |v: usize, lane: usize| places.set(self.group, first + v * V::LANES + lane);
        let lanes = |v: usize| V::LANES.min(count - v * V::LANES);
        let mut all = [centres::<V>([[0.0; LANES]; 2], self.of.epsilon); N];
        for v in 0..N {
            let mut statistics = [[0.0; LANES]; 2];
            for lane in 0..lanes(v) {
                statistics = [0, 1].map(|which| {
                    let mut numbers: [f64; LANES] = statistics[which];
                    numbers[lane] = self.of.statistics[which * channels.sets + set(v, lane)];
                    numbers
                });
            }
            all[v] = centres::<V>(statistics, self.of.epsilon);
        }
        let mut totals = [[[0.0; LANES]; 2]; N];
        for run in 0..channels.runs {
            let channel = self.group * channels.runs + run;
            let (numbers, weight) = (self.numbers::<V, N, RELU>(channel, &all), self.of.affine.weight[channel].to_f64());
            for block in 0..of_run {
                let start = run * channels.terms + block * BLOCK;
                let range = start..(start + BLOCK).min((run + 1) * channels.terms);
                // SAFETY: the caller's promise.
                let found = unsafe { sums::<V, N, 2>(range, count, Products::<T, V, N, RELU> { x, dy, numbers }) };
                for v in 0..N {
                    let (plain, product) = (wide(found[v][0]), wide(found[v][1]));
                    for lane in 0..lanes(v) {
                        let Centre { rest, inverse, .. } = all[v].0[lane];
                        let sums = [plain[lane], (product[lane] - rest * plain[lane]) * inverse];
                        // SAFETY: the set's sums are this thread's.
                        unsafe { *self.blocks.at((set(v, lane) * channels.runs + run) * of_run + block) = sums };
                        for sum in 0..2 {
                            totals[v][sum][lane] += weight * sums[sum];
                        }
                    }
                }
            }
        }
        let Some(dx) = self.dx else { return };
        let mut pull = [[V::zero(); 2]; N];
        for v in 0..N {
            let [mut k, mut c] = [[0.0; LANES]; 2];
            for lane in 0..lanes(v) {
                let (Centre { rest, inverse, .. }, count) = (all[v].0[lane], terms as f64);
                k[lane] = -totals[v][1][lane] / count * inverse * inverse;
                c[lane] = -totals[v][0][lane] / count * inverse - rest * k[lane];
            }
            pull[v] = [narrow(k, V::LANES), narrow(c, V::LANES)];
        }
        for run in 0..channels.runs {
            let channel = self.group * channels.runs + run;
            let (numbers, weight) = (self.numbers::<V, N, RELU>(channel, &all), self.of.affine.weight[channel].to_f64());
            let mut factors = [V::zero(); N];
            for v in 0..N {
                let mut factor = [0.0; LANES];
                for lane in 0..V::LANES {
                    factor[lane] = weight * all[v].0[lane].inverse;
                }
                factors[v] = narrow(factor, V::LANES);
            }
            for term in run * channels.terms..(run + 1) * channels.terms {
                for v in 0..N {
                    let (i, left, [k, c]) = (v * V::LANES, count - v * V::LANES, pull[v]);
                    // SAFETY: the caller's promise.
                    unsafe {
                        let (u, dy) = numbers[v].apply::<RELU>(x.at(term, i, left), dy.at(term, i, left));
                        u.fma(k, dy.fma(factors[v], c)).store_up_to(dx.at(at + term * places.images + i), left);
                    }
                }
            }
        }
    }
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: the range lies within the images.
        for_tiles!(V, self.images.clone(), |first, count, N| unsafe {
            if self.of.affine.relu { self.tile::<V, N, true>(first, count) } else { self.tile::<V, N, false>(first, count) }
        });
    }
}

/// The gradients for x where it is wanted, for weight and for bias.
pub fn backward<T: Float>(of: GroupsBackward<T>, wants_x: bool) -> Result<(Vec<T>, Vec<T>, Vec<T>)> {
    let channels = of.affine.channels;
    let mut blocks = scratch(channels.sets * channels.runs * channels.terms.div_ceil(BLOCK))?;
    let place = Shared::new(blocks.as_mut_ptr());
    let fill = |dx| {
        Places::of(&of.affine).for_parts(of.x.len(), |group, images| {
            T::dispatch(Backward { of, dx, blocks: place, group, images });
        });
    };
    let dx = if wants_x {
        // SAFETY: the parts cover all groups and images.
        unsafe { filled(of.x.len(), |dx| fill(Some(dx)))? }
    } else {
        fill(None);
        Vec::new()
    };
    let (dweight, dbias) = weight_gradients(channels, &blocks)?;
    Ok((dx, dweight, dbias))
}
