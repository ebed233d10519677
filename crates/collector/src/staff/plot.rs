//! Charts as SVG, drawn on the server: dots with whiskers, and a month series with its limits. Black on white, so that
//! they print and read in greyscale.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::sheet::Chart;

/// A dot with its interval.
pub(super) struct Dot {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) interval: Option<[f64; 2]>,
    /// Dots of one band stand on one ground.
    pub(super) shaded: bool,
}

/// A month, or another period, of a series.
pub(super) struct Month {
    pub(super) name: String,
    pub(super) value: f64,
    /// Ends of an upright line through the dot.
    pub(super) interval: Option<[f64; 2]>,
    /// Control limits.
    pub(super) limits: Option<[f64; 2]>,
    pub(super) stands_out: bool,
    /// A line leads here from the month before.
    pub(super) joined: bool,
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

const LEFT: i32 = 330;
const WIDTH: i32 = 900;
const RIGHT: i32 = WIDTH - 30;
const ROW: i32 = 24;
const TOP: i32 = 30;
/// Characters of a name that fit beside the chart; the table has the whole name.
const LONGEST: usize = 38;
const GREY: RGBColor = RGBColor(150, 155, 163);
const PALE: RGBColor = RGBColor(236, 239, 242);

/// Dots from top to bottom on a scale; `None` when there is nothing to draw.
pub(super) fn intervals(
    dots: &[Dot],
    [low, high]: [f64; 2],
    name: &str,
    alt: &str,
) -> Option<Chart> {
    if dots.is_empty() || high <= low {
        return None;
    }
    let height = TOP + ROW * i32::try_from(dots.len()).ok()? + 10;
    let mut svg = String::new();
    let drawn = draw_intervals(&mut svg, dots, [low, high], height);
    finish(svg, drawn, name, alt)
}

fn draw_intervals(svg: &mut String, dots: &[Dot], [low, high]: [f64; 2], height: i32) -> Drawn {
    let root = SVGBackend::with_string(svg, (WIDTH as u32, height as u32)).into_drawing_area();
    let at = |value: f64| {
        LEFT + (((value - low) / (high - low)).clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)) as i32
    };
    for (row, dot) in (0..).zip(dots) {
        let y = TOP + row * ROW;
        if dot.shaded {
            root.draw(&Rectangle::new([(0, y), (WIDTH, y + ROW)], PALE.filled()))?;
        }
    }
    for step in 0..=4 {
        let value = low + (high - low) * f64::from(step) / 4.0;
        let x = at(value);
        root.draw(&PathElement::new(vec![(x, TOP), (x, height - 10)], GREY))?;
        root.draw(&text(format!("{value:.0}"), (x, TOP - 16), HPos::Center))?;
    }
    for (row, dot) in (0..).zip(dots) {
        let y = TOP + row * ROW + ROW / 2;
        let mut name: String = dot.name.chars().take(LONGEST).collect();
        if name.len() < dot.name.len() {
            name.push('…');
        }
        root.draw(&text(name, (LEFT - 12, y), HPos::Right))?;
        if let Some([from, to]) = dot.interval {
            let (from, to) = (at(from), at(to));
            root.draw(&PathElement::new(
                vec![(from, y), (to, y)],
                BLACK.stroke_width(2),
            ))?;
            for end in [from, to] {
                root.draw(&PathElement::new(
                    vec![(end, y - 5), (end, y + 5)],
                    BLACK.stroke_width(2),
                ))?;
            }
        }
        root.draw(&Circle::new((at(dot.value), y), 5, BLACK.filled()))?;
    }
    root.present()?;
    Ok(())
}

/// Months from left to right on a scale that ends at `most`; `None` when there is nothing to draw.
pub(super) fn series(months: &[Month], most: f64, name: &str, alt: &str) -> Option<Chart> {
    if months.is_empty() || most <= 0.0 {
        return None;
    }
    let mut svg = String::new();
    let drawn = draw_series(&mut svg, months, most);
    finish(svg, drawn, name, alt)
}

