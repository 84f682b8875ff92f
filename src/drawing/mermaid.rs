//! Pictures as mermaid text. opm's own drawing, byte for byte, is [`catalog::mermaid`](crate::catalog::mermaid): it has
//! an edge for every version in a range, and of more than a few hundred a page draws none.

use std::fmt::Write as _;

use super::{Kind, Mark, Picture, words};

/// Draws pictures as one graph, each channel in a box of its own.
pub fn mermaid(pictures: &[Picture]) -> String {
    let mut out = String::from("graph BT\n");
    let mut links = Vec::new();
    let mut classes: Vec<(&str, Vec<String>)> =
        vec![("head", Vec::new()), ("quiet", Vec::new()), ("fault", Vec::new())];
    for (number, picture) in pictures.iter().enumerate() {
        let title = quote(&format!("{} / {}", picture.package, picture.channel));
        let _ = writeln!(out, "  subgraph c{number}[{title}]");
        for (row, entry) in picture.entries.iter().enumerate() {
            let marks: Vec<&str> = entry.marks.iter().map(|mark| mark.words()).collect();
            let said = if marks.is_empty() { String::new() } else { format!(" - {}", marks.join(", ")) };
            let _ = writeln!(out, "    n{number}_{row}[{}]", quote(&format!("{}{said}", entry.name)));
            let is_quiet = |mark: &Mark| matches!(mark, Mark::Skipped | Mark::Absent | Mark::NoBundle);
            let class = match &entry.marks {
                marks if marks.iter().any(|mark| mark.is_fault()) => 2,
                marks if marks.iter().any(is_quiet) => 1,
                marks if marks.contains(&Mark::Head) => 0,
                _ => continue,
            };
            classes[class].1.push(format!("n{number}_{row}"));
        }
        for (at, edge) in picture.edges.iter().enumerate() {
            let mut from = format!("n{number}_{}", edge.from.start);
            if edge.from.len() > 1 {
                from = format!("r{number}_{at}");
                let _ = writeln!(out, "    {from}([{}])", quote(&words::rows(picture, &edge.from)));
            }
            let arrow = match edge.kind {
                Kind::Replaces => "-->",
                Kind::Skips => "-.->",
                Kind::SkipRange => "-.-o",
            };
            let label = match edge.kind {
                Kind::SkipRange => format!("skipRange {}", picture.entries[edge.to].skip_range),
                kind => kind.name().to_owned(),
            };
            let _ = writeln!(out, "    {from} {arrow}|{}| n{number}_{}", quote(&label), edge.to);
            links.push(edge.is_ignored);
        }
        out += "  end\n";
    }
    out += "  classDef head stroke-width:3px\n  classDef quiet stroke-dasharray:4\n  classDef fault stroke:#b3261e\n";
    for (class, nodes) in classes.iter().filter(|(_, nodes)| !nodes.is_empty()) {
        let _ = writeln!(out, "  class {} {class}", nodes.join(","));
    }
    let ignored: Vec<String> =
        (0..links.len()).filter(|&link| links[link]).map(|link| link.to_string()).collect();
    if !ignored.is_empty() {
        let _ = writeln!(out, "  linkStyle {} stroke:#8b95a1", ignored.join(","));
    }
    out
}

/// Quotes a text: what would be markup, or end the quotes, is written by number.
fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in words::tame(text).chars() {
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
