//! Tables with a header: Entra ID's upload and its vendors' variants.

use crate::{Case, case, filled, of};
use oath_seeds::{Assume, Format, Target, TokenType};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model";

fn table(name: &str, header: &str, rows: &[&str]) -> Case {
    let rows: String = rows.iter().map(|row| [*row, "\r\n"].concat()).collect();
    case(name, filled(&[header, "\r\n", &rows].concat()))
}

pub(super) fn cases() -> Vec<Case> {
    let good = "a@b.c,1,%,30,Contoso,One";
    let mut cases = headers();
    cases.extend(heads());
    cases.extend(rows());
    cases.push(table("for Okta", HEADER, &[good]).target(Target::Okta));
    cases
}

fn headers() -> Vec<Case> {
    let unknown = |count: usize| {
        let names: String = (1..=count).map(|number| format!(",extra{}", "x".repeat(number))).collect();
        [HEADER, &names].concat()
    };
    vec![
        table("eight unknown columns", &unknown(8), &["a@b.c,1,%,30,Contoso,One,,,,,,,,"]),
        table("nine unknown columns", &unknown(9), &["a@b.c,1,%,30,Contoso,One,,,,,,,,,"]),
        table("a secret as the name of a column", &[HEADER, ",%"].concat(), &["a@b.c,1,%,30,Contoso,One,"]),
        table(
            "a secret in the sixth column of a header",
            "upn,serial number,secret key,time interval,model,A4DQOBYHA4DQOBYHA4DQOBYH,x,y,z,manufacturer",
            &[],
        ),
        table("the line break after the header was lost", &[HEADER, "a@b.c,1,%,30,Contoso,One,x,y"].concat(), &[]),
        table("an interval in a header of many unknown names", &[HEADER, ",a,b,c,d,30"].concat(), &[]),
        table("four unknown names and no value", &[HEADER, ",a,b,c,d"].concat(), &["a@b.c,1,%,30,Contoso,One,,,,"]),
        table("three unknown names and an interval", &[HEADER, ",a,b,60"].concat(), &["a@b.c,1,%,30,Contoso,One,,,"]),
        table("a column twice", "upn,serial number,secret key,time interval,manufacturer,model,Serial-Number", &[]),
        table("without a model", "upn,serial number,secret key,time interval,manufacturer", &[]),
        table("without three columns", "upn,serial number,secret key", &[]),
        table("without two columns, with others", "upn,serial number,secret key,time interval,brand,kind", &[]),
        table("without users, and a column lacking", "serial number,secret key,time interval,manufacturer", &[]),
        table("without intervals", "upn,serial number,secret key,manufacturer,model", &["a@b.c,1,%,Contoso,One"]),
        table(
            "without intervals, one assumed",
            "upn,serial number,secret key,manufacturer,model",
            &["a@b.c,1,%,Contoso,One"],
        )
        .assume(Assume { interval: Some(60), ..Assume::default() }),
        table(
            "types in the place of intervals",
            "upn,serial number,secret key,manufacturer,model,type",
            &["a@b.c,1,%,Contoso,One,totp", "a@b.c,2,%,Contoso,One,hotp"],
        )
        .target(Target::Any),
        table(
            "other spellings",
            "User Principal Name,SerialNumber,Secret_Key,Time-Interval,Manufacturer,Model",
            &["a@b.c,1,%,30,Contoso,One"],
        ),
        table(
            "white space around a name",
            "upn, serial number,secret key,time interval,manufacturer,model",
            &["a@b.c,1,%,30,Contoso,One"],
        ),
        table(
            "another order",
            "upn,secret key,serial number,time interval,manufacturer,model",
            &["a@b.c,%,1,30,Contoso,One"],
        ),
        table(
            "another order, without users",
            "secret key,serial number,time interval,manufacturer,model",
            &["$,1,30,Contoso,One"],
        ),
        table("semicolons", &HEADER.replace(',', ";"), &["a@b.c;1;%;30;Contoso;One"]),
        table("tabs", &HEADER.replace(',', "\t"), &["a@b.c\t1\t%\t30\tContoso\tOne"]),
        table("colons", &HEADER.replace(',', ":"), &["a@b.c:1:%:30:Contoso:One"]),
        table(
            "parameters",
            &[HEADER, ",hash,digits,counter,t0,type"].concat(),
            &[
                "a@b.c,1,%,30,Contoso,One,sha1,6,,0,totp",
                "a@b.c,2,%,60,Contoso,One,hmacsha256,8,,,",
                "a@b.c,3,%,,Contoso,One,,,7,,hotp",
            ],
        )
        .target(Target::Any),
        table("the header in one cell", &["\"", HEADER, "\""].concat(), &["\"a@b.c,1,%,30,Contoso,One\""]),
        table("one cell that is not closed", &["\"", HEADER].concat(), &["a@b.c,1,%,30,Contoso,One"]),
        table("Thales", &[HEADER, ",otp length,batch"].concat(), &["a@b.c,GALT00000001,%,30,Thales,OTP 110,6,7"]),
        table(
            "Thales's columns with other serial numbers",
            &[HEADER, ",batch"].concat(),
            &["a@b.c,GAXT00000001,%,30,Thales,OTP 110,7"],
        ),
        table(
            "an empty header cell at the end",
            &[HEADER, ","].concat(),
            &["a@b.c,1,%,30,Contoso,One,", "a@b.c,2,%,30,Contoso,One"],
        ),
        table("no token", HEADER, &[]),
        table("no token, without users", "serial number,secret key,time interval,manufacturer,model", &[]),
        table(
            "the shared columns first, and one that is not known last",
            "time interval,manufacturer,model,upn,serial number,secret key,batch",
            &["30,Contoso,One,a@b.c,1,%,7", "60,Fabrikam,Two,b@b.c,2,%,7"],
        ),
        table("six columns of another vendor's serial numbers", HEADER, &["a@b.c,GALT00000001,%,30,Thales,OTP 110"]),
        table(
            "the shared columns first",
            "manufacturer,upn,serial number,secret key,time interval,model",
            &["Contoso,a@b.c,1,%,30,One", "Fabrikam,b@b.c,2,%,30,One"],
        ),
    ]
}

