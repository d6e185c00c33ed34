//! What is around a file: gzip and `OpenPGP`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use flate2::Compression;
use flate2::write::GzEncoder;
use oath_seeds::{Finding, Format, Kind, Limits, Options, ReadError, Reader, SeedFile, Unlock, read, read_from};
use std::io::{self, Read, Write as _};

const LINE: &str = "otpauth://totp/alice?secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn refusal(found: Result<SeedFile, ReadError>) -> Finding {
    match found {
        Err(ReadError::Refused(finding)) => *finding,
        other => panic!("{other:?}"),
    }
}

fn limited(bytes: usize) -> Options {
    Options::default().limits(Limits { document_bytes: bytes, ..Limits::default() })
}

#[test]
fn two_envelopes_are_opened_and_a_third_is_refused() {
    let once = gzip(LINE.as_bytes());
    let twice = gzip(&once);
    for bytes in [LINE.as_bytes(), &once, &twice, &[once.as_slice(), &once].concat()] {
        let file = read(bytes, &Options::default()).unwrap();
        assert!(!file.records.is_empty() && file.findings.is_empty());
    }
    assert_eq!(refusal(read(&gzip(&twice), &Options::default())).kind, Kind::TooLarge);
}

#[test]
fn a_damaged_gzip_file_is_refused_wherever_the_damage_is() {
    // Longer than what is read to recognise a file.
    let lines: String = (0..4000).map(|i| LINE.replace("alice", &i.to_string())).collect();
    let good = gzip(lines.as_bytes());
    for cut in [5, 30, good.len() / 2, good.len() - 4] {
        assert_eq!(refusal(read(&good[..cut], &Options::default())).kind, Kind::Malformed, "cut at {cut}");
    }
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(refusal(read(&flipped, &Options::default())).kind, Kind::Malformed, "a wrong length");
    let behind = [good.as_slice(), b"something else"].concat();
    assert_eq!(refusal(read(&behind, &Options::default())).kind, Kind::Malformed);
}

#[test]
fn a_failing_input_is_not_taken_for_damage() {
    struct Failing<'a>(&'a [u8]);
    impl Read for Failing<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            match self.0.read(out)? {
                0 => Err(io::Error::other("the stick was pulled out")),
                read => Ok(read),
            }
        }
    }
    let file = gzip(LINE.as_bytes());
    let found = read_from(Failing(&file[..file.len() - 9]), &Options::default(), &Unlock::default());
    assert!(matches!(found, Err(ReadError::Io(error)) if error.to_string().contains("stick")));
}

#[test]
fn a_bomb_takes_no_memory_as_lines_and_is_refused_as_a_document() {
    /// So many zeros, compressed a piece at a time.
    fn bomb(head: &[u8], fill: u8, mib: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(head).unwrap();
        for _ in 0..mib {
            encoder.write_all(&vec![fill; 1 << 20]).unwrap();
        }
        encoder.finish().unwrap()
    }
    let lines = bomb(LINE.as_bytes(), b'x', 8);
    assert!(lines.len() < 20_000);
    let rows: Vec<_> = Reader::new(lines.as_slice(), &limited(1 << 16)).unwrap().map(Result::unwrap).collect();
    assert_eq!((rows.len(), rows[1].findings[0].kind), (2, Kind::LineTooLong));
    let document = bomb(b"{\"tokens\":[", b' ', 8);
    let options = limited(1 << 20).format(Format::FreeOtpJson);
    assert_eq!(refusal(read(&document, &options)).kind, Kind::TooLarge);
}

#[cfg(feature = "openpgp")]
mod openpgp {
    use super::*;
    use pgp::composed::{
        ArmorOptions, EncryptionCaps, KeyType, MessageBuilder, SecretKeyParamsBuilder, SignedSecretKey,
        SubkeyParamsBuilder,
    };
    use pgp::crypto::aead::{AeadAlgorithm, ChunkSize};
    use pgp::crypto::ecc_curve::ECCCurve;
    use pgp::crypto::hash::HashAlgorithm;
    use pgp::crypto::sym::SymmetricKeyAlgorithm::AES256;
    use pgp::types::{CompressionAlgorithm, StringToKey};
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn rng() -> StdRng {
        StdRng::seed_from_u64(7)
    }

