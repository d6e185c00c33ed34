//! Parts about seed files: each format that is read in another way, and each that is written.

use crate::child::{OF_A_KEY, Outcome, look_for, new_secret, room};
use oath_seeds::{
    Format, Options, Protection, Reader, Record, Repairs, SeedFile, Unlock, WriteOptions, Writer, probe, read_from,
    write,
};
use oath_totp::{Algorithm, Digits, TimeStep, Totp, UnixTime};
use sha1::Sha1;
use std::error::Error;
use std::hint::black_box;
use std::io;
use std::mem::forget;
use std::sync::atomic::{AtomicU8, Ordering};
use zeroize::Zeroizing;

#[derive(Clone, Copy)]
pub(crate) enum Written {
    Utf8,
    Windows1252,
    Utf16,
}

/// A file with good rows and one for each way in which a secret is malformed or not where it belongs; read, and what is
/// good written again.
pub(crate) fn table(keep: bool, written: Written) -> Outcome {
    let mut text = room(16_000);
    text.push_str("upn,serial number,secret key,time interval,manufacturer,model\r\n");
    for number in 0..60 {
        let secret = new_secret(20)?;
        let (base32, hex) = (secret.expose_base32(), secret.expose_hex());
        let blanks = blanks(&base32);
        let (before, secret, after) = match number % 10 {
            0 => ("", &base32, "1,30"),
            1 => ("", &base32, ",thirty"),
            2 => ("\"", &base32, "\",30"),
            3 => ("\"", &base32, ",30"),
            4 => ("", &hex, ",30"),
            // In the column of the time interval.
            5 => ("ABC,", &base32, ""),
            6 => ("", &base32, "A,30"),
            // With blanks, which a repair takes out.
            7 => ("", &blanks, ",30"),
            _ => ("", &base32, ",30"),
        };
        text.push_str(&format!("a{number}@example.com,10000{number},{before}"));
        text.push_str(secret);
        text.push_str(after);
        text.push_str(",Contöso,HT-1\r\n");
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 2));
    match written {
        Written::Utf8 => bytes.extend_from_slice(text.as_bytes()),
        Written::Windows1252 => bytes.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))),
        Written::Utf16 => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
    }
    // Every repair allowed: then there are fewer rows that fail.
    let repaired = oath_seeds::read(&bytes, &Options::default().repairs(Repairs::Apply))?;
    black_box(format!("{repaired:?}"));
    drop(repaired);
    let mut reader = Reader::new(&bytes[..], &Options::default())?;
    let rows = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    let (good, bad) = (rows.iter().filter(|row| row.record.is_some()).count(), rows.len());
    if good == 0 || bad - good < 20 {
        return Err("not the rows that were expected".into());
    }
    black_box((format!("{rows:?}{reader:?}"), reader.take_findings()));
    let options = WriteOptions::default();
    let mut writer = Writer::new(io::sink(), Format::EntraCsv, &options)?;
    for record in rows.iter().filter_map(|row| row.record.as_ref()) {
        writer.write(record)?;
    }
    writer.finish()?;
    if keep {
        forget(rows);
        forget(bytes);
    }
    Ok(())
}

/// A file of one of the formats that are read as a whole or line by line: good tokens, and some with mistakes.
pub(crate) fn document(keep: bool, make: fn() -> Result<Zeroizing<String>, Box<dyn Error>>) -> Outcome {
    let text = make()?;
    let file = oath_seeds::read(text.as_bytes(), &Options::default())?;
    if file.records.len() < 5 || file.failed.len() < 5 {
        return Err(format!("not the tokens that were expected: {:?}", file.findings).into());
    }
    black_box(format!("{file:?}"));
    if keep {
        forget(file);
    }
    Ok(())
}

