use crate::error::Result;
use crate::kernels::convolution::direct::{self, input_gradient};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::Follow;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::tests::{CASES, Chance, assert_bits, dot, every};

fn relu(sum: f32) -> f32 {
    if sum <= 0.0 { 0.0 } else { sum }
}

/// The definition, word for word.
fn definition(g: &Geometry, x: &[f32], weight: &[f32], bias: &[f32]) -> Vec<f32> {
    every([g.out_channels, g.rows.output, g.columns.output, g.images], |[o, h, w, n]| {
        let mut sum = bias[o];
        for i in 0..g.in_group() {
            let channel = o / g.out_group() * g.in_group() + i;
            for ky in 0..g.rows.kernel {
                let Some(row) = g.rows.source(h, ky) else { continue };
                for kx in 0..g.columns.kernel {
                    let factor = weight[((o * g.in_group() + i) * g.rows.kernel + ky) * g.columns.kernel + kx];
                    match g.columns.source(w, kx) {
                        Some(column) => {
                            let at = ((channel * g.rows.input + row) * g.columns.input + column) * g.images + n;
                            sum = factor.mul_add(x[at], sum);
                        }
                        None if g.columns.stride == 1 => sum = factor.mul_add(0.0, sum),
                        None => {}
                    }
                }
            }
        }
        sum
    })
}

/// The definition of the input gradient, word for word.
fn gradient_definition(g: &Geometry, dy: &[f32], weight: &[f32]) -> Vec<f32> {
    every([g.in_channels, g.rows.input, g.columns.input, g.images], |[channel, h, w, n]| {
        let (group, i) = (channel / g.in_group(), channel % g.in_group());
        let mut sum = 0.0;
        for o in group * g.out_group()..(group + 1) * g.out_group() {
            for ky in 0..g.rows.kernel {
                let Some(row) = g.rows.target(h, ky) else { continue };
                for kx in 0..g.columns.kernel {
                    let factor = weight[((o * g.in_group() + i) * g.rows.kernel + ky) * g.columns.kernel + kx];
                    match g.columns.target(w, kx) {
                        Some(column) => {
                            let at = ((o * g.rows.output + row) * g.columns.output + column) * g.images + n;
                            sum = factor.mul_add(dy[at], sum);
                        }
                        None if g.columns.stride == 1 => sum = factor.mul_add(0.0, sum),
                        None => {}
                    }
                }
            }
        }
        sum
    })
}

pub type Forward = fn(&Geometry, &[f32], &[f32], Option<&[f32]>, Epilogue<f32>, Option<&dyn Follow<f32>>) -> Result<Vec<f32>>;
/// Of images that no normalisation is pending for.
pub fn forward(
    g: &Geometry,
    x: &[f32],
    weight: &[f32],
    bias: Option<&[f32]>,
    epilogue: Epilogue<f32>,
    follow: Option<&dyn Follow<f32>>,
) -> Result<Vec<f32>> {
    direct::forward(g, x, None, weight, bias, epilogue, follow)
}

pub type ForwardDefinition = fn(&Geometry, &[f32], &[f32], &[f32]) -> Vec<f32>;
pub type InputGradient = fn(&Geometry, &[f32], &[f32], Option<&[f32]>) -> Result<Vec<f32>>;

pub struct Case {
    pub g: Geometry,
    pub x: Vec<f32>,
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub dy: Vec<f32>,
}

impl Case {
    pub fn of(g: Geometry, chance: &mut Chance) -> Self {
        Self {
            x: chance.numbers(g.in_channels * g.rows.input * g.columns.input * g.images),
            weight: chance.numbers(g.out_channels * g.in_group() * g.taps()),
            bias: chance.numbers(g.out_channels),
            dy: chance.numbers(g.out_channels * g.rows.output * g.columns.output * g.images),
            g,
        }
    }
}

pub fn draw(case: u32) -> Case {
    let mut chance = Chance::of(case);
    Case::of(chance.geometry(), &mut chance)
}

/// Holds a convolution to its definition, with and without ReLU.
pub fn check_forward(cases: u32, draw: fn(u32) -> Case, definition: ForwardDefinition, forward: Forward) {
    for case in 0..cases {
        let Case { g, x, weight, bias, .. } = draw(case);
        let mut expected = definition(&g, &x, &weight, &bias);
        let with_relu = case % 2 == 1;
        if with_relu {
            expected = expected.into_iter().map(relu).collect();
        }
        assert_bits(g, &expected, || forward(&g, &x, &weight, Some(&bias), Epilogue::relu_if(with_relu), None).unwrap());
    }
}

