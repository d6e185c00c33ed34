use std::io::{self, Read};

/// Standard input without the buffer of the standard library, which cannot be wiped.
#[derive(Default)]
pub(crate) struct Stdin {
    #[cfg(unix)]
    file: Option<std::fs::File>,
}

impl Read for Stdin {
    #[cfg(unix)]
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        use std::os::fd::AsFd;
        match &mut self.file {
            Some(file) => file.read(bytes),
            empty => {
                let file = std::fs::File::from(io::stdin().as_fd().try_clone_to_owned()?);
                empty.insert(file).read(bytes)
            }
        }
    }

    #[cfg(not(unix))]
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        io::stdin().read(bytes)
    }
}
