//! Changes of brightness, contrast and saturation, as torchvision's ColorJitter has them.

use super::augment::Draws;

/// The largest change of each: a factor is drawn from `max(0, 1 - amount)` to `1 + amount`.
#[derive(Clone, Copy, Debug)]
pub struct Colour {
    pub brightness: f64,
    pub contrast: f64,
    /// Has no effect on gray images.
    pub saturation: f64,
}

/// The orders of three changes.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

impl Colour {
    #[cfg(test)]
    pub const NONE: Self = Self { brightness: 0.0, contrast: 0.0, saturation: 0.0 };

    /// Draws factors and their order; `None` where no amount is set.
    pub fn draw(&self, draws: &mut Draws) -> Option<Jitter> {
        let amounts = [self.brightness, self.contrast, self.saturation];
        let order = ORDERS[draws.below(ORDERS.len())];
        let factors = amounts.map(|amount| draws.between((1.0 - amount).max(0.0), 1.0 + amount) as f32);
        let is_set = amounts.iter().any(|&amount| amount != 0.0);
        is_set.then_some(Jitter { order, factors })
    }
}

/// What is done to one image.
#[derive(Debug)]
pub struct Jitter {
    /// 0 for brightness, 1 for contrast, 2 for saturation.
    order: [usize; 3],
    factors: [f32; 3],
}

/// A pixel's gray value, as ITU-R BT.601 weights the colours; the value itself where there is one channel alone.
fn gray(image: &[f32], pixels: usize, pixel: usize) -> f32 {
    if image.len() == 3 * pixels {
        return 0.2989 * image[pixel] + 0.587 * image[pixels + pixel] + 0.114 * image[2 * pixels + pixel];
    }
    image[pixel]
}

/// `factor * value + (1 - factor) * other`, in [0, 1].
fn blend(value: f32, other: f32, factor: f32) -> f32 {
    (factor * value + (1.0 - factor) * other).clamp(0.0, 1.0)
}

impl Jitter {
    pub fn apply(&self, image: &mut [f32], [channels, rows, columns]: [usize; 3]) {
        let pixels = rows * columns;
        for change in self.order {
            let factor = self.factors[change];
            // One sum in f64, pixel by pixel.
            let mean = if change == 1 {
                ((0..pixels).map(|pixel| f64::from(gray(image, pixels, pixel))).sum::<f64>() / pixels as f64) as f32
            } else {
                0.0
            };
            if change == 2 && channels != 3 {
                continue;
            }
            for pixel in 0..pixels {
                let other = if change == 2 { gray(image, pixels, pixel) } else { mean };
                for channel in 0..channels {
                    let value = &mut image[channel * pixels + pixel];
                    *value = blend(*value, other, factor);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: usize, factor: f32, image: &[f32], size: [usize; 3]) -> Vec<f32> {
        let mut factors = [1.0; 3];
        factors[change] = factor;
        let mut image = image.to_vec();
        Jitter { order: [0, 1, 2], factors }.apply(&mut image, size);
        image
    }

    fn close(found: &[f32], expected: &[f32]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        assert_eq!(found.len(), expected.len());
    }

    /// Two pixels, (0.2, 0.4, 0.6) and (1, 0.5, 0): gray 0.2989 r + 0.587 g + 0.114 b is 0.36298 and 0.5924, and
    /// their mean 0.47769.
    #[test]
    fn factors_act_as_in_torchvision() {
        let image = [0.2, 1.0, 0.4, 0.5, 0.6, 0.0];
        let size = [3, 1, 2];
        close(&changed(0, 1.5, &image, size), &[0.3, 1.0, 0.6, 0.75, 0.9, 0.0]);
        close(&changed(1, 0.5, &image, size), &[0.338_845, 0.738_845, 0.438_845, 0.488_845, 0.538_845, 0.238_845]);
        close(&changed(2, 0.5, &image, size), &[0.281_49, 0.796_2, 0.381_49, 0.546_2, 0.481_49, 0.296_2]);
        close(&changed(2, 2.0, &image, size), &[0.037_02, 1.0, 0.437_02, 0.407_6, 0.837_02, 0.0]);
        close(&changed(1, 0.0, &[0.25, 0.75], [1, 1, 2]), &[0.5, 0.5]);
        close(&changed(2, 0.0, &[0.25, 0.75], [1, 1, 2]), &[0.25, 0.75]);
    }
}