/// Ten secrets, each between what stands before and after it; every other one is damaged there.
fn tokens(room_for: usize, before: &str, after: &str, damage: &str) -> Result<Zeroizing<String>, Box<dyn Error>> {
    let mut text = room(room_for);
    for number in 0..10 {
        let secret = new_secret(20)?;
        text.push_str(&before.replace("NUMBER", &format!("100000{number}")));
        text.push_str(&secret.expose_base32());
        if number % 2 == 1 {
            text.push_str(damage);
        }
        text.push_str(after);
    }
    Ok(text)
}

/// Aegis: objects in objects in an array.
pub(crate) fn json() -> Result<Zeroizing<String>, Box<dyn Error>> {
    let before = "{\"type\":\"totp\",\"name\":\"NUMBER\",\"issuer\":\"A\",\"info\":{\"secret\":\"";
    let after = "\",\"algo\":\"SHA1\",\"digits\":6,\"period\":30}},";
    let entries = tokens(4000, before, after, "!")?;
    let mut text = room(5000);
    text.push_str("{\"version\":1,\"header\":{\"slots\":null,\"params\":null},\"db\":{\"version\":3,\"entries\":[");
    text.push_str(entries.strip_suffix(',').unwrap_or_default());
    text.push_str("]}}");
    Ok(text)
}

/// `DualShield`: elements whose text is one piece, or several where it holds a reference.
pub(crate) fn xml() -> Result<Zeroizing<String>, Box<dyn Error>> {
    let mut text = room(5000);
    text.push_str(
        "<data><header><productCode>GO</productCode><encrypt>NONE</encrypt><encode>HEX</encode><digits>6</digits><timeWindow>60</timeWindow></header><tokens>",
    );
    for number in 0..10 {
        let secret = new_secret(20)?;
        text.push_str(&format!("<token><serial>GO0000000{number}</serial><seed>"));
        text.push_str(&secret.expose_hex());
        text.push_str(if number % 2 == 1 { "&#x21;" } else { "" });
        text.push_str("</seed></token>\n");
    }
    text.push_str("</tokens></data>");
    Ok(text)
}

/// One URI a line.
pub(crate) fn uris() -> Result<Zeroizing<String>, Box<dyn Error>> {
    tokens(4000, "otpauth://totp/A:NUMBER?secret=", "&issuer=A&digits=6\n", "8")
}

/// Google Authenticator: ten exports with one key each; of every other one the type is not known.
pub(crate) fn migration() -> Result<Zeroizing<String>, Box<dyn Error>> {
    let mut text = room(4000);
    for number in 0..10u8 {
        let secret = new_secret(20)?;
        let mut payload = Zeroizing::new(Vec::with_capacity(100));
        payload.extend_from_slice(&[0x0a, 28, 0x0a, 20]);
        payload.extend_from_slice(secret.expose_bytes());
        payload.extend_from_slice(&[0x20, 1, 0x28, 1, 0x30, if number % 2 == 1 { 7 } else { 2 }]);
        payload.extend_from_slice(&[0x10, 1, 0x18, 1, 0x20, 0, 0x28, number]);
        text.push_str("otpauth-migration://offline?data=");
        // Percent-encoded, every third character by the table of Base64.
        for three in payload.chunks(3) {
            let bits = three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
            for place in 0..=three.len() {
                let index = usize::try_from(bits >> (18 - 6 * place) & 63)?;
                let c = BASE64.as_bytes().get(index).copied().ok_or("no such digit")?;
                match c {
                    b'+' => text.push_str("%2B"),
                    b'/' => text.push_str("%2F"),
                    c => text.push(char::from(c)),
                }
            }
        }
        text.push('\n');
    }
    Ok(text)
}

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Tokens with a serial number and a user.
fn records() -> Result<Vec<Record>, Box<dyn Error>> {
    (0..10)
        .map(|number| {
            let mut record = Record::new(format!("100000{number}"), new_secret(20)?);
            record.upn = Some(format!("a{number}@example.com"));
            Ok(record)
        })
        .collect()
}

