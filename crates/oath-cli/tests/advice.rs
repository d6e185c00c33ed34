//! What a message says to do works: the files of a spreadsheet, of a vendor and of an app, as people have them.

mod support;

use oath_seeds::{Format, Options, Protection, WriteOptions, read, write};
use serde_json::json;
use std::fs;
use support::{Desk, HEADER, SECRETS};

/// In the encoding of Western Windows, which has one byte a character.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[test]
fn a_spreadsheet_s_file_is_repaired_and_the_rest_is_corrected_by_hand() {
    let desk = Desk::new();
    let [first, second, third] = SECRETS;
    let head = "Token für Zürich;;;;;\r\nExportiert am;05.01.2026;;;;\r\n\r\n\
                UPN;Serial Number;Secret Key;Time Interval;Manufacturer;Model\r\n";
    let rounded = format!("bob@example.com;2,31E+12;{second};60,00;Königs GmbH;HT\r\n");
    let spaced = format!("{} {}", &first[..16], &first[16..]);
    let rows = format!("alice@example.com;2300000000001;{spaced};30,0;Königs GmbH;HT\r\n{rounded}");
    let alone = format!(";2300000000003;{third};30;Königs GmbH;HT\r\n");
    fs::write(desk.path("liste.csv"), windows_1252(&format!("{head}{rows}{alone}"))).unwrap();
    let checked = desk.oath("seeds check liste.csv");
    assert_eq!(checked.status, 1);
    assert!(checked.out.contains("`oath seeds repair` shows what can be mended"), "{}", checked.out);
    let repaired = desk.oath("seeds repair liste.csv -o gut.csv --yes");
    assert!(repaired.out.contains("Correct them there and check that file."), "{repaired:?}");
    // The rest is a file of its own: everything above the rows is there, and no row that was written.
    assert_eq!(fs::read(desk.path("gut-rest.csv")).unwrap(), windows_1252(&format!("{head}{rounded}{alone}")));
    let checked = desk.oath("seeds check gut-rest.csv");
    assert!(checked.out.contains("serial-scientific") && checked.out.contains("upn-empty"), "{}", checked.out);
    let corrected =
        format!("{head}{rounded}{alone}").replace("2,31E+12", "2300000000002").replace("\n;", "\nbob@example.com;");
    fs::write(desk.path("rest.csv"), windows_1252(&corrected)).unwrap();
    let repaired = desk.done("seeds repair rest.csv -o rest-gut.csv --yes");
    assert!(repaired.contains("Wrote 2 tokens to rest-gut.csv as entra-csv, 1 of them mended."), "{repaired}");
    for (name, records) in [("gut.csv", 1), ("rest-gut.csv", 2)] {
        let report = desk.json(&format!("seeds check {name}"));
        assert_eq!((&report["records"], &report["findings"]), (&json!(records), &json!([])), "{name}");
    }
}

#[test]
fn a_good_first_row_of_a_file_without_a_header_is_no_part_of_the_rest() {
    let desk = Desk::new();
    let hex = SECRETS.map(|secret| oath_totp::Secret::from_base32(secret).unwrap().expose_hex().to_string());
    let bad = format!("2300002, {}zz, totp, 6, 30, sha1\n", &hex[1][..38]);
    desk.write("x.csv", &format!("2300001, {}, totp, 6, 30, sha1\n{bad}", hex[0]));
    let repaired = desk.oath("seeds repair x.csv -o good.csv --yes");
    assert!(repaired.out.contains("Wrote 1 token to good.csv as linotp-csv"), "{repaired:?}");
    assert_eq!(fs::read_to_string(desk.path("good-rest.csv")).unwrap(), bad);
}

#[test]
fn a_vendor_s_encrypted_file_goes_to_users_with_the_password_of_a_second_mail() {
    let desk = Desk::furnished();
    let [_, _, third] = SECRETS;
    let file = format!("{HEADER}\n,2300003,{third},30,Contoso,HardwareKey\n");
    let tokens = read(file.as_bytes(), &Options::default().target(oath_seeds::Target::Inventory)).unwrap().records;
    let password = Protection::password("Tr0ub4dor & 3").unwrap().rounds(1000);
    let mut pskc = Vec::new();
    write(&tokens, Format::Pskc, &WriteOptions::default().protect(password), &mut pskc).unwrap();
    fs::write(desk.path("vendor.xml"), pskc).unwrap();
    let checked = desk.oath("seeds check vendor.xml");
    assert!(checked.out.contains("second mail") && checked.out.contains("--password-file"), "{}", checked.out);
    desk.write("mail.txt", "Dear customer,\n\nthe password is: Tr0ub4dor & 3\n");
    let whole_mail = "seeds convert vendor.xml --password-file mail.txt --to pskc -o x";
    desk.fails(whole_mail, 2, "password-malformed", &["more than one line", "mail.txt", "leave the password alone"]);
    desk.write("password.txt", "Tr0ub4dor & 3\r\n");
    let converted = desk.oath("seeds convert vendor.xml --password-file password.txt --to entra-csv -o x");
    assert!(converted.out.contains("it has no upn") && converted.out.contains("`oath seeds assign`"), "{converted:?}");
    desk.write("users.csv", "Seriennummer;Benutzer\n2300003;alice@example.com\n");
    let assigned = desk.done("seeds assign vendor.xml users.csv -o alice.csv --password-file password.txt");
    assert!(assigned.contains("Wrote 1 token to alice.csv."), "{assigned}");
    let checked = desk.json("seeds check alice.csv --against sqlite:oath.db");
    assert_eq!((&checked["findings"], &checked["upload"]["imported"]), (&json!([]), &json!(1)));
    assert!(desk.done("tokens upload alice.csv").contains("1 imported"));
}

