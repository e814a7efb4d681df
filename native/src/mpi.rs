//! Open MPI, found by `dlopen` when it is asked for: nothing links against it.
//!
//! Its handles are addresses of globals of the library. In MPICH's ABI handles are numbers, so a library without
//! those globals is refused by name.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::fail;

/// `MPI_THREAD_FUNNELED`: the pool's threads call nothing of MPI.
const FUNNELED: c_int = 1;
/// `MPI_IN_PLACE`: what a process gives lies where all of it is gathered.
const IN_PLACE: *const c_void = std::ptr::without_provenance(1);
/// `MPI_MAX_LIBRARY_VERSION_STRING`, and room to spare.
const VERSION_ROOM: usize = 8192;

type Address = *mut c_void;
type Gather = unsafe extern "C" fn(*const c_void, c_int, Address, Address, *const c_int, *const c_int, Address, Address) -> c_int;

/// All processes that were started together.
pub struct World {
    communicator: Address,
    double: Address,
    gather: Gather,
    finalize: unsafe extern "C" fn() -> c_int,
    pub rank: usize,
    pub size: usize,
}

// SAFETY: the addresses are those of a library that is never closed; a mutex lets one thread call it at a time.
unsafe impl Send for World {}

static WORLD: Mutex<Option<World>> = Mutex::new(None);

/// A symbol as a function or the address of a global.
fn symbol<T: Copy>(find: &impl Fn(&CStr) -> Address, name: &CStr) -> Result<T> {
    let address = find(name);
    if address.is_null() {
        fail!("The MPI library has no {}: wick needs Open MPI", name.to_string_lossy());
    }
    // SAFETY: both are as wide as a pointer; the C function of that name has the type that the caller gives.
    Ok(unsafe { std::mem::transmute_copy::<Address, T>(&address) })
}

fn checked(code: c_int, name: &str) -> Result<()> {
    if code != 0 {
        fail!("{name} failed with code {code}");
    }
    Ok(())
}

impl World {
    /// Joins the others, given what finds the library's symbols.
    fn join(find: impl Fn(&CStr) -> Address) -> Result<Self> {
        if find(c"ompi_mpi_comm_world").is_null() {
            fail!("wick speaks with Open MPI alone, and the MPI library found is {}", version(&find)?);
        }
        let init: unsafe extern "C" fn(*mut c_int, Address, c_int, *mut c_int) -> c_int = symbol(&find, c"MPI_Init_thread")?;
        let number: [unsafe extern "C" fn(Address, *mut c_int) -> c_int; 2] =
            [symbol(&find, c"MPI_Comm_rank")?, symbol(&find, c"MPI_Comm_size")?];
        let communicator = symbol(&find, c"ompi_mpi_comm_world")?;
        let double = symbol(&find, c"ompi_mpi_double")?;
        let (gather, finalize) = (symbol(&find, c"MPI_Allgatherv")?, symbol(&find, c"MPI_Finalize")?);
        let (mut provided, mut rank, mut size) = (0, 0, 0);
        // SAFETY: as the MPI standard has it: no arguments, and numbers to be written.
        checked(unsafe { init(null_mut(), null_mut(), FUNNELED, &mut provided) }, "MPI_Init_thread")?;
        for (function, out) in number.into_iter().zip([&mut rank, &mut size]) {
            // SAFETY: MPI has been started, the communicator is its own.
            checked(unsafe { function(communicator, out) }, "MPI_Comm_rank")?;
        }
        Ok(Self { communicator, double, gather, finalize, rank: rank as usize, size: size as usize })
    }

