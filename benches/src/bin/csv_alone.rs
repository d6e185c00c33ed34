//! Reads all rows of a CSV file with the crate `csv` and does nothing with them: what `oath seeds check` is compared with.

use std::error::Error;
use std::fs::File;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("csv_alone FILE")?;
    let mut reader = csv::Reader::from_reader(File::open(path)?);
    let mut row = csv::ByteRecord::new();
    let mut rows = 0u64;
    while reader.read_byte_record(&mut row)? {
        rows = rows.saturating_add(1);
    }
    println!("{rows}");
    Ok(())
}
