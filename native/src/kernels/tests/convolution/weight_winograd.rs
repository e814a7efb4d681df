use super::direct::{Case, forward};
use crate::kernels::convolution::{weight, weight_winograd};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::tests::{CASES, Chance, assert_bits, dot};

const A: f32 = 0.75;
const B: f32 = 1.5;

fn input([d0, d1, d2, d3, d4, d5]: [f32; 6]) -> [f32; 6] {
    let (product, sum) = (A * A * B * B, -(A * A + B * B));
    let at = |point: f32, other: f32| d1.mul_add(-other * other, d3).mul_add(point, d2.mul_add(-other * other, d4));
    let first = d0.mul_add(product, d2.mul_add(sum, d4));
    [first, at(A, B), at(-A, B), at(B, A), at(-B, A), d1.mul_add(product, d3.mul_add(sum, d5))]
}

fn output_gradient([y0, y1, y2, y3]: [f32; 4]) -> [f32; 6] {
    let at = |point: f32| y3.mul_add(point * point, y1).mul_add(point, y2.mul_add(point * point, y0));
    [y0, at(A), at(-A), at(B), at(-B), y3]
}

fn filter([m0, m1, m2, m3, m4, m5]: [f32; 6]) -> [f32; 3] {
    let (a, b) = (f64::from(A), f64::from(B));
    let (of_a, of_b) = (1.0 / (2.0 * a * a * (a * a - b * b)), 1.0 / (2.0 * b * b * (b * b - a * a)));
    let (even_a, odd_a, even_b, odd_b) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
    let first = m0 * (1.0 / (a * a * b * b)) as f32;
    [
        even_b.mul_add(of_b as f32, even_a.mul_add(of_a as f32, first)),
        odd_b.mul_add((b * of_b) as f32, odd_a * (a * of_a) as f32),
        even_b.mul_add((b * b * of_b) as f32, even_a.mul_add((a * a * of_a) as f32, m5)),
    ]
}

/// A transform of each column, then of each row: `[N; N] -> [M; M]`.
fn both<const N: usize, const M: usize>(line: fn([f32; N]) -> [f32; M], square: [[f32; N]; N]) -> [[f32; M]; M] {
    let columns: [[f32; M]; N] = std::array::from_fn(|c| line(std::array::from_fn(|r| square[r][c])));
    std::array::from_fn(|r| line(std::array::from_fn(|c| columns[c][r])))
}

/// The weights of one pair of channels: the definition, word for word.
fn chain(g: &Geometry, x: &[f32], dy: &[f32], o: usize, i: usize) -> [[f32; 3]; 3] {
    let (down, across) = (g.rows.output.div_ceil(4), g.columns.output.div_ceil(4));
    let (mut sums, mut block) = ([[0f32; 6]; 6], [[0f32; 6]; 6]);
    for term in 0..down * across * g.images {
        let (tile, n) = (term / g.images, term % g.images);
        let (top, left) = (4 * (tile / across), 4 * (tile % across));
        let d = std::array::from_fn(|r| {
            std::array::from_fn(|c| match (g.rows.source(top + r, 0), g.columns.source(left + c, 0)) {
                (Some(row), Some(column)) => x[((i * g.rows.input + row) * g.columns.input + column) * g.images + n],
                _ => 0.0,
            })
        });
        let tile = std::array::from_fn(|r| {
            std::array::from_fn(|c| {
                let inside = top + r < g.rows.output && left + c < g.columns.output;
                if inside { dy[((o * g.rows.output + top + r) * g.columns.output + left + c) * g.images + n] } else { 0.0 }
            })
        });
        let (v, u) = (both(input, d), both(output_gradient, tile));
        for r in 0..6 {
            for c in 0..6 {
                block[r][c] = u[r][c].mul_add(v[r][c], block[r][c]);
                if n % 16 == 15 || n + 1 == g.images {
                    sums[r][c] += block[r][c];
                    block[r][c] = 0.0;
                }
            }
        }
    }
    both(filter, sums)
}

fn draw(case: u32) -> Case {
    let mut chance = Chance::of(case);
    let mut axis = || {
        let (output, padding) = (chance.pick(3, 9), chance.pick(0, 2));
        Axis {
            input: output + 2 - 2 * padding.min(output / 2),
            output,
            kernel: 3,
            stride: 1,
            padding: padding.min(output / 2),
            dilation: 1,
        }
    };
    let (rows, columns) = (axis(), axis());
    let images = if chance.flag() { chance.pick(1, 5) } else { chance.pick(6, 36) };
    let (in_channels, out_channels) = (chance.pick(1, 36), chance.pick(1, 20));
    Case::of(Geometry { images, in_channels, out_channels, groups: 1, rows, columns }, &mut chance)
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
    for case in 0..CASES / 20 {
        let Case { g, x, dy, .. } = draw(case);
        let mut expected = Vec::new();
        for o in 0..g.out_channels {
            for i in 0..g.in_channels {
                expected.extend(chain(&g, &x, &dy, o, i).into_iter().flatten());
            }
        }
        assert_bits(g, &expected, || weight_winograd::weight_gradient(&g, &x, &dy, false).unwrap().0);
        let biases = weight::weight_gradient(&g, &x, None, &dy, true).unwrap().1;
        assert_bits(g, &biases, || weight_winograd::weight_gradient(&g, &x, &dy, true).unwrap().1);
    }
}

#[test]
fn the_weight_gradient_is_the_adjoint_of_forward() {
    for case in 0..100 {
        let Case { g, x, weight, dy, .. } = draw(case);
        let forward = dot(&forward(&g, &x, &weight, None, Epilogue::Identity, None).unwrap(), &dy);
        let backward = dot(&weight, &weight_winograd::weight_gradient(&g, &x, &dy, false).unwrap().0);
        assert!((forward - backward).abs() < 1e-4 * (1.0 + forward.abs()), "{g:?}");
    }
}

#[test]
fn its_error_is_at_most_ten_times_the_direct_sums_and_3e_6_of_the_largest_weights_gradient() {
    for case in 0..20 {
        let mut chance = Chance::of(case);
        let axis = Axis { input: 14, output: 14, kernel: 3, stride: 1, padding: 1, dilation: 1 };
        let g = Geometry { images: 32, in_channels: 16, out_channels: 16, groups: 1, rows: axis, columns: axis };
        let Case { x, dy, .. } = Case::of(g, &mut chance);
        let wide = |numbers: &[f32]| numbers.iter().map(|&number| f64::from(number)).collect::<Vec<f64>>();
        let exact = weight::weight_gradient(&g, &wide(&x), None, &wide(&dy), false).unwrap().0;
        let largest = exact.iter().fold(0f64, |largest, value| largest.max(value.abs()));
        let error =
            |found: &[f32]| found.iter().zip(&exact).fold(0f64, |most, (&a, b)| most.max((f64::from(a) - b).abs())) / largest;
        let direct = error(&weight::weight_gradient(&g, &x, None, &dy, false).unwrap().0);
        let filtered = error(&weight_winograd::weight_gradient(&g, &x, &dy, false).unwrap().0);
        println!("direct {direct:.1e}, filtered {filtered:.1e}");
        assert!(filtered <= 10.0 * direct && filtered <= 3e-6, "direct {direct:.1e}, filtered {filtered:.1e}");
    }
}
