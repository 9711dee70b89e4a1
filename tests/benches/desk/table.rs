//! The table that is printed at the end.

use crate::spread::Spread;

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Mebibytes.
    MiB,
    /// Pieces.
    Pieces,
}

/// Which figure a goal is about, and the most or the least that it may be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// There is none: the line only tells.
    None,
    /// The median.
    MedianAtMost(f64),
    /// What 95 of 100 do not exceed.
    P95AtMost(f64),
    /// All of so many.
    All(f64),
}

/// One line of the table.
pub struct Line {
    /// What was measured.
    pub what: String,
    /// The measures.
    pub spread: Spread,
    /// What they are counted in.
    pub unit: Unit,
    /// What they should be.
    pub goal: Goal,
    /// What the two leading open web desks need for the same, where that was measured.
    pub others: [&'static str; 2],
}

/// All lines, in the order in which they were measured.
#[derive(Default)]
pub struct Table {
    lines: Vec<Line>,
}

const HEAD: [&str; 9] =
    ["", "p50", "p95", "n", "goal", "of the goal", "", "first web desk", "second web desk"];

impl Table {
    /// Adds a line.
    pub fn add(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Prints it, and how many of the goals are met.
    pub fn print(&self) {
        let rows: Vec<[String; 9]> =
            std::iter::once(HEAD.map(str::to_owned)).chain(self.lines.iter().map(Line::cells)).collect();
        let mut widths = [0; 9];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &rows {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, width))| match column {
                    // Figures stand under each other by their last digit.
                    1..=3 | 5 => format!("{cell:>width$}"),
                    _ => format!("{cell:<width$}"),
                })
                .collect();
            println!("{}", cells.join("  ").trim_end());
        }
        let judged: Vec<bool> = self.lines.iter().filter_map(Line::is_met).collect();
        let met = judged.iter().filter(|met| **met).count();
        println!(
            "\n{met} of {} goals are met. Times in ms, memory in MiB (PSS of all processes).",
            judged.len()
        );
        println!(
            "Web desks: p50 / p95 in Chromium on this kind of machine, with a service that answers at once."
        );
    }
}

impl Line {
    /// The figure that the goal is about, and the goal.
    fn judged(&self) -> Option<(f64, f64)> {
        match self.goal {
            Goal::None => None,
            Goal::MedianAtMost(most) => Some((self.spread.median()?, most)),
            Goal::P95AtMost(most) => Some((self.spread.at(95)?, most)),
            Goal::All(all) => Some((self.spread.median()?, all)),
        }
    }

    fn is_met(&self) -> Option<bool> {
        let (figure, goal) = self.judged()?;
        Some(match self.goal {
            Goal::All(_) => figure >= goal,
            _ => figure <= goal,
        })
    }

    fn cells(&self) -> [String; 9] {
        let figure = |figure: Option<f64>| figure.map_or("–".to_owned(), |figure| self.unit.write(figure));
        let several = self.spread.count() > 1;
        let goal = match self.goal {
            Goal::None => String::new(),
            Goal::MedianAtMost(most) => format!("p50 ≤ {}", self.unit.write(most)),
            Goal::P95AtMost(most) => format!("p95 ≤ {}", self.unit.write(most)),
            Goal::All(all) => format!("all {}", self.unit.write(all)),
        };
        [
            self.what.clone(),
            figure(self.spread.median()),
            if several { figure(self.spread.at(95)) } else { String::new() },
            self.spread.count().to_string(),
            goal,
            self.judged().map_or(String::new(), |(figure, goal)| format!("{:.2}", figure / goal)),
            self.is_met().map_or("", |met| if met { "met" } else { "NOT MET" }).to_owned(),
            self.others[0].to_owned(),
            self.others[1].to_owned(),
        ]
    }
}

impl Unit {
    fn write(self, figure: f64) -> String {
        match self {
            // Small times differ behind the point; the window's own clock ticks in whole milliseconds.
            Unit::Ms if figure < 10.0 => format!("{figure:.1}"),
            _ => format!("{figure:.0}"),
        }
    }
}
