use std::collections::HashMap;

use super::direct::{Case, check_added, check_adjoint, check_forward, check_input_gradient};
use crate::kernels::convolution::direct;
use crate::kernels::convolution::winograd::{forward, forward_pooled, input_gradient, suits};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::pooling::{Windows, max_forward};
use crate::kernels::tests::{CASES, Chance, assert_bits, every};

/// The transforms of a line for tiles of 2x2, word for word.
fn filter_two([g0, g1, g2]: [f32; 3]) -> [f32; 4] {
    [g0, (g0 + g2 + g1) * 0.5, (g0 + g2 - g1) * 0.5, g2]
}

fn input_two([d0, d1, d2, d3]: [f32; 4]) -> [f32; 4] {
    [d0 - d2, d1 + d2, d2 - d1, d1 - d3]
}

fn output_two([m0, m1, m2, m3]: [f32; 4]) -> [f32; 2] {
    [m0 + m1 + m2, m1 - m2 - m3]
}

/// The same for tiles of 4x4.
const A: f32 = 0.75;
const B: f32 = 1.5;

fn filter_four([g0, g1, g2]: [f32; 3]) -> [f32; 6] {
    let (of_a, of_b) = (1.0 / (2.0 * A * A * (A * A - B * B)), 1.0 / (2.0 * B * B * (B * B - A * A)));
    let (e, h) = (g2.mul_add(A * A, g0), g2.mul_add(B * B, g0));
    let (plus, minus) = (|a: f32, e: f32| g1.mul_add(a, e), |a: f32, e: f32| g1.mul_add(-a, e));
    [g0 * (1.0 / (A * A * B * B)), plus(A, e) * of_a, minus(A, e) * of_a, plus(B, h) * of_b, minus(B, h) * of_b, g2]
}

fn input_four([d0, d1, d2, d3, d4, d5]: [f32; 6]) -> [f32; 6] {
    let (e, f) = (d2.mul_add(-B * B, d4), d1.mul_add(-B * B, d3));
    let (g, h) = (d2.mul_add(-A * A, d4), d1.mul_add(-A * A, d3));
    [
        d0.mul_add(A * A * B * B, d2.mul_add(-(A * A + B * B), d4)),
        f.mul_add(A, e),
        f.mul_add(-A, e),
        h.mul_add(B, g),
        h.mul_add(-B, g),
        d1.mul_add(A * A * B * B, d3.mul_add(-(A * A + B * B), d5)),
    ]
}

fn output_four([m0, m1, m2, m3, m4, m5]: [f32; 6]) -> [f32; 4] {
    let (p, q, r, s) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
    [m0 + p + r, s.mul_add(B, q * A), r.mul_add(B * B, p * (A * A)), s.mul_add(B * B * B, q.mul_add(A * A * A, m5))]
}

/// The transforms of a line.
struct Lines<const TILE: usize, const SIDE: usize> {
    filter: fn([f32; 3]) -> [f32; SIDE],
    input: fn([f32; SIDE]) -> [f32; SIDE],
    output: fn([f32; SIDE]) -> [f32; TILE],
}

/// A transform of each column, then of each row: `[N; N] -> [M; M]`.
fn both<const N: usize, const M: usize>(line: fn([f32; N]) -> [f32; M], square: [[f32; N]; N]) -> [[f32; M]; M] {
    let columns: [[f32; M]; N] = std::array::from_fn(|c| line(std::array::from_fn(|r| square[r][c])));
    std::array::from_fn(|r| line(std::array::from_fn(|c| columns[c][r])))
}

/// Which numbers a sum runs over: of the source at (channel, row, column), and the kernel.
struct Sum<'a> {
    large: bool,
    from_channels: usize,
    size: (usize, usize),
    padding: (usize, usize),
    source: &'a dyn Fn(usize, usize, usize) -> f32,
    kernel: &'a dyn Fn(usize) -> [[f32; 3]; 3],
}

/// The outputs of the tile of (row, column), word for word, without their bias.
fn definition(sum: &Sum, row: usize, column: usize) -> Vec<f32> {
    if sum.large {
        by_tiles(&Lines { filter: filter_four, input: input_four, output: output_four }, sum, row, column)
    } else {
        by_tiles(&Lines { filter: filter_two, input: input_two, output: output_two }, sum, row, column)
    }
}

/// All of `[channel, row, column, image]`, of which `sum` says how a channel's and an image's are made.
fn by_definition(large: bool, shape: [usize; 4], sum: impl Fn(usize, usize, &mut dyn FnMut(&Sum))) -> Vec<f32> {
    let (side, mut tiles) = (if large { 4 } else { 2 }, HashMap::new());
    every(shape, |[channel, h, w, n]| {
        let tile = tiles.entry([channel, h / side, w / side, n]).or_insert_with(|| {
            let mut tile = Vec::new();
            sum(channel, n, &mut |sum| tile = definition(sum, h, w));
            tile
        });
        tile[h % side * side + w % side]
    })
}

