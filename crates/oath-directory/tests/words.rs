//! `Debug` and errors of every public type that is near a secret, in the seed files, the codes and the directory, show the
//! secret in no form.

use oath_directory::audit::Chain;
use oath_directory::store::{MemoryStore, Store, TokenFilter};
use oath_directory::{Actor, Directory, KeyRing, Policy, UserKind};
use oath_seeds::{Format, Options, Reader, WriteOptions, Writer};
use oath_totp::{
    Algorithm, CodeRun, Consecutive, Digits, Hotp, Key, KeyUri, Secret, TimeStep, Totp, TotpState, UnixTime, Window,
};
use std::fmt::Debug;

/// Marked: no text shows it by accident.
const K: [u8; 32] = *b"\xf1\xe2\xd3\xc4\xb5\xa6\x97\x88Zq7#vXw!kJ9$pLm^Rt5&bHn~";

/// The forms of a secret in a text: six bytes in a row as hexadecimal digits or as numbers, eight characters as Base32,
/// six as they are.
fn forms(k: &[u8]) -> Vec<String> {
    let base32 = Secret::from_bytes(k).unwrap().expose_base32().to_string();
    let mut forms: Vec<String> =
        base32.as_bytes().windows(8).map(|row| String::from_utf8(row.to_vec()).unwrap()).collect();
    for row in k.windows(6) {
        forms.push(row.iter().map(|byte| format!("{byte:02x}")).collect());
        forms.push(row.iter().map(|byte| format!("{byte:02x}, ")).collect());
        forms.push(row.iter().map(|byte| format!("{byte}, ")).collect());
        forms.extend(String::from_utf8(row.to_vec()).ok());
    }
    forms
}

