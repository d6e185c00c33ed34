//! No input panics, and no data row is lost: it ends as a record or as an error.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use oath_seeds::{Options, ReadError, Reader, Repairs, Target};
use proptest::prelude::*;
use std::io;

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model\n";

/// Reads with every set of options; how many rows there were.
fn rows(bytes: &[u8]) -> Option<usize> {
    let mut count = None;
    for target in [Target::Entra, Target::Inventory] {
        for repairs in [Repairs::Offer, Repairs::Apply] {
            let options = Options::default().target(target).repairs(repairs);
            let Ok(mut reader) = Reader::new(bytes, &options) else { continue };
            let mut rows = 0;
            for row in &mut reader {
                let row = row.unwrap();
                assert_eq!(row.record.is_none(), row.errors().next().is_some(), "{row:?}");
                rows += 1;
            }
            let _ = reader.take_findings();
            assert!(count.is_none_or(|count| count == rows));
            count = Some(rows);
        }
    }
    count
}

/// Pieces of which real and spoilt files are made.
fn pieces() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(",".to_owned()),
        2 => Just("\n".to_owned()),
        1 => "[,;\t\"'#=\r\n \u{a0}\u{200b}\u{feff}’@0-9A-Z-]{1,8}",
        1 => Just("a@b.c".to_owned()),
        1 => Just("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".to_owned()),
        1 => Just("3132333435363738393031323334353637383930".to_owned()),
        1 => Just("\"a@b.c,1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,C,M\"".to_owned()),
        1 => Just("30".to_owned()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        rows(&bytes);
    }

    #[test]
    fn arbitrary_bytes_behind_a_header(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut file = HEADER.as_bytes().to_vec();
        file.extend_from_slice(&bytes);
        rows(&file);
    }

    #[test]
    fn spoilt_files_lose_no_row(pieces in proptest::collection::vec(pieces(), 0..60)) {
        let file = format!("{HEADER}{}", pieces.concat());
        let data = file.split('\n').skip(1).filter(|line| {
            let bare = line.trim_matches([' ', '\t', '\r', ',', ';', '\x0c']);
            !bare.is_empty() && !line.trim_start_matches([' ', '\t', '\r', '\x0c']).starts_with('#')
        });
        let least = data.count();
        let found = rows(file.as_bytes()).unwrap();
        prop_assert!(found >= least, "{found} rows of {least}");
    }
}

/// Fails behind some bytes.
struct Broken<'a>(&'a [u8]);

impl io::Read for Broken<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(io::Error::other("the stick was pulled out")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_failing_input_gives_the_rows_before_and_then_the_error_once() {
    let row = |i: usize| format!("a@b.c,{i},JBSWY3DPEHPK3PXPJBSWY3DPEHPK3P{},30,C,M\n", ["AA", "BA", "CA"][i]);
    // Longer than the head that is read at once.
    let file: String = HEADER.to_owned() + &(0..3).map(row).collect::<String>() + &"# comment\n".repeat(1000);
    let reader = Reader::new(Broken(file.as_bytes()), &Options::default()).unwrap();
    let all: Vec<_> = reader.collect();
    assert_eq!(all.len(), 4);
    assert!(all[..3].iter().all(Result::is_ok));
    assert!(matches!(&all[3], Err(ReadError::Io(error)) if error.to_string().contains("stick")));
}

#[test]
fn a_hostile_file_gets_no_memory() {
    /// A file without an end, of one byte.
    struct Endless(Vec<u8>, u64, u8);
    impl io::Read for Endless {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if !self.0.is_empty() {
                let n = self.0.len().min(out.len());
                out[..n].copy_from_slice(&self.0[..n]);
                self.0.drain(..n);
                return Ok(n);
            }
            let n = usize::try_from(self.1).unwrap().min(out.len());
            out[..n].fill(self.2);
            self.1 -= u64::try_from(n).unwrap();
            Ok(n)
        }
    }
    for byte in [b'x', b'"', b',', b'\r', 0, 0xff] {
        let endless = Endless(HEADER.as_bytes().to_vec(), 64 << 20, byte);
        let rows = Reader::new(endless, &Options::default()).map(Iterator::count);
        assert!(rows.map_or(true, |rows| rows <= 1));
    }
}
