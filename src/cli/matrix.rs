//! `olmcat upgrade --matrix`: where every version of every package gets to in every channel.

use super::Ui;
use super::list::{one_of, table};
use crate::diag::Error;
use crate::report::{Format, cell, code};
use crate::resolve::{End, Index, Ladder, Rung, Source, choosable};
use crate::text::clean;

/// The most versions on a way that a row shows.
const SHOWN: usize = 8;
/// The most that JSON shows; how many there are is in `hops`.
const SHOWN_IN_JSON: usize = 100;

/// A version in a channel.
struct Row<'c> {
    package: &'c str,
    channel: &'c str,
    bundle: &'c str,
    version: String,
    is_listed: bool,
    result: &'static str,
    hops: usize,
    /// The versions on the way, without the first and the last.
    between: Vec<String>,
    /// What is left out of them.
    more: usize,
    end: &'c str,
    message: String,
}

/// Prints the table, of one package or channel if asked for. Returns whether every version gets to the head of each
/// channel that lists it.
pub(super) fn print(
    catalogs: &[Source<'_>],
    package: Option<&str>,
    channel: Option<&str>,
    is_markdown: bool,
    ui: &Ui,
) -> Result<bool, Error> {
    let index = &catalogs[0].index;
    if let Some(package) = package.filter(|package| index.lanes(package).is_empty()) {
        return Err(
            Error::new(format!("no package `{package}` in the catalog")).hint(one_of(&index.package_names()))
        );
    }
    let is_json = ui.format() == Format::Json;
    let shown = if is_json { SHOWN_IN_JSON } else { SHOWN };
    let choosable = choosable(catalogs, 0);
    let mut rows = Vec::new();
    for (at, lane) in index.channels.iter().enumerate() {
        if package.is_some_and(|package| package != lane.package)
            || channel.is_some_and(|name| name != lane.name)
        {
            continue;
        }
        let ladder = Ladder::new(index, at, &choosable);
        rows.extend(ladder.rungs.iter().map(|rung| row(index, at, &ladder, rung, shown)));
    }
    let is_fine = rows.iter().all(|row| !row.is_listed || matches!(row.result, "head" | "reaches head"));
    ui.print(&match (is_json, is_markdown) {
        (true, _) => json(&rows),
        (_, true) => markdown(&rows),
        _ => {
            let quote = |text: &str| clean(text).into_owned();
            let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row, &quote)).collect();
            table(&HEADER, &cells) + &messages(&rows, "", &quote)
        }
    })?;
    Ok(is_fine)
}

fn row<'c>(index: &Index<'c>, lane: usize, ladder: &Ladder<'_, 'c>, rung: &Rung, shown: usize) -> Row<'c> {
    let version = |bundle: usize| {
        let version = index.bundles[bundle].traits.version.as_ref();
        version.map_or_else(|| index.bundles[bundle].blob.name.to_string(), ToString::to_string)
    };
    let name = |bundle: usize| index.bundles[bundle].blob.name.as_ref();
    let lane = &index.channels[lane];
    let between = rung.hops.saturating_sub(1);
    let head = || lane.chain.as_ref().ok().and_then(|chain| chain.first());
    let end = match &rung.end {
        End::Head => head().map_or("", |&seat| name(index.seats[seat].bundle)),
        End::Stranded(bundle) => bundle.map_or("", name),
        End::Circle | End::Failed(_) => "",
    };
    Row {
        package: lane.package,
        channel: lane.name,
        bundle: name(rung.bundle),
        version: version(rung.bundle),
        is_listed: rung.is_listed,
        result: match &rung.end {
            End::Head if rung.hops == 0 => "head",
            End::Head => "reaches head",
            End::Stranded(_) if rung.is_listed => "stranded",
            End::Stranded(_) => "no edge",
            End::Circle => "circle",
            End::Failed(_) => "fails",
        },
        hops: rung.hops,
        between: (ladder.way(rung).take(between.min(shown)))
            .map(|(seat, _)| version(index.seats[seat].bundle))
            .collect(),
        more: between.saturating_sub(shown),
        end,
        message: match &rung.end {
            End::Failed(failure) => failure.message.clone(),
            _ => String::new(),
        },
    }
}

const HEADER: [&str; 6] = ["package", "channel", "version", "result", "hops", "by way of"];

/// Returns the cells of a row. `quote` quotes what is of the catalog.
fn cells(row: &Row<'_>, quote: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut between = row.between.iter().map(|version| quote(version)).collect::<Vec<_>>().join(", ");
    if row.more > 0 {
        between += &format!(" and {} more", row.more);
    }
    let is_moving = matches!(row.result, "reaches head" | "stranded") && row.hops > 0;
    let hops = if is_moving { row.hops.to_string() } else { String::new() };
    vec![quote(row.package), quote(row.channel), quote(&row.version), row.result.into(), hops, between]
}

/// Says once for each channel why nothing moves in it.
fn messages(rows: &[Row<'_>], bullet: &str, quote: &dyn Fn(&str) -> String) -> String {
    let failed = rows.iter().filter(|row| !row.message.is_empty());
    let mut lines: Vec<String> = failed.map(|row| format!("{bullet}{}\n", quote(&row.message))).collect();
    lines.dedup();
    if lines.is_empty() { String::new() } else { format!("\n{}", lines.concat()) }
}

fn markdown(rows: &[Row<'_>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(&HEADER.map(str::to_owned)) + "| --- | --- | --- | --- | ---: | --- |\n";
    rows.iter().for_each(|row| out += &line(&cells(row, &cell)));
    out + &messages(rows, "- ", &code)
}

fn json(rows: &[Row<'_>]) -> String {
    let object = |row: &Row<'_>| {
        serde_json::json!({
            "package": row.package, "channel": row.channel, "bundle": row.bundle, "version": row.version,
            "listed": row.is_listed, "result": row.result, "hops": row.hops, "between": row.between,
            "notShown": row.more, "end": row.end, "message": row.message,
        })
    };
    let list: Vec<_> = rows.iter().map(object).collect();
    serde_json::to_string_pretty(&list).expect("a list of strings is JSON") + "\n"
}
