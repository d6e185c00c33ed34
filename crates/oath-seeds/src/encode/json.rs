//! What the encoders of JSON share.

use crate::buffer::Buffer;
use core::fmt::Write as _;

/// Writes a text in quotes. A secret is never written so, but as Base32 or hex, which need no escapes.
pub(super) fn text(out: &mut Buffer, value: &str) {
    out.push("\"");
    let mut rest = value;
    while let Some((at, special)) = rest.char_indices().find(|(_, c)| matches!(c, '"' | '\\') || *c < ' ') {
        let (plain, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push(plain);
        let _ = match special {
            '"' | '\\' => write!(out, "\\{special}"),
            control => write!(out, "\\u{:04x}", u32::from(control)),
        };
        rest = after.get(1..).unwrap_or_default();
    }
    out.push(rest);
    out.push("\"");
}

/// Writes a member with a text, and a comma after it.
pub(super) fn member(out: &mut Buffer, name: &'static str, value: &str) {
    out.push("\"");
    out.push(name);
    out.push("\":");
    text(out, value);
    out.push(",");
}

/// Counts the items of an array and writes what stands between them.
#[derive(Default)]
pub(super) struct Items(u64);

impl Items {
    /// Begins the next item; its number, from 1.
    pub(super) fn next(&mut self, out: &mut Buffer) -> u64 {
        if self.0 > 0 {
            out.push(",\n");
        }
        self.0 = self.0.saturating_add(1);
        self.0
    }
}

/// Whether a text is read back as it is: readers take white space off, and nothing is no text.
pub(super) fn fits(value: &str) -> bool {
    !value.is_empty() && value.trim().len() == value.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_serde_json_reads() {
        for value in ["", "plain", "\"", "a\\b\"c\"", "\n\r\t\u{0}\u{1f}\u{7f}", "ä€😀\u{2028}", "\\u0041"] {
            let mut out = Buffer::with_room(0);
            text(&mut out, value);
            assert_eq!(serde_json::from_slice::<String>(out.bytes()).unwrap(), value);
        }
    }
}
