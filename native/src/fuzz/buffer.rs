//! Buffers as Deno hands them over.

/// A buffer as Deno hands it over: its own elements, or the address of a detached or misaligned one.
pub struct Buffer<T> {
    pub data: Vec<T>,
    pub place: Place,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    Right,
    Detached,
    Misaligned,
}

impl<T> Buffer<T> {
    pub fn pointer(&mut self) -> *mut T {
        match self.place {
            Place::Right => self.data.as_mut_ptr(),
            Place::Detached => std::ptr::null_mut(),
            Place::Misaligned => (self.data.as_mut_ptr() as usize | 1) as *mut T,
        }
    }
    pub fn length(&self) -> u32 {
        // A single byte is never misaligned: leaves room for the shift.
        self.data.len().saturating_sub(usize::from(self.place == Place::Misaligned)) as u32
    }
}