#[test]
fn an_app_s_export_goes_where_no_serial_number_is_needed() {
    let desk = Desk::furnished();
    let entry = |kind: &str, name: &str, secret: &str| {
        json!({ "type": kind, "name": name, "issuer": "Contoso",
                "info": { "secret": secret, "algo": "SHA1", "digits": 6, "period": 30 } })
    };
    let [first, second, third] = SECRETS;
    let entries = [entry("totp", "alice", first), entry("totp", "bob", second), entry("steam", "gamer", third)];
    desk.write(
        "aegis.json",
        &json!({ "version": 1, "header": { "slots": null, "params": null },
        "db": { "version": 2, "entries": entries } })
        .to_string(),
    );
    let refused = desk.oath("seeds convert aegis.json --to entra-csv -o x.csv");
    assert!(refused.out.contains("choose a format that needs none, as otpauth-lines"), "{}", refused.out);
    let converted = desk.oath("seeds convert aegis.json --to otpauth-lines -o x.txt");
    assert!(converted.out.contains("Wrote 2 tokens of 2 to x.txt."), "{}", converted.out);
    // A repair writes a format that holds the accounts, and says where the row is that is left.
    let repaired = desk.oath("seeds repair aegis.json -o y.txt --yes");
    for words in [
        "Wrote 2 tokens to y.txt as otpauth-lines, 0 of them mended.",
        "1 row could not be mended: left in aegis.json alone",
    ] {
        assert!(repaired.out.contains(words), "{words}: {repaired:?}");
    }
    assert_eq!(fs::read(desk.path("x.txt")).unwrap(), fs::read(desk.path("y.txt")).unwrap());
    let uploaded = desk.oath("tokens upload x.txt");
    assert!(uploaded.out.contains("enrol a software token for its user"), "{}", uploaded.out);
}

#[test]
fn a_probe_says_whether_the_text_or_the_codes_are_wrong() {
    let desk = Desk::new();
    let no_seed = desk.oath_with("seeds probe --code 123456", "hello");
    assert_eq!((no_seed.status, no_seed.out.contains("This text is no seed")), (1, true), "{no_seed:?}");
    let words = "seeds probe --code 000000 --code 000001 --at 1767600000";
    let widest = desk.oath_with(words, SECRETS[0]);
    assert!(widest.out.contains("No reading") && !widest.out.contains("--radius"), "{widest:?}");
    let narrow = desk.oath_with(&format!("{words} --radius 1"), SECRETS[0]);
    assert!(narrow.out.contains("No reading") && narrow.out.contains("search wider with --radius"), "{narrow:?}");
}

#[test]
fn what_a_file_says_once_for_all_tokens_is_told_and_followed() {
    let desk = Desk::new();
    let [first, second, _] = SECRETS;
    desk.write("x.csv", &format!("{HEADER}\n,2300001,{first},30,,\n,2300002,{second},60,,\n"));
    let converted = desk.oath("seeds convert x.csv --to duo-csv -o duo.csv");
    assert!(converted.out.contains("Put these tokens into a file of their own"), "{}", converted.out);
    assert!(converted.out.contains("Say it where you upload it: TOTP, SHA1, 6 digits, 30 s."), "{}", converted.out);
    desk.write("rest.csv", &format!("{HEADER}\n,2300002,{second},60,,\n"));
    let converted = desk.done("seeds convert rest.csv --to duo-csv -o rest-duo.csv");
    assert!(converted.contains("TOTP, SHA1, 6 digits, 60 s."), "{converted}");
    let said = "--assume-type totp --assume-digits 6 --assume-interval 60";
    assert_eq!(desk.json(&format!("seeds check rest-duo.csv {said}"))["findings"], json!([]));
}

#[test]
fn the_options_that_advice_names_are_there() {
    let desk = Desk::furnished();
    let [_, _, third] = SECRETS;
    let weak = &third[..16];
    desk.write("x.csv", &format!("{HEADER}\n,2300003,{weak},30,C,M\n"));
    let checked = desk.oath("seeds check x.csv");
    assert!(checked.out.contains("(--legacy)") && checked.out.contains("--inventory takes tokens"), "{}", checked.out);
    let tried = desk.oath("tokens upload x.csv --dry-run");
    assert!(tried.out.contains("(--legacy)") && tried.out.contains("`oath seeds assign`"), "{}", tried.out);
    let followed = desk.json("seeds check x.csv --legacy --inventory");
    assert_eq!((&followed["records"], &followed["findings"][0]["severity"]), (&json!(1), &json!("warning")));
    assert!(!desk.done("seeds check x.csv --legacy --inventory").contains("(--legacy)"));
    desk.write(
        "semicolons.csv",
        &format!("title\n{HEADER}\nalice@example.com,2300003,{third},30,C,M\n").replace(',', ";"),
    );
    let checked = desk.done("seeds check semicolons.csv");
    assert_eq!(checked.matches("(`oath seeds repair` does it)").count(), 2, "{checked}");
    desk.done("seeds repair semicolons.csv -o commas.csv --yes");
    assert_eq!(desk.json("seeds check commas.csv")["findings"], json!([]));
}
