//! `otpauth-lines`: one `otpauth://` URI a line.

use super::line;
use crate::lines::Line;
use crate::source::{Context, Rows};
use crate::values::key_uri;
use crate::{Finding, Row};
use std::collections::VecDeque;

pub(super) struct OtpauthLines;

impl Rows for OtpauthLines {
    fn line(
        &mut self,
        line: &Line<'_>,
        text: &str,
        windows_1252: bool,
        context: &mut Context,
        rows: &mut VecDeque<Row>,
    ) -> Result<(), Finding> {
        if let Some((mut checks, uri)) = line::begun(line, text, windows_1252, context, rows) {
            let record = key_uri::read(uri, &mut checks);
            rows.push_back(line::row(record, checks));
        }
        Ok(())
    }
}
