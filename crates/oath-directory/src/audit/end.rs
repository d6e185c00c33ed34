//! The end of a chain as text, for an administrator who notes it down: `EVENTS:HASH`, after `CHAIN/` where that is not the
//! first.

use super::{Chain, ChainHash, Head};
use core::fmt;
use core::str::FromStr;
use data_encoding::HEXLOWER_PERMISSIVE;

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, events, hash } = self;
        if *chain != Chain::FIRST {
            write!(f, "{chain}/")?;
        }
        write!(f, "{events}:{hash}")
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (chain, end) = text.split_once('/').unwrap_or(("0", text));
            let (events, hash) = end.split_once(':')?;
            let hash = HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).ok()?.try_into().ok()?;
            let events = events.parse().ok().filter(|events| *events > 0)?;
            Some(Self { chain: Chain(chain.parse().ok()?), events, hash: ChainHash(hash) })
        };
        read().ok_or_else(|| "expected NUMBER:HASH as `oath audit verify` prints it".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_read_back_from_its_text() {
        let hash = ChainHash([0xab; 32]);
        let first = Head { chain: Chain::FIRST, events: 12, hash };
        let text = format!("12:{hash}");
        assert_eq!((first.to_string(), text.parse()), (text.clone(), Ok(first)));
        assert_eq!(text.to_uppercase().parse(), Ok(first));
        let other = Head { chain: Chain(7), ..first };
        assert_eq!((other.to_string(), format!("7/{text}").parse()), (format!("7/{text}"), Ok(other)));
        for wrong in ["", "12", "12:", "12:ab", &format!("0:{hash}"), &format!(":{hash}"), &format!("x/{text}")] {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
