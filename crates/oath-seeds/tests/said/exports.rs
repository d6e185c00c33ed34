//! Exports of authenticators, and XML.

use crate::{Case, case, filled, of};
use data_encoding::BASE64;
use oath_seeds::{Assume, Format, Target, TokenType};

/// A message of the export: numbers and bytes by their field.
#[derive(Clone, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).unwrap());
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.len().try_into().unwrap());
        self.0.extend_from_slice(value);
        self
    }

    fn uri(&self) -> String {
        let data = BASE64.encode(&self.0).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        ["otpauth-migration://offline?data=", &data, "\n"].concat()
    }
}

fn secret() -> Message {
    Message::default().bytes(1, &[7; 20])
}

/// A key of TOTP.
fn key(name: &str) -> Message {
    secret().bytes(2, name.as_bytes()).number(4, 1).number(5, 1).number(6, 2)
}

/// One part of an export.
fn part(keys: &[Message], size: u64, index: u64, id: u64) -> String {
    let all = keys.iter().fold(Message::default(), |all, key| all.bytes(1, &key.0));
    all.number(2, 1).number(3, size).number(4, index).number(5, id).uri()
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = keys();
    cases.extend(parts());
    cases.extend(xml());
    cases.extend(uris());
    cases.extend(json());
    cases.extend(drafts());
    cases
}

fn keys() -> Vec<Case> {
    let one = |name: &str, message: Message| of(Format::OtpauthMigration, name, part(&[message], 1, 0, 5));
    let bare = |kind: u64| secret().bytes(2, b"a").number(6, kind);
    vec![
        one("every parameter left out", secret().bytes(2, b"a")),
        one("every parameter left out, and assumed", secret().bytes(2, b"a")).assume(Assume {
            kind: Some(TokenType::Totp),
            interval: Some(60),
            ..Assume::default()
        }),
        one("MD5", bare(2).number(4, 4)),
        one("a hash that is not known", bare(2).number(4, 9)),
        one("SHA-512, eight digits, HOTP", bare(1).number(4, 3).number(5, 2).number(7, 9)),
        one("SHA-256", bare(2).number(4, 2)),
        one("digits that are not known", bare(2).number(5, 3)),
        one("a type that is not known", bare(3)),
        one("the largest counter", bare(1).number(7, i64::MAX.cast_unsigned())),
        one("a negative counter", bare(1).number(7, 1 << 63)),
        one("the issuer before the account", key("Contoso: anna").bytes(3, b"Contoso")),
        one("another issuer before the account", key("Fabrikam:anna").bytes(3, b"Contoso")),
        one("an issuer alone", secret().number(6, 2).bytes(3, b"Contoso")),
        one("an account alone", key("anna")),
        one("no names", secret().number(6, 2)),
        one("names that are no UTF-8", bare(2).bytes(3, &[0xff])),
        one("a field that is not known", bare(2).number(9, 1)),
        one("a number in the place of the secret", Message::default().number(1, 7)),
        one("bytes in the place of the type", secret().bytes(6, b"x")),
        one("an empty secret", Message::default().bytes(1, b"").number(6, 2)),
        of(Format::OtpauthMigration, "a number in the place of the key", Message::default().number(1, 7).uri()),
        of(Format::OtpauthMigration, "bytes in the place of the size", Message::default().bytes(3, b"x").uri()),
        of(
            Format::OtpauthMigration,
            "a version that is not known",
            Message::default().bytes(1, &key("a").0).number(2, 9).uri(),
        ),
    ]
}

fn parts() -> Vec<Case> {
    let all = |name: &str, parts: &[String]| of(Format::OtpauthMigration, name, parts.concat());
    let one = |size, index, id| part(&[key(&format!("a{index}"))], size, index, id);
    vec![
        all("both parts", &[one(2, 0, 5), one(2, 1, 5)]),
        all("the second part", &[one(2, 1, 5)]),
        all("the first part of two exports", &[one(2, 0, 5), one(2, 1, 6)]),
        all("two sizes of one export", &[one(2, 0, 5), one(3, 1, 5)]),
        all("eight parts are missing", &[one(9, 0, 5)]),
        all("nine parts are missing", &[one(10, 0, 5)]),
        all("nineteen parts are missing", &[one(20, 3, 5)]),
    ]
}

