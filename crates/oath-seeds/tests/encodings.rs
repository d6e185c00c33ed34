//! The same file in every encoding and with every line end gives the same records.

use oath_seeds::{Encoding, Kind, Options, Place, Severity, read};

const FILE: &str = "upn,serial number,secret key,time interval,manufacturer,model\n\
                    o''neil@example.com,0950380269,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Société,clé n° 1\n\
                    bob@example.com,306EUO4-00960,KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU,60,Contoso,\"Key, large\"\n";

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2], mark: bool) -> Vec<u8> {
    let mark = mark.then_some('\u{feff}').map(String::from).unwrap_or_default();
    (mark + text).encode_utf16().flat_map(bytes).collect()
}

#[test]
fn every_encoding_and_line_end() {
    let latin: Vec<u8> = FILE.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let mark = Some((Kind::ByteOrderMark, Severity::Note));
    let wide = Some((Kind::EncodingUtf16, Severity::Warning));
    let cases = [
        (FILE.as_bytes().to_vec(), Encoding::Utf8, None),
        (FILE.replace('\n', "\r\n").into_bytes(), Encoding::Utf8, None),
        (FILE.replace('\n', "\r").into_bytes(), Encoding::Utf8, None),
        (format!("\u{feff}{FILE}").into_bytes(), Encoding::Utf8, mark),
        (utf_16(FILE, u16::to_le_bytes, true), Encoding::Utf16Le, wide),
        (utf_16(FILE, u16::to_be_bytes, true), Encoding::Utf16Be, wide),
        (utf_16(FILE, u16::to_le_bytes, false), Encoding::Utf16Le, wide),
        (utf_16(FILE, u16::to_be_bytes, false), Encoding::Utf16Be, wide),
        (latin, Encoding::Windows1252, Some((Kind::EncodingWindows1252, Severity::Warning))),
    ];
    for (bytes, encoding, finding) in cases {
        let file = read(&bytes, &Options::default()).unwrap();
        assert_eq!(file.encoding, encoding);
        assert_eq!(file.findings.first().map(|f| (f.kind, f.severity)), finding, "{encoding}");
        let fields: Vec<_> = file
            .records
            .iter()
            .map(|r| {
                (r.place.number(), r.upn.as_deref().unwrap(), r.serial.as_deref().unwrap(), &*r.manufacturer, &*r.model)
            })
            .collect();
        assert_eq!(
            fields,
            [
                (2, "o'neil@example.com", "0950380269", "Société", "clé n° 1"),
                (3, "bob@example.com", "306EUO4-00960", "Contoso", "Key, large")
            ],
            "{encoding}"
        );
    }
}

#[test]
fn a_late_line_in_another_encoding_is_read_and_told() {
    let mut bytes = FILE.as_bytes().to_vec();
    bytes.extend_from_slice(b"x@example.com,3,MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK,30,Soci\xe9t\xe9,\x93K\x94\n");
    let file = read(&bytes, &Options::default()).unwrap();
    assert_eq!((&*file.records[2].manufacturer, &*file.records[2].model), ("Société", "“K”"));
    assert_eq!((file.findings[0].kind, file.findings[0].place), (Kind::EncodingWindows1252, Place::Line(4)));
}
