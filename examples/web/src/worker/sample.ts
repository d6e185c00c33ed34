// A sample file. Its secrets are published test values of the test kit (testkit/cross_checked.json) and of RFC 6238. Its errors
// are common ones.
export const SAMPLE_NAME = "sample.csv";

const HEADER = "upn,serial number,secret key,timeinterval,manufacturer,model";

const ROWS = [
  "alice@contoso.com,0950380261,G7PWAWF5HA3GECEQY23GHXZKGPYYOBFI,30,Token2,C202",
  "bob@contoso.com,0950380262,FIE7SJFBWWLRVIQON2XMRBIP6UG4OZXG,30,Token2,C202",
  // The secret is hexadecimal.
  "carol@contoso.com,0950380263,39e66a110cdf0d58c257e19930ba22528c906b6f,30,Token2,C202",
  // The secret has spaces.
  "dave@contoso.com,0950380264,AGSK FVCM JWL6 L5EP RQFP DELB MNII ZIGO,30,Token2,C202",
  // The user name has a typographic quote.
  "shaun.o\u2019neil@contoso.com,0950380265,5SJZ5R4X6NEUIYDOC6JGACT5YGSOZ5TU,30,Token2,C202",
  // The interval has a unit.
  "erin@contoso.com,0950380266,WLVMBI6P3ZRRB7E4THKMLFC4PGXILMKL,60s,Feitian,OTP c200",
  // The secret has the digit 0 in place of the letter O.
  "frank@contoso.com,0950380267,4SYD0BQ2AHL0TYZADP2GT2YQU6CMUU5R,30,Token2,C202",
  // A spreadsheet has rounded the serial number 950380268.
  "grace@contoso.com,9.5E+08,ZQAFBRL73FXOTK7WOXUGKLY4ZV5FU2FX,30,Token2,C202",
  // There is no user.
  ",0950380269,VDEGHBGWNHLQWTMA55AFTALMCFKZ2GVH,30,Token2,C202",
  // The user is a guest.
  "heidi_fabrikam.com#EXT#@contoso.com,0950380270,G2EDTQLVD23QZMZYI27FHSVDJM,30,Token2,C202",
  // Another row has this serial number.
  "ivan@contoso.com,0950380262,OYBC5V5W566LDN3LQXWXLDHGC4,30,Token2,C202",
  // The interval is neither 30 nor 60 seconds.
  "judy@contoso.com,0950380271,BIVGZ6ZFA4V3WBBC7X5ARZTQK4,45,Token2,C202",
  // There is no user, and the secret is printed in RFC 6238.
  ",0950380272,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Token2,C202",
];

export const SAMPLE = [HEADER, ...ROWS, ""].join("\r\n");
