//! Mistakes of the encoding: what a person saves again as UTF-8.

use super::Case;
use super::tables::{HEADER, SECRET};
use oath_seeds::{Finding, Kind};

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn from_utf_16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(Result::unwrap).collect()
}

/// Windows-1252 has these letters at the places of Unicode.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn from_windows_1252(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn row(number: u32, maker: &str) -> String {
    let secret = SECRET.replace("3PXPJ", ["3PXPJ", "3PXPK", "3PXPL"][usize::try_from(number).unwrap()]);
    format!("a{number}@b.c,100000{number},{secret},30,{maker},One\n")
}

pub(crate) fn cases() -> Vec<Case> {
    let table = format!("{HEADER}\n{}{}", row(0, "Contoso"), row(1, "Contoso"));
    let accents = table.replace("Contoso", "Söhne");
    let json = "[{\"secret\":\"G3FQT6F36W2WEXA4SFZK22OBOFSTWXAN\",\"issuer\":\"Söhne\",\"label\":\"Mason\",\"digits\":6,\
                \"type\":\"TOTP\",\"algorithm\":\"SHA1\",\"period\":30}]";
    let xml = include_str!("../../../../testkit/seeds/pskc/clean.xml");
    let uri = "otpauth://totp/S%C3%B6hne:a@b.c?secret=MZUXE43UEBVWK6JAN5TCAYJANRUXG5BA&issuer=S%C3%B6hne\n";
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let unmarked: fn(&[u8], &Finding) -> Vec<u8> = |file, _| file[3..].to_vec();
    let from_16: fn(&[u8], &Finding) -> Vec<u8> = |file, _| from_utf_16(&file[2..]).into_bytes();
    let from_1252: fn(&[u8], &Finding) -> Vec<u8> = |file, _| from_windows_1252(file).into_bytes();
    let mut cases = Vec::new();
    for text in [&table, json, xml, uri] {
        cases.push(Case::save(marked(text), Kind::ByteOrderMark, unmarked));
        cases.push(Case::save([b"\xff\xfe", &utf_16(text)[..]].concat(), Kind::EncodingUtf16, from_16));
    }
    for text in [&accents, json, xml] {
        cases.push(Case::save(windows_1252(text), Kind::EncodingWindows1252, from_1252));
    }
    let utf_32: Vec<u8> =
        [0xff, 0xfe, 0, 0].into_iter().chain(table.chars().flat_map(|c| u32::from(c).to_le_bytes())).collect();
    cases.push(Case::save(utf_32, Kind::EncodingUnsupported, |file, _| {
        let units = file[4..].chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().unwrap()));
        units.map(|unit| char::from_u32(unit).unwrap()).collect::<String>().into_bytes()
    }));
    // Files joined without a look at their encodings.
    let joined = [table.as_bytes(), &utf_16(&row(2, "Contoso"))].concat();
    cases.push(Case::save(joined, Kind::EncodingChanges, |file, finding| {
        // The finding says from which line.
        let before = usize::try_from(finding.place.number()).unwrap() - 1;
        let ends = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(index, _)| index + 1);
        let (utf_8, utf_16) = file.split_at(ends.take(before).last().unwrap());
        [utf_8, from_utf_16(utf_16).as_bytes()].concat()
    }));
    cases
}
