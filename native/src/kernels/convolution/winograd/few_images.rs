//! The lanes are the images of all tiles: for fewer images than a vector has lanes. The source is laid apart first
//! ([`super::planes`]), and the results together at last; the lanes of the column behind the last tiles give sums that
//! nobody reads.

use super::destination::{Outputs, Places, Pooled};
use super::piece::{Piece, Scratch};
use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::convolution::patch::Patch;
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::{Identity, VectorEpilogue};
use crate::kernels::vector::{Float, Vector};

impl<T: Float, const TILE: usize, const SIDE: usize> Piece<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// # Safety
    /// The outputs of this piece must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    pub(super) unsafe fn few_images<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        let Whole { images, from_channels, to_channels, out, window, argmax, .. } = self.whole;
        let ([down, _], [row, plane]) = (self.whole.tiles(), self.whole.plane());
        let planes = &self.planes[self.group * from_channels * TILE * TILE * plane..];
        let patch = Patch {
            rows: std::array::from_fn(|r| planes[r % TILE * TILE * plane + r / TILE * row..].as_ptr()),
            columns: std::array::from_fn(|c| c % TILE * plane + c / TILE * images),
            step: TILE * TILE * plane,
            inside: [[true; SIDE]; 2],
        };
        let lanes = down * row - images;
        let (side, length) = (TILE / window, lanes.next_multiple_of(V::LANES));
        let places = Places {
            first: 0,
            channel_step: side * side * length,
            row_step: side * length,
            column_step: length,
            rows: side,
            columns: side,
            lanes: length,
        };
        // Only those of the piece's own channels are written, and read.
        let room = |wanted: bool| Vec::<T>::with_capacity(if wanted { to_channels * places.channel_step } else { 0 });
        let (mut results, mut argmaxes) = (room(true), room(window > 1));
        let [results, argmaxes] = [&mut results, &mut argmaxes].map(|planes| Shared::new(planes.as_mut_ptr()));
        for lane in (0..length).step_by(2 * V::LANES) {
            // SAFETY: the planes have room for whole vectors.
            unsafe {
                if window > 1 {
                    let outputs = Outputs { out: results, bias: self.bias(), epilogue, places };
                    self.lanes::<V>(patch, lane, length, &[], scratch, Pooled { outputs, argmax: argmaxes });
                } else {
                    let to = Outputs { out: results, bias: self.bias(), epilogue: Identity, places };
                    self.lanes::<V>(patch, lane, length, &[], scratch, to);
                }
            }
        }
        let (channels, first) = (self.channels::<V>(), self.group * to_channels);
        for channel in channels.clone() {
            let at = channel * places.channel_step;
            // SAFETY: the channel's results were written; its outputs are this task's alone.
            unsafe {
                if window > 1 {
                    self.whole.lay_together::<V>(results.at(at), length, first + channel, out, Identity);
                    self.whole.lay_together::<V>(argmaxes.at(at), length, first + channel, argmax, Identity);
                } else {
                    self.whole.lay_together::<V>(results.at(at), length, first + channel, out, epilogue);
                }
            }
        }
        if let Some((followed, _)) = self.whole.followed {
            // SAFETY: these channels are stored, by this thread.
            unsafe { followed.piece(first + channels.start..first + channels.end, 0..self.whole.shape()[1]) };
        }
    }
}
