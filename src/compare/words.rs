//! Differences in words.

use super::{Change, Difference};

/// The headings of what harms somebody; they come first.
pub const GRAVE: [&str; 2] = ["Stranded", "Upgrades that do more harm than before"];

/// A group of differences: a heading, and a sentence for each.
pub type Group = (&'static str, Vec<String>);

/// Puts the differences in words, the gravest first. `name` quotes a name.
pub fn groups(difference: &Difference, name: &dyn Fn(&str) -> String) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |heading, lines: Vec<String>| {
        if !lines.is_empty() {
            groups.push((heading, lines));
        }
    };
    let stranded = difference.stranded.iter().map(|one| {
        let why = if one.why.contains('`') { name_in(&one.why, name) } else { one.why.clone() };
        format!("{} in channel {}: {why}", name(&one.name), name(&one.channel))
    });
    add(GRAVE[0], stranded.collect());
    let worse = difference.worse.iter().map(|one| {
        let sentence = name_in(&one.harm.to_string(), name);
        format!("{} -> {}: {sentence}", name(&one.from), name(&one.to))
    });
    add(GRAVE[1], worse.collect());
    for (heading, wanted) in [("Removed", Change::Removed), ("Added", Change::Added)] {
        let packages = difference.packages.iter().filter(|(_, change)| *change == wanted);
        let mut lines: Vec<String> =
            packages.map(|(package, _)| format!("package {}", name(package))).collect();
        let channels = difference.channels.iter().filter(|(.., change)| *change == wanted);
        lines.extend(
            channels.map(|(package, channel, _)| format!("channel {} of {}", name(channel), name(package))),
        );
        let bundles = difference.bundles.iter().filter(|bundle| bundle.change == wanted);
        lines.extend(bundles.map(|bundle| format!("bundle {}", name(&bundle.name))));
        add(heading, lines);
    }
    let changed = difference.bundles.iter().filter(|bundle| bundle.change == Change::Changed);
    add(
        "Changed under the same name",
        changed
            .map(|bundle| format!("bundle {}: {}", name(&bundle.name), bundle.fields.join(", ")))
            .collect(),
    );
    let none = |text: &str| if text.is_empty() { "none".to_owned() } else { name(text) };
    let defaults = difference.defaults.iter();
    add(
        "Default channels",
        defaults
            .map(|(package, old, new)| format!("{}: {} -> {}", name(package), none(old), none(new)))
            .collect(),
    );
    let heads = difference.heads.iter();
    add(
        "Heads",
        heads
            .map(|(_, channel, old, new)| {
                format!("channel {}: {} -> {}", name(channel), none(old), none(new))
            })
            .collect(),
    );
    let edges = difference.channels.iter().filter(|(.., change)| *change == Change::Changed);
    add(
        "Channels with other entries or edges",
        edges.map(|(package, channel, _)| format!("{} of {}", name(channel), name(package))).collect(),
    );
    groups
}

/// Quotes what a sentence quotes.
fn name_in(text: &str, name: &dyn Fn(&str) -> String) -> String {
    text.split('`')
        .enumerate()
        .map(|(at, part)| if at % 2 == 1 { name(part) } else { part.to_owned() })
        .collect()
}
