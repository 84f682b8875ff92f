//! Pictures as mermaid text. opm's own drawing, byte for byte, is [`catalog::mermaid`](crate::catalog::mermaid): it has
//! an edge for every version in a range, and of more than a few hundred a page draws none.

use std::fmt::Write as _;

use super::{Edge, Kind, Mark, Picture, words};
use crate::text::clean;

/// The classes of entries, and how they look.
const CLASSES: [(&str, &str); 3] =
    [("head", "stroke-width:3px"), ("quiet", "stroke-dasharray:4"), ("fault", "stroke:#b3261e")];

/// Draws pictures as one graph, each channel in a box of its own.
pub fn mermaid(pictures: &[Picture]) -> String {
    let mut pen = Pen { out: String::from("graph BT\n"), ..Pen::default() };
    for (number, picture) in pictures.iter().enumerate() {
        let title = quote(&format!("{} / {}", picture.package, picture.channel));
        let _ = writeln!(pen.out, "  subgraph c{number}[{title}]\n    direction BT");
        pen.entries(number, picture);
        picture.edges.iter().enumerate().for_each(|(at, edge)| pen.edge(number, picture, at, edge));
        pen.out += "  end\n";
    }
    pen.finish()
}

#[derive(Default)]
struct Pen {
    out: String,
    /// The nodes of each class.
    classes: [Vec<String>; CLASSES.len()],
    /// How many links there are, and the numbers of those that OLM v0 does not follow.
    links: usize,
    ignored: Vec<String>,
}

impl Pen {
    fn entries(&mut self, number: usize, picture: &Picture) {
        for (row, entry) in picture.entries.iter().enumerate() {
            let marks: Vec<&str> = entry.marks.iter().map(|mark| mark.words()).collect();
            let said = if marks.is_empty() { String::new() } else { format!(" - {}", marks.join(", ")) };
            let label = quote(&(words::cut(&entry.name, words::NAME) + &said));
            let _ = writeln!(self.out, "    n{number}_{row}[{label}]");
            let is_quiet = |mark: &Mark| matches!(mark, Mark::Skipped | Mark::Absent | Mark::NoBundle);
            let class = match &entry.marks {
                marks if marks.iter().any(|mark| mark.is_fault()) => 2,
                marks if marks.iter().any(is_quiet) => 1,
                marks if marks.contains(&Mark::Head) => 0,
                _ => continue,
            };
            self.classes[class].push(format!("n{number}_{row}"));
        }
    }

    /// Writes an edge; one from many rows begins at a node that stands for all of them.
    fn edge(&mut self, number: usize, picture: &Picture, at: usize, edge: &Edge) {
        let mut from = format!("n{number}_{}", edge.from.start);
        if edge.from.len() > 1 {
            from = format!("r{number}_{at}");
            let _ = writeln!(self.out, "    {from}([{}])", quote(&words::rows(picture, &edge.from)));
        }
        let arrow = match edge.kind {
            Kind::Replaces => "-->",
            Kind::Skips => "-.->",
            Kind::SkipRange => "-.-o",
        };
        let label = quote(&words::field(picture, edge));
        let _ = writeln!(self.out, "    {from} {arrow}|{label}| n{number}_{}", edge.to);
        if edge.is_ignored {
            self.ignored.push(self.links.to_string());
        }
        self.links += 1;
    }

    fn finish(mut self) -> String {
        for ((class, look), nodes) in CLASSES.iter().zip(&self.classes).filter(|(_, nodes)| !nodes.is_empty())
        {
            let _ = writeln!(self.out, "  classDef {class} {look}\n  class {} {class}", nodes.join(","));
        }
        if !self.ignored.is_empty() {
            let _ = writeln!(self.out, "  linkStyle {} stroke:#8b95a1", self.ignored.join(","));
        }
        self.out
    }
}

/// Quotes a text: what would be markup, or end the quotes, is written by number.
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in clean(text).chars() {
        match c {
            '"' | '<' | '>' | '&' | '#' | ';' | '`' | '\\' | '|' | '[' | ']' | '{' | '}' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
