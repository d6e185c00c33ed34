//! Tables without a header, and other files of lines.

use crate::{Case, case, filled, of};
use oath_seeds::{Format, Target};

fn text(lines: &[&str]) -> String {
    filled(&lines.iter().map(|line| [*line, "\n"].concat()).collect::<String>())
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = recognised();
    cases.extend(separated());
    cases.extend(users());
    cases
}

fn recognised() -> Vec<Case> {
    vec![
        case("a failures file", text(&["line,field,code,what is wrong", "2,upn,upn-empty,The user name is empty."])),
        case("a list of users", text(&["userPrincipalName,displayName", "a@b.c,A"])),
        case(
            "login_totp",
            text(&[
                "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp",
                ",,login,Contoso,,,0,,a,,%",
            ]),
        ),
        case(
            "username, resolver, realm",
            text(&["username,resolver,realm,serial,seed,type,digits,interval", "a,r,m,1,$,totp,6,30"]),
        ),
        case("serial, hex, type", text(&["1,$,totp,6,30"])).target(Target::Any),
        case("serial, hex, type, and a hash in the sixth column", text(&["1,$,totp,6,30,sha256"])).target(Target::Any),
        case("serial, hex, type, and a hash in another line", text(&["1,$,totp,6,30,", "2,$,totp,6,30,sha1"]))
            .target(Target::Any),
        case("serial, name, type, hex", text(&["1,Contoso,totp,$,6,30"])).target(Target::Any),
        case("serial, hex, counter", text(&["1,$,0", "2,$,7"])).target(Target::Any),
        case("serial, hex, a word", text(&["1,$,x"])).target(Target::Any),
        case("serial, hex", text(&["1,$"])).target(Target::Any),
        case("serial, hex with spaces", text(&["1,07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07"]))
            .target(Target::Any),
        case("serial, 19 characters of hex", text(&["1,0707070707070707070"])),
        case("serial, 20 characters of hex", text(&["1,07070707070707070707"])).target(Target::Any),
        case("serial, hex, two more", text(&["1,$,a,b"])),
        case(
            "a Yubikey's log",
            text(&[
                "1234567,cbcdcecfcgch,070707070707,07070707070707070707070707070707,000000000000,2013-01-01T00:00:00,",
            ]),
        ),
        case(
            "a Yubikey's log without a time",
            text(&["1234567,cbcdcecfcgch,070707070707,07070707070707070707070707070707,000000000000,yesterday,"]),
        ),
        case(
            "a Yubikey's log with another length",
            text(&[
                "1234567,cbcdcecfcgch,070707070707,070707070707070707070707070707,000000000000,2013-01-01T00:00:00,",
            ]),
        ),
        case(
            "a Yubikey's log with a name",
            text(&[
                "anna,cbcdcecfcgch,070707070707,07070707070707070707070707070707,000000000000,2013-01-01T00:00:00,",
            ]),
        ),
        case(
            "a Yubikey's log with a word for its key",
            text(&[
                "1234567,cbcdcecfcgch,070707070707,070707070707070707070707070707zz,000000000000,2013-01-01T00:00:00,",
            ]),
        ),
        case(
            "a Yubikey's log with a word for its private ID",
            text(&[
                "1234567,cbcdcecfcgch,zz0707070707,07070707070707070707070707070707,000000000000,2013-01-01T00:00:00,",
            ]),
        ),
        case("blank lines", "\n\n  \n"),
        case("comments", "# nothing\n# here\n"),
        case("one block of Base64", ["A4/8".repeat(376), "=".to_owned()].concat()),
        case("one block of 1500 characters", "A4/8".repeat(375)),
        case("one block without a slash", "A418".repeat(376)),
        case("one block of letters and slashes", "Ab/c".repeat(376)),
    ]
}

