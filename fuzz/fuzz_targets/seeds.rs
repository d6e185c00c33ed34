//! Any bytes as a seed file: no panic, and every row ends as a record or as an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oath_seeds::{Options, Repairs, UpnRule, read};

fuzz_target!(|bytes: &[u8]| {
    for options in [Options::default(), Options::default().upn(UpnRule::Optional).repairs(Repairs::Apply)] {
        let _ = read(bytes, &options);
    }
});
