//! What another process does with secrets, part by part, before its whole memory is searched.
//!
//! Each part runs twice. It drops what it made; and, to show that the search would find it, it keeps what the part is about
//! or handles it as a program would that does not wipe.

use crate::seeds::{Written, document, json, key_container, migration, probed, table, uris, written, xml};
use hmac::{Hmac, KeyInit, Mac};
use oath_directory::store::{MemoryStore, Missing, SqliteStore, Store};
use oath_directory::{Actor, Directory, KeyRing, Policy, UserKind};
use oath_seeds::{Options, Reader};
use oath_totp::{Algorithm, Code, Consecutive, Digits, KeyUri, Secret, TimeStep, Totp, TotpState, UnixTime, Window};
use sha2::Sha256;
use std::error::Error;
use std::fmt::Debug;
use std::hint::black_box;
use std::io::Write as _;
use std::mem::forget;
use std::time::Duration;
use zeroize::{Zeroize, Zeroizing};

/// Hides a needle on its way to whoever looks for it: it must not be what is found.
pub(crate) const MASK: u8 = 0x5a;
/// Ends what is said about needles.
pub(crate) const DONE: &str = "done";
/// Stands for the number of bytes in a row where the needle is a key: then all its forms are looked for.
pub(crate) const OF_A_KEY: usize = 0;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// The part reads a secret in Base32 from standard input, followed by this.
    pub(crate) input: Option<&'static str>,
    run: fn(bool) -> Outcome,
}

pub(crate) const PARTS: [Part; 19] = [
    Part { name: "a secret, used in every way", input: None, run: secret },
    Part { name: "malformed URIs", input: None, run: malformed_uris },
    Part { name: "a QR code", input: None, run: qr },
    Part { name: "a key ring of six keys", input: None, run: key_ring },
    Part { name: "a malformed key ring", input: None, run: malformed_key_ring },
    Part { name: "a seed file", input: None, run: |keep| table(keep, Written::Utf8) },
    Part { name: "a seed file in Windows-1252", input: None, run: |keep| table(keep, Written::Windows1252) },
    Part { name: "a seed file in UTF-16", input: None, run: |keep| table(keep, Written::Utf16) },
    Part { name: "a JSON document", input: None, run: |keep| document(keep, json) },
    Part { name: "an XML document", input: None, run: |keep| document(keep, xml) },
    Part { name: "otpauth URIs", input: None, run: |keep| document(keep, uris) },
    Part { name: "an export to a QR code", input: None, run: |keep| document(keep, migration) },
    Part { name: "an encrypted key container", input: None, run: key_container },
    Part { name: "every format written", input: None, run: written },
    Part { name: "a seed whose reading is not known", input: None, run: probed },
    Part { name: "a directory in memory", input: None, run: |keep| directory(MemoryStore::default(), keep, false) },
    Part { name: "a directory in SQLite", input: None, run: |keep| in_sqlite(keep, false) },
    Part { name: "a directory in SQLite that stays open", input: None, run: |keep| in_sqlite(keep, true) },
    Part { name: "`oath code`", input: Some("\n"), run: command },
];

/// Runs a part and waits to be ended.
pub(crate) fn child(name: &str, keep: bool) -> Outcome {
    let part = PARTS.iter().find(|part| part.name == name).ok_or("no such part")?;
    (part.run)(keep)?;
    println!("{DONE}");
    std::io::stdout().flush()?;
    // Ends by itself where the process that looks is gone.
    std::thread::sleep(Duration::from_secs(60));
    Ok(())
}

/// Says what to look for: so many bytes of it in a row, or `OF_A_KEY` for K in all its forms.
pub(crate) fn look_for(bytes: &[u8], in_a_row: usize) {
    print!("{in_a_row} ");
    bytes.iter().for_each(|byte| print!("{:02x}", byte ^ MASK));
    println!();
}

pub(crate) fn new_secret(length: usize) -> Result<Secret, Box<dyn Error>> {
    let secret = Secret::generate_bytes(length)?;
    look_for(secret.expose_bytes(), OF_A_KEY);
    Ok(secret)
}

