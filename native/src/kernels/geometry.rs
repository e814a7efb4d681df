//! The shape of a sliding window: how places of its input and of its output meet.

/// One spatial dimension of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    pub input: usize,
    pub output: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

impl Axis {
    /// Where the input lies that output `o` meets at tap `k`, if it lies in the image.
    pub fn source(&self, o: usize, k: usize) -> Option<usize> {
        (o * self.stride + k * self.dilation).checked_sub(self.padding).filter(|&i| i < self.input)
    }

    /// Which output meets input `i` at tap `k`, if any output does.
    pub fn target(&self, i: usize, k: usize) -> Option<usize> {
        let shifted = (i + self.padding).checked_sub(k * self.dilation)?;
        (shifted.is_multiple_of(self.stride) && shifted / self.stride < self.output).then_some(shifted / self.stride)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub images: usize,
    pub in_channels: usize,
    pub out_channels: usize,
    pub groups: usize,
    pub rows: Axis,
    pub columns: Axis,
}

impl Geometry {
    pub fn in_group(&self) -> usize {
        self.in_channels / self.groups
    }
    pub fn out_group(&self) -> usize {
        self.out_channels / self.groups
    }
    pub fn taps(&self) -> usize {
        self.rows.kernel * self.columns.kernel
    }
    /// Where each output meets its own place alone, the same places in so many rows: the sums are the same.
    pub fn in_rows(&self, rows: usize) -> Option<Self> {
        let is_alone = |axis: Axis| axis.kernel == 1 && axis.stride == 1 && axis.padding == 0;
        // An empty tensor may name as many places as it likes.
        let places = self.rows.output.checked_mul(self.columns.output)?;
        if !is_alone(self.rows) || !is_alone(self.columns) || rows == 0 || !places.is_multiple_of(rows) {
            return None;
        }
        let along = |axis: Axis, length: usize| Axis { input: length, output: length, ..axis };
        Some(Self { rows: along(self.rows, rows), columns: along(self.columns, places / rows), ..*self })
    }
    /// Whether every patch of 3x3 neighbours has its output: what minimal filtering is for.
    pub fn is_plain_3x3(&self) -> bool {
        let is_plain = |axis: Axis| axis.kernel == 3 && axis.stride == 1 && axis.dilation == 1 && axis.padding <= 2;
        is_plain(self.rows) && is_plain(self.columns)
    }
}
