//! The processes that `mpirun` started together.

use crate::exports;
use crate::fail;
use crate::mpi;

exports! { EXPORTS:
    /// Starts MPI from the library of this name, UTF-8, and writes this process's rank and how many processes there are.
    fn mpi_start(library: &[u8], out: &mut [u32]) -> Status {
        let world = mpi::start(library)?;
        match out.get_mut(..2) {
            Some(out) => out.copy_from_slice(&world),
            None => fail!("Room for two numbers is needed"),
        }
        Ok(())
    }

    /// Fills `values` in every process. Each has filled in its part: process r's ends at `ends[r]`, where the next begins.
    fn mpi_gather(values: &mut [f64], ends: &[u32]) -> Status {
        mpi::gather(values, ends)
    }

    /// Ends MPI when every process does, if it was started.
    fn mpi_finish() -> Status {
        mpi::finish()
    }
}