/// What stands before the first token.
fn heads() -> Vec<Case> {
    let token = "a@b.c,1,%,30,Contoso,One";
    let bare = |name: &str, lines: &[&str]| table(name, lines[0], &lines[1..]);
    vec![
        bare("a token without a header", &[token]),
        bare("a token without a header, separated by tabs", &[&token.replace(',', "\t")]),
        bare("a token without a header and without a user", &["1,%,30,Contoso,One"]),
        bare("a title in the place of the header", &["Tokens of 2024", token]),
        bare("three lines in the place of the header", &["Tokens", "of", "2024", token]),
        bare("a title before the header", &["Tokens of 2024", HEADER, token]),
        bare("three lines before the header", &["Tokens", "of", "2024", HEADER, token]),
        bare("neither header nor token", &["Tokens of 2024", "of Contoso"]),
        of(Format::EntraCsv, "two words", "hello,world\r\n"),
    ]
}

fn rows() -> Vec<Case> {
    let long = "A4DQOBYH".repeat(16);
    let longest =
        [HEADER, "\r\na@b.c,1,", &long, ",30,Contoso,One\r\nb@b.c,2,", &long, "A4,30,Contoso,One\r\n"].concat();
    vec![
        table(
            "texts of the longest length and longer",
            HEADER,
            &[
                &["a@b.c,1,%,30,Contoso,", &"x".repeat(256)].concat(),
                &["a@b.c,2,%,30,Contoso,", &"x".repeat(257)].concat(),
            ],
        ),
        table(
            "a row with a column more",
            HEADER,
            &["a@b.c,1,%,30,Contoso,One,x", "b@b.c,2,%,30,Contoso,One,", "c@b.c,3,%"],
        ),
        table(
            "rows in one cell",
            HEADER,
            &["\"a@b.c,1,%,30,Contoso,One\",,,,,", "\"b@b.c;2;%;30;Contoso;One\"", "c@b.c,,,,,"],
        ),
        table(
            "lines of another encoding",
            HEADER,
            &[
                "a@b.c,1,%,30,Contoso,One",
                "b\u{0}@\u{0}b\u{0}.\u{0}c\u{0},\u{0}2\u{0},\u{0}x\u{0}",
                "b@b.c,3,x\0,30,Contoso,One",
                "\u{6140}\u{622e}\u{632c}\u{312c}\u{4134}\u{4451}\u{4f42}\u{5948}\u{4134}",
                "\u{6140}\u{622e}\u{632c}\u{312c}\u{4134}\u{4451}\u{4f42}",
                "\u{6140}\u{622e}\u{632c}\u{312c}\u{4134}\u{4451}\u{4f42}\u{5948}\u{4134}abcd",
            ],
        ),
        table(
            "the same ending with something to say",
            HEADER,
            &["a@b.c,1,%,60s,Contoso,One", "b@b.c,2,%,60s,Contoso,One"],
        ),
        table("no user", HEADER, &[",1,%,30,Contoso,One", " ,2,%,30,Contoso,One"]),
        table(
            "white space",
            HEADER,
            &["a@b.c ,1,%,30,Contoso,One", "b@b.c,2,%,30,Contoso,One\t", "c@b.c,3,%,30,Contoso,One \r"],
        ),
        table(
            "an interval that no token has",
            HEADER,
            &["a@b.c,1,%,45,Contoso,c200", "b@b.c,2,%,45,Contoso,One", "c@b.c,3,%,86401,Contoso,One"],
        ),
        table("an interval of 45 s for the inventory", HEADER, &["a@b.c,1,%,45,Contoso,c200"])
            .target(Target::Inventory),
        table("an interval of 45 s for Duo", HEADER, &["a@b.c,1,%,45,Contoso,c200"]).target(Target::Duo),
        table(
            "what could be a secret in other columns",
            HEADER,
            &[
                "%,1,,30,Contoso,One",
                "a@b.c,%,,30,Contoso,One",
                "a@b.c,1234567890123456,,30,Contoso,One",
                "a@b.c,12345678901234567890,,30,Contoso,One",
                "a@b.c,12345678901234567890123456789012,,30,Contoso,One",
                "a@b.c,AB123,,30,Contoso,One",
                "a@b.c,ABC12,,30,Contoso,One",
                "a@b.c,1/2,,30,Contoso,One",
                "anna.maria.bauer99@b.c,5,,30,Contoso,One",
                "a1b2c3d4e5f6g7h8@b.c,6,,30,Contoso,One",
                "annamariabauerschmidtxyz@b.c,7,,30,Contoso,One",
                "1234567890123456@b.c,8,,30,Contoso,One",
                "123456789012345@b.c,9,,30,Contoso,One",
                "abcdefghijklmno12pq34@b.c,10,,30,Contoso,One",
                "abcdefghijklmnopq1234@b.c,11,,30,Contoso,One",
            ],
        ),
        case("the longest secret, and one that is longer", longest),
        table(
            "hex and Base32 in a file without users",
            "serial number,secret key,time interval,manufacturer,model",
            &["1,22222222222222222222222222222222222222ab,30,Contoso,One", "2,$,30,Contoso,One", "3,%,30,Contoso,One"],
        ),
        table(
            "what may be both in a file without users",
            "serial number,secret key,time interval,manufacturer,model",
            &[
                "1,22222222222222222222222222222222222222ab,30,Contoso,One",
                "2,33333333333333333333333333333333333333ab,30,Contoso,One",
            ],
        ),
        table(
            "what may be both, then Base32",
            "serial number,secret key,time interval,manufacturer,model",
            &["1,22222222222222222222222222222222222222ab,30,Contoso,One", "2,%,30,Contoso,One"],
        ),
        table(
            "short hex in a file without users",
            "serial number,secret key,time interval,manufacturer,model",
            &[
                "1,2222222222222222222,30,Contoso,One",
                "2,22222222222222222222,30,Contoso,One",
                "3,2222 2222 2222 2222 2222 22ab 2222 2222,30,Contoso,One",
            ],
        ),
        table(
            "the secret of a row in its model",
            HEADER,
            &[
                "a@b.c,1,%,30,Contoso,A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH",
                "a@b.c,2,%,30,Contoso,x 0808080808080808080808080808080808080808 y",
                "a@b.c,3,%,30,Contoso,CQkJCQkJCQkJCQkJCQkJCQkJCQk=",
            ],
        ),
        table(
            "hex in a file without users",
            "serial number,secret key,time interval,manufacturer,model",
            &["1,$,30,Contoso,One"],
        ),
        table(
            "odd characters",
            HEADER,
            &[
                "a@b.c,1,A4DQ\u{ad}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,2,A4DQ\u{fffd}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,3,A4DQ\u{200b}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,4,A4DQ\u{a0}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,5,A4DQ\tOBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,6,A4DQ\u{7}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,7,A4DQ\u{202a}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,8,A4DQ\u{2019}OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,9,A4DQ!OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,10,A4DQ OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,11,A4DQ8OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,12,A4DQ[OBYHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,13,a4dq{obyha4dqobyha4dqobyha4dqobyh,30,Contoso,One",
                "a@b.c,14,A4 DQ-OB_YH.A4:DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,15,A!D!O!YHA4DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,16,A!D!O!Y!A!DQOBYHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,17,A!D!O!Y!A!D!O!YHA4DQOBYHA4DQOBYH,30,Contoso,One",
                "a@b.c,18,A!D!O!Y!A!D!O!Y!A!D!O!Y!A!DQOBYH,30,Contoso,One",
            ],
        ),
        table("HOTP for the directory", &[HEADER, ",type,counter"].concat(), &["a@b.c,1,%,,Contoso,One,hotp,7"])
            .target(Target::Inventory),
        table("HOTP for Entra ID", &[HEADER, ",type,counter"].concat(), &["a@b.c,1,%,,Contoso,One,hotp,7"])
            .target(Target::Entra),
        table(
            "HOTP for Duo",
            &[HEADER, ",type,counter"].concat(),
            &["a@b.c,1,%,,Contoso,One,hotp,7", "a@b.c,2,%,,Contoso,One,hotp,0"],
        )
        .target(Target::Duo),
        table("an assumed type", HEADER, &["a@b.c,1,%,,Contoso,One"])
            .assume(Assume { kind: Some(TokenType::Hotp), ..Assume::default() })
            .target(Target::Any),
        table("an interval to be assumed that no token has", HEADER, &["a@b.c,1,%,,Contoso,One"])
            .assume(Assume { interval: Some(86_401), ..Assume::default() }),
        table("the longest interval that can be assumed", HEADER, &["a@b.c,1,%,,Contoso,One"])
            .assume(Assume { interval: Some(86_400), ..Assume::default() })
            .target(Target::Any),
        table(
            "serial numbers that a spreadsheet shortened",
            HEADER,
            &[
                "a@b.c,12345,%,30,Contoso,One",
                "b@b.c,2.31E+12,%,30,Contoso,One",
                "c@b.c,0123,%,30,Contoso,One",
                "d@b.c,123456789012,%,30,Contoso,One",
                "e@b.c,12345678901,%,30,Contoso,One",
                "f@b.c,A1,%,30,Contoso,One",
            ],
        ),
    ]
}
