//! The page as a whole.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::content::{Content, Package};
use super::html::{Name, Sentence, Text, count};
use super::policy::policy;
use super::{data, findings, package};
use crate::catalog;
use crate::compare;
use crate::diag::Level;
use crate::drawing;
use crate::report;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
pub(super) fn write(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = format!(
        ":root{{color-scheme:light dark;{}}}\n@media(prefers-color-scheme:dark){{:root{{{}}}}}\n{}{STYLE}",
        drawing::LIGHT,
        drawing::DARK,
        drawing::STYLE
    );
    let title = Text(content.subject.title);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title} - catalog report</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">To the catalog</a>\n",
        policy(&style, SCRIPT)
    )?;
    header(content, out)?;
    writeln!(out, "<div class=\"page\"><main id=\"main\">")?;
    errors(content, out)?;
    difference(content, out)?;
    overview(content, out)?;
    if content.packages.iter().any(|package| !package.channels.is_empty()) {
        writeln!(out, "<figure class=\"legend\"><div class=\"wide\">{}</div></figure>", drawing::legend())?;
    }
    let mut channels = 0;
    for (number, one) in content.packages.iter().enumerate() {
        package::write(one, number, channels, content, out)?;
        channels += one.channels.len();
    }
    warnings(content, out)?;
    images(content, out)?;
    writeln!(
        out,
        "</main>\n<aside id=\"panel\" aria-labelledby=\"panel-title\" tabindex=\"-1\" hidden></aside></div>"
    )?;
    write!(out, "<script type=\"application/json\" id=\"data\">")?;
    data::write(content, out)?;
    write!(out, "</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

fn header(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let channels: usize = content.packages.iter().map(|package| package.channels.len()).sum();
    let bundles: usize = content.packages.iter().map(|package| package.bundles).sum();
    write!(
        out,
        "<header class=\"top\"><div class=\"heading\"><h1>{}</h1>\n<p class=\"count\">{}, {}, {}",
        Name(content.subject.title),
        count(content.packages.len(), "package"),
        count(channels, "channel"),
        count(bundles, "bundle"),
    )?;
    if let Some((old, _)) = content.subject.against {
        write!(out, ", against {}", Name(old))?;
    }
    write!(
        out,
        "</p></div>\n<form class=\"tools\" role=\"search\" hidden>\n\
         <label>Search <input type=\"search\" id=\"search\" placeholder=\"name, version, image, CRD\" autocomplete=\"off\" \
         spellcheck=\"false\"></label>\n<label>Package <select id=\"package\"><option value=\"\">all"
    )?;
    for (number, package) in content.packages.iter().enumerate() {
        write!(out, "<option value=\"p{number}\">{}", Text(package.name))?;
    }
    write!(
        out,
        "</select></label>\n<label>Entries <select id=\"state\"><option value=\"\">all\
         <option value=\"head\">heads<option value=\"deprecated\">deprecated<option value=\"skipped\">skipped\
         <option value=\"fault\">with faults<option value=\"findings\">with findings"
    )?;
    if content.subject.against.is_some() {
        write!(out, "<option value=\"changed\">added or changed")?;
    }
    writeln!(out, "</select></label>\n<p id=\"found\" role=\"status\"></p></form></header>")
}

fn errors(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let errors = content.subject.report.count(Level::Error);
    if errors == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<section class=\"errors\" aria-labelledby=\"errors\"><h2 id=\"errors\">{}</h2>\n\
         <p class=\"count\">What follows is what could be read.</p>",
        count(errors, "error")
    )?;
    findings::write(&content.findings, Level::Error, out)?;
    writeln!(out, "</section>")
}

fn warnings(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let warnings = content.subject.report.count(Level::Warn);
    if warnings == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "<section class=\"warnings\" aria-labelledby=\"warnings\"><h2 id=\"warnings\">{}</h2>",
        count(warnings, "warning")
    )?;
    findings::write(&content.findings, Level::Warn, out)?;
    writeln!(out, "</section>")
}

/// Writes what differs from the older catalog: who is stranded comes first.
fn difference(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some((old, difference)) = content.subject.against else { return Ok(()) };
    writeln!(
        out,
        "<section class=\"difference\" aria-labelledby=\"difference\"><h2 id=\"difference\">Changes against {}</h2>",
        Name(old)
    )?;
    if difference.is_empty() {
        writeln!(out, "<p>None.</p>")?;
    }
    for (heading, lines) in compare::groups(difference, &report::code) {
        let class = if compare::GRAVE.contains(&heading) { " class=\"grave\"" } else { "" };
        writeln!(out, "<div{class}><h3>{heading} <span class=\"count\">{}</span></h3>\n<ul>", lines.len())?;
        for line in &lines {
            writeln!(out, "<li>{}", Sentence(line))?;
        }
        writeln!(out, "</ul></div>")?;
    }
    writeln!(out, "</section>")
}

/// Writes the table of packages.
fn overview(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    if content.packages.is_empty() {
        return writeln!(out, "<p class=\"notice\">The catalog has no package.</p>");
    }
    write!(
        out,
        "<section class=\"overview\" aria-labelledby=\"packages\"><h2 id=\"packages\">Packages</h2>\n\
         <div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Package\
         <th scope=\"col\">Channels<th scope=\"col\">Heads<th scope=\"col\" class=\"number\">Bundles\
         <th scope=\"col\" class=\"number\">Errors<th scope=\"col\" class=\"number\">Warnings</thead>\n<tbody>\n"
    )?;
    let mut channels = 0;
    for (number, package) in content.packages.iter().enumerate() {
        write!(out, "<tr><th scope=\"row\"><a href=\"#p{number}\">{}</a><td>", Name(package.name))?;
        for (at, channel) in package.channels.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(out, "{comma}<a href=\"#c{}\">{}</a>", channels + at, Name(&channel.picture.channel))?;
        }
        channels += package.channels.len();
        write!(out, "<td>")?;
        for (at, head) in heads(package).into_iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(out, "{comma}{}", Name(head))?;
        }
        let (errors, warnings) = package.counts;
        writeln!(
            out,
            "<td class=\"number\">{}<td class=\"number\">{errors}<td class=\"number\">{warnings}</tr>",
            package.bundles
        )?;
    }
    writeln!(out, "</tbody></table></div></section>")
}

/// Returns the heads of a package's channels, each once.
fn heads<'p>(package: &'p Package<'_>) -> BTreeSet<&'p str> {
    let entries = package.channels.iter().flat_map(|channel| &channel.picture.entries);
    entries.filter(|entry| entry.is(drawing::Mark::Head)).map(drawing::Entry::label).collect()
}

/// Writes the table of images.
fn images(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    let images = catalog::images(content.subject.catalog, None, None);
    if images.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "<section class=\"images\" aria-labelledby=\"images\"><h2 id=\"images\">Images</h2>\n<details><summary>{}, all that a \
         mirror needs</summary>\n<div class=\"wide\"><table>\n<thead><tr>\
         <th scope=\"col\">Image<th scope=\"col\">Kind<th scope=\"col\">Packages</thead>\n<tbody>\n",
        count(images.len(), "image")
    )?;
    for (image, needed) in &images {
        let kind = if needed.is_bundle { "bundle" } else { "related" };
        write!(out, "<tr><th scope=\"row\"><code>{}</code><td>{kind}<td>", Text(image))?;
        for (at, package) in needed.packages.iter().filter(|name| !name.is_empty()).enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(out, "{comma}{}", Name(package))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div></details></section>")
}
