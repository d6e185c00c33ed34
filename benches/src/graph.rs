//! How long a window takes by its length, as a drawing.

use core::error::Error;
use plotters::prelude::*;

/// Steps of a window and nanoseconds for it, along one way to compute.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(u32, f64)>,
}

/// Dark enough to be seen on white.
const COLORS: [RGBColor; 7] = [
    RGBColor(200, 30, 50),
    RGBColor(30, 110, 60),
    RGBColor(120, 60, 160),
    RGBColor(20, 80, 170),
    RGBColor(190, 110, 10),
    RGBColor(0, 130, 140),
    RGBColor(90, 90, 90),
];

/// Both axes grow by factors, so that a ratio is the same distance everywhere.
pub(crate) fn draw(file: &str, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let longest = points().map(|(steps, _)| *steps).max().unwrap_or(1);
    let (least, most) =
        points().fold((f64::MAX, f64::MIN), |(least, most), (_, time)| (least.min(*time), most.max(*time)));
    let area = SVGBackend::new(file, (860, 520)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Verifying one code against a window, a miss", ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(42)
        .y_label_area_size(64)
        .build_cartesian_2d((1..longest).log_scale(), (least * 0.8..most * 1.2).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("steps in the window")
        .y_desc("nanoseconds, median")
        .y_label_formatter(&|time| format!("{time:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    for (line, color) in lines.iter().zip(COLORS.into_iter().cycle()) {
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), color.stroke_width(2)).point_size(3))?
            .label(line.name.clone())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], color.stroke_width(2)));
    }
    chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
