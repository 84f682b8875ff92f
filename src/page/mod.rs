//! The report: one page that shows a catalog to whoever decides on a change of it, without network and server.
//!
//! What it shows comes from the rooms below: findings, upgrades and what they change, pictures of channels. It is
//! put together as a plain value first (`content`), and then written: tables for every browser, and for the script,
//! which adds the panel, search and filters, the same facts as data.

mod changes;
mod channel;
mod content;
mod data;
mod document;
mod findings;
mod html;
mod icon;
mod package;
mod policy;

use std::io;

use crate::catalog::Catalog;
use crate::compare::{Difference, Sight};
use crate::diag::Report;
use crate::text::Sources;

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'i> {
    /// What the catalog is called.
    pub title: &'i str,
    /// The catalog, as far as it could be read.
    pub catalog: &'i Catalog<'i>,
    /// What there is to see of each of its packages.
    pub sights: &'i [Sight],
    /// What was found in it, in the order in which it is shown.
    pub report: &'i Report,
    /// The texts that the findings point into.
    pub sources: &'i Sources,
    /// What an older catalog is called, and what differs from it.
    pub against: Option<(&'i str, &'i Difference)>,
}

/// Writes the report as HTML.
///
/// # Errors
/// Those of the writer.
pub fn write(subject: &Subject<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    document::write(&content::Content::new(subject), out)
}
