//! Rotation, translation, scale and shear of an image around its middle, with bilinear interpolation.

use super::augment::Draws;
use crate::kernels::math::cos_f64;

/// The largest amount of each, drawn uniformly both ways.
#[derive(Clone, Copy, Debug)]
pub struct Affine {
    /// Degrees.
    pub rotate: f64,
    /// Share of the image's height and width.
    pub translate: f64,
    /// Share of the size: 0.1 is from 0.9 to 1.1 times.
    pub zoom: f64,
    /// Degrees, along the rows.
    pub shear: f64,
}

impl Affine {
    #[cfg(test)]
    pub const NONE: Self = Self { rotate: 0.0, translate: 0.0, zoom: 0.0, shear: 0.0 };

    /// Draws a map; `None` where no amount is set.
    pub fn draw(&self, draws: &mut Draws, rows: usize, columns: usize) -> Option<Map> {
        let mut around = |amount: f64| draws.between(-amount, amount);
        let (angle, across, down) = (around(self.rotate), around(self.translate), around(self.translate));
        let (scale, shear) = (1.0 + around(self.zoom), around(self.shear));
        let is_set = [self.rotate, self.translate, self.zoom, self.shear].iter().any(|&amount| amount != 0.0);
        is_set.then(|| Map::new(angle, [down * rows as f64, across * columns as f64], scale, shear))
    }
}

/// From a pixel's place, seen from the image's middle, to the place that it is taken from.
#[derive(Debug)]
pub struct Map {
    down_by: [f64; 2],
    across_by: [f64; 2],
    translation: [f64; 2],
}

/// cos and sin of an angle in degrees.
fn direction(degrees: f64) -> (f64, f64) {
    let turns = degrees / 360.0;
    (cos_f64(turns * std::f64::consts::TAU), cos_f64((turns - 0.25) * std::f64::consts::TAU))
}

impl Map {
    /// The inverse of translation * rotation * shear * scale, as torchvision's `_get_inverse_affine_matrix` has it.
    pub fn new(angle: f64, translation: [f64; 2], scale: f64, shear: f64) -> Self {
        let ((cos, sin), (shear_cos, shear_sin)) = (direction(angle), direction(shear));
        let tan = shear_sin / shear_cos;
        Self {
            across_by: [(cos - sin * tan) / scale, (cos * tan + sin) / scale],
            down_by: [-sin / scale, cos / scale],
            translation,
        }
    }

    /// Takes each pixel from between four, weighted by their nearness, in f64; what lies outside is 0.
    pub fn apply(&self, image: &mut [f32], [channels, rows, columns]: [usize; 3]) {
        let source = image.to_vec();
        let (middle_row, middle_column) = ((rows as f64 - 1.0) / 2.0, (columns as f64 - 1.0) / 2.0);
        for row in 0..rows {
            for column in 0..columns {
                let y = row as f64 - middle_row - self.translation[0];
                let x = column as f64 - middle_column - self.translation[1];
                let from_row = self.down_by[0] * x + self.down_by[1] * y + middle_row;
                let from_column = self.across_by[0] * x + self.across_by[1] * y + middle_column;
                let is_near = from_row > -1.0 && from_row < rows as f64 && from_column > -1.0 && from_column < columns as f64;
                // Both are above -1, so that cutting off is rounding down.
                let (top, left) = ((from_row + 1.0) as isize - 1, (from_column + 1.0) as isize - 1);
                let (low, right) = (from_row - top as f64, from_column - left as f64);
                let is_inside = top >= 0 && left >= 0 && top + 1 < rows as isize && left + 1 < columns as isize;
                for channel in 0..channels {
                    let plane = &source[channel * rows * columns..][..rows * columns];
                    let [a, b, c, d] = if !is_near {
                        [0.0; 4]
                    } else if is_inside {
                        let start = top as usize * columns + left as usize;
                        [plane[start], plane[start + 1], plane[start + columns], plane[start + columns + 1]]
                    } else {
                        let at = |row: isize, column: isize| match (usize::try_from(row), usize::try_from(column)) {
                            (Ok(row), Ok(column)) if row < rows && column < columns => plane[row * columns + column],
                            _ => 0.0,
                        };
                        [at(top, left), at(top, left + 1), at(top + 1, left), at(top + 1, left + 1)]
                    };
                    let between = |a: f32, b: f32| f64::from(a) * (1.0 - right) + f64::from(b) * right;
                    let value = between(a, b) * (1.0 - low) + between(c, d) * low;
                    image[(channel * rows + row) * columns + column] = if is_near { value as f32 } else { 0.0 };
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: [f32; 12] = [0.0, 0.25, 0.5, 1.0, 0.75, 0.125, 0.625, 0.375, 1.0, 0.875, 0.25, 0.5];

    fn mapped(map: &Map) -> Vec<f32> {
        let mut image = IMAGE.to_vec();
        map.apply(&mut image, [1, 3, 4]);
        image
    }

    #[test]
    fn a_shift_by_whole_pixels_and_a_quarter_turn_are_exact() {
        let shifted = mapped(&Map::new(0.0, [1.0, -1.0], 1.0, 0.0));
        assert_eq!(shifted, [0.0, 0.0, 0.0, 0.0, 0.25, 0.5, 1.0, 0.0, 0.125, 0.625, 0.375, 0.0]);
        let half = mapped(&Map::new(0.0, [0.0, 0.5], 1.0, 0.0));
        assert_eq!(half[..4], [0.0, 0.125, 0.375, 0.75]);
        let turned = mapped(&Map::new(180.0, [0.0, 0.0], 1.0, 0.0));
        for (turned, expected) in turned.iter().zip(IMAGE.iter().rev()) {
            assert!((turned - expected).abs() < 1e-6, "{turned} {expected}");
        }
    }

    /// torch.nn.functional.grid_sample (bilinear, zeros, align_corners=False) over the grid that torchvision's
    /// `affine` makes of these numbers, in f64.
    #[test]
    fn a_map_is_that_of_torchvision() {
        let turned = [
            0.464_724_4,
            0.239_232_6,
            0.316_686_7,
            0.249_398_8,
            0.887_259_5,
            0.327_153_5,
            0.564_443_1,
            0.780_949_4,
            0.350_330_7,
            0.460_226_3,
            0.419_110_7,
            0.273_026_9,
        ];
        let all = [
            0.0,
            0.083_006_4,
            0.438_427,
            0.594_929_5,
            0.006_780_4,
            0.543_184_7,
            0.454_362_4,
            0.459_159,
            0.0,
            0.837_065_3,
            0.246_775_4,
            0.001_205_4,
        ];
        let maps = [Map::new(30.0, [0.0, 0.0], 1.0, 0.0), Map::new(-20.0, [-0.3, 0.4], 0.8, 15.0)];
        for (map, expected) in maps.iter().zip([turned, all]) {
            for (found, expected) in mapped(map).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
    }
}