fn separated() -> Vec<Case> {
    let duo = |name: &str, lines: &[&str]| of(Format::DuoCsv, name, text(lines));
    let privacyidea = |name: &str, lines: &[&str]| of(Format::PrivacyIdeaCsv, name, text(lines));
    let long = ["serial ".repeat(6), ",secret key".to_owned()].concat();
    vec![
        duo("semicolons", &["1;$", "2;$"]),
        duo("tabs", &["1\t$"]),
        duo("one column, then semicolons", &["1", "2;$"]),
        duo("too few columns", &["1", "2,$"]),
        duo("too many columns", &["1,$,,,,,,,,,,,,x"]),
        duo("a row in one cell", &["\"1,$\"", "\"2;$\""]),
        duo("blank cells", &["1,$", ",,", "2,$", ";"]),
        duo("a quote that is not closed", &["1,\"$", "2,$"]),
        duo("a header", &["Serial Number,Secret Key", "1,$"]),
        duo("a header of one known name", &["Serial Number,Anything", "1,$"]),
        duo("a header with a digit", &["Serial Number,Secret Key,Column 3", "1,$"]),
        duo("a header with a long cell", &[&long, "1,$"]),
        duo("a header after a token", &["1,$", "Serial Number,Secret Key"]),
        duo("two headers", &["Serial Number,Secret Key", "Serial Number,Secret Key", "1,$"]),
        duo("two carriage returns", &["1,$\r\r", "2,$"]),
        privacyidea("version 1", &["# version: 1", "1,$,totp,6,30"]),
        privacyidea("version 2", &["# Version: 2", "a,resolver,realm,1,$,totp,6,30"]),
        privacyidea("version 3", &["# version: 3", "a,resolver,realm,1,$,totp,6,30"]),
        privacyidea("a version after a token", &["1,$,totp,6,30", "# version: 3", "2,$,totp,6,30"]),
        privacyidea("another comment with a colon", &["# written: 2", "1,$,totp,6,30"]),
        privacyidea("a header with users", &["user,resolver,realm,serial,seed,type", "a,,,1,$,totp,6,30"]),
        privacyidea("a header with user names", &["username,resolver,realm,serial,seed,type", "a,,,1,$,totp,6,30"]),
        privacyidea("a resolver alone", &["# version: 2", "a,resolver,,1,$,totp,6,30"]),
        privacyidea("a realm alone", &["# version: 2", "a,,realm,1,$,totp,6,30"]),
        privacyidea("neither resolver nor realm", &["# version: 2", "a,,,1,$,totp,6,30", ",,,2,$,totp,6,30"]),
        privacyidea(
            "a user with characters that cannot be seen",
            &["# version: 2", "a\u{200b}b,,,1,$,totp,6,30", "a\u{7}b,,,2,$,totp,6,30"],
        ),
        privacyidea(
            "a secret of another length",
            &["1,0707070707070707070707070707070707070707070707070707070707070707,totp,6,30"],
        ),
        of(
            Format::LinOtpCsv,
            "parameters",
            text(&["1,$,totp,8,60,sha512", "2,$,hotp,6,,sha1", "3,$,hmac,6", "4,$,totp,7", "# comment", "5,$,ocra2"]),
        ),
        of(
            Format::MultiOtpCsv,
            "parameters",
            text(&["1,Contoso,totp,$,6,30", "2,Contoso,hotp,$,8,7", "3,Contoso,hotp,$,8", "4,Contoso,steam,$,8,7"]),
        ),
        of(Format::PingIdCsv, "counters", text(&["1,$,0", "2,$,7", "3,$,x"])),
        of(Format::NetIqCsv, "rows", text(&["1,$", "2,$,hotp", "3,$,totp", "4,$,totp,8"])),
    ]
}

fn users() -> Vec<Case> {
    let file = |name: &str, lines: &[&str]| of(Format::UsersFile, name, text(lines));
    vec![
        file(
            "types",
            &["HOTP a - $", "HOTP/T30 b - $", "HOTP/T60/8 c - $", "HOTP/E/7 d - $ 7", "HOTP/T45 e - $", "TOTP f - $"],
        ),
        file("a PIN", &["HOTP a 1234 $"]),
        file("users with characters that cannot be seen", &["HOTP a\u{200b}b - $", "HOTP a\u{7}b - $"]),
        file("a code and a time", &["HOTP/T30 a - $ 0 755224 2024-01-02T03:04:05L"]),
    ]
}