fn by_tiles<const TILE: usize, const SIDE: usize>(
    &Lines { filter, input, output }: &Lines<TILE, SIDE>,
    sum: &Sum,
    row: usize,
    column: usize,
) -> Vec<f32> {
    let mut m = [[0.0; SIDE]; SIDE];
    for channel in 0..sum.from_channels {
        let at = |place: usize, k: usize, padding: usize, size: usize| {
            (place / TILE * TILE + k).checked_sub(padding).filter(|&at| at < size)
        };
        let d: [[f32; SIDE]; SIDE] = std::array::from_fn(|r| {
            std::array::from_fn(|c| match (at(row, r, sum.padding.0, sum.size.0), at(column, c, sum.padding.1, sum.size.1)) {
                (Some(row), Some(column)) => (sum.source)(channel, row, column),
                _ => 0.0,
            })
        });
        let (u, v) = (both(filter, (sum.kernel)(channel)), both(input, d));
        for r in 0..SIDE {
            for c in 0..SIDE {
                m[r][c] = u[r][c].mul_add(v[r][c], m[r][c]);
            }
        }
    }
    both(output, m).into_iter().flatten().collect()
}

fn large(g: &Geometry) -> bool {
    g.in_group().min(g.out_group()) >= 16
}

pub fn draw(case: u32) -> Case {
    let mut chance = Chance::of(case);
    let mut axis = || {
        let (output, padding) = (chance.pick(4, 13), chance.pick(0, 2));
        Axis { input: output + 2 - 2 * padding, output, kernel: 3, stride: 1, padding, dilation: 1 }
    };
    let (rows, columns) = (axis(), axis());
    let groups = chance.pick(1, 2);
    let images = if chance.flag() { chance.pick(1, 5) } else { chance.pick(6, 36) };
    let [in_channels, out_channels] = if chance.pick(1, 4) == 1 {
        [groups * chance.pick(16, 17), groups * chance.pick(16, 26)]
    } else {
        [groups * chance.pick(1, 4), groups * chance.pick(1, 14)]
    };
    let g = Geometry { images, in_channels, out_channels, groups, rows, columns };
    Case::of(g, &mut chance)
}

fn kernel(g: &Geometry, weight: &[f32], o: usize, i: usize) -> [[f32; 3]; 3] {
    std::array::from_fn(|r| std::array::from_fn(|c| weight[((o * g.in_group() + i) * 3 + r) * 3 + c]))
}

fn all_outputs(g: &Geometry, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    let shape = [g.out_channels, g.rows.output, g.columns.output, g.images];
    let mut outputs = by_definition(large(g), shape, |o, n, define| {
        let first = o / g.out_group() * g.in_group();
        define(&Sum {
            large: large(g),
            from_channels: g.in_group(),
            size: (g.rows.input, g.columns.input),
            padding: (g.rows.padding, g.columns.padding),
            source: &|i, row, column| x[(((first + i) * g.rows.input + row) * g.columns.input + column) * g.images + n],
            kernel: &|i| kernel(g, weight, o, i),
        });
    });
    let channel = outputs.len() / g.out_channels;
    outputs.chunks_exact_mut(channel).zip(bias).for_each(|(y, bias)| y.iter_mut().for_each(|y| *y += bias));
    outputs
}

fn all_input_gradients(g: &Geometry, dy: &[f32], weight: &[f32]) -> Vec<f32> {
    let shape = [g.in_channels, g.rows.input, g.columns.input, g.images];
    let mut gradients = by_definition(large(g), shape, |channel, n, define| {
        let (first, i) = (channel / g.in_group() * g.out_group(), channel % g.in_group());
        define(&Sum {
            large: large(g),
            from_channels: g.out_group(),
            size: (g.rows.output, g.columns.output),
            padding: (2 - g.rows.padding, 2 - g.columns.padding),
            source: &|o, row, column| dy[(((first + o) * g.rows.output + row) * g.columns.output + column) * g.images + n],
            kernel: &|o| {
                let k = kernel(g, weight, first + o, i);
                std::array::from_fn(|r| std::array::from_fn(|c| k[2 - r][2 - c]))
            },
        });
    });
    gradients.iter_mut().for_each(|dx| *dx += 0.0);
    gradients
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
    check_forward(CASES / 6, draw, all_outputs, forward);
}

#[test]
fn every_instance_gives_the_input_gradients_definitions_bits_over_random_shapes() {
    check_input_gradient(CASES / 6, draw, all_input_gradients, input_gradient);
}