fn xml() -> Vec<Case> {
    let pskc = |name: &str, text: &str| of(Format::Pskc, name, text);
    let key = ["<KeyPackage><DeviceInfo><SerialNo>1</SerialNo></DeviceInfo><Key Id=\"k\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:totp\"><Issuer>Contoso</Issuer><AlgorithmParameters><ResponseFormat Length=\"6\" Encoding=\"DECIMAL\"/></AlgorithmParameters><Data><Secret><PlainValue>", &BASE64.encode(&[7; 20]), "</PlainValue></Secret><TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data></Key></KeyPackage>"].concat();
    let whole =
        ["<KeyContainer Version=\"1.0\" xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">", &key, "</KeyContainer>"]
            .concat();
    vec![
        pskc("as it should be", &whole),
        pskc("blanks around", &["\n ", &whole, "\n \n"].concat()),
        pskc("text before", &["x", &whole].concat()),
        pskc("text after", &[&whole, "x"].concat()),
        pskc("an element after", &[&whole, "<a/>"].concat()),
        pskc("a comment after", &[&whole, "<!-- x -->"].concat()),
        pskc("blanks alone", " \n "),
        pskc("a comment that is not closed", &whole.replace("<Issuer>", "<!-- <Issuer>")),
        pskc("another end tag", &whole.replace("</Issuer>", "</Issue>")),
        pskc("a reference that is not closed", &whole.replace("Contoso", "Cont&oso")),
        pskc("a reference that is not known", &whole.replace("Contoso", "Cont&oso;")),
        pskc("references", &whole.replace("Contoso", "C&amp;t&#111;so")),
        pskc("cut off", &whole[..whole.len() - 20]),
        pskc("an attribute twice", &whole.replace("Id=\"k\"", "Id=\"k\" Id=\"l\"")),
        pskc("a prefix declared within", &whole.replace("Id=\"k\"", "Id=\"k\" xmlns:x=\"y\"")),
        pskc("an attribute of a declared prefix", &whole.replace("Id=\"k\"", "xmlns:Id=\"l\" Id=\"k\"")),
        pskc("a reference in an attribute", &whole.replace("Id=\"k\"", "Id=\"k&lt;l\"")),
        pskc("a reference that is not known in an attribute", &whole.replace("Id=\"k\"", "Id=\"k&l;\"")),
        pskc("a document type", &["<!DOCTYPE a>", &whole].concat()),
        pskc(
            "as deep as can be",
            &whole.replace("<Issuer>", &["<a>".repeat(61), "</a>".repeat(61), "<Issuer>".to_owned()].concat()),
        ),
        pskc(
            "too deep",
            &whole.replace("<Issuer>", &["<a>".repeat(62), "</a>".repeat(62), "<Issuer>".to_owned()].concat()),
        ),
        pskc("blanks within a text", &whole.replace("Contoso", "Con<![CDATA[ ]]>toso")),
        pskc("an algorithm of challenges", &whole.replace("pskc:totp", "pskc:ocra:x")),
        pskc("an algorithm of another name", &whole.replace("pskc:totp", "pskc:x")),
        pskc("a PIN", &whole.replace("pskc:totp", "pskc:pin")),
        pskc(
            "dates of the policy and of the device",
            &whole
                .replace(
                    "<SerialNo>1</SerialNo>",
                    "<SerialNo>1</SerialNo><StartDate>2030-01-01T00:00:00Z</StartDate><ExpiryDate>2040-01-01T00:00:00Z</ExpiryDate>\
                     <UserId>anna</UserId>",
                )
                .replace(
                    "</Data>",
                    "</Data><UserId>a@b.c</UserId><Policy><StartDate>2031-01-01T00:00:00Z</StartDate><ExpiryDate>2039-01-01T00:00:00Z\
                     </ExpiryDate></Policy>",
                ),
        ),
        pskc(
            "one user twice",
            &whole
                .replace("<SerialNo>1</SerialNo>", "<SerialNo>1</SerialNo><UserId>a@b.c</UserId>")
                .replace("</Data>", "</Data><UserId>a@b.c</UserId>"),
        ),
        pskc(
            "two users",
            &whole
                .replace("<SerialNo>1</SerialNo>", "<SerialNo>1</SerialNo><UserId>x@b.c</UserId>")
                .replace("</Data>", "</Data><UserId>a@b.c</UserId>"),
        ),
        pskc("a date of no form", &whole.replace("<SerialNo>1</SerialNo>", "<SerialNo>1</SerialNo><StartDate>soon</StartDate>")),
        pskc("CDATA", &whole.replace("Contoso", "<![CDATA[Contoso & sons]]>")),
    ]
}

fn uris() -> Vec<Case> {
    let uri = |name: &str, text: &str| case(name, filled(text));
    vec![
        uri("a URI for the inventory", "otpauth://totp/Contoso:anna?secret=%&issuer=Contoso\n")
            .target(Target::Inventory),
        uri("a URI for Entra ID", "otpauth://totp/Contoso:anna?secret=%&issuer=Contoso\n").target(Target::Entra),
        uri("a URI for Duo", "otpauth://totp/Contoso:anna?secret=%&issuer=Contoso\n").target(Target::Duo),
        uri("a URI for any system", "otpauth://totp/Contoso:anna?secret=%&issuer=Contoso\n").target(Target::Any),
        uri("a URI of SHA-256 for the inventory", "otpauth://totp/Contoso:anna?secret=%&algorithm=SHA256\n")
            .target(Target::Inventory),
    ]
}

fn json() -> Vec<Case> {
    let text = |name: &str, text: &str| case(name, filled(text)).target(Target::Any);
    let graph = |name: &str, device: &str| text(name, &["{\"@context\":\"x\",\"value\":[{", device, "}]}"].concat());
    let two_fas = |name: &str, link: &str| {
        text(
            name,
            &[
                "{\"services\":[{\"name\":\"Contoso\",\"secret\":\"A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH\",\"otp\":{\"account\":\"a\",\
                 \"digits\":6,\"period\":30,\"algorithm\":\"SHA1\",\"tokenType\":\"TOTP\",\"link\":\"",
                link,
                "\"}}],\"schemaVersion\":4,\"appOrigin\":\"ios\"}",
            ]
            .concat(),
        )
    };
    let link = "otpauth://totp/a?secret=A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH";
    let bitwarden = |name: &str, rows: &str| {
        text(
            name,
            &[
                "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n",
                rows,
            ]
            .concat(),
        )
    };
    vec![
        text("Aegis by its slots", "{\"version\":1,\"header\":{\"slots\":[]},\"db\":{}}"),
        text("Aegis by its text", "{\"version\":1,\"header\":{},\"db\":\"x\"}"),
        text("2FAS, encrypted", "{\"servicesEncrypted\":\"x\",\"schemaVersion\":4}"),
        text("Bitwarden with a password", "{\"encrypted\":true,\"passwordProtected\":true}"),
        text("Bitwarden for one account", "{\"encrypted\":true,\"encKeyValidation_DO_NOT_EDIT\":\"x\"}"),
        text("Bitwarden, not encrypted", "{\"encrypted\":false,\"items\":[]}"),
        text("Ente Auth, encrypted", "{\"version\":1,\"encryptedData\":\"x\",\"encryptionNonce\":\"x\"}"),
        of(Format::AegisJson, "half of Ente Auth", "{\"encryptedData\":\"x\"}"),
        of(Format::AegisJson, "half of Proton", "{\"content\":\"x\"}"),
        text("Ente Auth without a nonce", "{\"version\":1,\"encryptedData\":\"x\"}"),
        text("Proton, encrypted", "{\"version\":1,\"salt\":\"x\",\"content\":\"x\"}"),
        text("Proton without salt", "{\"version\":1,\"content\":\"x\"}"),
        graph(
            "Graph",
            "\"serialNumber\":\"1\",\"secretKey\":\"%\",\"manufacturer\":\"Contoso\",\"model\":\"One\",\"timeIntervalInSeconds\":30,\"hashFunction\":\"hmacsha1\"",
        ),
        graph(
            "Graph with a number for its serial number",
            "\"serialNumber\":1,\"secretKey\":\"%\",\"manufacturer\":\"Contoso\",\"model\":\"One\",\"timeIntervalInSeconds\":30",
        ),
        graph(
            "Graph with another hash",
            "\"serialNumber\":\"1\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30,\"hashFunction\":\"md5\"",
        ),
        of(
            Format::GraphJson,
            "serial numbers that a spreadsheet rounded",
            filled(
                "{\"value\":[{\"serialNumber\":\"12345\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30},\
                 {\"serialNumber\":\"2.31E+12\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30},\
                 {\"serialNumber\":\"54321\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30}]}",
            ),
        ),
        text("one device of Graph", "{\"serialNumber\":\"1\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30}"),
        of(Format::GraphJson, "a device without a secret", "{\"serialNumber\":\"1\"}"),
        of(
            Format::GraphJson,
            "a device without a serial number",
            filled("{\"secretKey\":\"%\",\"timeIntervalInSeconds\":30}"),
        ),
        of(
            Format::GraphJson,
            "an inventory",
            filled("{\"inventory\":[{\"serialNumber\":\"1\",\"secretKey\":\"%\",\"timeIntervalInSeconds\":30}]}"),
        ),
        of(Format::GraphJson, "an object in the place of devices", "{\"value\":{}}"),
        of(Format::GraphJson, "texts in the place of devices", "{\"value\":[\"x\",1,null,true,[],-1,0.5]}"),
        two_fas("2FAS with its link", link),
        two_fas("2FAS, another hash in the link", &[link, "&algorithm=SHA256"].concat()),
        two_fas("2FAS, other digits in the link", &[link, "&digits=8"].concat()),
        two_fas("2FAS, another interval in the link", &[link, "&period=60"].concat()),
        two_fas("2FAS, another secret in the link", "otpauth://totp/a?secret=BAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAI"),
        two_fas("2FAS, another type in the link", "otpauth://hotp/a?counter=1&secret=A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH"),
        two_fas("2FAS, a link that cannot be read", "otpauth://totp/a"),
        bitwarden("a note of two lines", ",,login,Contoso,\"one\ntwo\",,0,,a,,%\n,,login,Fabrikam,,,0,,b,,%\n"),
        bitwarden("a row that lacks a column", ",,login,Contoso,,,0,,a,%\n"),
        bitwarden("a row with a column more", ",,login,Contoso,,,0,,a,,%,\n"),
        bitwarden("a quote that is not closed", ",,login,\"Contoso,,,0,,a,,%\n"),
        bitwarden("no secret", ",,note,Contoso,,,0,,,,\n"),
        bitwarden("HOTP is assumed", ",,login,Contoso,,,0,,a,,%\n")
            .assume(Assume { kind: Some(TokenType::Hotp), ..Assume::default() }),
        bitwarden("a URI", ",,login,Contoso,,,0,,a,,otpauth://totp/x?secret=%\n"),
        text(
            "numbers as the type of Stratum",
            "{\"Authenticators\":[{\"Type\":999,\"Issuer\":\"c\",\"Username\":\"a\",\"Secret\":\"%\",\"Algorithm\":0,\"Digits\":6,\"Period\":30,\"Counter\":0},{\"Type\":1000,\"Secret\":\"%\",\"Algorithm\":0,\"Digits\":6,\"Period\":30},{\"Type\":-1,\"Secret\":\"%\"},{\"Type\":null,\"Secret\":\"%\"},{\"Type\":{},\"Secret\":\"%\"},{\"Type\":\"x\",\"Secret\":\"%\"}],\"Categories\":[]}",
        ),
    ]
}

/// What other formats of XML say of themselves.
fn drafts() -> Vec<Case> {
    let deepnet = |name: &str, header: &str| {
        of(
            Format::DeepnetXml,
            name,
            filled(&[
                "<data><header><manufacturer>Contoso</manufacturer><encode>",
                header,
                "</header><tokens><token serial=\"1\"><applications><application><seed>$</seed></application></applications></token></tokens></data>",
            ].concat()),
        )
    };
    vec![
        deepnet("HEX", "HEX</encode><encrypt>NONE</encrypt><crypto>HmacSHA1</crypto><digits>6</digits>"),
        deepnet("BASE64", "BASE64</encode>"),
        deepnet("BASE32", "BASE32</encode>"),
        deepnet("an encryption", "HEX</encode><encrypt>AES</encrypt>"),
        deepnet("other digits", "HEX</encode><digits>9</digits>"),
    ]
}
