use candle_core::WithDType;

use super::{CASES, Chance, assert_bits, assert_same_bits};
use crate::kernels::normalization::{
    Affine, Backward, By, Channels, Halves, Incoming, Pending, RowAffine, Rows, Statistics, apply, channels_backward,
    columns_backward, forward, forward_pooled, pixels_backward, pixels_forward, rows_backward, scale_and_shift,
};

/// Sets of a few terms, and now and then of several blocks.
pub(super) fn channels(chance: &mut Chance) -> Channels {
    let runs = chance.pick(1, 3);
    let terms = if chance.pick(0, 9) == 0 { chance.pick(1000, 6200) } else { chance.pick(1, 70) };
    if runs == 1 {
        let sets = chance.pick(1, 5);
        return Channels { sets, runs, terms, channels: sets };
    }
    let groups = chance.pick(1, 3);
    Channels { sets: groups * chance.pick(1, 3), runs, terms, channels: groups * runs }
}

/// A sum of sixteen partials, word for word.
fn sum(terms: impl Iterator<Item = (f32, f32)>) -> f64 {
    let mut partials = [0f32; 16];
    for (j, (a, b)) in terms.enumerate() {
        partials[j % 16] = a.mul_add(b, partials[j % 16]);
    }
    for half in [8, 4, 2, 1] {
        (0..half).for_each(|i| partials[i] += partials[i + half]);
    }
    f64::from(partials[0])
}

/// A set's mean and variance, word for word.
fn statistics(set: &[f32], about_zero: bool) -> [f64; 2] {
    let mut all = [0.0; 3];
    for block in set.chunks(1024) {
        let count = block.len() as f64;
        let (mean, squares) = if about_zero {
            (0.0, sum(block.iter().map(|&x| (x, x))))
        } else {
            let pivot = (sum(block.iter().map(|&x| (x, 1.0))) / count) as f32;
            let apart = || block.iter().map(|x| x - pivot);
            let (s, q) = (sum(apart().map(|d| (d, 1.0))), sum(apart().map(|d| (d, d))));
            (f64::from(pivot) + s / count, q - s * s / count)
        };
        let [before, average, total] = all;
        let (apart, share) = (mean - average, count / (before + count));
        all = [before + count, average + apart * share, total + squares + apart * apart * before * share];
    }
    [all[1], (all[2] / all[0]).max(0.0)]
}

#[test]
fn statistics_and_outputs_are_the_definitions_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let channels = channels(&mut chance);
        let (terms, relu) = (channels.runs * channels.terms, chance.flag());
        let far = [0.0, 0.0, 100.0, -1e4][chance.pick(0, 3)];
        let x: Vec<f32> = chance.numbers(channels.sets * terms).iter().map(|x| 4.0 * x + far).collect();
        let (weight, bias) = (chance.numbers(channels.channels), chance.numbers(channels.channels));
        let found: Vec<[f64; 2]> = x.chunks(terms).map(|set| statistics(set, false)).collect();
        let mut expected: Vec<f32> = found.iter().flatten().map(|&number| number as f32).collect();
        for (i, x) in x.iter().enumerate() {
            let ([mean, variance], channel) = (found[i / terms], i / channels.terms % channels.channels);
            let (centre, scale) = (mean as f32, f64::from(weight[channel]) * (1.0 / (variance + 1e-5).sqrt()));
            let shift = f64::from(bias[channel]) - (mean - f64::from(centre)) * scale;
            let y = (x - centre).mul_add(scale as f32, shift as f32);
            expected.push(if relu && y <= 0.0 { 0.0 } else { y });
        }
        assert_bits(channels, &expected, || {
            let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu };
            let (y, statistics) = forward(&x, channels.sets, By::Mean, 1e-5, &affine).unwrap();
            let (means, variances) = statistics.split_at(channels.sets);
            let statistics = means.iter().zip(variances).flat_map(|(mean, variance)| [*mean as f32, *variance as f32]);
            statistics.chain(y).collect()
        });
    }
}

#[test]
fn every_instance_gives_the_same_gradients_of_channels_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let channels = channels(&mut chance);
        let (length, relu) = (channels.sets * channels.runs * channels.terms, chance.flag());
        let (x, dy) = (chance.numbers(length), chance.numbers(length));
        let (weight, bias) = (chance.numbers(channels.channels), chance.numbers(channels.channels));
        let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu };
        let (y, statistics) = forward(&x, channels.sets, By::Mean, 1e-5, &affine).unwrap();
        assert_same_bits(channels, || {
            let of = Backward { affine, x: &x, dy: Incoming::Whole(&dy), statistics: &statistics, epsilon: 1e-5 };
            let (dx, dweight, dbias) = channels_backward(of, true).unwrap();
            let (none, again, _) = channels_backward(of, false).unwrap();
            assert!(none.is_empty() && again == dweight);
            [dx, dweight, dbias].concat()
        });
        // A joined ReLU is no other than one that is applied by itself.
        let masked: Vec<f32> = dy.iter().zip(&y).map(|(&dy, &y)| if relu && y <= 0.0 { 0.0 } else { dy }).collect();
        let alone = Affine { relu: false, ..affine };
        let gradients = |affine, dy: &[f32]| {
            channels_backward(Backward { affine, x: &x, dy: Incoming::Whole(dy), statistics: &statistics, epsilon: 1e-5 }, true)
                .unwrap()
        };
        assert_eq!(gradients(affine, &dy), gradients(alone, &masked), "{channels:?}");
    }
}

