//! A check and an upload come to one verdict, over the files of every format in `testkit/seeds`.

mod support;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use support::{Desk, HEADER, SECRETS};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testkit/seeds")
}

/// The files, each with how it is to be read.
fn kit() -> Vec<(PathBuf, Value)> {
    let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let mut kit: Vec<_> = files
        .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
        .map(|path| {
            let expected: Value =
                serde_json::from_slice(&fs::read(path.with_extension("expected.json")).unwrap()).unwrap();
            (path, expected["options"].clone())
        })
        .collect();
    kit.sort_by(|(one, _), (other, _)| one.cmp(other));
    kit
}

/// The options of the command that read a file of the kit.
fn words(desk: &Desk, options: &Value) -> String {
    let mut words = String::new();
    for (name, value) in options.as_object().into_iter().flatten() {
        let text = || value.as_str().unwrap().to_owned();
        words.push_str(&match name.as_str() {
            "format" => format!(" --from {}", text()),
            // Of what another system takes, an upload has nothing to say.
            "target" if !["entra", "graph", "inventory"].contains(&&*text()) => String::new(),
            "target" => format!(" --for {}", text()),
            "lenient" => " --lenient".to_owned(),
            "password" => {
                desk.write("password.txt", &text());
                " --password-file password.txt".to_owned()
            }
            "key" => {
                desk.write("key.hex", &text());
                " --key-file key.hex".to_owned()
            }
            "openpgp" => {
                fs::copy(root().join(text()), desk.path("secret.asc")).unwrap();
                " --openpgp-key-file secret.asc".to_owned()
            }
            "type" | "algorithm" => format!(" --assume-{name} {}", text()),
            "digits" | "interval" => format!(" --assume-{name} {value}"),
            other => panic!("unknown option {other}"),
        });
    }
    words
}

/// What a directory alone knows: the users. Its policy allows all hashes and as many tokens for a user as there are.
const OF_DIRECTORY: &[&str] = &["user-unknown"];

/// The failures of rows by their places, each as code, message and action.
type Failures = BTreeMap<String, BTreeSet<[String; 3]>>;

fn by_place<'a>(all: impl Iterator<Item = &'a Value>) -> Failures {
    let mut failures = Failures::new();
    for one in all {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        failures.entry(text("place")).or_default().insert(["code", "message", "action"].map(text));
    }
    failures
}

