//! A channel: its drawing, and its entries as a table.

use std::io::{self, Write};

use super::changes;
use super::content::{Channel, Content};
use super::html::{Name, Sentence, Text, count};
use crate::drawing::{self, Entry, Kind, Mark};

/// How many entries a cell names.
const NAMED: usize = 4;

/// Writes a channel, which has the id `c` and its number.
pub(super) fn write(
    channel: &Channel,
    number: usize,
    content: &Content<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let picture = &channel.picture;
    let default = if picture.is_default { " <span class=\"mark head\">default</span>" } else { "" };
    let total = count(picture.entries.len(), "entry");
    writeln!(
        out,
        "<section class=\"channel\" id=\"c{number}\" data-channel=\"{number}\" aria-labelledby=\"c{number}-name\">\n\
         <h3 id=\"c{number}-name\"><span class=\"kind\">Channel</span> {}{default} <span class=\"count\">{total}</span></h3>",
        Name(&picture.channel)
    )?;
    for note in &picture.notes {
        writeln!(out, "<p class=\"notice\">{}</p>", Sentence(note))?;
    }
    if !picture.entries.is_empty() {
        writeln!(
            out,
            "<div class=\"drawn\"><figure class=\"graph\"><div class=\"wide\">{}</div></figure>",
            drawing::embedded(picture)
        )?;
        entries(channel, content, out)?;
        changes::write(channel, content, out)?;
    }
    writeln!(out, "</section>")
}

fn entries(channel: &Channel, content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let picture = &channel.picture;
    write!(
        out,
        "<div class=\"wide\"><table class=\"entries\">\n\
         <thead><tr><th scope=\"col\">Entry<th scope=\"col\">Version<th scope=\"col\">State<th scope=\"col\">Upgrades\
         <th scope=\"col\">Goes on to<th scope=\"col\" class=\"number\">Findings</thead>\n<tbody>\n"
    )?;
    for (row, entry) in picture.entries.iter().enumerate() {
        write!(
            out,
            "<tr data-row=\"{row}\"><th scope=\"row\">{}<td>{}<td>",
            Name(&entry.name),
            Name(&entry.version)
        )?;
        for mark in &entry.marks {
            let fault = if mark.is_fault() { " fault" } else { "" };
            write!(out, "<span class=\"mark {}{fault}\">{}</span> ", mark.name(), mark.words())?;
        }
        let bundle = channel.bundles[row].map(|bundle| &content.bundles[bundle]);
        if let Some(change) = bundle.and_then(|bundle| bundle.change) {
            write!(out, "<span class=\"mark changed\">{change}</span> ")?;
        }
        if !entry.deprecation.is_empty() {
            write!(out, "<p class=\"note\">{}</p>", Text(&entry.deprecation))?;
        }
        write!(out, "<td>")?;
        origins(channel, row, out)?;
        write!(out, "<td>")?;
        onward(channel, entry, out)?;
        let findings = bundle.map_or(0, |bundle| bundle.findings.len());
        let findings = if findings == 0 { String::new() } else { findings.to_string() };
        writeln!(out, "<td class=\"number\">{findings}</tr>")?;
    }
    writeln!(out, "</tbody></table></div></div>")
}

/// Says what an entry upgrades.
fn origins(channel: &Channel, row: usize, out: &mut dyn Write) -> io::Result<()> {
    let picture = &channel.picture;
    let first = picture.edges.partition_point(|edge| edge.to < row);
    let edges = picture.edges[first..].iter().take_while(|edge| edge.to == row);
    for kind in Kind::ALL {
        if kind == Kind::SkipRange {
            let range = &picture.entries[row].skip_range;
            if !range.is_empty() {
                write!(out, "<p><span class=\"kind\">skipRange</span> <code>{}</code></p>", Text(range))?;
            }
            continue;
        }
        let rows: Vec<usize> =
            edges.clone().filter(|edge| edge.kind == kind).flat_map(|edge| edge.from.clone()).collect();
        if rows.is_empty() {
            continue;
        }
        write!(out, "<p><span class=\"kind\">{}</span> ", kind.name())?;
        for (at, &from) in rows.iter().take(NAMED).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(out, "{comma}{}", Name(picture.entries[from].label()))?;
        }
        if rows.len() > NAMED {
            write!(out, " and {} more", rows.len() - NAMED)?;
        }
        write!(out, "</p>")?;
    }
    Ok(())
}

/// Says where OLM goes on to from an entry.
fn onward(channel: &Channel, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let Some(next) = entry.next else { return Ok(()) };
    write!(out, "{}", Name(channel.picture.entries[next].label()))?;
    if entry.hops > 1 && !entry.is(Mark::Circle) {
        write!(out, " <span class=\"aside\">{} in all</span>", count(entry.hops, "step"))?;
    }
    Ok(())
}
