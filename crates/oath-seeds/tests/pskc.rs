//! PSKC: what is written, plain or encrypted, is read back; damaged and hostile files are refused, not believed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{
    Details, Format, Kind, Limits, Moving, Options, Protection, ReadError, Record, SeedFile, Unlock, WriteError,
    WriteOptions, obstacles, read_from, write,
};
use oath_totp::{Algorithm, Digits, Secret, TimeStep, UnixTime};
use proptest::prelude::*;
use std::io;

const KEY: [u8; 32] = *b"0123456789abcdef0123456789ABCDEF";

/// Bytes that look random enough and are the same every time.
#[allow(clippy::unnecessary_wraps, reason = "the form of the seam")]
fn counted(bytes: &mut [u8]) -> io::Result<()> {
    for (byte, value) in bytes.iter_mut().zip((0u8..=255).cycle()) {
        *byte = value.wrapping_mul(151) ^ 0x5a;
    }
    Ok(())
}

fn open(file: &[u8], unlock: &Unlock) -> Result<SeedFile, ReadError> {
    read_from(file, &Options::default().format(Format::Pskc), unlock)
}

fn with_key(key: &[u8]) -> Unlock {
    let mut unlock = Unlock::default();
    unlock.key(key);
    unlock
}

fn with_password(password: &str) -> Unlock {
    let mut unlock = Unlock::default();
    unlock.password(password);
    unlock
}

fn refused(read: Result<SeedFile, ReadError>) -> Kind {
    match read {
        Err(ReadError::Refused(finding)) => finding.kind,
        other => panic!("{other:?}"),
    }
}

fn record(number: u8) -> Record {
    let mut record = Record::new(format!("2500{number:06}"), Secret::from_bytes(&[number ^ 0x5a; 20]).unwrap());
    record.moving = Moving::Time { step: TimeStep::SECONDS_60 };
    record.manufacturer = "Contoso & <Söhne>".into();
    record
}

fn written(records: &[Record], options: &WriteOptions) -> Vec<u8> {
    let mut file = Vec::new();
    write(records, Format::Pskc, options, &mut file).unwrap();
    file
}

#[test]
fn a_file_as_it_is_written() {
    let mut one = record(1);
    one.upn = Some("alice@example.com".to_owned());
    one.algorithm = Algorithm::Sha256;
    let details = one.details_mut();
    details.key_id = Some("key-1".to_owned());
    details.expiry = Some(UnixTime::from_secs(2_051_222_400));
    let text = String::from_utf8(written(&[one], &WriteOptions::default())).unwrap();
    assert_eq!(
        text,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo>
      <Manufacturer>Contoso &amp; &lt;Söhne&gt;</Manufacturer>
      <SerialNo>2500000001</SerialNo>
    </DeviceInfo>
    <Key Id="key-1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters>
        <Suite>HMAC-SHA256</Suite>
        <ResponseFormat Length="6" Encoding="DECIMAL"/>
      </AlgorithmParameters>
      <Data>
        <Secret><PlainValue>W1tbW1tbW1tbW1tbW1tbW1tbW1s=</PlainValue></Secret>
        <Time><PlainValue>0</PlainValue></Time>
        <TimeInterval><PlainValue>60</PlainValue></TimeInterval>
      </Data>
      <UserId>alice@example.com</UserId>
      <Policy>
        <ExpiryDate>2035-01-01T00:00:00Z</ExpiryDate>
      </Policy>
    </Key>
  </KeyPackage>
</KeyContainer>
"#
    );
}