#[test]
fn a_check_refuses_the_rows_that_an_upload_refuses_and_says_the_same() {
    let desk = Desk::on_sqlite();
    desk.done("init");
    desk.done("policy set algorithms=SHA1,SHA256,SHA512 tokens-per-user=100");
    desk.write("users.csv", "userPrincipalName\nalice@example.com\nbob@example.com\no'neil@example.com\n");
    desk.done("users import users.csv");
    let (mut read, mut refused, mut rows_refused, mut wrong) = (0, 0, 0, Vec::new());
    for (path, options) in kit() {
        fs::copy(&path, desk.path("x")).unwrap();
        let asked = words(&desk, &options);
        // What the options change of a verdict: rows without a user in Entra's file, weak secrets.
        let mut variants = vec![asked.clone()];
        if path.parent().unwrap().ends_with("entra-csv") && options["target"].is_null() {
            variants.push(format!("{asked} --inventory"));
        }
        while let Some(words) = variants.pop() {
            let of = format!("{}{words}", path.display());
            let checked = desk.oath(&format!("seeds check x{words} --json"));
            let tried = desk.oath(&format!("tokens upload x --dry-run{words} --json"));
            let report: Value = serde_json::from_str(&checked.out).unwrap();
            let findings = report["findings"].as_array().unwrap();
            let errors: Vec<&Value> = findings.iter().filter(|finding| finding["severity"] == "error").collect();
            if report["format"].is_null() || tried.out.is_empty() {
                let error: Value = serde_json::from_str(&tried.err).unwrap();
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let (code, message) = (text(&error["error"]["code"]), text(&error["error"]["message"]));
                let said = errors
                    .iter()
                    .any(|finding| finding["code"] == code && message.ends_with(&*text(&finding["message"])));
                if (checked.status, tried.status, said) != (1, 1, true) {
                    wrong.push(format!("{of}: {checked:?} {tried:?}"));
                }
                refused += 1;
                continue;
            }
            let preview: Value = serde_json::from_str(&tried.out).unwrap();
            let failures = preview["failures"].as_array().unwrap();
            let of_directory = |failure: &&Value| OF_DIRECTORY.contains(&failure["code"].as_str().unwrap());
            let unknown = failures.iter().filter(of_directory).count();
            let (ours, theirs) =
                (by_place(errors.iter().copied()), by_place(failures.iter().filter(|failure| !of_directory(failure))));
            if !words.contains("--legacy") && errors.iter().any(|finding| finding["code"] == "secret-weak") {
                variants.push(format!("{words} --legacy"));
            }
            let fit = report["records"].as_u64().unwrap();
            let taken = preview["imported"].as_u64().unwrap() + preview["unchanged"].as_u64().unwrap();
            rows_refused += theirs.len();
            // The advice of the check has the options of the command; that of the failures is as the library gives it.
            let same = ours == theirs
                && report["rows"] == preview["rows"]
                && fit == taken + u64::try_from(unknown).unwrap()
                && (checked.status == 1) != ours.is_empty()
                && (tried.status == 1) != failures.is_empty();
            if !same {
                wrong.push(format!("{of}:\n  check {ours:?}, {report}\n  upload {theirs:?}, {preview}"));
            }
            read += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(read > 80 && refused > 20 && rows_refused > 200, "{read} {refused} {rows_refused}");
}

/// The tokens that a directory takes under no policy, in files that are read for any other system.
#[test]
fn what_a_directory_never_takes_is_refused_by_a_plain_check() {
    let desk = Desk::furnished_on_sqlite();
    let uri = |path: &str| format!("otpauth://{path}&secret=MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U");
    let lines = ["hotp/a?counter=7", "totp/b?digits=8", "totp/c?period=45", "totp/d?algorithm=SHA1"].map(uri);
    desk.write("x.txt", &lines.join("\n"));
    let checked = desk.oath("seeds check x.txt --json");
    let report: Value = serde_json::from_str(&checked.out).unwrap();
    assert_eq!((checked.status, &report["target"], &report["records"]), (1, &json!("inventory"), &json!(0)));
    let codes: BTreeSet<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    for code in ["type-unsupported", "digits-unsupported", "interval-unsupported", "serial-empty"] {
        assert!(codes.contains(code), "{code}: {report}");
    }
    // The same file for conversion.
    let any = desk.oath("seeds check x.txt --for any");
    assert!(any.out.contains("4 of 4 rows are good; 0 errors"), "{any:?}");
    desk.done("seeds convert x.txt --to otpauth-lines -o y.txt");
    // An upload says the same whatever system the file is read for.
    for target in ["any", "keycloak"] {
        let tried = desk.oath(&format!("tokens upload x.txt --dry-run --for {target}"));
        assert!(tried.out.contains("0 imported, 0 unchanged, 4 failed"), "{tried:?}");
    }
}

#[test]
fn a_hash_that_the_policy_decides_about_is_a_warning_until_a_directory_is_asked() {
    let desk = Desk::furnished_on_sqlite();
    let hex = "aa".repeat(16).replacen('a', "b", 7) + "0123456789abcdef";
    desk.write("x.csv", &format!("2300009, {hex}, totp, 6, 30, sha256\n"));
    let checked = desk.done("seeds check x.csv");
    assert!(checked.contains("hash-by-policy") && checked.contains("oath policy set"), "{checked}");
    let against = desk.oath("seeds check x.csv --against sqlite:oath.db");
    assert_eq!((against.status, against.out.contains("does not allow SHA256")), (1, true), "{against:?}");
    desk.done("policy set algorithms=SHA1,SHA256,SHA512");
    assert!(desk.done("seeds check x.csv --against sqlite:oath.db").contains("1 imported"));
    assert!(desk.done("tokens upload x.csv").contains("1 imported"));
}

/// What a person does after a check: the number of rows that it promises is the number that a repair mends, for the system of
/// the file and for others, which refuse other rows.
#[test]
fn a_repair_mends_as_many_rows_as_a_check_promises() {
    let desk = Desk::on_sqlite();
    let (mut wrong, mut promising) = (Vec::new(), 0);
    for (path, options) in kit() {
        fs::copy(&path, desk.path("x")).unwrap();
        let words = words(&desk, &options).replace(" --for ", " --for-file ");
        let own = options["target"].as_str().map(|target| format!(" --for {target}")).unwrap_or_default();
        let words = words.split_once(" --for-file ").map_or(&*words, |(before, _)| before).to_owned();
        for system in [&*own, " --for entra", " --for any"] {
            let asked = format!("{words}{system}");
            let checked = desk.oath(&format!("seeds check x{asked}"));
            if checked.out.contains("no seed file that can be read") {
                continue;
            }
            let promised = checked.out.split_once("`oath seeds repair` can mend ");
            let promised = promised.map(|(_, rest)| rest.split(' ').next().unwrap().replace(',', ""));
            let repaired = desk.oath(&format!("seeds repair x -o y --yes --json{asked}"));
            let mended =
                serde_json::from_str::<Value>(&repaired.out).map_or(0, |report| report["mended"].as_u64().unwrap());
            // Where a spreadsheet rounded serial numbers, no number is promised.
            let rounded = checked.out.contains("a spreadsheet took it for a number");
            let kept = match promised.as_deref() {
                Some(number) => number == mended.to_string() && !rounded,
                // Where no system is named, a check is for the inventory, and a repair for the system of the format.
                None if system.is_empty() => true,
                None => mended == 0 || rounded && checked.out.contains("`oath seeds repair` shows what can be mended"),
            };
            promising += u32::from(promised.is_some());
            if !kept {
                wrong.push(format!("{}{asked}: {promised:?}, {mended}: {}", path.display(), repaired.err));
            }
            for written in ["y", "y-rest"] {
                drop(fs::remove_file(desk.path(written)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(promising >= 6, "{promising}");
}

/// Where a system refuses tokens that are sound, the error names the way to another.
#[test]
fn a_file_for_another_system_is_refused_with_the_way_to_its_own() {
    let desk = Desk::on_sqlite();
    let rows =
        SECRETS.iter().enumerate().map(|(row, secret)| format!(",230000{row},{secret},30,Contoso,HardwareKey\n"));
    desk.write("x.csv", &format!("{HEADER}\n{}", rows.collect::<String>()));
    let ways = ["--for inventory", "--for any"];
    let repaired = desk.oath("seeds repair x.csv -o y.csv --yes");
    assert!(repaired.status == 1 && ways.iter().all(|way| repaired.err.contains(way)), "{repaired:?}");
    let converted = desk.oath("seeds convert x.csv --to pskc -o y.xml --for entra");
    assert!(converted.status == 1 && ways.iter().all(|way| converted.out.contains(way)), "{converted:?}");
    desk.done("seeds repair x.csv -o y.csv --yes --for inventory");
    desk.done("seeds convert x.csv --to pskc -o y.xml --for any");
    // Nothing is said of another system where the rows themselves are wrong.
    desk.write("x.csv", &format!("{HEADER}\na@b.c,1,not a secret,30,C,M\n"));
    let repaired = desk.oath("seeds repair x.csv -o z.csv --yes");
    assert!(repaired.status == 1 && !repaired.err.contains("--for"), "{repaired:?}");
}