fn draw_series(svg: &mut String, months: &[Month], most: f64) -> Drawn {
    const HEIGHT: i32 = 340;
    const START: i32 = 60;
    let root = SVGBackend::with_string(svg, (WIDTH as u32, HEIGHT as u32)).into_drawing_area();
    let lowest = months
        .iter()
        .flat_map(|month| {
            let low = |ends: Option<[f64; 2]>| ends.map_or(month.value, |[low, _]| low);
            [month.value, low(month.limits), low(month.interval)]
        })
        .fold(most, f64::min);
    let tenth = most / 10.0;
    let low = ((lowest / tenth).floor() * tenth).clamp(0.0, most - tenth);
    let step = (RIGHT - START) / i32::try_from(months.len())?.max(1);
    let x = |at: usize| START + step / 2 + step * at as i32;
    let y = |value: f64| {
        HEIGHT
            - 50
            - (((value - low) / (most - low)).clamp(0.0, 1.0) * f64::from(HEIGHT - 80)) as i32
    };
    // Whole where all of them are.
    let decimals = usize::from((most - low) % 4.0 != 0.0);
    for part in 0..=4 {
        let value = low + (most - low) * f64::from(part) / 4.0;
        root.draw(&PathElement::new(
            vec![(START, y(value)), (RIGHT, y(value))],
            PALE,
        ))?;
        root.draw(&text(
            format!("{value:.decimals$}"),
            (START - 8, y(value)),
            HPos::Right,
        ))?;
    }
    let every = months.len().div_ceil(10);
    for (at, month) in months.iter().enumerate() {
        if let Some(limits) = month.limits {
            for limit in limits {
                let ends = vec![(x(at) - step / 2, y(limit)), (x(at) + step / 2, y(limit))];
                root.draw(&PathElement::new(ends, GREY.stroke_width(2)))?;
            }
        }
        if let Some([from, to]) = month.interval {
            let ends = vec![(x(at), y(from)), (x(at), y(to))];
            root.draw(&PathElement::new(ends, BLACK.stroke_width(2)))?;
            for end in [from, to] {
                let ends = vec![(x(at) - 6, y(end)), (x(at) + 6, y(end))];
                root.draw(&PathElement::new(ends, BLACK.stroke_width(2)))?;
            }
        }
        let before = at
            .checked_sub(1)
            .and_then(|before| Some((before, months.get(before)?)));
        if let (true, Some((before, earlier))) = (month.joined, before) {
            let ends = vec![(x(before), y(earlier.value)), (x(at), y(month.value))];
            root.draw(&PathElement::new(ends, BLACK.stroke_width(2)))?;
        }
        let size = if month.stands_out { 8 } else { 4 };
        root.draw(&Circle::new((x(at), y(month.value)), size, BLACK.filled()))?;
        if at % every == 0 {
            root.draw(&text(
                month.name.clone(),
                (x(at), HEIGHT - 30),
                HPos::Center,
            ))?;
        }
    }
    root.present()?;
    Ok(())
}

fn text(text: String, at: (i32, i32), side: HPos) -> Text<'static, (i32, i32), String> {
    let style = TextStyle::from(("sans-serif", 15).into_font())
        .color(&BLACK)
        .pos(Pos::new(side, VPos::Center));
    Text::new(text, at, style)
}

/// Gives the drawing its role and its words.
fn finish(svg: String, drawn: Drawn, name: &str, alt: &str) -> Option<Chart> {
    if let Err(error) = drawn {
        tracing::error!(%error, "a chart could not be drawn");
        return None;
    }
    let alt = alt
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    Some(Chart {
        svg: svg.replacen(
            "<svg ",
            &format!("<svg role=\"img\" aria-label=\"{alt}\" "),
            1,
        ),
        name: name.to_owned(),
    })
}