#[test]
fn encrypted_files_open_with_what_they_were_made_with_alone() {
    let records: Vec<Record> = (1..4).map(record).collect();
    for bytes in [16, 24, 32] {
        let key = &KEY[..bytes];
        let options = WriteOptions::default().protect(Protection::key(key).unwrap());
        let file = written(&records, &options);
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(!text.contains("W1tbW1tb"), "the secret in plain");
        let back = open(&file, &with_key(key)).unwrap();
        assert!(back.findings.is_empty(), "{:?}", back.findings);
        assert!(back.records.iter().zip(&records).all(|(one, other)| one.secret == other.secret));
        // Other vectors and another key of the authentication codes each time.
        assert_ne!(file, written(&records, &options));
        let mut wrong = key.to_vec();
        wrong[3] ^= 1;
        assert_eq!(refused(open(&file, &with_key(&wrong))), Kind::KeyWrong);
        assert_eq!(refused(open(&file, &with_key(&key[1..]))), Kind::KeyWrong);
        assert_eq!(refused(open(&file, &Unlock::default())), Kind::KeyMissing);
        assert_eq!(refused(open(&file, &with_password("0123456789abcdef"))), Kind::KeyMissing);
    }
    assert!(Protection::password("").is_err());
    let password = || Protection::password("pässword").unwrap();
    for protection in [password(), password().aes_256()] {
        let options = WriteOptions::default().protect(protection.rounds(500).random(counted));
        let file = written(&records, &options);
        assert_eq!(file, written(&records, &options), "nothing but the random bytes differs");
        let back = open(&file, &with_password("pässword")).unwrap();
        assert!(back.findings.is_empty() && back.records.len() == 3, "{:?}", back.findings);
        assert_eq!(refused(open(&file, &with_password("passwörd"))), Kind::KeyWrong);
        assert_eq!(refused(open(&file, &with_key(&KEY))), Kind::PasswordMissing);
        let with_rounds = |rounds| {
            let limits = Limits { rounds, ..Limits::default() };
            let options = Options::default().format(Format::Pskc).limits(limits);
            read_from(file.as_slice(), &options, &with_password("pässword"))
        };
        assert_eq!(refused(with_rounds(499)), Kind::TooLarge);
        assert_eq!(with_rounds(500).unwrap().records.len(), 3);
    }
    assert!(Protection::key(&KEY[..20]).is_err());
}

#[test]
fn nothing_is_written_in_plain_that_was_to_be_encrypted() {
    fn broken(_: &mut [u8]) -> io::Result<()> {
        Err(io::Error::other("no entropy"))
    }
    let options = WriteOptions::default().protect(Protection::key(&KEY).unwrap().random(broken));
    let mut file = Vec::new();
    let error = write([&record(1)], Format::Pskc, &options, &mut file).unwrap_err();
    assert!(matches!(&error, WriteError::Io(error) if error.to_string() == "no entropy"));
    assert!(file.is_empty());
    let options = WriteOptions::default().protect(Protection::key(&KEY).unwrap()).accept_loss(true);
    let error = write([&record(1)], Format::LinOtpCsv, &options, &mut file).unwrap_err();
    assert!(matches!(error, WriteError::NotProtected(Format::LinOtpCsv)) && file.is_empty());
    assert!(error.to_string().contains("linotp-csv cannot be encrypted"));
}

#[test]
fn a_changed_value_is_no_record_and_the_others_are() {
    let records: Vec<Record> = (1..4).map(record).collect();
    let options = WriteOptions::default().protect(Protection::key(&KEY[..16]).unwrap().random(counted));
    let text = String::from_utf8(written(&records, &options)).unwrap();
    let at: Vec<usize> = text.match_indices("<xenc:CipherValue>").map(|(at, tag)| at + tag.len()).collect();
    // The first is the key of the authentication codes.
    let changed = |at: usize| {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        open(&bytes, &with_key(&KEY[..16]))
    };
    for (index, at) in at.iter().enumerate().skip(1) {
        for offset in [0, 5, 30, 40] {
            let back = changed(at + offset).unwrap();
            assert_eq!((back.records.len(), back.failed.len()), (2, 1));
            assert_eq!(back.failed[0].place.number(), u64::try_from(index).unwrap());
            assert_eq!(back.findings[0].kind, Kind::MacWrong);
        }
    }
    assert_eq!(refused(changed(at[0] + 30)), Kind::KeyWrong);
}

