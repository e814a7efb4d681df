use super::{CASES, Chance, assert_bits, every};
use crate::kernels::geometry::Axis;
use crate::kernels::pooling::{Share, Windows, average_forward, backward, max_forward};

/// The maximum of each window, its argmax, and the average.
fn forward_definition(windows: &Windows, x: &[f32]) -> [Vec<f32>; 3] {
    let Windows { channels, images, rows, columns } = *windows;
    let of_windows = |first: f32, step: &dyn Fn(&mut [f32; 2], f32, usize), result: usize| {
        every([channels, rows.output, columns.output, images], |[channel, row, column, image]| {
            let mut state = [first, 0.0];
            for place in 0..rows.kernel * columns.kernel {
                let source = (rows.source(row, place / columns.kernel), columns.source(column, place % columns.kernel));
                if let (Some(h), Some(w)) = source {
                    step(&mut state, x[((channel * rows.input + h) * columns.input + w) * images + image], place);
                }
            }
            state[result]
        })
    };
    let larger = |state: &mut [f32; 2], x: f32, place: usize| {
        if x > state[0] || x.is_nan() {
            *state = [x, place as f32];
        }
    };
    let sum = |state: &mut [f32; 2], x: f32, _: usize| state[0] += x;
    let average = of_windows(0.0, &sum, 0).into_iter().map(|sum| sum / (rows.kernel * columns.kernel) as f32).collect();
    [of_windows(f32::NEG_INFINITY, &larger, 0), of_windows(f32::NEG_INFINITY, &larger, 1), average]
}

/// What reaches each input: `share(window's element, place)` is its share of a window's gradient.
fn backward_definition(windows: &Windows, share: impl Fn(usize, usize) -> f32) -> Vec<f32> {
    let Windows { channels, images, rows, columns } = *windows;
    every([channels, rows.input, columns.input, images], |[channel, row, column, image]| {
        let mut sum = 0.0;
        for place in 0..rows.kernel * columns.kernel {
            let target = (rows.target(row, place / columns.kernel), columns.target(column, place % columns.kernel));
            if let (Some(h), Some(w)) = target {
                sum += share(((channel * rows.output + h) * columns.output + w) * images + image, place);
            }
        }
        sum
    })
}

#[test]
fn every_instance_gives_the_definitions_bits_over_random_shapes() {
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
        let [y, argmax, average] = forward_definition(&windows, &x);
        let largest = backward_definition(&windows, |from, place| {
            let ours = argmax[from] == place as f32 && !(before_relu && y[from] <= 0.0);
            if ours { average[from] } else { 0.0 }
        });
        let area = (windows.rows.kernel * windows.columns.kernel) as f32;
        let equal: Vec<f32> = backward_definition(&windows, |from, _| average[from]).into_iter().map(|sum| sum / area).collect();
        let expected = [&y[..], &argmax, &average, &largest, &equal].concat();
        assert_bits(windows, &expected, || {
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
fn disjoint_windows_give_the_definitions_bits() {
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
        dy.iter_mut().step_by(5).for_each(|dy| *dy = -f32::from_bits(1));
        let (y, argmax) = max_forward(&windows, &x).unwrap();
        let value = chance.flag().then_some(&y[..]);
        let inputs = [windows.channels, rows.input, columns.input, windows.images];
        let window_of = |[channel, row, column, image]: [usize; 4]| {
            let window = (channel * rows.output + row / rows.kernel) * columns.output + column / columns.kernel;
            window * windows.images + image
        };
        let expected = every(inputs, |place| {
            let ([_, row, column, _], from) = (place, window_of(place));
            let (ky, kx) = (row % rows.kernel, column % columns.kernel);
            let ours = argmax[from] == (ky * columns.kernel + kx) as f32 && value.is_none_or(|y| y[from] > 0.0);
            0.0 + if ours { dy[from] } else { 0.0 }
        });
        assert_bits(windows, &expected, || backward(&windows, &dy, Share::Largest { argmax: &argmax, value }).unwrap());
        let expected = every(inputs, |place| (0.0 + dy[window_of(place)]) / (rows.kernel * columns.kernel) as f32);
        assert_bits(windows, &expected, || backward(&windows, &dy, Share::Equal).unwrap());
    }
}