/// In frames of its own, which are overwritten after it.
#[inline(never)]
fn derive(password: &str, salt: &[u8], rounds: u32, key: &mut [u8]) {
    pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, rounds, key);
}

/// Bytes that are the same in every file of one process, so that it is known what is derived from them.
fn not_random(bytes: &mut [u8]) -> io::Result<()> {
    static NEXT: AtomicU8 = AtomicU8::new(0);
    bytes.iter_mut().for_each(|byte| *byte = NEXT.fetch_add(1, Ordering::Relaxed).wrapping_mul(167) ^ 0x3d);
    Ok(())
}

/// PSKC encrypted with a password: written, and read again. Besides the secrets, the password, the key derived from it and
/// the key of the authentication codes are looked for.
pub(crate) fn key_container(keep: bool) -> Outcome {
    const ROUNDS: u32 = 1000;
    // What is derived uses the first bytes: those of the key of the authentication codes, then those of the salt.
    let password = new_secret(20)?.expose_base32();
    look_for(password.as_bytes(), OF_A_KEY);
    let (mut mac_key, mut salt, mut key) = (Zeroizing::new([0; 20]), [0; 16], Zeroizing::new([0; 16]));
    not_random(mac_key.as_mut())?;
    not_random(&mut salt)?;
    derive(&password, &salt, ROUNDS, key.as_mut());
    look_for(key.as_ref(), OF_A_KEY);
    oath_totp::overwrite_stack();
    // 36 of 256 bytes: the same come again after 220 more.
    for _ in 0..220 {
        not_random(&mut [0])?;
    }
    let records = records()?;
    let protection = Protection::password(&password)?.rounds(ROUNDS).random(not_random);
    let options = WriteOptions::default().accept_loss(true).protect(protection);
    let mut file = Zeroizing::new(Vec::with_capacity(20_000));
    write(&records, Format::Pskc, &options, &mut *file)?;
    drop((records, options));
    let mut unlock = Unlock::default();
    unlock.password(&password);
    let SeedFile { records, findings, .. } = read_from(&file[..], &Options::default(), &unlock)?;
    if records.len() != 10 || !findings.is_empty() {
        return Err(format!("not the tokens that were expected: {findings:?}").into());
    }
    black_box(format!("{records:?} {unlock:?}"));
    unlock.password("another");
    black_box(read_from(&file[..], &Options::default(), &unlock).is_err());
    if keep {
        forget(records);
        forget(password);
    }
    Ok(())
}

/// Every format that can be written, with and without what it would lose.
pub(crate) fn written(keep: bool) -> Outcome {
    let records = records()?;
    for format in Format::written() {
        for accept_loss in [true, false] {
            let options = WriteOptions::default().accept_loss(accept_loss);
            if let Err(error) = write(&records, format, &options, io::sink()) {
                black_box(format!("{error} {error:?}"));
            }
        }
    }
    if keep {
        forget(records);
    }
    Ok(())
}

/// A seed in Base32, hex and with blanks, beside a code of its token.
pub(crate) fn probed(keep: bool) -> Outcome {
    let secret = new_secret(20)?;
    let now = UnixTime::from_secs(1_740_000_000);
    let code = Totp::new(secret.key(Algorithm::Sha256)?, Digits::Six, TimeStep::SECONDS_30).generate(now);
    let base32 = secret.expose_base32();
    for text in [&*base32, &secret.expose_hex(), &blanks(&base32)] {
        let found = probe(text, &[(code.clone(), now)], 10)?;
        if found.readings.is_empty() {
            return Err("no reading fits".into());
        }
        black_box(format!("{found:?}"));
        if keep {
            forget(found);
        }
    }
    Ok(())
}

/// In groups of four, as vendors print it.
fn blanks(base32: &str) -> Zeroizing<String> {
    let mut text = room(100);
    for (at, c) in (0..).zip(base32.chars()) {
        if at % 4 == 0 {
            text.push(' ');
        }
        text.push(c);
    }
    text
}
