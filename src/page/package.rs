//! A package: what consoles show of it, and its channels.

use std::io::{self, Write};

use super::channel;
use super::content::{Content, Package};
use super::html::{Name, Prose, count};
use super::icon;

/// How many characters of a description are seen before somebody asks for more.
const SHORT: usize = 280;

/// Writes a package, which has the id `p` and its number. `channels` is how many channels there were before.
pub(super) fn write(
    package: &Package<'_>,
    number: usize,
    channels: usize,
    content: &Content<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(
        out,
        "<section class=\"package\" id=\"p{number}\" data-package=\"{}\" aria-labelledby=\"p{number}-name\">\n<header>",
        super::html::Text(package.name)
    )?;
    let blob = package.blob;
    if let Some(address) = blob.and_then(|blob| blob.icon.as_ref()).and_then(icon::address) {
        write!(out, "<img class=\"icon\" src=\"{address}\" alt=\"\" width=\"40\" height=\"40\">")?;
    }
    writeln!(out, "<h2 id=\"p{number}-name\">{}</h2></header>", Name(package.name))?;
    match blob {
        Some(blob) => description(&blob.description, out)?,
        None => writeln!(out, "<p class=\"notice\">The catalog has no package of this name.</p>")?,
    }
    if package.channels.is_empty() {
        writeln!(out, "<p class=\"notice\">No channel: nobody can install it.</p>")?;
    }
    for (at, one) in package.channels.iter().enumerate() {
        channel::write(one, channels + at, content, out)?;
    }
    if !package.loose.is_empty() {
        write!(
            out,
            "<details><summary>{} in no channel</summary><ul>",
            count(package.loose.len(), "bundle")
        )?;
        for name in &package.loose {
            write!(out, "<li>{}", Name(name))?;
        }
        writeln!(out, "</ul></details>")?;
    }
    writeln!(out, "</section>")
}

/// Writes a description; of a long one the beginning, and the whole for who asks.
fn description(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let first = text.lines().next().unwrap_or_default();
    if first.len() == text.len() && text.chars().count() <= SHORT {
        return writeln!(out, "<p class=\"prose\">{}</p>", Prose(text));
    }
    let beginning: String = first.chars().take(SHORT).collect();
    let dots = if beginning.len() < first.len() { "…" } else { "" };
    writeln!(
        out,
        "<details class=\"description\"><summary>{}{dots}</summary><div class=\"prose\">{}</div></details>",
        Prose(&beginning),
        Prose(text)
    )
}