/// What is shown, in both ways, on one line and with its spaces evened out.
fn shown(value: &impl Debug) -> String {
    let text = format!("{value:?}\n{value:#?}\n{value:x?}\n{value:X?}");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn shows_nothing(value: &impl Debug) {
    let text = shown(value);
    for form in forms(&K) {
        assert!(!text.to_lowercase().contains(&form.to_lowercase()), "{form} is in {text}");
    }
}

#[test]
fn a_secret_that_is_shown_is_found() {
    #[derive(Debug)]
    struct Plant<T>(T);
    let secret = Secret::from_bytes(&K).unwrap();
    let found = |text: String| forms(&K).iter().any(|form| text.to_lowercase().contains(&form.to_lowercase()));
    assert!(found(shown(&Plant(K))), "numbers");
    assert!(found(shown(&Plant(secret.expose_base32().as_str()))), "Base32");
    assert!(found(shown(&Plant(secret.expose_hex().as_str()))), "hexadecimal digits");
    assert!(found(shown(&Plant(&K[8..20]))), "a part");
    assert!(found(shown(&Plant("as it is: Xw!kJ9$p"))), "as it is");
    assert!(!found(shown(&Plant("a@example.com"))));
}

#[test]
fn the_codes_show_no_secret() {
    let secret = || Secret::from_bytes(&K).unwrap();
    let hex = secret().expose_hex();
    let base32 = secret().expose_base32();
    for algorithm in Algorithm::ALL {
        shows_nothing(&Key::from_bytes(&K, algorithm).unwrap());
        let totp = Totp::new(secret().key(algorithm).unwrap(), Digits::Eight, TimeStep::SECONDS_30);
        let (now, next) = (UnixTime::from_secs(60), UnixTime::from_secs(90));
        let codes = [totp.generate(now), totp.generate(next)];
        let numbers = codes.each_ref().map(ToString::to_string);
        let verdict = totp.verify(&codes[0], now, Window::ONE, &TotpState::NEW);
        let text = shown(&(&codes, Consecutive::from(codes.clone()), CodeRun::from(codes[0].clone()), &verdict));
        assert!(numbers.iter().all(|number| !text.contains(number.trim_start_matches('0'))), "{text}");
        shows_nothing(&totp);
        shows_nothing(&Hotp::new(secret().key(algorithm).unwrap(), Digits::Six));
    }
    shows_nothing(&secret());
    shows_nothing(&KeyUri::totp(secret(), "a@example.com").unwrap().with_issuer("A"));
    for malformed in [format!("{}!", *hex), format!("{}0", *hex), format!("{}1", *base32), format!("{}AA", *base32)] {
        let error = Secret::from_hex(&malformed).err();
        shows_nothing(&(&error, error.map(|error| error.to_string())));
        let error = Secret::from_base32(&malformed).err();
        shows_nothing(&(&error, error.map(|error| error.to_string())));
        let error = KeyUri::parse(&format!("otpauth://totp/a?secret={malformed}&x%")).err();
        shows_nothing(&(&error, error.map(|error| error.to_string())));
        let error = KeyUri::parse(&format!("otpauth://totp/a?{malformed}=1&digits={malformed}&secret=A")).err();
        shows_nothing(&(&error, error.map(|error| error.to_string())));
    }
}

#[test]
fn the_key_ring_shows_no_key() {
    let hex = Secret::from_bytes(&K).unwrap().expose_hex();
    let text: String = (1..=6).map(|number| format!("seal name{number} {}\n", *hex)).collect();
    let ring = format!("bind {}\n{text}", *hex);
    shows_nothing(&KeyRing::parse(&ring).unwrap());
    for malformed in
        [ring.replace("name6", "name1"), format!("{ring}{}", *hex), format!("{ring}seal x {}0", *hex), text]
    {
        let error = KeyRing::parse(&malformed).unwrap_err();
        shows_nothing(&(&error, error.to_string()));
    }
}

#[test]
fn seed_files_and_the_directory_show_no_secret() {
    let secret = Secret::from_bytes(&K).unwrap();
    let (base32, hex) = (secret.expose_base32(), secret.expose_hex());
    let (base32, hex) = (base32.as_str(), hex.as_str());
    let rows = [
        format!("a@example.com,1000001,{base32},30,Contoso,HT-1"),
        format!("b@example.com,1000002,{base32}1,30,Contoso,HT-1"),
        format!("c@example.com,1000003,{base32}A,30,Contoso,HT-1"),
        format!("d@example.com,1000004,{hex},30,Contoso,HT-1"),
        format!("e@example.com,{base32},1000005,30,Contoso,HT-1"),
        format!("{base32},1000006,{base32},30,Contoso,HT-1"),
        format!("g@example.com,1000007,{base32},{base32},Contoso,HT-1"),
        format!("h@example.com,1000008,\"{base32},30,Contoso,HT-1"),
        format!("i@example.com,1000009,30,{hex}"),
    ];
    let file = format!("upn,serial number,secret key,time interval,manufacturer,model\r\n{}\r\n", rows.join("\r\n"));
    let read = oath_seeds::read(file.as_bytes(), &Options::default()).unwrap();
    assert!(!read.records.is_empty() && read.failed.len() >= 6, "{read:?}");
    shows_nothing(&read);
    shows_nothing(&read.findings.iter().map(ToString::to_string).collect::<Vec<_>>());
    shows_nothing(&oath_seeds::read(&file.as_bytes()[60..], &Options::default()));
    let mut reader = Reader::new(file.as_bytes(), &Options::default()).unwrap();
    let rows = reader.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
    shows_nothing(&reader);
    shows_nothing(&rows);
    let write_options = WriteOptions::default();
    let mut writer = Writer::new(Vec::new(), Format::EntraCsv, &write_options).unwrap();
    writer.write(&read.records[0]).unwrap();
    shows_nothing(&format!("{:?}", read.records[0]));

    let hex = Secret::from_bytes(&K).unwrap().expose_hex();
    let keys = KeyRing::parse(&format!("bind {}\nseal a {}\n", *hex, *hex)).unwrap();
    let directory = Directory::new(MemoryStore::default(), keys, Policy::default()).unwrap();
    pollster::block_on(async {
        let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(1_740_000_000));
        let user = "a@example.com".parse().unwrap();
        directory.add_user(&operator, now, &user, UserKind::Member, None).await.unwrap();
        let upload = directory.upload(&operator, now, "tokens.csv", rows.into_iter().map(Ok)).await.unwrap();
        shows_nothing(&directory.failures(now, upload.id).await.unwrap());
        shows_nothing(&upload);
        shows_nothing(&directory.store().tokens(TokenFilter::default(), None, 10).await.unwrap());
        shows_nothing(&directory.events(Chain::FIRST, 0, 100).await.unwrap());
        shows_nothing(&directory);
        let enrolled = directory.enroll(&operator, now, &user).await.unwrap();
        let of_app = enrolled.uri.secret().expose_bytes();
        assert!(forms(of_app).iter().all(|form| !shown(&enrolled).contains(form)), "{enrolled:?}");
    });
}
