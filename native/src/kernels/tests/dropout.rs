use super::{CASES, Chance, assert_bits};
use crate::kernels::dropout::{OF_IMAGE, dropout, dropout_by_image};
use crate::random::{Stream, unit};

#[test]
fn every_instance_drops_what_its_word_says() {
    for case in 0..CASES / 10 {
        let mut chance = Chance::of(case);
        let count = chance.pick(0, 700);
        let x = chance.numbers(count);
        let p = [0.0, 0.2, 0.5, 1.0 - 1e-9, f64::from(unit(chance.word()))][chance.pick(0, 4)];
        let stream = Stream { seed: chance.word(), purpose: 1, epoch: chance.word(), index: chance.word() };
        let scale = (1.0 / (1.0 - p)) as f32;
        let kept = |(&x, word): (&f32, u32)| if f64::from(unit(word)) >= p { x * scale } else { 0.0 };
        let expected: Vec<f32> = x.iter().zip(stream.words(0)).map(kept).collect();
        assert_bits((count, p), &expected, || dropout(&x, p, stream).unwrap());
    }
}

#[test]
fn images_innermost_drop_what_images_outermost_do() {
    for case in 0..CASES / 10 {
        let mut chance = Chance::of(case);
        let (images, of_image) = (chance.pick(1, 100), OF_IMAGE * chance.pick(1, 60));
        let x = chance.numbers(images * of_image);
        let stream = Stream { seed: chance.word(), purpose: 1, epoch: chance.word(), index: chance.word() };
        let kept = dropout(&x, 0.3, stream).unwrap();
        let innermost =
            |x: &[f32]| -> Vec<f32> { (0..of_image).flat_map(|i| x.iter().skip(i).step_by(of_image).copied()).collect() };
        let inner = innermost(&x);
        assert_bits((images, of_image), &innermost(&kept), || dropout_by_image(&inner, images, 0.3, stream).unwrap());
    }
}
