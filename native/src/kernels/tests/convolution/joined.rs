//! What a convolution is joined with has the bits that it has by itself: what follows the result, and a normalisation that
//! is pending for the source.

use super::direct::{self, Case, Forward, LARGE_CASES, draw_large};
use super::winograd;
use crate::kernels::convolution::{direct as kernel, weight, winograd as tiles};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::{Follow, InPlace};
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::normalization::{Pending, apply, statistics, with_statistics};
use crate::kernels::pointwise::{Gelu, map};
use crate::kernels::pooling::{Windows, average_forward, max_forward, with_average, with_maximum};
use crate::kernels::rows::Rows;
use crate::kernels::tests::{CASES, Chance, assert_bits};

/// Windows of the result whose rows lie apart.
fn windows(g: &Geometry, chance: &mut Chance) -> Windows {
    let (kernel, wide, stride) = (chance.pick(1, 3), chance.pick(1, 3), chance.pick(1, 3));
    let (rows, columns) = (g.rows.output.max(kernel), g.columns.output.max(wide));
    let along = |input: usize, kernel: usize, stride: usize| {
        let output = (input - kernel) / stride + 1;
        Axis { input, output, kernel, stride, padding: 0, dilation: 1 }
    };
    let (rows, columns) = (along(rows, kernel, kernel), along(columns, wide, stride));
    Windows { channels: g.out_channels, images: g.images, rows, columns }
}

fn check_followed(case: u32, Case { g, x, weight, bias, .. }: Case, forward: Forward) {
    let mut chance = Chance::of(case + CASES);
    let relu = chance.flag();
    let store = |follow: Option<&dyn Follow<f32>>| forward(&g, &x, &weight, Some(&bias), Epilogue::relu_if(relu), follow);
    let y = store(None).unwrap();
    let values = map(Gelu, [&y], &Rows::alike(y.len())).unwrap();
    assert_bits(g, &values, || store(Some(&InPlace(Gelu))).unwrap());
    let rounded = |numbers: Vec<f64>| numbers.into_iter().map(|number| number as f32).collect::<Vec<_>>();
    let expected = rounded(statistics(&y, g.out_channels).unwrap());
    assert_bits(g, &[&y[..], &expected].concat(), || {
        let shape = [g.out_channels, y.len() / g.out_channels];
        let (y, statistics) = with_statistics(shape, |follow| store(Some(follow))).unwrap();
        [y, rounded(statistics)].concat()
    });
    let windows = windows(&g, &mut chance);
    if windows.rows.input != g.rows.output || windows.columns.input != g.columns.output {
        return;
    }
    let average = average_forward(&windows, &y).unwrap();
    assert_bits((g, windows), &average, || with_average(&windows, |follow| store(Some(follow))).unwrap());
    let (maximum, argmax) = max_forward(&windows, &y).unwrap();
    assert_bits((g, windows), &[maximum, argmax].concat(), || {
        let (maximum, argmax) = with_maximum(&windows, |follow| store(Some(follow))).unwrap();
        [maximum, argmax].concat()
    });
}

#[test]
fn what_follows_a_direct_convolution_has_the_bits_that_it_has_by_itself() {
    (0..CASES / 3).for_each(|case| check_followed(case, direct::draw(case), direct::forward));
    (0..LARGE_CASES).for_each(|case| check_followed(case, draw_large(case), direct::forward));
}

#[test]
fn what_follows_a_convolution_by_tiles_has_the_bits_that_it_has_by_itself() {
    (0..CASES / 6).for_each(|case| check_followed(case, winograd::draw(case), tiles::forward));
}

/// On as many threads as there are, which share rows of tiles.
#[test]
fn what_follows_is_made_once_whoever_stores_the_last_part() {
    let axis = Axis { input: 28, output: 28, kernel: 3, stride: 1, padding: 1, dilation: 1 };
    let g = Geometry { images: 48, in_channels: 16, out_channels: 24, groups: 1, rows: axis, columns: axis };
    let Case { x, weight, bias, .. } = Case::of(g, &mut Chance::of(1));
    for forward in [direct::forward as Forward, tiles::forward] {
        let store = |follow: Option<&dyn Follow<f32>>| forward(&g, &x, &weight, Some(&bias), Epilogue::Identity, follow);
        let y = store(None).unwrap();
        let values = map(Gelu, [&y], &Rows::alike(y.len())).unwrap();
        let expected = statistics(&y, g.out_channels).unwrap();
        for _ in 0..20 {
            assert_eq!(store(Some(&InPlace(Gelu))).unwrap(), values);
            let shape = [g.out_channels, y.len() / g.out_channels];
            assert_eq!(with_statistics(shape, |follow| store(Some(follow))).unwrap().1, expected);
        }
    }
}

#[test]
fn a_pending_normalisation_has_the_bits_that_it_has_by_itself() {
    for case in 0..CASES / 2 + LARGE_CASES {
        let large = case >= CASES / 2;
        let Case { g, x, weight, bias, dy } = if large { draw_large(case - CASES / 2) } else { direct::draw(case) };
        let mut chance = Chance::of(case + CASES);
        let numbers: Vec<[f32; 3]> = (0..g.in_channels).map(|_| chance.numbers(3).try_into().unwrap()).collect();
        let pending = Pending { numbers: &numbers, relu: chance.flag() };
        let z = apply(&x, pending).unwrap();
        let y = direct::forward(&g, &z, &weight, Some(&bias), Epilogue::Identity, None).unwrap();
        assert_bits((g, pending), &y, || {
            kernel::forward(&g, &x, Some(pending), &weight, Some(&bias), Epilogue::Identity, None).unwrap()
        });
        let (dw, db) = weight::weight_gradient(&g, &z, None, &dy, true).unwrap();
        assert_bits((g, pending), &[dw, db].concat(), || {
            let (dw, db) = weight::weight_gradient(&g, &x, Some(pending), &dy, true).unwrap();
            [dw, db].concat()
        });
    }
}
