//! Pictures in Graphviz' language.

use std::fmt::Write as _;

use super::{Edge, Kind, Mark, Picture, words};
use crate::text::clean;

/// Draws pictures as one graph, each channel in a box of its own.
pub fn dot(pictures: &[Picture]) -> String {
    let mut out = String::from(
        "digraph catalog {\n  rankdir=BT\n  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n  \
         edge [fontname=\"sans-serif\", fontsize=10]\n",
    );
    for (number, picture) in pictures.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{");
        let _ = writeln!(
            out,
            "    label={}",
            quote(&clean(&format!("{} / {}", picture.package, picture.channel)))
        );
        entries(number, picture, &mut out);
        picture.edges.iter().enumerate().for_each(|(at, edge)| line(number, picture, at, edge, &mut out));
        out += "  }\n";
    }
    out + "}\n"
}

fn entries(number: usize, picture: &Picture, out: &mut String) {
    for (row, entry) in picture.entries.iter().enumerate() {
        let mut label = clean(&words::cut(&entry.name, words::NAME)).into_owned();
        for mark in &entry.marks {
            let _ = write!(label, "\n{}", mark.words());
        }
        let mut styles = vec!["rounded"];
        if entry.is(Mark::Head) {
            styles.push("bold");
        }
        if entry.is(Mark::Skipped) || entry.is(Mark::Absent) || entry.is(Mark::NoBundle) {
            styles.push("dashed");
        }
        let mut look = format!("label={}, style={}", quote(&label), quote(&styles.join(",")));
        if entry.is(Mark::Deprecated) {
            look += ", fontcolor=\"#8a5000\"";
        }
        if entry.marks.iter().any(|mark| mark.is_fault()) {
            look += ", color=\"#b3261e\"";
        }
        let _ = writeln!(out, "    n{number}_{row} [{look}]");
    }
}

/// Writes an edge; one from many rows begins at a node that stands for all of them.
fn line(number: usize, picture: &Picture, at: usize, edge: &Edge, out: &mut String) {
    let mut from = format!("n{number}_{}", edge.from.start);
    if edge.from.len() > 1 {
        from = format!("r{number}_{at}");
        let label = quote(&clean(&words::rows(picture, &edge.from)));
        let _ = writeln!(out, "    {from} [label={label}, shape=plaintext, style=\"\"]");
    }
    let (style, head) = match edge.kind {
        Kind::Replaces => ("solid", "normal"),
        Kind::Skips => ("dashed", "vee"),
        Kind::SkipRange => ("dotted", "odiamond"),
    };
    let colour = if edge.is_ignored { ", color=\"#8b95a1\", fontcolor=\"#59636e\"" } else { "" };
    let _ = writeln!(
        out,
        "    {from} -> n{number}_{} [label={}, style={style}, arrowhead={head}{colour}]",
        edge.to,
        quote(&clean(&words::field(picture, edge)))
    );
}

/// Quotes a text; a line break is one in the drawing.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