fn secret(keep: bool) -> Outcome {
    let secret = new_secret(32)?;
    let uri = KeyUri::totp(secret, "a@example.com")?.with_issuer("A");
    let secret = KeyUri::parse(&uri.expose_uri())?.into_secret();
    black_box((uri.secret() == &secret, secret.expose_hex()));
    for algorithm in Algorithm::ALL {
        let totp = Totp::new(secret.key(algorithm)?, Digits::Six, TimeStep::SECONDS_30);
        let now = UnixTime::from_secs(1_740_000_000);
        let state = TotpState::NEW;
        let _ = black_box(totp.verify(&totp.generate(now), now, Window::ONE, &state)?);
        let codes = Consecutive::from([totp.generate_at_step(58_000_000), totp.generate_at_step(58_000_001)]);
        let _ = black_box(totp.resync(&codes, now, 2880, &state)?);
    }
    if keep {
        forget(secret);
    }
    Ok(())
}

fn malformed_uris(keep: bool) -> Outcome {
    let secret = new_secret(32)?;
    let base32 = secret.expose_base32();
    for end in ["1", "&digits=99", "&secret=A", "&period=0", "&algorithm=MD5", "%", "&issuer=%ff"] {
        let mut uri = room(500);
        uri.push_str("otpauth://totp/A:b?secret=");
        uri.push_str(&base32);
        uri.push_str(end);
        let error = KeyUri::parse(&uri).err().ok_or("a malformed URI was taken")?;
        black_box((format!("{error:?}"), error.to_string()));
        if keep {
            forget(uri);
        }
    }
    Ok(())
}

/// A QR code is the secret in another form: whole rows of its modules are looked for as they are held, its modules as bits,
/// and its drawings.
fn qr(keep: bool) -> Outcome {
    let uri = KeyUri::totp(new_secret(20)?, "a@example.com")?.with_issuer("A");
    let qr = uri.qr()?;
    let inner = 4..qr.side() - 4;
    let mut modules = Zeroizing::new(Vec::with_capacity(qr.side() * qr.side()));
    modules.extend(
        inner
            .clone()
            .flat_map(|row| inner.clone().map(move |column| (column, row)))
            .map(|(x, y)| u8::from(qr.is_dark(x, y))),
    );
    look_for(&modules, inner.len());
    let mut bits = Zeroizing::new(Vec::with_capacity(modules.len() / 8));
    bits.extend(modules.as_chunks::<8>().0.iter().map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | bit)));
    look_for(&bits, 8);
    let (svg, text) = (qr.to_svg(), qr.to_text());
    // Less of a drawing is in every one of them.
    look_for(svg.as_bytes().get(400..).ok_or("a short drawing")?, 64);
    look_for(text.as_bytes().get(text.len() / 3..).ok_or("a short drawing")?, 120);
    black_box(format!("{qr:?}"));
    if keep {
        forget(qr);
    }
    Ok(())
}

/// The text of a key ring with new keys, as it stands in its file.
fn ring_text() -> Result<Zeroizing<String>, Box<dyn Error>> {
    let mut text = room(1000);
    for head in ["bind", "seal a", "seal b", "seal c", "seal d", "seal e", "seal f"] {
        text.push_str(head);
        let key = new_secret(32)?;
        if head == "bind" {
            // What the ring derives from it, for the tenant whose name is all 0.
            for label in ["oath-directory binding key v2", "oath-directory audit key v2"] {
                let label = [label.as_bytes(), &[0; 16]].concat();
                look_for(&Zeroizing::new(sha256_mac(key.expose_bytes(), &label)?), OF_A_KEY);
            }
        } else {
            // What a sealing key recognises by.
            let recognising = Zeroizing::new(sha256_mac(key.expose_bytes(), b"oath-directory recogniser v3")?);
            look_for(&recognising, OF_A_KEY);
            let label = [&b"oath-directory recognising key v3"[..], &[0; 16]].concat();
            look_for(&Zeroizing::new(sha256_mac(&recognising, &label)?), OF_A_KEY);
        }
        text.push(' ');
        text.push_str(&key.expose_hex());
        text.push('\n');
    }
    // Of what was computed here.
    oath_totp::overwrite_stack();
    Ok(text)
}

