//! wasm32.

use crate::listing::Listing;
use std::collections::BTreeMap;
use std::error::Error;
use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

pub(crate) fn listing(file: &str) -> Result<Listing, Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    let names = names(&bytes)?;
    let name = |index: u32| names.get(&index).cloned().unwrap_or_else(|| format!("function {index}"));
    let mut listing = Listing::default();
    // Imported functions come first in the numbering.
    let mut index = 0u32;
    for payload in Parser::new(0).parse_all(&bytes) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    index += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => {
                let function = name(index);
                listing.function(&function);
                for operator in body.get_operators_reader()? {
                    match operator? {
                        Operator::Call { function_index } => listing.call(&function, name(function_index)),
                        Operator::BrIf { .. } | Operator::BrTable { .. } | Operator::If { .. } => {
                            listing.jump(&function);
                        }
                        other => {
                            let shown = format!("{other:?}");
                            let word = shown.split([' ', '{']).next().unwrap_or_default();
                            if word.contains("Div") || word.contains("Rem") {
                                listing.find(&function, "division", word);
                            }
                        }
                    }
                }
                index += 1;
            }
            _ => {}
        }
    }
    Ok(listing)
}

fn names(bytes: &[u8]) -> Result<BTreeMap<u32, String>, Box<dyn Error>> {
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let Payload::CustomSection(section) = payload? else { continue };
        let KnownCustom::Name(subsections) = section.as_known() else { continue };
        for subsection in subsections {
            let Name::Function(functions) = subsection? else { continue };
            for naming in functions {
                let naming = naming?;
                names.insert(naming.index, plain(naming.name));
            }
        }
    }
    if names.is_empty() { Err("no names of functions".into()) } else { Ok(names) }
}

/// Without the hashes of crates, which a name has that wasm-bindgen has demangled.
fn plain(name: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(name));
    let mut parts = name.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest)) if hash.bytes().all(|b| b.is_ascii_hexdigit()) => plain += rest,
            _ => plain = plain + "[" + part,
        }
    }
    plain
}