    /// Fills `values` in every process: process r has filled in its part, from where that of r - 1 ends to `ends[r]`.
    fn gather(&self, values: &mut [f64], ends: &[u32]) -> Result<()> {
        let Ok(ends) = ends.iter().map(|&end| c_int::try_from(end)).collect::<std::result::Result<Vec<_>, _>>() else {
            fail!("Cannot divide {} numbers among processes: MPI counts to {}", values.len(), c_int::MAX);
        };
        let beginnings: Vec<c_int> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
        let counts: Vec<c_int> = ends.iter().zip(&beginnings).map(|(end, beginning)| end - beginning).collect();
        let last = ends.last().copied().unwrap_or(0) as usize;
        if ends.len() != self.size || counts.iter().any(|&count| count < 0) || last > values.len() {
            fail!("Cannot divide {} numbers among {} processes at {ends:?}", values.len(), self.size);
        }
        let (out, counts, from) = (values.as_mut_ptr().cast(), counts.as_ptr(), beginnings.as_ptr());
        // SAFETY: every part lies in `values`, as was checked; the handles are the library's own.
        let code = unsafe { (self.gather)(IN_PLACE, 0, null_mut(), out, counts, from, self.double, self.communicator) };
        checked(code, "MPI_Allgatherv")
    }
}

/// What a library says that it is, as `MPICH Version: 4.0.2`.
fn version(find: &impl Fn(&CStr) -> Address) -> Result<String> {
    let get: unsafe extern "C" fn(*mut c_char, *mut c_int) -> c_int = symbol(find, c"MPI_Get_library_version")?;
    let (mut text, mut length) = (vec![0u8; VERSION_ROOM], 0);
    // SAFETY: the standard has room for less than that; the call needs no MPI that has been started.
    checked(unsafe { get(text.as_mut_ptr().cast(), &mut length) }, "MPI_Get_library_version")?;
    text.truncate(usize::try_from(length).unwrap_or(0));
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(all(unix, not(miri)))]
mod dynamic {
    use super::*;

    unsafe extern "C" {
        fn dlopen(path: *const c_char, flags: c_int) -> Address;
        fn dlsym(library: Address, name: *const c_char) -> Address;
        fn dlerror() -> *const c_char;
    }

    /// `RTLD_NOW | RTLD_GLOBAL`: the plugins of some builds look for the library's symbols among all.
    const FLAGS: c_int = if cfg!(target_os = "macos") { 2 | 8 } else { 2 | 0x100 };

    /// What finds the symbols of a library; the library is never closed.
    pub fn open(name: &CStr) -> Result<impl Fn(&CStr) -> Address> {
        // SAFETY: a text that ends in zero. The library's own initialisation is trusted, as MPI is.
        let library = unsafe { dlopen(name.as_ptr(), FLAGS) };
        if library.is_null() {
            // SAFETY: after a failure there is a text, and this thread has it until its next call.
            fail!("{}", unsafe { CStr::from_ptr(dlerror()) }.to_string_lossy());
        }
        // SAFETY: the library stays open.
        Ok(move |name: &CStr| unsafe { dlsym(library, name.as_ptr()) })
    }
}

/// Without `dlopen`, as under Miri, there is no MPI.
#[cfg(not(all(unix, not(miri))))]
mod dynamic {
    use super::*;

    pub fn open(_name: &CStr) -> Result<fn(&CStr) -> Address> {
        fail!("MPI is not supported on this system");
    }
}

/// Starts MPI from the library of this name; returns this process's rank and how many there are.
pub fn start(library: &[u8]) -> Result<[u32; 2]> {
    let name = CString::new(library).map_err(|_| Error("The name of a library has no zero in it".to_owned()))?;
    if name.is_empty() {
        fail!("A library needs a name");
    }
    let mut world = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    if world.is_some() {
        fail!("MPI has been started already");
    }
    let joined = world.insert(World::join(dynamic::open(&name)?)?);
    Ok([joined.rank as u32, joined.size as u32])
}

/// Fills `values` in every process; see [`World::gather`].
pub fn gather(values: &mut [f64], ends: &[u32]) -> Result<()> {
    match &*WORLD.lock().unwrap_or_else(PoisonError::into_inner) {
        Some(world) => world.gather(values, ends),
        None => fail!("MPI has not been started"),
    }
}