    fn with(password: Option<&str>, key: Option<&[u8]>) -> Unlock {
        let mut unlock = Unlock::default();
        password.map(|password| unlock.password(password));
        key.map(|key| unlock.openpgp(key));
        unlock
    }

    fn opened(bytes: &[u8], unlock: &Unlock) -> Result<SeedFile, ReadError> {
        read_from(bytes, &Options::default(), unlock)
    }

    fn passphrase() -> StringToKey {
        StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha256, salt: [7; 8], count: 0 }
    }

    /// A message with MDC.
    fn first_version(text: &str, compression: CompressionAlgorithm) -> Vec<u8> {
        let mut builder = MessageBuilder::from_bytes("", text.to_owned());
        builder.compression(compression);
        let mut builder = builder.seipd_v1(rng(), AES256);
        builder.encrypt_with_password(passphrase(), &"qwerty".into()).unwrap();
        builder.to_vec(rng()).unwrap()
    }

    #[test]
    fn messages_of_both_versions_compressed_or_not() {
        for compression in [
            CompressionAlgorithm::Uncompressed,
            CompressionAlgorithm::ZIP,
            CompressionAlgorithm::ZLIB,
            CompressionAlgorithm::BZip2,
        ] {
            let message = first_version(LINE, compression);
            assert_eq!(opened(&message, &with(Some("qwerty"), None)).unwrap().records.len(), 1);
        }
        for aead in [AeadAlgorithm::Ocb, AeadAlgorithm::Eax, AeadAlgorithm::Gcm] {
            let builder = MessageBuilder::from_bytes("", LINE);
            let mut builder = builder.seipd_v2(rng(), AES256, aead, ChunkSize::C64B);
            builder.encrypt_with_password(rng(), passphrase(), &"qwerty".into()).unwrap();
            let message = builder.to_armored_string(rng(), ArmorOptions::default()).unwrap();
            let message = message.into_bytes();
            assert_eq!(opened(&message, &with(Some("qwerty"), None)).unwrap().records.len(), 1);
            assert_eq!(refusal(opened(&message, &with(Some("qwertz"), None))).kind, Kind::KeyWrong);
            assert_eq!(refusal(opened(&message, &with(None, None))).kind, Kind::PasswordMissing);
        }
    }

    #[test]
    fn what_a_message_holds_is_bounded() {
        let message = first_version(&LINE.repeat(20_000), CompressionAlgorithm::ZIP);
        assert!(message.len() < 30_000);
        let read = |limit| read_from(message.as_slice(), &limited(limit), &with(Some("qwerty"), None));
        assert_eq!(read(2 << 20).unwrap().records.len(), 20_000);
        assert_eq!(refusal(read(1 << 20)).kind, Kind::TooLarge);
        assert_eq!(refusal(read(1 << 10)).kind, Kind::TooLarge);
    }

    fn key(version: pgp::types::KeyVersion, sign: KeyType, encrypt: KeyType) -> SignedSecretKey {
        let subkey = SubkeyParamsBuilder::default()
            .version(version)
            .key_type(encrypt)
            .can_encrypt(EncryptionCaps::All)
            .build()
            .unwrap();
        let mut builder = SecretKeyParamsBuilder::default();
        builder.version(version).key_type(sign).can_sign(true).primary_user_id("test, worthless".into()).subkey(subkey);
        builder.build().unwrap().generate(rng()).unwrap()
    }

    #[test]
    fn messages_to_keys_of_both_versions_name_them() {
        for key in [
            key(pgp::types::KeyVersion::V4, KeyType::Ed25519Legacy, KeyType::ECDH(ECCCurve::Curve25519Legacy)),
            key(pgp::types::KeyVersion::V6, KeyType::Ed25519, KeyType::X25519),
        ] {
            let public = key.to_public_key();
            let to = &public.public_subkeys[0];
            let builder = MessageBuilder::from_bytes("", LINE);
            let mut builder = builder.seipd_v1(rng(), AES256);
            builder.encrypt_to_key(rng(), to).unwrap();
            let message = builder.to_vec(rng()).unwrap();
            let binary = pgp::ser::Serialize::to_bytes(&key).unwrap();
            let armoured = key.to_armored_bytes(ArmorOptions::default()).unwrap();
            for own in [&binary, &armoured] {
                assert_eq!(opened(&message, &with(None, Some(own))).unwrap().records.len(), 1);
            }
            let missing = refusal(opened(&message, &with(None, None)));
            assert_eq!(missing.kind, Kind::OpenPgpKeyMissing);
            let id = pgp::types::KeyDetails::legacy_key_id(to).to_string().to_ascii_uppercase();
            assert!(missing.message.contains(&id), "{missing}");
            let shown = pgp::ser::Serialize::to_bytes(&public).unwrap();
            assert_eq!(refusal(opened(&message, &with(None, Some(&shown)))).kind, Kind::KeyWrong);
            assert_eq!(refusal(opened(&message, &with(None, Some(b"no key")))).kind, Kind::KeyWrong);
        }
    }

    /// A wrong passphrase has the same errors once a message is decrypted, so a cut is told before.
    #[test]
    fn a_message_that_was_cut_off_is_not_taken_for_a_wrong_passphrase() {
        let key = key(pgp::types::KeyVersion::V4, KeyType::Ed25519Legacy, KeyType::ECDH(ECCCurve::Curve25519Legacy));
        let secret = pgp::ser::Serialize::to_bytes(&key).unwrap();
        let public = key.to_public_key();
        // The second in pieces (partial body lengths).
        for text in [LINE.to_owned(), LINE.repeat(400)] {
            let whole = || MessageBuilder::from_reader("", io::Cursor::new(text.clone().into_bytes()));
            let mut to_passphrase = whole().seipd_v1(rng(), AES256);
            to_passphrase.encrypt_with_password(passphrase(), &"qwerty".into()).unwrap();
            let mut second = whole().seipd_v2(rng(), AES256, AeadAlgorithm::Ocb, ChunkSize::C64B);
            second.encrypt_with_password(rng(), passphrase(), &"qwerty".into()).unwrap();
            let mut to_key = whole().seipd_v1(rng(), AES256);
            to_key.encrypt_to_key(rng(), &public.public_subkeys[0]).unwrap();
            let mut messages = vec![
                to_passphrase.to_vec(rng()).unwrap(),
                second.to_vec(rng()).unwrap(),
                to_key.to_vec(rng()).unwrap(),
            ];
            let armoured = |message: &Vec<u8>| {
                let mut text = Vec::new();
                let source = pgp::armor::BlockType::Message;
                pgp::armor::write(&Raw(message), source, &mut text, None, true).unwrap();
                text
            };
            messages.extend(messages.iter().map(armoured).collect::<Vec<_>>());
            for message in messages {
                let unlock = |password| with(Some(password), Some(&secret));
                assert!(opened(&message, &unlock("qwerty")).unwrap().failed.is_empty());
                let step = 1 + message.len() / 100;
                // The last line of the armour may lack its line end.
                let end = message.iter().rposition(|byte| !byte.is_ascii_whitespace()).unwrap();
                for cut in (40..end).step_by(step).chain([end - 1, end]) {
                    for password in ["qwerty", "qwertz"] {
                        let found = refusal(opened(&message[..cut], &unlock(password)));
                        assert_eq!(found.kind, Kind::Malformed, "{cut} of {}: {found}", message.len());
                        assert!(found.message.contains("cut off"), "{found}");
                    }
                }
            }
        }
    }

    /// Bytes that are armoured as they are.
    struct Raw<'a>(&'a [u8]);

    impl pgp::ser::Serialize for Raw<'_> {
        fn to_writer<W: io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
            Ok(writer.write_all(self.0)?)
        }

        fn write_len(&self) -> usize {
            self.0.len()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_changed_message_gives_a_record(at in any::<prop::sample::Index>(), bit in 0..8u8, cut in any::<bool>()) {
            let mut message = first_version(LINE, CompressionAlgorithm::Uncompressed);
            let at = at.index(message.len());
            if cut {
                message.truncate(at);
            } else {
                message[at] ^= 1 << bit;
            }
            let found = opened(&message, &with(Some("qwerty"), None));
            // A change in the lengths of packets may be one that means the same.
            if let Ok(file) = found {
                prop_assert!(!cut && file.records.len() == 1, "{file:?}");
            }
        }
    }
}
