//! Findings as JSON.
#![cfg(feature = "serde")]

use oath_seeds::{Options, Repairs, read};

#[test]
fn a_finding_as_scripts_see_it() {
    let file = b"upn,serial number,secret key,time interval,manufacturer,model\n\
                 a@b.c,1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,60s,C,M\n";
    let one = |options: &Options| serde_json::to_string(&read(file, options).unwrap().findings[0]).unwrap();
    assert_eq!(
        one(&Options::default()),
        r#"{"code":"interval-spelling","severity":"error","place":"line 2","line":2,"field":"time interval","message":"The time interval is \"60s\"; expected the number 60 alone.","action":"Write the number alone.","repair":"write the time interval as 60"}"#
    );
    assert!(one(&Options::default().repairs(Repairs::Apply)).ends_with(r#","repaired":true}"#));
    assert_eq!(serde_json::to_string(&read(file, &Options::default()).unwrap().format).unwrap(), "\"entra-csv\"");
}