#[inline(never)]
fn sha256_mac(key: &[u8], label: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mac = Hmac::<Sha256>::new_from_slice(key)?.chain_update(label);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn key_ring(keep: bool) -> Outcome {
    let text = ring_text()?;
    let ring = KeyRing::parse(&text)?;
    black_box((format!("{ring:?}"), ring.expose_text()));
    if keep {
        keys_in_a_list_that_grows(&text)?;
    }
    Ok(())
}

/// Wipes its list, but not the shorter ones that it was before.
fn keys_in_a_list_that_grows(text: &str) -> Outcome {
    let mut keys: Vec<[u8; 32]> = Vec::new();
    for hex in text.lines().filter_map(|line| line.split(' ').next_back()) {
        keys.push(*Secret::from_hex(hex)?.expose_bytes().first_chunk().ok_or("a short key")?);
        // Else the list may grow in its place.
        black_box(Box::new([0u8; 64]));
    }
    keys.zeroize();
    Ok(())
}

fn malformed_key_ring(keep: bool) -> Outcome {
    let text = ring_text()?;
    for (from, to) in [("seal f", "seal a"), ("seal f", "seal"), ("seal f", "bind"), ("seal f ", "seal f 0")] {
        let (head, last) = text.split_once(from).ok_or("no such line")?;
        let mut malformed = room(1000);
        [head, to, last].into_iter().for_each(|part| malformed.push_str(part));
        let error = KeyRing::parse(&malformed).err().ok_or("a malformed key ring was taken")?;
        black_box((format!("{error:?}"), error.to_string()));
        if keep {
            forget(malformed);
        }
    }
    Ok(())
}

fn in_sqlite(keep: bool, stays_open: bool) -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = SqliteStore::open(&folder.path().join("oath.db"), Missing::Create)?;
    directory(store, keep, stays_open)
}

/// An upload, a token activated, sign-ins, an app enrolled. A directory that stays open holds its key ring, and may hold
/// secrets sealed only.
fn directory<S: Store + Debug>(store: S, keep: bool, stays_open: bool) -> Outcome {
    let keys = if stays_open { KeyRing::generate()? } else { KeyRing::parse(&ring_text()?)? };
    let secret = new_secret(20)?;
    let mut file = room(500);
    file.push_str("upn,serial number,secret key,time interval,manufacturer,model\r\na@example.com,1000001,");
    file.push_str(&secret.expose_base32());
    file.push_str(",30,Contoso,HT-1\r\n");
    let directory = Directory::new(store, keys, Policy::default())?;
    pollster::block_on(used(&directory, &file, &secret))?;
    if keep {
        forget(secret);
    }
    if stays_open || keep {
        forget(directory);
    }
    Ok(())
}

async fn used<S: Store + Debug>(directory: &Directory<S>, file: &str, secret: &Secret) -> Outcome {
    let (operator, user) = (Actor::local_operator(), "a@example.com".parse()?);
    let at = |seconds: u64| UnixTime::from_secs(1_740_000_000 + seconds);
    directory.add_user(&operator, at(0), &user, UserKind::Member, None).await?;
    directory.upload(&operator, at(0), "tokens.csv", Reader::new(file.as_bytes(), &Options::default())?).await?;
    let token = Totp::new(secret.key(Algorithm::Sha1)?, Digits::Six, TimeStep::SECONDS_30);
    // A second code makes the place certain.
    let codes = Consecutive::from([token.generate(at(0)), token.generate(at(30))]);
    directory.activate(&operator, at(30), "1000001", &codes.into()).await?;
    let _ = black_box(directory.verify(&operator, at(90), &user, &token.generate(at(90))).await?);
    let refused = directory.verify(&operator, at(90), &user, &token.generate(at(90))).await;
    black_box(format!("{:?}", refused.err().ok_or("a code was good twice")?));
    let enrolled = directory.enroll(&operator, at(90), &user).await?;
    look_for(enrolled.uri.secret().expose_bytes(), OF_A_KEY);
    black_box(enrolled.uri.expose_uri());
    let wrong = Code::parse("0000000")?;
    black_box(directory.confirm(&operator, at(120), &user, &wrong.into()).await.is_err());
    black_box(format!("{directory:?}{enrolled:?}").len());
    Ok(())
}

/// `oath code`, or a program that reads its secret the usual way.
fn command(keep: bool) -> Outcome {
    if keep {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        line.zeroize();
        return Ok(());
    }
    let status = oath_cli::run(["oath".into(), "code".into()]);
    if status == 0 { Ok(()) } else { Err("the command failed".into()) }
}

/// A text that does not move while it grows.
pub(crate) fn room(length: usize) -> Zeroizing<String> {
    Zeroizing::new(String::with_capacity(length))
}