#[test]
fn what_is_added_as_tiles_are_stored_is_added_as_by_itself() {
    check_added(CASES / 2, draw, forward);
}

#[test]
fn pooled_every_instance_gives_the_bits_of_pooling_after_it() {
    for case in 0..CASES {
        let Case { g, mut x, mut weight, mut bias, .. } = draw(case);
        let mut chance = Chance::of(case + CASES);
        let (relu, biased) = (chance.flag(), chance.flag());
        match chance.pick(0, 3) {
            // Sums are halves of whole numbers: many are equal.
            0 => [&mut x, &mut weight, &mut bias].into_iter().flatten().for_each(|x| *x = (*x * 2.0).round_ties_even()),
            // All sums are the bias.
            1 => x.fill(0.0),
            2 => x.iter_mut().step_by(chance.pick(3, 300)).for_each(|x| *x = f32::NAN),
            _ => (),
        }
        let bias = biased.then_some(&bias[..]);
        let halved = |axis: Axis| Axis { input: axis.output, output: axis.output / 2, kernel: 2, stride: 2, padding: 0, ..axis };
        let windows = Windows { channels: g.out_channels, images: g.images, rows: halved(g.rows), columns: halved(g.columns) };
        let y = forward(&g, &x, &weight, bias, Epilogue::relu_if(relu), None).unwrap();
        let (maximum, argmax) = max_forward(&windows, &y).unwrap();
        assert_bits((g, relu), &[maximum, argmax].concat(), || {
            let (maximum, argmax) = forward_pooled(&g, &x, &weight, bias, relu).unwrap();
            [maximum, argmax].concat()
        });
    }
}

/// The errors of both forms, as shares of the largest sum: of 64 channels after a ReLU, with the weights of a layer.
#[test]
fn the_error_is_at_most_four_times_that_of_the_direct_sums() {
    let axis = Axis { input: 14, output: 14, kernel: 3, stride: 1, padding: 1, dilation: 1 };
    let g = Geometry { images: 4, in_channels: 64, out_channels: 16, groups: 1, rows: axis, columns: axis };
    for case in 0..10 {
        let Case { mut x, weight, .. } = Case::of(g, &mut Chance::of(case));
        x.iter_mut().for_each(|x| *x = x.max(0.0));
        let wide = |numbers: &[f32]| numbers.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
        let exact = direct::forward(&g, &wide(&x), None, &wide(&weight), None, Epilogue::Identity, None).unwrap();
        let largest = exact.iter().fold(0.0, |largest: f64, y| largest.max(y.abs()));
        let error = |y: Vec<f32>| {
            let errors = y.iter().zip(&exact).map(|(&y, exact)| (f64::from(y) - exact).abs());
            errors.fold(0.0, f64::max) / largest
        };
        let tiles = error(forward(&g, &x, &weight, None, Epilogue::Identity, None).unwrap());
        let sums = error(direct::forward(&g, &x, None, &weight, None, Epilogue::Identity, None).unwrap());
        assert!(tiles < 2.5e-6 && tiles < 4.0 * sums, "{tiles:e} by tiles and {sums:e} by direct sums");
    }
}

#[test]
fn it_is_the_convolution_that_the_direct_sums_give() {
    for case in 0..300 {
        let Case { g, x, weight, bias, dy } = draw(case);
        let close = |fast: Vec<f32>, direct: Vec<f32>| {
            assert_eq!(fast.len(), direct.len());
            for (fast, direct) in fast.into_iter().zip(direct) {
                assert!((fast - direct).abs() < 1e-5, "{g:?}: {fast} and {direct}");
            }
        };
        close(
            forward(&g, &x, &weight, Some(&bias), Epilogue::Identity, None).unwrap(),
            direct::forward(&g, &x, None, &weight, Some(&bias), Epilogue::Identity, None).unwrap(),
        );
        close(input_gradient(&g, &dy, &weight, None).unwrap(), direct::input_gradient(&g, &dy, &weight, None).unwrap());
    }
}

#[test]
fn the_input_gradient_is_the_adjoint_of_forward() {
    check_adjoint(draw, forward, input_gradient);
}

#[test]
fn the_number_of_images_does_not_choose_the_definition() {
    let axis = Axis { input: 14, output: 14, kernel: 3, stride: 1, padding: 1, dilation: 1 };
    let of =
        |images, in_channels, rows| suits(&Geometry { images, in_channels, out_channels: 64, groups: 1, rows, columns: axis });
    assert!(of(1, 8, axis) && of(256, 8, axis) && !of(256, 7, axis));
    assert!(!of(32, 8, Axis { stride: 2, output: 7, ..axis }) && !of(32, 8, Axis { dilation: 2, output: 12, ..axis }));
}
