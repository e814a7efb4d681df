use super::{CASES, Chance, assert_bits, assert_same_bits};
use crate::kernels::geometry::Axis;
use crate::kernels::pooling::{Share, Windows, average_forward, backward, max_forward};

#[test]
fn every_instance_gives_the_same_bits_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let windows =
            Windows { channels: chance.pick(1, 4), images: chance.pick(1, 40), rows: chance.axis(), columns: chance.axis() };
        let mut x = chance.numbers(windows.channels * windows.rows.input * windows.columns.input * windows.images);
        if chance.flag() {
            // Many ties.
            x.iter_mut().for_each(|x| *x = (*x * 4.0).round_ties_even());
        }
        let before_relu = chance.flag();
        assert_same_bits(windows, || {
            let (y, argmax) = max_forward(&windows, &x).unwrap();
            let average = average_forward(&windows, &x).unwrap();
            let value = if before_relu { Some(&y[..]) } else { None };
            let largest = backward(&windows, &average, Share::Largest { argmax: &argmax, value }).unwrap();
            let equal = backward(&windows, &average, Share::Equal).unwrap();
            [y, argmax, average, largest, equal].concat()
        });
    }
}

#[test]
fn the_first_of_equal_numbers_takes_the_whole_gradient() {
    let axis = Axis { input: 2, output: 1, kernel: 2, stride: 2, padding: 0, dilation: 1 };
    let windows = Windows { channels: 1, images: 1, rows: axis, columns: axis };
    let (y, argmax) = max_forward(&windows, &[1f32, 3.0, 3.0, 2.0]).unwrap();
    assert_eq!((y[0], argmax[0]), (3.0, 1.0));
    assert_eq!(backward(&windows, &[5f32], Share::Largest { argmax: &argmax, value: None }).unwrap(), [0.0, 5.0, 0.0, 0.0]);
    let (y, _) = max_forward(&windows, &[1f32, f32::NAN, 3.0, 2.0]).unwrap();
    assert!(y[0].is_nan());
}

#[test]
fn windows_that_lie_apart_give_the_definitions_bits() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let mut axis = || {
            let (kernel, output) = (chance.pick(1, 3), chance.pick(1, 5));
            Axis { input: output * kernel, output, kernel, stride: kernel, padding: 0, dilation: 1 }
        };
        let (rows, columns) = (axis(), axis());
        let windows = Windows { channels: chance.pick(1, 4), images: chance.pick(1, 40), rows, columns };
        let x = chance.numbers(windows.channels * rows.input * columns.input * windows.images);
        let mut dy = chance.numbers(windows.channels * rows.output * columns.output * windows.images);
        dy.iter_mut().step_by(3).for_each(|dy| *dy = -0.0);
        let (y, argmax) = max_forward(&windows, &x).unwrap();
        let value = chance.flag().then_some(&y[..]);
        let mut expected = Vec::with_capacity(x.len());
        for channel in 0..windows.channels {
            for row in 0..rows.input {
                for column in 0..columns.input {
                    for image in 0..windows.images {
                        let (ky, kx) = (row % rows.kernel, column % columns.kernel);
                        let window = (channel * rows.output + row / rows.kernel) * columns.output + column / columns.kernel;
                        let from = window * windows.images + image;
                        let ours = argmax[from] == (ky * columns.kernel + kx) as f32 && value.is_none_or(|y| y[from] > 0.0);
                        expected.push(0.0 + if ours { dy[from] } else { 0.0 });
                    }
                }
            }
        }
        assert_bits(windows, &expected, || backward(&windows, &dy, Share::Largest { argmax: &argmax, value }).unwrap());
    }
}
