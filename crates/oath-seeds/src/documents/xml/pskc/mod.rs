//! `pskc`: the key container of RFC 6030. One `KeyPackage` at a time is read into a small tree; what is said once for the file
//! (how it is encrypted, how it is authenticated) comes before.

mod container;
mod key;

pub(crate) use self::key::is_upn;

use self::container::Container;
use super::{Pull, Tree, wrong_root};
use crate::source::Context;
use crate::{Finding, Kind, Place, Row, Severity, Unlock};
use std::collections::VecDeque;

/// After so many keys of which none could be opened, the file is given up.
const MOST_CLOSED: u64 = 1000;

/// Reads the file. The error refuses it as a whole: it is not well-formed, or the key for it is missing or wrong.
pub(crate) fn read(
    text: &str,
    context: &mut Context,
    unlock: &Unlock,
    rows: &mut VecDeque<Row>,
) -> Result<(), Finding> {
    let mut pull = Pull::new(text, context.limits.depth);
    let root = pull.root()?;
    match root.name {
        "KeyContainer" => {}
        "SecretContainer" => draft(context)?,
        other => return Err(wrong_root(other, "KeyContainer")),
    }
    let mut tree = Tree::default();
    let mut container = Container::new(unlock, context.limits.rounds);
    let mut number = 0u64;
    while let Some(start) = pull.child()? {
        match start.name {
            "EncryptionKey" | "EncryptionMethod" => {
                pull.tree(start, &mut tree)?;
                container.encryption(tree.root())?;
            }
            "MACMethod" | "DigestMethod" => {
                pull.tree(start, &mut tree)?;
                container.mac_method(tree.root())?;
            }
            "KeyPackage" | "Device" => {
                if start.name == "Device" {
                    draft(context)?;
                }
                pull.tree(start, &mut tree)?;
                number = number.saturating_add(1);
                let place = Place::Item { of: "KeyPackage", number };
                package(&tree, place, &mut container, context, rows)?;
                if container.opened == 0 && container.closed >= MOST_CLOSED {
                    return Err(container.wrong());
                }
            }
            "Signature" => {
                pull.skip()?;
                context.findings.push(Finding::new(
                    Kind::SignatureUnchecked,
                    Severity::Warning,
                    "The file is signed; the signature is not checked here.",
                    "Check it with another program (pskctool --verify) where you rely on it.",
                ));
            }
            // Extensions of the container, which say nothing of a key.
            _ => pull.skip()?,
        }
    }
    pull.finish()?;
    if container.opened == 0 && container.closed > 0 {
        return Err(container.wrong());
    }
    if container.draft_macs > 0 {
        context.findings.push(Finding::new(
            Kind::DraftFormat,
            Severity::Warning,
            "The authentication codes of the file are made over the plain values, as drafts of PSKC did.",
            "They were accepted since drafts were asked for. Ask the vendor for a file that follows RFC 6030.",
        ));
    }
    Ok(())
}

/// Says that the file is a draft's: refused, or read with a warning.
fn draft(context: &mut Context) -> Result<(), Finding> {
    let message = "The file follows a draft of PSKC from before RFC 6030.";
    if !context.lenient {
        let action = "Ask the vendor for a file that follows RFC 6030, or have drafts read.";
        return Err(Finding::new(Kind::DraftFormat, Severity::Error, message, action));
    }
    if !context.findings.iter().any(|finding| finding.kind == Kind::DraftFormat) {
        let action = "It was read since drafts were asked for: try a code of some tokens before you hand them out.";
        context.findings.push(Finding::new(Kind::DraftFormat, Severity::Warning, message, action));
    }
    Ok(())
}

/// Reads the keys of one package.
fn package(
    tree: &Tree<'_>,
    place: Place,
    container: &mut Container<'_>,
    context: &mut Context,
    rows: &mut VecDeque<Row>,
) -> Result<(), Finding> {
    let package = tree.root();
    let mut keys = package.children().filter(|child| matches!(child.name(), "Key" | "Secret")).peekable();
    if keys.peek().is_none() {
        let mut checks = context.checks(place);
        checks.error(
            Kind::ValueMissing,
            None,
            "The KeyPackage holds no Key.",
            "Ask the vendor for the file again; without its key a token cannot be used.",
        );
        let serial = key::serial_of(package, None).and_then(crate::text::reportable_serial);
        rows.push_back(Row::failed(checks, None, serial));
    }
    for key in keys {
        rows.push_back(key::read(package, key, place, container, context)?);
    }
    Ok(())
}