/// A code over the plaintext, as drafts made it, is taken on request and with a warning.
#[test]
fn a_draft_s_code_over_the_plain_value() {
    let plain = *b"draft secret of mine";
    let sealed = "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/>";
    // Both made with openssl: AES-128-CBC of the secret under the key and a vector of zeros, HMAC-SHA-1 of the secret under the
    // key.
    let value = VALUE_OVER_PLAIN;
    let file = format!(
        "<KeyContainer><KeyPackage><DeviceInfo><SerialNo>1</SerialNo></DeviceInfo>\
         <Key Id=\"1\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:hotp\">\
         <AlgorithmParameters><ResponseFormat Length=\"6\" Encoding=\"DECIMAL\"/></AlgorithmParameters><Data><Secret>\
         <EncryptedValue>{sealed}<CipherData><CipherValue>{}</CipherValue></CipherData></EncryptedValue>\
         <ValueMAC>{}</ValueMAC></Secret></Data></Key></KeyPackage></KeyContainer>",
        value.0, value.1
    );
    let options = Options::default().format(Format::Pskc);
    let unlock = with_key(&KEY[..16]);
    assert_eq!(refused(read_from(file.as_bytes(), &options, &unlock)), Kind::KeyWrong);
    let back = read_from(file.as_bytes(), &options.lenient(true), &unlock).unwrap();
    assert_eq!(back.records[0].secret.expose_bytes(), plain);
    assert_eq!(back.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [Kind::DraftFormat]);
}

const VALUE_OVER_PLAIN: (&str, &str) =
    ("AAAAAAAAAAAAAAAAAAAAAG/uiwIfk5z9p+bp4N2pSkr2wAQAoEiiRXf/107yMsx9", "nDpNS2N/naRiFq2JVrbHXom4ix8=");

#[test]
fn bombs_take_no_memory_and_no_time() {
    let refusal = |text: String| refused(open(text.as_bytes(), &with_password("x")));
    let entities: String = (1..30).map(|i| format!("<!ENTITY e{i} \"&e{};&e{};\">", i - 1, i - 1)).collect();
    assert_eq!(
        refusal(format!("<!DOCTYPE KeyContainer [<!ENTITY e0 \"ha\">{entities}]><KeyContainer>&e29;</KeyContainer>")),
        Kind::Malformed
    );
    assert_eq!(refusal("<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><KeyContainer/>".to_owned()), Kind::Malformed);
    assert_eq!(refusal(format!("<KeyContainer>{}", "<KeyPackage>".repeat(1_000_000))), Kind::TooLarge);
    assert_eq!(refusal(format!("<KeyContainer><KeyPackage>{}", "<Key/>".repeat(1_000_000))), Kind::TooLarge);
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=\"\"")).collect();
    assert_eq!(refusal(format!("<KeyContainer><KeyPackage{attributes}/></KeyContainer>")), Kind::TooLarge);
    assert_eq!(refusal(format!("<KeyContainer a=\"{}", "x".repeat(10_000_000))), Kind::Malformed);
    // References in their number make one text.
    let text =
        format!("<KeyContainer><KeyPackage><Key Id=\"{}\"/></KeyPackage></KeyContainer>", "&#65;".repeat(100_000));
    assert_eq!(open(text.as_bytes(), &Unlock::default()).unwrap().records.len(), 0);
    let text = format!("<KeyContainer><KeyPackage><Key>{}</Key></KeyPackage></KeyContainer>", "&#65;".repeat(100_000));
    assert_eq!(open(text.as_bytes(), &Unlock::default()).unwrap().failed.len(), 1);
    for text in ["&#0;", "&#1;", "&#xFFFF;", "&nbsp;", "&a;", "&#x110000;", "&", "&amp"] {
        let text = format!("<KeyContainer><KeyPackage><Key>{text}</Key></KeyPackage></KeyContainer>");
        assert_eq!(refusal(text), Kind::Malformed);
    }
}

