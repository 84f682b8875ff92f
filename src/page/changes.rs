//! The upgrades of a channel as a table: what each of them changes.

use std::io::{self, Write};

use super::content::{Channel, Content};
use super::html::{Name, Sentence, count};
use crate::compare::{BundleChange, Change, grouped};

/// Says what an upgrade changes, in a few words each.
fn summary(change: &BundleChange) -> Vec<String> {
    let mut words = Vec::new();
    for kind in [Change::Added, Change::Removed, Change::Changed] {
        let crds = change.crds.iter().filter(|(_, found)| *found == kind).count();
        if crds > 0 {
            words.push(format!("{} {kind}", count(crds, "CRD")));
        }
    }
    let granted = grouped(&change.granted).len();
    if granted > 0 {
        words.push(format!("{} more", count(granted, "permission")));
    }
    let images = change.images_added.len();
    if images > 0 {
        words.push(format!("{} new", count(images, "image")));
    }
    if !change.has_manifests {
        words.push("no manifests to compare".to_owned());
    }
    words
}

/// Writes the table of a channel's upgrades, those first that OLM takes.
pub(super) fn write(channel: &Channel, content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    if channel.upgrades.is_empty() {
        return Ok(());
    }
    let title = count(channel.upgrades.len() + channel.left_out, "upgrade");
    write!(
        out,
        "<details><summary>{title}: what each of them changes</summary>\n<div class=\"wide\"><table class=\"upgrades\">\n<thead><tr><th scope=\"col\">From\
         <th scope=\"col\">To<th scope=\"col\">By<th scope=\"col\">Changes<th scope=\"col\">Objects of CRDs</thead>\n<tbody>\n"
    )?;
    for step in &channel.upgrades {
        let change = &content.upgrades[step.upgrade];
        let label = |row: usize| channel.picture.entries[row].label();
        let ignored = if step.is_ignored { " <span class=\"mark\">not taken by OLM v0</span>" } else { "" };
        write!(
            out,
            "<tr data-from=\"{}\" data-to=\"{}\"><th scope=\"row\">{}<td>{}<td>{}{ignored}<td>{}<td>",
            step.from,
            step.to,
            Name(label(step.from)),
            Name(label(step.to)),
            step.kind.name(),
            summary(change).join(", ")
        )?;
        for harm in &change.harms {
            write!(out, "<p class=\"harm\">{}</p>", Sentence(&harm.to_string()))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if channel.left_out > 0 {
        writeln!(out, "<p class=\"note\">and {} more that OLM v0 does not take</p>", channel.left_out)?;
    }
    writeln!(out, "</details>")
}
