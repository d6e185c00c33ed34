//! The places of a file where a value or a name stands, so that another can be written there.

use std::ops::Range;

/// A value or a name.
pub(crate) struct Slot {
    /// Where it stands: the name of an element at its beginning and at its end.
    pub(crate) at: Vec<Range<usize>>,
    /// What it is, the same for the same member of every token: `"digits":`.
    pub(crate) name: String,
    /// The name itself stands there, not its value.
    pub(crate) is_name: bool,
    /// Writes another one as the format writes it.
    written: fn(&str) -> String,
}

impl Slot {
    fn new(at: Range<usize>, name: impl Into<String>, written: fn(&str) -> String) -> Self {
        Self { at: vec![at], name: name.into(), is_name: false, written }
    }

    fn of_name(self, is_name: bool) -> Self {
        Self { is_name, ..self }
    }

    /// The file with another value.
    pub(crate) fn with(&self, file: &str, value: &str) -> String {
        let value = (self.written)(value);
        let mut changed = String::new();
        let mut from = 0;
        for at in &self.at {
            changed += &file[from..at.start];
            changed += &value;
            from = at.end;
        }
        changed + &file[from..]
    }
}

/// Everything between the separators of tables, URIs and blocks of `name: value`; in a URI also percent-encoded.
pub(crate) fn of_lines(file: &str) -> Vec<Slot> {
    let is_uri = file.starts_with("otpauth");
    let separates = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | ';' | '"' | '=' | ':' | '/' | '?' | '&');
    // The fields of a table may be empty.
    let is_table = !is_uri && file.contains([',', ';']) && !file.contains('=');
    let mut slots = Vec::new();
    let mut from = 0;
    for (index, c) in file.char_indices().filter(|(_, c)| separates(*c)) {
        let at = from..index;
        from = index + c.len_utf8();
        if at.is_empty() && !(is_table && matches!(c, ',' | ';')) {
            continue;
        }
        slots.push(Slot::new(at.clone(), "", str::to_owned));
        if is_uri {
            slots.push(Slot::new(at, "", |value| value.bytes().map(|byte| format!("%{byte:02X}")).collect()));
        }
    }
    slots
}

/// Names and values as texts; numbers and literals also as numbers or as arrays.
pub(crate) fn of_json(file: &str) -> Vec<Slot> {
    let quoted = |value: &str| serde_json::to_string(value).unwrap();
    let mut slots = Vec::new();
    let mut member = "";
    let mut rest = file;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_alphanumeric()) {
        let end = match rest[start..].strip_prefix('"') {
            Some(text) => {
                let mut escaped = false;
                let end = text.find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                start + end.unwrap() + 2
            }
            None => start + rest[start..].find(|c: char| c.is_ascii_whitespace() || ",]}".contains(c)).unwrap(),
        };
        let offset = file.len() - rest.len();
        let at = offset + start..offset + end;
        let is_name = rest[end..].trim_start().starts_with(':');
        if is_name {
            member = &rest[start..end];
        }
        let name = format!("{member}{}", if is_name { "" } else { ":" });
        if !rest[start..].starts_with('"') {
            slots.push(Slot::new(at.clone(), format!("{name} "), |value| {
                let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
                if is_number { value.to_owned() } else { format!("[{}]", serde_json::to_string(value).unwrap()) }
            }));
        }
        slots.push(Slot::new(at, name, quoted).of_name(is_name));
        rest = &rest[end..];
    }
    slots
}

/// Texts, attributes, and the names of both.
pub(crate) fn of_xml(file: &str) -> Vec<Slot> {
    let escaped = |value: &str| value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let name = |value: &str| value.chars().filter(|c| c.is_alphanumeric() || "-._".contains(*c)).collect();
    let mut slots = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(begin) = file[at..].find('<').map(|begin| at + begin) {
        let text = file[at..begin].trim();
        if !text.is_empty() {
            let start = at + file[at..begin].find(text).unwrap();
            let element = open.last().map(|element| format!("<{}>", &file[element.clone()]));
            slots.push(Slot::new(start..start + text.len(), element.unwrap_or_default(), escaped));
        }
        let until = if file[begin..].starts_with("<!--") { "-->" } else { ">" };
        let end = begin + file[begin..].find(until).unwrap() + until.len();
        at = end;
        let tag = &file[begin + 1..end - 1];
        if tag.starts_with(['!', '?']) {
            continue;
        }
        let from = begin + 1 + usize::from(tag.starts_with('/'));
        let length = file[from..].find(|c: char| c.is_ascii_whitespace() || "/>".contains(c)).unwrap();
        let own = from..from + length;
        if tag.starts_with('/') {
            let start = open.pop().unwrap();
            assert_eq!(file[start.clone()], file[own.clone()]);
            let element = format!("<{}/>", &file[own.clone()]);
            slots.push(Slot { at: vec![start, own], name: element, is_name: true, written: name });
            continue;
        }
        slots.push(Slot::new(own.clone(), &file[own.clone()], name).of_name(true));
        let mut from = own.end;
        while let Some(equals) = file[from..end].find('=').map(|equals| from + equals) {
            let key = from + file[from..equals].find(|c: char| !c.is_ascii_whitespace()).unwrap();
            let value = equals + 2..equals + 2 + file[equals + 2..end].find('"').unwrap();
            from = value.end + 1;
            let of = file[key..equals].to_owned();
            slots.push(Slot::new(value, format!("{of}="), escaped));
            slots.push(Slot::new(key..equals, of, name).of_name(true));
        }
        if !tag.ends_with('/') {
            open.push(own);
        }
    }
    slots
}

/// Payloads of Google Authenticator's export with a text in each of the fields that hold bytes, in a field that is not known,
/// and instead of a field.
pub(crate) fn migrations(text: &[u8]) -> Vec<Vec<u8>> {
    let bytes = |number: u8, value: &[u8]| [&[number << 3 | 2, u8::try_from(value.len()).unwrap()], value].concat();
    let token = |secret: &[u8], name: &[u8], issuer: &[u8], more: &[u8]| {
        let parameters = [0x20, 1, 0x28, 1, 0x30, 2];
        let fields = [&bytes(1, secret), &bytes(2, name), &bytes(3, issuer), &parameters[..], more].concat();
        [&bytes(1, &fields)[..], &[0x10, 1, 0x18, 1, 0x20, 0]].concat()
    };
    let key = b"a key that is no text";
    vec![
        token(text, b"a@b.c", b"A", b""),
        token(key, text, b"A", b""),
        token(key, b"a@b.c", text, b""),
        token(key, b"a@b.c", b"A", &bytes(9, text)),
        token(key, b"a@b.c", b"A", &bytes(4, text)),
        token(key, b"a@b.c", b"A", text),
        text.to_vec(),
        bytes(1, text),
    ]
}
