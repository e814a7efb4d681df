//! What is appended to the launcher: each file deflated, then the index, then its length as a
//! little-endian u64 and [`MAGIC`]. The index is text, a line an entry: `file NAME OFFSET SIZE HASH`
//! (offset in the archive's file, size and BLAKE3 of the unpacked content) or `argument TEXT`.

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"wickpack";

/// One packed file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    pub offset: u64,
    pub size: u64,
    pub hash: String,
}

/// The files appended to an executable.
pub struct Archive {
    file: File,
    pub entries: Vec<Entry>,
    /// What the first file is started with.
    pub arguments: Vec<String>,
    /// BLAKE3 of the index, which holds every file's: it names this content.
    pub hash: String,
}

impl Archive {
    /// The archive at the end of an executable, or none where there is none.
    pub fn open(path: &Path) -> io::Result<Option<Archive>> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        let mut footer = [0; 16];
        if end < 16 {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(end - 16))?;
        file.read_exact(&mut footer)?;
        let (length, magic) = footer.split_at(8);
        if magic != MAGIC {
            return Ok(None);
        }
        let length = length.iter().rev().fold(0, |sum, &byte| (sum << 8) | u64::from(byte));
        let start = (end - 16).checked_sub(length).ok_or_else(bad_index)?;
        file.seek(SeekFrom::Start(start))?;
        let mut index = String::new();
        (&file).take(length).read_to_string(&mut index)?;
        let hash = blake3::hash(index.as_bytes()).to_hex().to_string();
        let (entries, arguments) = parse(&index).ok_or_else(bad_index)?;
        Ok(Some(Archive { file, entries, arguments, hash }))
    }

    /// The unpacked content of a file, as long as the archive itself is undamaged.
    pub fn content(&mut self, entry: &Entry) -> io::Result<impl Read> {
        self.file.seek(SeekFrom::Start(entry.offset))?;
        Ok(DeflateDecoder::new(BufReader::with_capacity(1 << 16, &self.file)).take(entry.size))
    }
}

/// Writes `output`, executable: the launcher, the files, and what the first is started with.
pub fn write(launcher: &Path, output: &Path, files: &[OsString], arguments: &[String]) -> io::Result<()> {
    std::fs::copy(launcher, output)?; // with its permissions
    let mut file = BufWriter::new(File::options().append(true).open(output)?);
    let mut offset = file.seek(SeekFrom::End(0))?;
    let mut index = String::new();
    for path in files.iter().map(Path::new) {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(bad_index)?;
        let (size, hash) = deflate(path, &mut file)?;
        index += &format!("file {name} {offset} {size} {hash}\n");
        offset = file.seek(SeekFrom::End(0))?;
    }
    for argument in arguments {
        index += &format!("argument {argument}\n");
    }
    if parse(&index).is_none() {
        return Err(io::Error::other("a name or an argument cannot be packed"));
    }
    file.write_all(index.as_bytes())?;
    file.write_all(&(index.len() as u64).to_le_bytes())?;
    file.write_all(MAGIC)?;
    file.flush()
}

/// Deflates a file into `output`; returns its size and hash.
fn deflate(path: &Path, output: &mut impl Write) -> io::Result<(u64, blake3::Hash)> {
    let content = std::fs::read(path)?;
    let mut encoder = DeflateEncoder::new(output, Compression::default());
    encoder.write_all(&content)?;
    encoder.finish()?;
    Ok((content.len() as u64, blake3::hash(&content)))
}

fn parse(index: &str) -> Option<(Vec<Entry>, Vec<String>)> {
    let (mut entries, mut arguments) = (Vec::new(), Vec::new());
    for line in index.lines() {
        match line.split_once(' ')? {
            ("argument", argument) => arguments.push(argument.to_string()),
            ("file", fields) => {
                let [name, offset, size, hash] = fields.split(' ').collect::<Vec<_>>().try_into().ok()?;
                entries.push(Entry {
                    name: name.to_string(),
                    offset: offset.parse().ok()?,
                    size: size.parse().ok()?,
                    hash: hash.to_string(),
                });
            }
            _ => return None,
        }
    }
    (!entries.is_empty()).then_some((entries, arguments))
}

fn bad_index() -> io::Error {
    io::Error::other("its index cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_what_is_found() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("wick-archive-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let contents: [(&str, Vec<u8>); 3] = [("empty", vec![]), ("text", b"wick".repeat(1000)), ("bytes", (0..=255).collect())];
        let mut paths = Vec::new();
        for (name, content) in &contents {
            std::fs::write(folder.join(name), content)?;
            paths.push(folder.join(name).into_os_string());
        }
        let (launcher, output) = (folder.join("bytes"), folder.join("packed"));
        let arguments = ["run", "--allow-ffi={}/lib with a space.so"].map(String::from);
        write(&launcher, &output, &paths, &arguments)?;

        assert!(Archive::open(&launcher)?.is_none());
        let mut archive = Archive::open(&output)?.ok_or_else(bad_index)?;
        assert_eq!(archive.arguments, arguments);
        for (entry, (name, content)) in archive.entries.clone().iter().zip(&contents) {
            let mut unpacked = Vec::new();
            archive.content(entry)?.read_to_end(&mut unpacked)?;
            assert_eq!((entry.name.as_str(), &unpacked), (*name, content));
        }
        std::fs::remove_dir_all(folder)
    }

    #[test]
    fn an_index_that_is_no_index_is_refused() {
        for index in ["", "argument a\n", "file a 0 1\n", "file a b 0 1 2\n", "folder a\n"] {
            assert!(parse(index).is_none(), "{index}");
        }
    }
}
