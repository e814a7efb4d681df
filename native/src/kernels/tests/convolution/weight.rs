use super::direct::{Case, LARGE_CASES, draw, draw_large, forward};
use crate::kernels::convolution::weight::weight_gradient;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::geometry::Geometry;
use crate::kernels::partials::{PARTIALS, join};
use crate::kernels::tests::{CASES, assert_bits, dot};

/// One bias's gradient: the definition, word for word.
fn bias_chain(g: &Geometry, dy: &[f32], o: usize) -> f32 {
    let mut partials = [0f32; PARTIALS];
    let terms = g.columns.output * g.images;
    for row in dy[o * g.rows.output * terms..(o + 1) * g.rows.output * terms].chunks_exact(terms) {
        for (j, term) in row.iter().enumerate() {
            partials[j % PARTIALS] += term;
        }
    }
    join(partials)
}

/// One weight's gradient: the definition, word for word.
fn chain(g: &Geometry, x: &[f32], dy: &[f32], [o, i, ky, kx]: [usize; 4]) -> f32 {
    let mut partials = [0f32; PARTIALS];
    let channel = o / g.out_group() * g.in_group() + i;
    for h in 0..g.rows.output {
        let Some(row) = g.rows.source(h, ky) else { continue };
        let terms = g.columns.output * g.images;
        for j in 0..terms.next_multiple_of(PARTIALS) {
            let (w, n) = (j / g.images, j % g.images);
            let dy = if j < terms { dy[((o * g.rows.output + h) * g.columns.output + w) * g.images + n] } else { 0.0 };
            let x = match g.columns.source(w, kx) {
                Some(column) if j < terms => x[((channel * g.rows.input + row) * g.columns.input + column) * g.images + n],
                _ => 0.0,
            };
            partials[j % PARTIALS] = dy.mul_add(x, partials[j % PARTIALS]);
        }
    }
    join(partials)
}

fn definition(g: &Geometry, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut dw = Vec::new();
    for o in 0..g.out_channels {
        for i in 0..g.in_group() {
            for ky in 0..g.rows.kernel {
                dw.extend((0..g.columns.kernel).map(|kx| chain(g, x, dy, [o, i, ky, kx])));
            }
        }
    }
    dw
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
    for case in 0..CASES {
        let Case { g, x, dy, .. } = draw(case);
        assert_bits(g, &definition(&g, &x, &dy), || weight_gradient(&g, &x, None, &dy, case % 2 == 0).unwrap().0);
        let biases: Vec<f32> = (0..g.out_channels).map(|o| bias_chain(&g, &dy, o)).collect();
        assert_bits(g, &biases, || weight_gradient(&g, &x, None, &dy, true).unwrap().1);
        assert!(weight_gradient(&g, &x, None, &dy, false).unwrap().1.is_empty());
    }
}

#[test]
fn the_weight_gradient_is_the_adjoint_of_forward() {
    for case in 0..100 {
        let Case { g, x, weight, dy, .. } = draw(case);
        let forward = dot(&forward(&g, &x, &weight, None, Epilogue::Identity, None).unwrap(), &dy);
        let backward = dot(&weight, &weight_gradient(&g, &x, None, &dy, false).unwrap().0);
        assert!((forward - backward).abs() < 1e-4 * (1.0 + forward.abs()), "{g:?}");
    }
}

#[test]
fn every_instance_gives_the_definitions_bits_over_large_kernels_and_lone_channels() {
    for case in 0..LARGE_CASES {
        let Case { g, x, dy, .. } = draw_large(case);
        assert_bits(g, &definition(&g, &x, &dy), || weight_gradient(&g, &x, None, &dy, case % 2 == 0).unwrap().0);
    }
}
