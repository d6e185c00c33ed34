//! What is allowed, and why. Each line: the function, what it may have, the reason.

use crate::listing::Finding;

const EXEMPT: [(&str, &str, &str); 47] = [
    ("oath_totp::time::TimeStep>::at", "division", "(time - T0) / X: time, X and T0 are public"),
    ("core::calls", "jump table", "the harness itself: it matches on errors and algorithms"),
    ("oath_totp::whose::whose", "jump table", "the algorithm is public"),
    ("oath_totp::secret::Secret>::from_", "jump table", "what kind a character is has been declared public"),
    ("oath_totp::secret::IllegalKind>::of", "jump table", "the illegal character is part of the outcome"),
    ("sha1_digest_round_x4", "jump table", "the number of the round, in code made small"),
    ("oath_lanes::", "jump table", "how many numbers are asked for"),
    // Lengths are public; where code is made small, they are divided by 3, 5, 6.
    ("oath_totp::secret::Secret>::expose_base32", "division", "the length of the text"),
    ("base32ct::encoding::", "division", "the length of the text"),
    ("oath_totp::uri::parse::decode", "division", "the length of the text"),
    // The package for JavaScript.
    ("oath_totp::uri::KeyUri>::qr", "division", "how large the drawing is, and the places in it"),
    ("oath_totp::qr::Qr>::encode", "division", "how large the drawing is, and the places in it"),
    ("oath_totp::qr::svg_room", "division", "the length of the drawing"),
    ("qrcodegen_no_heap::", "division", "how large the drawing is, and the places in it"),
    ("oath_wasm::codes::arguments::code", "division", "how long a number is that has too many digits for a code"),
    ("serde_json::ser::", "division", "numbers written: lines, columns, seconds"),
    ("<u64 as itoa::Unsigned>::fmt", "division", "numbers written: lines, columns, seconds"),
    ("<u32 as itoa::Unsigned>::fmt", "division", "numbers written: how many steps and readings were tried"),
    ("<u64>::_fmt", "division", "numbers written: lines, columns, seconds"),
    ("probe_take_records", "division", "how many readings there are"),
    ("records_shown ", "division", "numbers written: lines, columns, seconds"),
    ("records_fill_in ", "division", "how many kinds of findings there are"),
    ("records_holders ", "division", "how many kinds of findings there are"),
    ("seedfile_failures ", "division", "numbers written: lines and columns"),
    ("<oath_wasm::seeds::records::Records>::whose::", "division", "numbers written: whose token it is, and the step"),
    ("oath_seeds::table::row::Fields>::row", "division", "the length of the text"),
    ("oath_seeds::values::secret::stands_in", "division", "how many characters a secret of its length has"),
    ("oath_seeds::table::Table as", "division", "how many findings there are"),
    ("oath_wasm::seeds::Told", "division", "how many findings there are"),
    ("IntoIter<oath_seeds::finding::Finding>", "division", "how many findings there are"),
    ("hashbrown::raw::RawTableInner>::fallible_with_capacity", "division", "how many entries a table has"),
    ("hashbrown::raw::RawTableInner>::new_uninitialized", "division", "how many entries a table has"),
    ("read multivalue shim", "division", "how many rows and findings there are"),
    ("oath_seeds::values::secret::strip", "division", "how many kinds of separators are named"),
    ("oath_seeds::values::base64::", "division", "the length of the text"),
    ("oath_seeds::rows::migration::Migration", "division", "the length of the text"),
    // No secret is read by it: a JSON number in the place of one is refused.
    (
        "oath_seeds::documents::json::item::Item>::s",
        "division",
        "numbers of a file: types, digits, intervals, counters",
    ),
    (
        "serde_json::de::Deserializer",
        "division",
        "numbers of a file with a fraction or an exponent, which are no secrets",
    ),
    ("time::date::Date", "division", "dates"),
    ("time::format_description::well_known::rfc3339", "division", "dates"),
    ("oath_seeds::documents::xml::pskc::key::dates", "division", "dates"),
    ("oath_seeds::values::date::", "division", "dates"),
    ("oath_seeds::values::time::", "division", "dates"),
    ("miniz_oxide::inflate::core::decompress", "division", "the head of a zlib stream"),
    ("core::slice::sort::", "division", "how many kinds of findings there are"),
    ("oath_lanes::sha1::ni::all_keys", "division", "how many numbers are asked for"),
    ("ChunksMut<u32>", "division", "how many numbers are asked for"),
];

/// Why this may stand there.
pub(crate) fn reason(finding: &Finding) -> Option<&'static str> {
    let allowed =
        |(function, what, _): &&(&str, &str, &str)| finding.function.contains(function) && finding.what == *what;
    EXEMPT.iter().find(allowed).map(|(_, _, reason)| *reason)
}
