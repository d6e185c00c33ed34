//! Mistakes of documents, of lines and of their encryption.

use super::Case;
use oath_seeds::{Assume, Format, Kind, Limits, Options, Target, TokenType};
use oath_totp::Digits;

/// What a file leaves out.
pub(crate) const TOTP: Assume =
    Assume { kind: Some(TokenType::Totp), algorithm: None, digits: Some(Digits::Six), interval: Some(30) };

/// The files of the testkit that are encrypted or follow a draft.
macro_rules! pskc {
    ($name:literal) => {
        include_str!(concat!("../../../../testkit/seeds/pskc/", $name, ".xml"))
    };
}

/// An export of andOTP with one account, and the members of another.
fn and_otp(members: &str) -> String {
    format!(
        "[\n{{\"secret\":\"G3FQT6F36W2WEXA4SFZK22OBOFSTWXAN\",\"issuer\":\"Deno\",\"label\":\"Mason\",\"digits\":6,\"type\":\"TOTP\",\
         \"algorithm\":\"SHA1\",\"period\":30}},\n{{\"secret\":\"SBIRO7PXPSXZFXQHBGI6OGYDP7SGZACZ\",{members}}}\n]\n"
    )
}

const REST: &str = r#""digits":6,"type":"TOTP","algorithm":"SHA1","period":30"#;

/// A key container with one key.
fn key_container(inside: &str) -> String {
    format!(
        "<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\"><KeyPackage><DeviceInfo>\
         <SerialNo>0250000001</SerialNo></DeviceInfo><Key Id=\"0250000001\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\">\
         <AlgorithmParameters><ResponseFormat Length=\"6\" Encoding=\"DECIMAL\"/></AlgorithmParameters><Data><Secret><PlainValue>\
         agnmZ/O8yQiy+xNm6pV9PjrewXU=</PlainValue></Secret><TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data>\
         {inside}</Key></KeyPackage></KeyContainer>\n"
    )
}

fn privacyidea(secret: &str) -> String {
    format!("PIT0001,146737eed03b9c0ade988014466e48991de2b2fd,totp,6,30\nPIT0002,{secret},totp,6,30\n")
}

/// The second of two parts of an export of Google Authenticator; both hold the same batch.
fn migration(part: u8) -> String {
    let token = [&[0x0a, 20][..], &[part.wrapping_add(7); 20], &[0x20, 1, 0x28, 1, 0x30, 2]].concat();
    let payload =
        [&[0x0a, u8::try_from(token.len()).unwrap()][..], &token, &[0x10, 1, 0x18, 2, 0x20, part, 0x28, 5]].concat();
    let data = data_encoding::BASE64.encode(&payload).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("otpauth-migration://offline?data={data}\n")
}

pub(crate) fn cases() -> Vec<Case> {
    [json(), lines(), xml(), encrypted()].into_iter().flatten().collect()
}

/// A request to Microsoft Graph with two tokens that have one secret.
const ONE_SECRET: &str = r#"{"value":[
{"serialNumber":"0250000001","manufacturer":"Contoso","model":"HT-1","secretKey":"G3FQT6F36W2WEXA4SFZK22OBOFSTWXAN","timeIntervalInSeconds":30,"hashFunction":"hmacsha1"},
{"serialNumber":"0250000002","manufacturer":"Contoso","model":"HT-1","secretKey":"G3FQT6F36W2WEXA4SFZK22OBOFSTWXAN","timeIntervalInSeconds":30,"hashFunction":"hmacsha1"}
]}"#;

fn json() -> Vec<Case> {
    let hotp = REST.replace("TOTP", "HOTP").replace("\"period\":30", "\"counter\":7");
    vec![
        Case::edit(ONE_SECRET, Kind::SecretDuplicate, |file, finding| {
            // The message names the place of the first one; the finding stands at the other.
            assert!(finding.message.contains("device 1") && finding.place.number() == 2, "{finding}");
            let (first, _) = file.split_once("},").unwrap();
            format!("{first}}}\n]}}")
        }),
        Case::edit(and_otp(&REST.replace(",\"algorithm\"", "\"algorithm\"")), Kind::Malformed, |file, finding| {
            // The message says line and column.
            assert!(finding.place.line() == Some(3) && finding.message.contains("column"), "{finding}");
            file.replace("\"\"algorithm\"", "\",\"algorithm\"")
        }),
        Case::edit(and_otp(&format!("{REST},\"digits\":8")), Kind::ValueMalformed, |file, _| {
            file.replace(",\"digits\":8", "")
        }),
        Case::edit(
            and_otp(&format!("{REST},\"moving\":{{}},\"encoding\":1")),
            Kind::ValueMalformed,
            |file, finding| {
                let name = finding.message.split('"').nth(1).unwrap();
                file.replace(&format!(",\"{name}\":1"), "")
            },
        ),
        Case::edit(and_otp(&REST.replace('6', "9")), Kind::DigitsUnsupported, |file, _| file.replace(":9,", ":8,")),
        Case::edit(and_otp(&REST.replace("TOTP", "STEAM")), Kind::TypeUnsupported, |file, _| {
            let (first, _) = file.split_once("},").unwrap();
            format!("{first}}}]")
        }),
        Case::edit(and_otp(&hotp.replace(":7", ":-1")), Kind::CounterUnsupported, |file, _| file.replace(":-1", ":7")),
        Case::edit(and_otp(&hotp.replace(",\"counter\":7", "")), Kind::ValueMissing, |file, _| {
            file.replace("\"HOTP\"", "\"HOTP\",\"counter\":7")
        }),
        Case::edit(and_otp(&REST.replace("30", "0")), Kind::IntervalUnsupported, |file, _| {
            file.replace("\"period\":0", "\"period\":30")
        }),
        Case::edit(and_otp(REST).replace("SBIR", "8BIR"), Kind::SecretConfusable, |file, finding| {
            assert!(finding.message.contains("probably the letter B"), "{finding}");
            file.replace("8BIR", "BBIR")
        }),
        Case::edit(and_otp(REST).replace("SBIR", "SB IR"), Kind::SecretSeparators, |file, _| {
            file.replace("SB IR", "SBIR")
        }),
        Case::say(and_otp(REST).replace("[\n", "[[[[\n").replace("\n]", "\n]]]]"), Kind::TooLarge, |options, _| {
            options.limits(Limits::default())
        })
        .read(Options::default().format(Format::AndOtpJson).limits(Limits { depth: 2, ..Limits::default() })),
        Case::say(and_otp(&REST.replace("\"digits\":6,", "")), Kind::ParameterUnknown, |options, _| {
            options.assume(TOTP)
        }),
        Case::say(and_otp(&REST.replace("SHA1", "SHA256")), Kind::AlgorithmUnsupported, |options, _| {
            options.target(Target::Any)
        })
        .read(Options::default().target(Target::PingId)),
    ]
}