#[test]
fn rows_are_the_definitions_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let rows = chance.pick(1, 40);
        let terms = if chance.pick(0, 19) == 0 { chance.pick(1000, 3000) } else { chance.pick(1, 70) };
        let about_zero = chance.flag();
        let [x, dy] = [0, 1].map(|_| chance.numbers(rows * terms));
        let [weight, bias] = [0, 1].map(|_| chance.numbers(terms));
        let affine = RowAffine { weight: &weight, bias: (!about_zero).then_some(&bias[..]) };
        let sets: Vec<[f64; 2]> = x.chunks(terms).map(|row| statistics(row, about_zero)).collect();
        let z = |i: usize| {
            let [mean, variance] = sets[i / terms];
            let (centre, inverse) = (mean as f32, 1.0 / (variance + 1e-5).sqrt());
            (x[i] - centre).mul_add(inverse as f32, (-(mean - f64::from(centre)) * inverse) as f32)
        };
        let y = (0..x.len())
            .map(|i| if about_zero { z(i) * weight[i % terms] } else { z(i).mul_add(weight[i % terms], bias[i % terms]) });
        let along = |factor: &dyn Fn(usize) -> f32| {
            let column = |j: usize| sum((0..rows).map(|row| (dy[row * terms + j], factor(row * terms + j)))) as f32;
            (0..terms).map(column).collect::<Vec<_>>()
        };
        let expected = [y.collect(), along(&z), along(&|_| 1.0)].concat();
        let by = if about_zero { By::Zero } else { By::Mean };
        let (_, statistics) = forward(&x, rows, by, 1e-5, &affine).unwrap();
        let of = Rows { weight: &weight, x: &x, dy: &dy, statistics: &statistics, about_zero, epsilon: 1e-5 };
        assert_bits([rows, terms], &expected, || {
            let (y, _) = forward(&x, rows, by, 1e-5, &affine).unwrap();
            [y, columns_backward(of, true).unwrap(), columns_backward(of, false).unwrap()].concat()
        });
        assert_same_bits([rows, terms], || rows_backward(of).unwrap());
    }
}

/// `[rows, columns] -> [columns, rows]`.
fn transposed(matrix: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| matrix.iter().skip(column).step_by(columns).copied()).collect()
}

#[test]
fn pixels_are_rows_of_the_transposed_matrix_and_their_weights_sums_of_blocks() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let mut many =
            |often: usize, most: usize| if chance.pick(0, 19) < often { chance.pick(1000, most) } else { chance.pick(1, 150) };
        let positions = many(2, 2500);
        let channels = if positions > 150 { 3 } else { many(1, 1200) };
        let far = [0.0, 0.0, 100.0, -1e4][chance.pick(0, 3)];
        let x: Vec<f32> = chance.numbers(channels * positions).iter().map(|x| 4.0 * x + far).collect();
        let dy = chance.numbers(channels * positions);
        let [weight, bias] = [0, 1].map(|_| chance.numbers(channels));
        let affine = RowAffine { weight: &weight, bias: Some(&bias) };
        let (x_rows, dy_rows) = (transposed(&x, positions), transposed(&dy, positions));
        let (y, statistics) = forward(&x_rows, positions, By::Mean, 1e-5, &affine).unwrap();
        let rows = Rows { weight: &weight, x: &x_rows, dy: &dy_rows, statistics: &statistics, about_zero: false, epsilon: 1e-5 };
        let dx = rows_backward(rows).unwrap();
        let (means, variances) = statistics.split_at(positions);
        let z = |channel: usize, position: usize| {
            let (centre, inverse) = (means[position] as f32, 1.0 / (variances[position] + 1e-5).sqrt());
            let shift = (-(means[position] - f64::from(centre)) * inverse) as f32;
            (x[channel * positions + position] - centre).mul_add(inverse as f32, shift)
        };
        let along = |factor: &dyn Fn(usize, usize) -> f32| {
            let block = |channel: usize, first: usize| {
                sum((first..positions.min(first + 1024)).map(|i| (dy[channel * positions + i], factor(channel, i))))
            };
            let channel = |channel| (0..positions).step_by(1024).map(|first| block(channel, first)).sum::<f64>() as f32;
            (0..channels).map(channel).collect::<Vec<_>>()
        };
        let expected = [transposed(&y, channels), transposed(&dx, channels), along(&z), along(&|_, _| 1.0)].concat();
        assert_bits([channels, positions], &expected, || {
            let (y, found) = pixels_forward(&x, &weight, &bias, 1e-5).unwrap();
            assert_eq!(found, statistics);
            let of = Rows { x: &x, dy: &dy, ..rows };
            let (dx, dweight, dbias) = pixels_backward(of, true).unwrap();
            let (none, again, _) = pixels_backward(of, false).unwrap();
            assert!(none.is_empty() && again == dweight);
            [y, dx, dweight, dbias].concat()
        });
    }
}

