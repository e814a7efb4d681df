use super::{CASES, Chance, assert_bits};
use crate::kernels::matmul::{BLOCK, Matrix, Start, matmul};

/// The definition, word for word.
fn definition(a: Matrix<f32>, b: Matrix<f32>, start: Start<f32>, relu: bool) -> Vec<f32> {
    let mut out = Vec::new();
    for m in 0..a.rows {
        for n in 0..b.columns {
            let start = match start {
                Start::Zero => 0.0,
                Start::Column(bias) => bias[n],
                Start::Row(bias) => bias[m],
            };
            let chain = |start: f32, first: usize| {
                (first..b.rows.min(first + 64)).fold(start, |sum, k| {
                    a.data[m * a.row_stride + k * a.column_stride].mul_add(b.data[k * b.row_stride + n * b.column_stride], sum)
                })
            };
            let sum = (64..b.rows).step_by(64).fold(chain(start, 0), |sum, first| sum + chain(0.0, first));
            out.push(if relu && sum <= 0.0 { 0.0 } else { sum });
        }
    }
    out
}

fn matrix(data: &[f32], rows: usize, columns: usize, by_rows: bool) -> Matrix<'_, f32> {
    let (row_stride, column_stride) = if by_rows { (columns, 1) } else { (1, rows) };
    Matrix { data, rows, columns, row_stride, column_stride }
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes_and_strides() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        // A few products are large enough to be divided among tasks.
        let most = if case % 100 == 0 { 300 } else { 40 };
        // And in a few a panel has more terms than are packed at a time.
        let longest = if case % 10 == 0 { 600 } else { 140 };
        let (m, n) = (chance.pick(1, most), chance.pick(1, 70));
        // One depth in four lies at a block's border.
        let k = match chance.pick(0, 3) {
            0 => chance.pick(1, longest / BLOCK) * BLOCK + chance.pick(0, 2) - 1,
            _ => chance.pick(0, longest),
        };
        let (a, b, bias) = (chance.numbers(m * k), chance.numbers(k * n), chance.numbers(m.max(n)));
        let (a, b) = (matrix(&a, m, k, chance.flag()), matrix(&b, k, n, chance.flag()));
        let start = [Start::Zero, Start::Column(&bias[..n]), Start::Row(&bias[..m])][chance.pick(0, 2)];
        let relu = chance.flag();
        assert_bits([m, k, n], &definition(a, b, start, relu), || {
            let product = matmul(a, b, start, relu, None).unwrap();
            if !product.transposed {
                return product.data;
            }
            (0..m * n).map(|i| product.data[i % n * m + i / n]).collect()
        });
    }
}
