use super::Directory;
use crate::error::Error;
use crate::store::{Store, Wanted};
use std::collections::BTreeSet;

/// Longer serial numbers are not varied, so that the search is bounded: some hundred keys for a usual number.
const LONGEST: usize = 32;

/// More tokens than this are no suggestion.
const MOST: usize = 3;

impl<S: Store> Directory<S> {
    /// Serial numbers of tokens that may be meant by this one, which no token has: the same with other zeros before it or in
    /// another case; otherwise with one character missing, added or two exchanged; otherwise with one other character. At most
    /// three; none where more than that are equally near.
    ///
    /// For callers who may list tokens: it tells that these exist. It looks up some hundred keys, at most
    /// 3,000, however many tokens there are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn similar_serials(&self, serial: &str) -> Result<Vec<String>, Error> {
        if serial.is_empty() || serial.chars().count() > LONGEST {
            return Ok(Vec::new());
        }
        for near in [same_number(serial), slips(serial), replaced(serial)] {
            let wanted = Wanted { serials: near.iter().cloned().collect(), ..Wanted::default() };
            let found = self.store.view(wanted).await?.tokens;
            let mut found: Vec<String> = found.into_iter().map(|token| token.value.serial).collect();
            found.sort();
            match found.len() {
                0 => {}
                1..=MOST => return Ok(found),
                _ => break,
            }
        }
        Ok(Vec::new())
    }
}

/// What a spreadsheet and a keyboard make of a serial number.
fn same_number(serial: &str) -> BTreeSet<String> {
    let bare = serial.trim_start_matches('0');
    let zeros = (0..=4).map(|zeros| format!("{}{bare}", "0".repeat(zeros)));
    let near = zeros.chain([serial.to_uppercase(), serial.to_lowercase(), serial.replace([' ', '-'], "")]);
    near.filter(|near| near != serial).collect()
}

/// One character missing, one too many, or two exchanged.
fn slips(serial: &str) -> BTreeSet<String> {
    let characters: Vec<char> = serial.chars().collect();
    let mut near = BTreeSet::new();
    for (at, c) in characters.iter().enumerate() {
        let (before, after) = characters.split_at(at);
        near.insert(before.iter().chain(after.iter().skip(1)).collect());
        near.insert(before.iter().chain(after.iter().skip(1).take(1)).chain([c]).chain(after.iter().skip(2)).collect());
    }
    for at in 0..=characters.len() {
        let (before, after) = characters.split_at(at);
        near.extend(letters(serial).iter().map(|c| before.iter().chain([c]).chain(after).collect::<String>()));
    }
    near.remove(serial);
    near.remove("");
    near
}

/// One other character.
fn replaced(serial: &str) -> BTreeSet<String> {
    let characters: Vec<char> = serial.chars().collect();
    let mut near = BTreeSet::new();
    for at in 0..characters.len() {
        let (before, after) = characters.split_at(at);
        let with = |c: &char| before.iter().chain([c]).chain(after.iter().skip(1)).collect::<String>();
        near.extend(letters(serial).iter().map(with));
    }
    near.remove(serial);
    near
}

/// The digits, and the letters that the serial number itself has.
fn letters(serial: &str) -> BTreeSet<char> {
    ('0'..='9').chain(serial.chars()).collect()
}
