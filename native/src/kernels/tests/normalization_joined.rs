use super::normalization::channels;
use super::{CASES, Chance, assert_bits};
use crate::kernels::geometry::Axis;
use crate::kernels::normalization::{
    Affine, Backward, By, Channels, Halves, Incoming, Windows, channels_backward, forward, forward_pooled,
};
use crate::kernels::pooling;

/// A batch norm of several images, now and then of several blocks, that a pooling by halves may follow.
fn images(chance: &mut Chance) -> (Channels, Halves) {
    let most = if chance.pick(0, 9) == 0 { 11 } else { 5 };
    let (rows, columns, images) = (chance.pick(1, most), chance.pick(1, most), chance.pick(1, 70));
    let sets = chance.pick(1, 3);
    (Channels { sets, runs: 1, terms: rows * columns * images, channels: sets }, Halves { rows, columns, images })
}

#[test]
fn an_addition_that_is_joined_is_no_other_than_one_by_itself() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let channels = if chance.flag() { channels(&mut chance) } else { images(&mut chance).0 };
        let [x, added] = [0, 1].map(|_| chance.numbers(channels.sets * channels.runs * channels.terms));
        let [weight, bias] = [0, 1].map(|_| chance.numbers(channels.channels));
        let relu = chance.flag();
        let alone = Affine { channels, weight: &weight, bias: &bias, added: None, relu: false };
        let (plain, _) = forward(&x, channels.sets, By::Mean, 1e-5, &alone).unwrap();
        let sums = plain.iter().zip(&added).map(|(y, added)| y + added);
        let output: Vec<f32> = sums.map(|y| if relu && y <= 0.0 { 0.0 } else { y }).collect();
        assert_bits(channels, &output, || {
            forward(&x, channels.sets, By::Mean, 1e-5, &Affine { added: Some(&added), relu, ..alone }).unwrap().0
        });
    }
}

#[test]
fn a_pooling_that_is_joined_is_no_other_than_one_by_itself() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let (channels, halves) = images(&mut chance);
        let Halves { rows, columns, images } = halves;
        let mut x = chance.numbers(channels.sets * channels.terms);
        match chance.pick(0, 3) {
            // Many numbers are equal.
            0 => x.iter_mut().for_each(|x| *x = (*x * 4.0).round_ties_even()),
            1 => x.iter_mut().step_by(300).for_each(|x| *x = f32::NAN),
            _ => (),
        }
        let (weight, bias, relu) = (chance.numbers(channels.channels), chance.numbers(channels.channels), chance.flag());
        let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu };
        let (y, statistics) = forward(&x, channels.sets, By::Mean, 1e-5, &affine).unwrap();
        let axis = |input: usize| Axis { input, output: input / 2, kernel: 2, stride: 2, padding: 0, dilation: 1 };
        let windows = pooling::Windows { channels: channels.sets, images, rows: axis(rows), columns: axis(columns) };
        let (value, argmax) = pooling::max_forward(&windows, &y).unwrap();
        assert_bits((channels, halves), &[&value[..], &argmax].concat(), || {
            let (value, argmax, _) = forward_pooled(&x, affine, halves, By::Mean, 1e-5).unwrap();
            [value, argmax].concat()
        });
        let dy = chance.numbers(value.len());
        let share = pooling::Share::Largest { argmax: &argmax, value: None };
        let whole = pooling::backward(&windows, &dy, share).unwrap();
        let alone = Affine { relu: false, ..affine };
        let gradients = |dy| {
            let of = Backward { affine: alone, x: &x, dy, statistics: &statistics, epsilon: 1e-5 };
            let (dx, dweight, dbias) = channels_backward(of, true).unwrap();
            [dx, dweight, dbias].concat()
        };
        assert_bits((channels, halves), &gradients(Incoming::Whole(&whole)), || {
            gradients(Incoming::Pooled(Windows { halves, dy: &dy, argmax: &argmax }))
        });
    }
}