/// Holds an input gradient to its definition, with and without the mask of a ReLU.
pub fn check_input_gradient(
    cases: u32,
    draw: fn(u32) -> Case,
    definition: fn(&Geometry, &[f32], &[f32]) -> Vec<f32>,
    input_gradient: InputGradient,
) {
    for case in 0..cases {
        let Case { g, x, weight, dy, .. } = draw(case);
        let expected = definition(&g, &dy, &weight);
        if case % 2 == 0 {
            assert_bits(g, &expected, || input_gradient(&g, &dy, &weight, None).unwrap());
        } else {
            let masked: Vec<f32> = expected.iter().zip(&x).map(|(&dx, &x)| if x <= 0.0 { 0.0 } else { dx }).collect();
            assert_bits(g, &masked, || input_gradient(&g, &dy, &weight, Some(&x)).unwrap());
        }
    }
}

/// Holds an addition that is joined to one by itself.
pub fn check_added(cases: u32, draw: fn(u32) -> Case, forward: Forward) {
    for case in 0..cases {
        let Case { g, x, weight, bias, dy: added } = draw(case);
        let (with_relu, bias) = (case % 2 == 1, (case % 3 > 0).then_some(&bias[..]));
        let y = forward(&g, &x, &weight, bias, Epilogue::Identity, None).unwrap();
        let sums = y.iter().zip(&added).map(|(y, added)| y + added);
        let expected: Vec<f32> = if with_relu { sums.map(relu).collect() } else { sums.collect() };
        assert_bits(g, &expected, || forward(&g, &x, &weight, bias, Epilogue::of(Some(&added), with_relu), None).unwrap());
    }
}

pub fn check_adjoint(draw: fn(u32) -> Case, forward: Forward, input_gradient: InputGradient) {
    for case in 0..300 {
        let Case { g, x, weight, dy, .. } = draw(case);
        let forward = dot(&forward(&g, &x, &weight, None, Epilogue::Identity, None).unwrap(), &dy);
        let backward = dot(&x, &input_gradient(&g, &dy, &weight, None).unwrap());
        assert!((forward - backward).abs() < 1e-4 * (1.0 + forward.abs()), "{g:?}");
    }
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
    check_forward(CASES, draw, definition, forward);
}

#[test]
fn every_instance_gives_the_input_gradients_definitions_bits_over_random_shapes() {
    check_input_gradient(CASES, draw, gradient_definition, input_gradient);
}

#[test]
fn the_input_gradient_is_the_adjoint_of_forward() {
    check_adjoint(draw, forward, input_gradient);
}

/// Kernels up to 7x7, channels alone in their groups, batches that are divided, strides over whole vectors.
pub fn draw_large(case: u32) -> Case {
    let mut chance = Chance::of(case);
    let mut axis = || loop {
        let (input, kernel, stride) = (chance.pick(1, 9), [1, 3, 5, 7][chance.pick(0, 3)], [1, 1, 2][chance.pick(0, 2)]);
        let (padding, dilation) = (chance.pick(0, 3), chance.pick(1, 2));
        if let Some(room) = (input + 2 * padding).checked_sub(dilation * (kernel - 1) + 1) {
            return Axis { input, output: room / stride + 1, kernel, stride, padding, dilation };
        }
    };
    let (rows, columns) = (axis(), axis());
    let (groups, in_group) = [(1, 1), (1, 9), (5, 1)][chance.pick(0, 2)];
    let (images, out_group) = ([1, 16, 32, 48, 70][chance.pick(0, 4)], [1, 1, 2, 5][chance.pick(0, 3)]);
    let (in_channels, out_channels) = (groups * in_group, groups * out_group);
    Case::of(Geometry { images, in_channels, out_channels, groups, rows, columns }, &mut chance)
}

/// How many large shapes are tried.
pub const LARGE_CASES: u32 = 200;

#[test]
fn every_instance_gives_the_definitions_bits_over_large_kernels_and_lone_channels() {
    for case in 0..LARGE_CASES {
        let Case { g, x, weight, bias, dy } = draw_large(case);
        assert_bits(g, &definition(&g, &x, &weight, &bias), || {
            forward(&g, &x, &weight, Some(&bias), Epilogue::Identity, None).unwrap()
        });
        let masked = gradient_definition(&g, &dy, &weight);
        let masked: Vec<f32> = masked.iter().zip(&x).map(|(&dx, &x)| if x <= 0.0 { 0.0 } else { dx }).collect();
        assert_bits(g, &masked, || input_gradient(&g, &dy, &weight, Some(&x)).unwrap());
    }
}

#[test]
fn what_is_added_as_sums_are_stored_is_added_as_by_itself() {
    check_added(CASES / 2, draw, forward);
}