prop_compose! {
    fn records()(
        serial in "[A-Z]{2}[0-9]{1,12}",
        secret in proptest::collection::vec(any::<u8>(), 10..=80),
        parameters in (0usize..3, 0usize..3, any::<bool>(), 1u32..=86_400, prop_oneof![Just(0u64), 1..=u64::MAX]),
        counter in prop_oneof![Just(0u64), any::<u64>()],
        texts in ("([!-~äß€]([ -~äß€]{0,14}[!-~äß€])?)?", "\\PC{0,12}"),
        upn in proptest::option::of("[a-z'!#=]{1,6}@[a-z]{1,6}"),
        details in (
            proptest::option::of("[ -~äß]{0,8}"), proptest::option::of("[A-Za-z=,@. ]{0,12}"),
            proptest::option::of("[ -~]{0,8}"), proptest::option::of(0u64..300_000_000_000),
            proptest::option::of(0u64..300_000_000_000), proptest::option::of(any::<i64>()),
        ),
    ) -> Record {
        let mut record = Record::new(serial, Secret::from_bytes(&secret).unwrap());
        let (algorithm, digits, hotp, x, t0) = parameters;
        record.algorithm = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512][algorithm];
        record.digits = [Digits::Six, Digits::Seven, Digits::Eight][digits];
        record.moving = if hotp {
            Moving::Counter { counter }
        } else {
            Moving::Time { step: TimeStep::new(x, t0).unwrap() }
        };
        record.upn = upn;
        record.manufacturer = texts.0.into();
        record.model = texts.1.into();
        let mut all = Details::default();
        (all.issuer, all.account, all.key_id) = (details.0, details.1, details.2);
        (all.start, all.expiry) = (details.3.map(UnixTime::from_secs), details.4.map(UnixTime::from_secs));
        all.drift = details.5;
        if all != Details::default() {
            *record.details_mut() = all;
        }
        record
    }
}

/// Spoils a file in one place, or cuts it off.
fn spoilt(mut file: Vec<u8>, at: usize, bit: Option<u8>) -> Vec<u8> {
    let at = at % file.len();
    match bit {
        Some(bit) => file[at] ^= 1 << (bit & 7),
        None => file.truncate(at),
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read_back(records in proptest::collection::vec(records(), 1..8), protection in 0usize..3) {
        let mut options = WriteOptions::default();
        let unlock = match protection {
            1 => {
                options = options.protect(Protection::key(&KEY).unwrap());
                with_key(&KEY)
            }
            2 => {
                options = options.protect(Protection::password("p").unwrap().rounds(2));
                with_password("p")
            }
            _ => Unlock::default(),
        };
        let mut serials = std::collections::BTreeSet::new();
        let carried: Vec<&Record> = records
            .iter()
            .filter(|record| obstacles(record, Format::Pskc, &options).is_empty())
            .filter(|record| serials.insert(record.serial.clone()))
            .collect();
        let mut file = Vec::new();
        write(carried.iter().copied(), Format::Pskc, &options, &mut file).unwrap();
        let back = open(&file, &unlock).unwrap();
        prop_assert_eq!(back.records.len(), carried.len(), "{:?}", back.findings);
        for (one, other) in carried.iter().zip(&back.records) {
            prop_assert_eq!((&one.upn, &one.serial, &one.secret), (&other.upn, &other.serial, &other.secret));
            prop_assert_eq!((one.moving, one.algorithm, one.digits), (other.moving, other.algorithm, other.digits));
            prop_assert_eq!((&one.manufacturer, &one.model), (&other.manufacturer, &other.model));
            prop_assert_eq!(one.details(), other.details());
        }
        // And what was read is written as it was.
        if protection == 0 {
            let mut again = Vec::new();
            write(&back.records, Format::Pskc, &options, &mut again).unwrap();
            prop_assert_eq!(again, file);
        }
    }

    #[test]
    fn spoilt_files_do_not_panic_and_give_no_wrong_secret(at in any::<usize>(), bit in proptest::option::of(any::<u8>())) {
        let records: Vec<Record> = (1..4).map(record).collect();
        let options = WriteOptions::default().protect(Protection::key(&KEY).unwrap());
        let file = spoilt(written(&records, &options), at, bit);
        let read = read_from(file.as_slice(), &Options::default().format(Format::Pskc).lenient(true), &with_key(&KEY));
        if let Ok(back) = read {
            for record in &back.records {
                prop_assert!(records.iter().any(|one| one.secret == record.secret), "a secret that nobody wrote");
            }
        }
    }

    #[test]
    fn any_text_does_not_panic(text in "(<KeyContainer>|<KeyPackage>|</KeyPackage>|<Key |Id=\"1\"|>|/>|<Data>|<Secret>|<PlainValue>|&#65;|&x;|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?x|\\PC){0,30}") {
        for format in [Format::Pskc, Format::DeepnetXml, Format::SafeNetXml] {
            let read = read_from(text.as_bytes(), &Options::default().format(format).lenient(true), &Unlock::default());
            prop_assert!(read.is_ok() || matches!(read, Err(ReadError::Refused(_))));
        }
    }
}