#[test]
fn inference_is_one_fused_multiply_add() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let (count, terms, relu) = (chance.pick(1, 5), chance.pick(1, 2100), chance.flag());
        let x = chance.numbers(count * terms);
        let parameters: [Vec<f32>; 4] = [0, 1, 2, 3].map(|_| chance.numbers(count));
        let scales: Vec<[f32; 3]> = (0..count)
            .map(|c| {
                let statistics = Statistics { mean: parameters[2][c].to_f64(), variance: parameters[3][c].to_f64().abs() };
                scale_and_shift(parameters[0][c], parameters[1][c], statistics, 1e-5)
            })
            .collect();
        let expected: Vec<f32> = x
            .iter()
            .enumerate()
            .map(|(i, x)| {
                let y = x.mul_add(scales[i / terms][1], scales[i / terms][2]);
                if relu && y <= 0.0 { 0.0 } else { y }
            })
            .collect();
        assert_bits([count, terms], &expected, || apply(&x, Pending { numbers: &scales, relu }).unwrap());
    }
}

/// The relative errors of a normalised value, far from zero, and of a constant set.
#[test]
fn a_mean_of_10_000_deviations_and_a_constant_set_are_normalised_right() {
    let channels = Channels { sets: 1, runs: 1, terms: 5000, channels: 1 };
    let affine = Affine { channels, weight: &[1f32], bias: &[0.0], added: None, relu: false };
    for outlier in [0.0, 100.0] {
        let mut x: Vec<f32> = Chance::of(0).numbers(5000).iter().map(|x| 1e4 + 12f32.sqrt() * x).collect();
        x[0] += outlier;
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / 5000.0;
        let variance = x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / 5000.0;
        let (y, statistics) = forward(&x, 1, By::Mean, 1e-5, &affine).unwrap();
        assert!((statistics[0] - mean).abs() < 1e-6 && (statistics[1] / variance - 1.0).abs() < 1e-6, "{statistics:?}");
        for (x, y) in x.iter().zip(&y) {
            let right = (f64::from(*x) - mean) / (variance + 1e-5).sqrt();
            assert!((f64::from(*y) - right).abs() < 1e-6 * right.abs().max(1.0), "{y}, not {right}");
        }
    }
    for constant in [0f32, 0.1, -1e4, 3e7] {
        let (y, statistics) = forward(&vec![constant; 5000], 1, By::Mean, 1e-5, &affine).unwrap();
        assert_eq!(statistics[1], 0.0, "the variance of {constant}");
        assert!(y.iter().all(|y| y.abs() < 1e-3), "{constant} becomes {}", y[0]);
        let of = Backward { affine, x: &vec![constant; 5000], dy: Incoming::Whole(&y), statistics: &statistics, epsilon: 1e-5 };
        assert!(channels_backward(of, true).unwrap().0.iter().all(|dx| dx.is_finite()));
    }
}

#[test]
fn units_divided_among_threads_give_the_bits_of_whole_sets() {
    crate::parallel::configure(3);
    let channels = Channels { sets: 2, runs: 3, terms: 40_000, channels: 6 };
    let mut chance = Chance::of(1);
    let [x, dy] = [0, 1].map(|_| chance.numbers(240_000));
    let [weight, bias] = [0, 1].map(|_| chance.numbers(6));
    let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu: true };
    assert_same_bits(channels, || {
        let (y, statistics) = forward(&x, channels.sets, By::Mean, 1e-5, &affine).unwrap();
        let of = Backward { affine, x: &x, dy: Incoming::Whole(&dy), statistics: &statistics, epsilon: 1e-5 };
        let (dx, dweight, dbias) = channels_backward(of, true).unwrap();
        let halves = Halves { rows: 60, columns: 100, images: 20 };
        let pooled = Affine { channels: Channels { runs: 1, terms: 120_000, channels: 2, ..channels }, ..affine };
        let (value, argmax, _) = forward_pooled(&x, pooled, halves, By::Mean, 1e-5).unwrap();
        [y, dx, dweight, dbias, value, argmax].concat()
    });
    // So many sets that threads divide them.
    let many = Affine { channels: Channels { sets: 12, ..channels }, ..affine };
    let (whole, _) = forward(&x.repeat(6), 12, By::Mean, 1e-5, &many).unwrap();
    let (y, _) = forward(&x, 2, By::Mean, 1e-5, &affine).unwrap();
    assert!(whole.chunks(x.len()).all(|part| part == y));
}