fn lines() -> Vec<Case> {
    let hex = || Options::default().format(Format::PrivacyIdeaCsv);
    let uri = "otpauth://totp/Example:alice@example.com?secret=MZUXE43UEBVWK6JAN5TCAYJANRUXG5BA";
    vec![
        Case::edit(privacyidea("0x69ab7ec16c203c5c0ca1c733dd499405e8ee404c"), Kind::SecretHexPrefix, |file, _| {
            file.replace("0x", "")
        })
        .read(hex()),
        Case::edit(privacyidea("NGVX5QLMEA6FYDFBY4Z52SMUAXUO4QCM"), Kind::SecretBase32, |file, _| {
            file.replace("NGVX5QLMEA6FYDFBY4Z52SMUAXUO4QCM", "69ab7ec16c203c5c0ca1c733dd499405e8ee404c")
        })
        .read(hex()),
        Case::edit(format!("{uri}&digits=66\n"), Kind::DigitsUnsupported, |file, _| file.replace("66", "6")),
        Case::edit(format!("{uri}&digits=6&digits=8\n"), Kind::ValueMalformed, |file, _| file.replace("&digits=8", "")),
        Case::edit(format!("{uri}\n{}", migration(0)), Kind::OtherFormat, |file, finding| {
            super::tables::delete(file, finding)
        }),
        Case::edit(migration(1), Kind::ExportIncomplete, |file, _| migration(0) + file),
    ]
}

fn xml() -> Vec<Case> {
    vec![
        Case::edit(
            key_container("<Policy><KeyUsage>OTP</KeyUsage><PINPolicy/></Policy>"),
            Kind::PolicyUnsupported,
            |file, _| file.replace("<PINPolicy/>", ""),
        ),
        Case::edit(
            key_container("").replace("<SerialNo>0250000001</SerialNo>", "<SerialNo>1</SerialNo><IssueNo>2</IssueNo>"),
            Kind::SerialAmbiguous,
            |file, _| file.replace("<SerialNo>1</SerialNo><IssueNo>2</IssueNo>", "<SerialNo>1-2</SerialNo>"),
        ),
        Case::edit(key_container("").replace("</KeyPackage>", ""), Kind::Malformed, |file, _| {
            file.replace("</Key>", "</Key></KeyPackage>")
        }),
        Case::edit(
            key_container("").replace("<KeyContainer", "<!DOCTYPE KeyContainer>\n<KeyContainer"),
            Kind::Malformed,
            |file, _| file.replace("<!DOCTYPE KeyContainer>\n", ""),
        ),
        Case::edit(key_container("").replace(">30<", ">0<"), Kind::IntervalUnsupported, |file, _| {
            file.replace("<TimeInterval><PlainValue>0<", "<TimeInterval><PlainValue>30<")
        }),
        Case::say(key_container("").replace(" Length=\"6\"", ""), Kind::ParameterUnknown, |options, _| {
            options.assume(TOTP)
        }),
        Case::say(pskc!("draft"), Kind::DraftFormat, |options, _| options.lenient(true)),
    ]
}

fn encrypted() -> Vec<Case> {
    const PASSWORD: &str = "correct horse battery staple";
    let unlock: fn(Options, &mut oath_seeds::Unlock) -> Options = |options, unlock| {
        unlock.password(PASSWORD);
        options
    };
    vec![
        Case::say(pskc!("pbkdf2"), Kind::PasswordMissing, unlock),
        Case::say(pskc!("key-missing"), Kind::KeyMissing, |options, unlock| {
            unlock.key(&data_encoding::HEXLOWER.decode(b"00112233445566778899aabbccddeeff").unwrap());
            options
        }),
        Case::say(pskc!("pbkdf2"), Kind::TooLarge, |options, unlock| {
            unlock.password(PASSWORD);
            options.limits(Limits::default())
        })
        .read(Options::default().limits(Limits { rounds: 1, ..Limits::default() })),
    ]
}
