//! QR codes of links: for a slip, a message, a receipt printer.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// Blank modules that a reader needs around the code (ISO/IEC 18004).
const QUIET: usize = 4;
/// Pixels of a module: 25 mm at 300 dpi for a usual link.
const SCALE: usize = 8;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// The text does not fit: a link of ours always does.
    #[error("the link cannot be written as a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    /// The picture could not be written.
    #[error("the picture of a QR code could not be written: {0}")]
    Picture(#[from] png::EncodingError),
}

/// The modules of a code, row by row.
struct Modules {
    width: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Level M: a fold or a stain over a seventh of it does no harm.
    fn of(text: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
        Ok(Self {
            width: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        })
    }

    fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks(self.width)
    }

    /// Width with the quiet zone.
    fn outer(&self) -> usize {
        self.width + 2 * QUIET
    }
}

/// As an SVG element, which may stand in a file of its own or in HTML. It has no size of its own: its surroundings give it.
///
/// # Errors
/// See [`QrError`].
pub fn svg(text: &str) -> Result<String, QrError> {
    let modules = Modules::of(text)?;
    let mut path = String::new();
    for (y, row) in modules.rows().enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&true) {
                // One subpath for a run of dark modules; writing to a string cannot fail.
                let _ = write!(
                    path,
                    "M{} {}h{}v1h-{}z",
                    x + QUIET,
                    y + QUIET,
                    run.len(),
                    run.len()
                );
            }
            x += run.len();
        }
    }
    let outer = modules.outer();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {outer} {outer}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{outer}v{outer}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// As a PNG in black and white.
///
/// # Errors
/// See [`QrError`].
pub fn png(text: &str) -> Result<Vec<u8>, QrError> {
    let modules = Modules::of(text)?;
    let side = modules.outer() * SCALE;
    let bytes_a_line = side.div_ceil(8);
    let mut pixels = Vec::with_capacity(side * bytes_a_line);
    let light = || vec![0xFF_u8; bytes_a_line];
    let mut lines = vec![light(); QUIET * SCALE];
    for row in modules.rows() {
        let mut line = light();
        for (at, _) in row.iter().enumerate().filter(|(_, dark)| **dark) {
            // A module is eight pixels and they are eight bits: one byte.
            if let Some(module) = line.get_mut(at + QUIET) {
                *module = 0;
            }
        }
        lines.extend(std::iter::repeat_n(line, SCALE));
    }
    lines.extend(vec![light(); QUIET * SCALE]);
    lines.iter().for_each(|line| pixels.extend_from_slice(line));
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str =
        "https://danhgia.tinh-thua-thien-hue.example.gov.vn/r/4017932588091746335261";

    /// What a reader sees in a picture of this side.
    fn read(side: usize, dark: impl Fn(usize, usize) -> bool) -> String {
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            if dark(x, y) { 0 } else { 255 }
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().expect("a code").1
    }

    #[test]
    fn a_reader_reads_the_picture() {
        let picture = png(LINK).expect("a picture");
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("whole");
        let side = info.width as usize;
        let dark = |x: usize, y: usize| pixels[y * info.line_size + x / 8] & (0x80 >> (x % 8)) == 0;
        assert_eq!(read(side, dark), LINK);
        assert!(
            !dark(0, 0) && !dark(QUIET * SCALE - 1, side / 2),
            "a quiet zone"
        );
    }

    #[test]
    fn a_reader_reads_the_drawing() {
        let drawing = svg(LINK).expect("a drawing");
        let (_, path) = drawing.split_once("/><path d=\"").expect("a path");
        let modules = Modules::of(LINK).expect("a code");
        let mut dark = vec![vec![false; modules.outer()]; modules.outer()];
        for run in path.split('M').skip(1) {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            for x in 0..numbers[2] {
                dark[numbers[1]][numbers[0] + x] = true;
            }
        }
        let side = modules.outer() * 4;
        assert_eq!(read(side, |x, y| dark[y / 4][x / 4]), LINK);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(svg(&"1".repeat(10_000)).is_err());
        assert!(png(&"1".repeat(10_000)).is_err());
    }
}
