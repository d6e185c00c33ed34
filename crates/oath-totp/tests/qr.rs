//! What is drawn is what an app reads: the drawings are taken apart into modules again, and a decoder reads them.
#![cfg(feature = "qr")]

use oath_totp::{KeyUri, Qr, Secret};

fn uri(account: &str) -> KeyUri {
    KeyUri::totp(Secret::from_bytes(b"12345678901234567890").unwrap(), account).unwrap().with_issuer("Größe")
}

/// Row by row, true where it is dark.
type Modules = Vec<Vec<bool>>;

fn modules(code: &Qr) -> Modules {
    (0..code.side()).map(|row| (0..code.side()).map(|column| code.is_dark(column, row)).collect()).collect()
}

/// The path of an SVG, which is runs of dark modules: `M{column} {row}h{length}v1h-{length}z`.
fn from_svg(svg: &str, side: usize) -> Modules {
    let mut found = vec![vec![false; side]; side];
    let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
    for run in path.split('M').skip(1) {
        let (place, shape) = run.split_once('h').unwrap();
        let (column, row) = place.split_once(' ').unwrap();
        let length = shape.split_once('v').unwrap().0;
        assert_eq!(shape, format!("{length}v1h-{length}z"));
        let (column, row, length): (usize, usize, usize) =
            (column.parse().unwrap(), row.parse().unwrap(), length.parse().unwrap());
        assert!(length > 0 && found[row][column..column + length].iter().all(|dark| !dark), "drawn twice");
        found[row][column..column + length].fill(true);
    }
    found
}

/// Half blocks, light on dark.
fn from_text(text: &str, side: usize) -> Modules {
    let mut found: Modules = Vec::new();
    for line in text.lines() {
        let halves = |dark: [char; 2]| line.chars().map(|c| dark.contains(&c)).collect::<Vec<bool>>();
        found.push(halves(['▄', ' ']));
        found.push(halves(['▀', ' ']));
    }
    assert!(found[side..].iter().flatten().all(|dark| !dark), "below the last row there is light");
    found.truncate(side);
    found
}

#[test]
fn a_decoder_reads_the_uri_from_either_drawing() {
    for account in ["alice@example.com", "a", &"long.".repeat(60)] {
        let uri = uri(account);
        let code = uri.qr().unwrap();
        let side = code.side();
        let svg = code.to_svg();
        assert!(svg.len() < 10 * (side - 8) * (side - 8) + 400, "within the room that was made for it");
        let drawn = from_svg(&svg, side);
        assert_eq!(drawn, modules(&code));
        let bare = code.to_svg_with(0, Some(300));
        assert!(bare.contains(r#" width="300" height="300""#));
        let inner: Modules = drawn[4..side - 4].iter().map(|row| row[4..side - 4].to_vec()).collect();
        assert_eq!(from_svg(&bare, side - 8), inner);
        assert_eq!(from_text(&code.to_text(), side), drawn);

        const PIXELS: usize = 4;
        let shade = |x: usize, y: usize| if drawn[y / PIXELS][x / PIXELS] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * PIXELS, side * PIXELS, shade);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        assert_eq!(grids[0].decode().unwrap().1, uri.expose_uri().as_str());
    }
}

#[test]
fn around_the_code_four_modules_are_light() {
    let code = uri("alice@example.com").qr().unwrap();
    let (side, drawn) = (code.side(), modules(&code));
    let outside = |place: usize| place < 4 || place >= side - 4;
    assert!((0..side).all(|row| (0..side).all(|column| !(outside(row) || outside(column)) || !drawn[row][column])));
    assert!(drawn[4][4] && drawn[4][side - 5] && drawn[side - 5][4], "its corners are dark");
}