/// Ends MPI when every process does, if it has been started.
pub fn finish() -> Result<()> {
    match WORLD.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // SAFETY: MPI was started, and nothing calls it afterwards.
        Some(world) => checked(unsafe { (world.finalize)() }, "MPI_Finalize"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library of one C function for each name that is given an address.
    fn library(symbols: &[(&'static CStr, *const ())]) -> impl Fn(&CStr) -> Address {
        let symbols = symbols.to_vec();
        move |name| symbols.iter().find(|(known, _)| *known == name).map_or(null_mut(), |&(_, address)| address as Address)
    }

    extern "C" fn init(_: *mut c_int, _: Address, _: c_int, _: *mut c_int) -> c_int {
        0
    }
    extern "C" fn one(_: Address, out: *mut c_int) -> c_int {
        // SAFETY: the caller's own number.
        unsafe { *out = 1 };
        0
    }
    extern "C" fn three(_: Address, out: *mut c_int) -> c_int {
        // SAFETY: the caller's own number.
        unsafe { *out = 3 };
        0
    }
    extern "C" fn finalize() -> c_int {
        0
    }
    extern "C" fn version_of_another(out: *mut c_char, length: *mut c_int) -> c_int {
        let text = b"MPICH Version:\t4.0.2\nMPICH Release date:\tnever";
        // SAFETY: the caller has room for more.
        unsafe {
            out.copy_from_nonoverlapping(text.as_ptr().cast(), text.len());
            *length = text.len() as c_int;
        }
        0
    }
    /// Writes each process's rank over the parts of the others.
    extern "C" fn gather_ranks(
        _: *const c_void,
        _: c_int,
        _: Address,
        out: Address,
        counts: *const c_int,
        from: *const c_int,
        _: Address,
        _: Address,
    ) -> c_int {
        for rank in [0, 2] {
            // SAFETY: three processes, whose parts the caller has checked.
            let (count, from) = unsafe { (*counts.add(rank), *from.add(rank)) };
            for place in from..from + count {
                // SAFETY: as above.
                unsafe { *out.cast::<f64>().add(place as usize) = rank as f64 };
            }
        }
        0
    }

    const STAND_IN: [(&CStr, *const ()); 7] = [
        (c"ompi_mpi_comm_world", init as *const ()),
        (c"ompi_mpi_double", init as *const ()),
        (c"MPI_Init_thread", init as *const ()),
        (c"MPI_Comm_rank", one as *const ()),
        (c"MPI_Comm_size", three as *const ()),
        (c"MPI_Allgatherv", gather_ranks as *const ()),
        (c"MPI_Finalize", finalize as *const ()),
    ];

    #[test]
    fn processes_fill_in_their_parts() {
        let world = World::join(library(&STAND_IN)).unwrap();
        assert_eq!([world.rank, world.size], [1, 3]);
        let mut values = [9.0; 6];
        world.gather(&mut values, &[2, 3, 5]).unwrap();
        assert_eq!(values, [0.0, 0.0, 9.0, 2.0, 2.0, 9.0]);
        for ends in [&[2, 3][..], &[2, 1, 5], &[2, 3, 7], &[0, 0, u32::MAX]] {
            let error = world.gather(&mut values, ends).unwrap_err().0;
            assert!(error.starts_with("Cannot divide 6 numbers among "), "{error}");
        }
    }

    #[test]
    fn another_abi_is_refused_by_name() {
        let other = World::join(library(&[(c"MPI_Get_library_version", version_of_another as *const ())]));
        let error = other.err().unwrap().0;
        assert_eq!(error, "wick speaks with Open MPI alone, and the MPI library found is MPICH Version: 4.0.2");
    }

    #[test]
    fn a_missing_symbol_is_named() {
        let error = World::join(library(&STAND_IN[..6])).err().unwrap().0;
        assert_eq!(error, "The MPI library has no MPI_Finalize: wick needs Open MPI");
    }

    #[test]
    fn a_library_that_is_not_there_is_an_error() {
        for name in [&b""[..], b"a\0b", b"libwick_no_such_library.so"] {
            assert!(start(name).is_err());
        }
        assert_eq!(gather(&mut [1.0], &[1]).unwrap_err().0, "MPI has not been started");
        assert!(finish().is_ok());
    }
}
