//! The contents of files, from one process of git's that is asked for them one by one.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex};

use super::program::Git;
use crate::source::ReadError;

/// Bytes of contents that are kept at most, so that no file is fetched twice.
const MAX_KEPT: usize = 256 * 1024 * 1024;

/// Of a file that is longer (bytes), the start is read by itself.
const SMALL: u64 = 4 * 1024 * 1024;

/// The longest line that git says before contents.
const MAX_HEADER: u64 = 256;

/// The contents of one repository's files.
#[derive(Debug)]
pub struct Objects {
    git: Git,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    process: Option<Process>,
    kept: BTreeMap<Box<str>, Arc<[u8]>>,
    size: usize,
}

#[derive(Debug)]
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Objects {
    /// Nothing is run before something is asked for.
    pub fn new(git: Git) -> Self {
        Self { git, state: Mutex::default() }
    }

    /// All of an object, when it is no longer than `limit`.
    pub fn read(&self, id: &str, limit: u64) -> Result<Arc<[u8]>, ReadError> {
        let mut state = self.state.lock().expect("no thread panics while it asks for contents");
        if let Some(bytes) = state.kept.get(id) {
            let fits = bytes.len() as u64 <= limit;
            return if fits { Ok(Arc::clone(bytes)) } else { Err(ReadError::TooLarge(limit)) };
        }
        let size = state.ask(&self.git, id).map_err(ReadError::Io)?;
        if size > limit {
            state.process = None;
            return Err(ReadError::TooLarge(limit));
        }
        state.whole(id, size).map_err(ReadError::Io)
    }

    /// The start of an object.
    pub fn read_start(&self, id: &str, bytes: usize) -> Result<Vec<u8>, ReadError> {
        let mut state = self.state.lock().expect("no thread panics while it asks for contents");
        let whole = match state.kept.get(id) {
            Some(whole) => Arc::clone(whole),
            None => {
                let size = state.ask(&self.git, id).map_err(ReadError::Io)?;
                if size > SMALL {
                    // The rest of it is nothing to wait for.
                    let process = state.process.take();
                    let start = process.map(|mut process| process.take(bytes as u64)).transpose();
                    return start.map(Option::unwrap_or_default).map_err(ReadError::Io);
                }
                state.whole(id, size).map_err(ReadError::Io)?
            }
        };
        Ok(whole.iter().take(bytes).copied().collect())
    }
}

impl State {
    /// Asks for an object and gives its size; its bytes come next.
    fn ask(&mut self, git: &Git, id: &str) -> io::Result<u64> {
        let process = match &mut self.process {
            Some(process) => process,
            none => none.insert(Process::start(git)?),
        };
        let size = process.ask(id);
        if size.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            self.process = None;
        }
        size
    }

    fn whole(&mut self, id: &str, size: u64) -> io::Result<Arc<[u8]>> {
        let ended = || io::Error::other("git stopped");
        let process = self.process.as_mut().ok_or_else(ended)?;
        // A line ends after the contents.
        let mut bytes = process.take(size + 1)?;
        if bytes.len() as u64 != size + 1 {
            self.process = None;
            return Err(ended());
        }
        bytes.pop();
        let bytes: Arc<[u8]> = bytes.into();
        if self.size + bytes.len() <= MAX_KEPT {
            self.size += bytes.len();
            self.kept.insert(id.into(), Arc::clone(&bytes));
        }
        Ok(bytes)
    }
}

impl Process {
    fn start(git: &Git) -> io::Result<Self> {
        let mut command = git.command(&["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output: BufReader::new(output) }),
            _ => Err(io::Error::other("git cannot be asked")),
        }
    }

    fn ask(&mut self, id: &str) -> io::Result<u64> {
        self.input.write_all(format!("{id}\n").as_bytes())?;
        self.input.flush()?;
        let mut header = Vec::new();
        self.output.by_ref().take(MAX_HEADER).read_until(b'\n', &mut header)?;
        let header = String::from_utf8_lossy(&header);
        let words: Vec<&str> = header.split_whitespace().collect();
        match words.as_slice() {
            [_, "blob", size] => {
                size.parse().map_err(|_| io::Error::other("git does not say how long it is"))
            }
            [_, "missing"] => {
                Err(io::Error::new(io::ErrorKind::NotFound, "this clone of the repository does not have it"))
            }
            _ => Err(io::Error::other("git says nothing of it")),
        }
    }

    fn take(&mut self, bytes: u64) -> io::Result<Vec<u8>> {
        let mut taken = Vec::new();
        self.output.by_ref().take(bytes).read_to_end(&mut taken)?;
        Ok(taken)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It waits for the next question, or is not heard out.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
