//! The report as a picture: bars of the stock, bars of the drifts. Plain SVG without scripts, for any browser.

use super::{STATUSES, clocks, name, some, tokens};
use crate::output::{duration, number, time};
use oath_directory::report::{ModelReport, Report};
use std::fmt::Write;

/// In the order of the statuses: free, held, active, failed, off.
const COLOURS: [&str; 5] = ["#8fa3b8", "#e0a800", "#2e9d63", "#d1495b", "#9a86c9"];
const WIDTH: u64 = 880;
/// Where bars begin, and how long the longest is.
const LEFT: u64 = 290;
const LONGEST: u64 = 420;
const LINE: u64 = 24;
/// So many models are drawn, those with the most tokens.
const DRAWN: usize = 15;

/// The whole picture.
pub(super) fn draw(report: &Report) -> String {
    let mut picture = Picture { body: String::new(), y: 40 };
    picture.text(20, "big", &format!("OATH tokens on {}", time(report.at)));
    picture.down(LINE);
    let totals =
        format!("{} tokens of {} models, {} users", number(report.tokens), report.models.len(), number(report.users));
    picture.text(20, "", &totals);
    let mut models: Vec<&ModelReport> = report.models.iter().collect();
    models.sort_by_key(|model| core::cmp::Reverse(tokens(model)));
    let left_out = models.len().saturating_sub(DRAWN);
    models.truncate(DRAWN);
    stock(&mut picture, &models);
    if left_out > 0 {
        picture.text(LEFT, "small", &format!("and {left_out} models with fewer tokens"));
        picture.down(LINE);
    }
    drifts(&mut picture, &models);
    picture.heading("To look at");
    for (what, is) in [
        ("no code for 90 days", some(&report.unused)),
        ("tokens near a lock", some(&report.tokens_near_lock)),
        ("users near a lock", some(&report.users_near_lock)),
        ("activations of late", super::activations(report)),
    ] {
        picture.text(20, "", what);
        picture.text(LEFT, "", &is);
        picture.down(LINE);
    }
    picture.finish()
}

fn stock(picture: &mut Picture, models: &[&ModelReport]) {
    picture.heading("Stock");
    let mut x = LEFT;
    for (status, colour) in STATUSES.into_iter().zip(COLOURS) {
        picture.bar(x, 12, colour, status.name());
        picture.text(x.saturating_add(17), "small", status.name());
        x = x.saturating_add(115);
    }
    picture.down(LINE);
    let most = models.iter().map(|model| tokens(model)).max().unwrap_or_default();
    for model in models {
        picture.label(&name(model));
        let mut x = LEFT;
        for ((status, count), colour) in STATUSES.into_iter().zip(model.by_status).zip(COLOURS) {
            let width = scaled(count, most);
            picture.bar(x, width, colour, &format!("{status}: {}", number(count)));
            x = x.saturating_add(width);
        }
        picture.text(x.saturating_add(8), "small", &number(tokens(model)));
        picture.down(LINE);
    }
}

fn drifts(picture: &mut Picture, models: &[&ModelReport]) {
    let all: Vec<_> = models.iter().flat_map(|model| clocks(model).map(|of| (name(model), of))).collect();
    if all.is_empty() {
        return;
    }
    picture.heading("Clocks off: mean (dark) and most (light)");
    let most = all.iter().map(|(_, (_, clocks))| clocks.most).max().unwrap_or_default();
    for (model, (age, clocks)) in all {
        picture.label(&format!("{model}, {}", age.name()));
        picture.bar(LEFT, scaled(clocks.most, most), "#c9d6e3", &format!("most: {}", duration(clocks.most)));
        picture.bar(LEFT, scaled(clocks.mean(), most), "#35618f", &format!("mean: {}", duration(clocks.mean())));
        let told = format!("{} of {}, most {}", duration(clocks.mean()), number(clocks.tokens), duration(clocks.most));
        picture.text(LEFT.saturating_add(scaled(clocks.most, most)).saturating_add(8), "small", &told);
        picture.down(LINE);
    }
}

/// The length of a bar. What is there is seen.
fn scaled(count: u64, most: u64) -> u64 {
    let longest = count.saturating_mul(LONGEST.saturating_sub(160)).checked_div(most).unwrap_or_default();
    if count > 0 { longest.max(2) } else { 0 }
}

struct Picture {
    body: String,
    /// The line that is drawn on.
    y: u64,
}

impl Picture {
    fn down(&mut self, by: u64) {
        self.y = self.y.saturating_add(by);
    }

    fn heading(&mut self, text: &str) {
        self.down(LINE);
        self.text(20, "head", text);
        self.down(LINE);
    }

    fn text(&mut self, x: u64, class: &str, text: &str) {
        // Into a string nothing fails.
        let _ = writeln!(self.body, r#"<text x="{x}" y="{}" class="{class}">{}</text>"#, self.y, escaped(text));
    }

    /// Beside a bar, as much as fits; all of it where the pointer stands.
    fn label(&mut self, text: &str) {
        const FITS: usize = 34;
        let mut short: String = text.chars().take(FITS).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        let (short, text) = (escaped(&short), escaped(text));
        let _ = writeln!(self.body, r#"<text x="20" y="{}">{short}<title>{text}</title></text>"#, self.y);
    }

    fn bar(&mut self, x: u64, width: u64, colour: &str, title: &str) {
        if width == 0 {
            return;
        }
        let (y, title) = (self.y.saturating_sub(12), escaped(title));
        let _ = writeln!(
            self.body,
            r#"<rect x="{x}" y="{y}" width="{width}" height="14" fill="{colour}"><title>{title}</title></rect>"#
        );
    }

    fn finish(self) -> String {
        let (body, height) = (self.body, self.y.saturating_add(10));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             role=\"img\" aria-label=\"Report of the OATH tokens\">\n<style>text {{ font: 13px sans-serif; fill: #1c2733 }} \
             .big {{ font-size: 20px; font-weight: bold }} .head {{ font-weight: bold }} .small {{ font-size: 11px; fill: #4a5866 }}\
             </style>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{body}</svg>\n"
        )
    }
}

/// As XML can hold it: a name from a seed file is no markup, and no control character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup_and_bars_are_seen() {
        assert_eq!(escaped("a<b>&\"c\u{0}"), "a&lt;b&gt;&amp;&quot;c\u{fffd}");
        assert_eq!([scaled(0, 0), scaled(0, 5), scaled(1, 1_000_000), scaled(5, 5)], [0, 0, 2, LONGEST - 160]);
    }
}
