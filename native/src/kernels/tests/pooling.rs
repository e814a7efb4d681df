use super::{CASES, Chance, assert_same_bits};
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
            let (y, tap) = max_forward(&windows, &x).unwrap();
            let average = average_forward(&windows, &x).unwrap();
            let value = if before_relu { Some(&y[..]) } else { None };
            let largest = backward(&windows, &average, Share::Largest { tap: &tap, value }).unwrap();
            let equal = backward(&windows, &average, Share::Equal).unwrap();
            [y, tap, average, largest, equal].concat()
        });
    }
}

#[test]
fn the_first_of_equal_taps_takes_the_whole_gradient() {
    let axis = Axis { input: 2, output: 1, kernel: 2, stride: 2, padding: 0, dilation: 1 };
    let windows = Windows { channels: 1, images: 1, rows: axis, columns: axis };
    let (y, tap) = max_forward(&windows, &[1f32, 3.0, 3.0, 2.0]).unwrap();
    assert_eq!((y[0], tap[0]), (3.0, 1.0));
    assert_eq!(backward(&windows, &[5f32], Share::Largest { tap: &tap, value: None }).unwrap(), [0.0, 5.0, 0.0, 0.0]);
    let (y, _) = max_forward(&windows, &[1f32, f32::NAN, 3.0, 2.0]).unwrap();
    assert!(y[0].is_nan());
}
