use super::{CASES, Chance, assert_bits};
use crate::kernels::images::gather;

#[test]
fn every_instance_divides_the_chosen_pixels_by_255_over_random_shapes() {
    for case in 0..CASES {
        let mut chance = Chance::of(case);
        let (count, size, batch) = (chance.pick(1, 10), chance.pick(1, 100), chance.pick(0, 12));
        let images: Vec<u8> = (0..count * size).map(|_| chance.word() as u8).collect();
        let indices: Vec<u32> = (0..batch).map(|_| chance.pick(0, count - 1) as u32).collect();
        let pixels = indices.iter().flat_map(|&index| &images[index as usize * size..][..size]);
        let expected: Vec<f32> = pixels.map(|&pixel| f32::from(pixel) / 255.0).collect();
        assert_bits([count, size, batch], &expected, || gather(&images, size, &indices).unwrap());
    }
}
