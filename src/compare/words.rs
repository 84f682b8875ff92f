//! Differences in words.

use super::{BlobDifference, Change, Deprecated, Difference};

/// The headings of what harms somebody; they come first.
pub const GRAVE: [&str; 2] = ["Stranded", "Upgrades that do more harm than before"];

/// A group of differences: a heading, and a sentence for each.
pub type Group = (&'static str, Vec<String>);

/// Puts the differences in words, the gravest first. `quote` quotes what is of the catalogs: names, and words with names
/// in them.
pub fn groups(difference: &Difference, quote: &dyn Fn(&str) -> String) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut add = |heading, lines: Vec<String>| {
        if !lines.is_empty() {
            groups.push((heading, lines));
        }
    };
    let of = |what: &str, name: &str, package: &str| format!("{what} {} of {}", quote(name), quote(package));
    let stranded = difference.stranded.iter().map(|one| {
        let channel = of("channel", &one.channel, &one.package);
        format!("{} in {channel}: {}", quote(&one.name), one.why.phrase(quote))
    });
    add(GRAVE[0], stranded.collect());
    let worse = difference.worse.iter().map(|one| {
        let (crd, effect, told) = (quote(&one.harm.crd), one.harm.effect.phrase(), quote(&one.harm.told()));
        let upgrade = format!("{} -> {} of {}", quote(&one.from), quote(&one.to), quote(&one.package));
        format!("{upgrade}: {crd} {effect}: {told}")
    });
    add(GRAVE[1], worse.collect());
    for (heading, wanted) in [("Removed", Change::Removed), ("Added", Change::Added)] {
        let are = |blobs: &[BlobDifference], line: &dyn Fn(&BlobDifference) -> String| -> Vec<String> {
            blobs.iter().filter(|blob| blob.change == wanted).map(line).collect()
        };
        let mut lines = are(&difference.packages, &|blob| format!("package {}", quote(&blob.name)));
        lines.extend(are(&difference.channels, &|blob| of("channel", &blob.name, &blob.package)));
        lines.extend(are(&difference.bundles, &|blob| of("bundle", &blob.name, &blob.package)));
        add(heading, lines);
    }
    let fields = |fields: &[&String]| {
        let field = |field: &&String| match field.strip_prefix("property ") {
            Some(kind) => format!("property {}", quote(kind)),
            None => (*field).clone(),
        };
        fields.iter().map(field).collect::<Vec<_>>().join(", ")
    };
    let changed = difference.bundles.iter().filter(|bundle| bundle.change == Change::Changed);
    let changed = changed.map(|bundle| {
        let differing: Vec<&String> = bundle.fields.iter().collect();
        format!("{}: {}", of("bundle", &bundle.name, &bundle.package), fields(&differing))
    });
    add("Changed under the same name", changed.collect());
    let deprecated = |is_gone: bool| {
        let all = difference.deprecations.iter();
        all.filter(move |one| (one.change == Change::Removed) == is_gone).map(|one| deprecation(one, quote))
    };
    add("Deprecated", deprecated(false).collect());
    add("No longer deprecated", deprecated(true).collect());
    let none = |text: &str| if text.is_empty() { "none".to_owned() } else { quote(text) };
    let defaults = difference.defaults.iter();
    add(
        "Default channels",
        defaults
            .map(|(package, old, new)| format!("{}: {} -> {}", quote(package), none(old), none(new)))
            .collect(),
    );
    let heads = difference.heads.iter().map(|(package, channel, old, new)| {
        format!("{}: {} -> {}", of("channel", channel, package), none(old), none(new))
    });
    add("Heads", heads.collect());
    let edges =
        difference.channels.iter().filter(|channel| channel.fields.iter().any(|field| field == ENTRIES));
    add(
        "Channels with other entries or edges",
        edges.map(|channel| format!("{} of {}", quote(&channel.name), quote(&channel.package))).collect(),
    );
    // What has no group of its own.
    let rest = |what: &str, blob: &BlobDifference| {
        let rest = |field: &&String| ![ENTRIES, "defaultChannel"].contains(&field.as_str());
        let differing: Vec<&String> = blob.fields.iter().filter(rest).collect();
        (!differing.is_empty()).then(|| format!("{what}: {}", fields(&differing)))
    };
    let packages = difference.packages.iter();
    let mut other: Vec<String> =
        packages.filter_map(|blob| rest(&format!("package {}", quote(&blob.name)), blob)).collect();
    let channels = difference.channels.iter();
    other.extend(channels.filter_map(|blob| rest(&of("channel", &blob.name, &blob.package), blob)));
    other.extend(difference.others.iter().map(|blob| match blob.package.as_str() {
        "" => format!("blobs {}: {}", quote(&blob.name), blob.change),
        package => format!("{}: {}", of("blobs", &blob.name, package), blob.change),
    }));
    add("Other differences", other);
    groups
}

/// The field of a channel that has a group of its own.
const ENTRIES: &str = "entries";

/// Says what is deprecated, and in which words unless it is not any more.
fn deprecation(one: &Deprecated, quote: &dyn Fn(&str) -> String) -> String {
    let package = quote(&one.package);
    let mut line = match one.schema.as_str() {
        "olm.package" => format!("package {package}"),
        "olm.channel" => format!("channel {} of {package}", quote(&one.name)),
        "olm.bundle" => format!("bundle {} of {package}", quote(&one.name)),
        schema => format!("{} {} of {package}", quote(schema), quote(&one.name)),
    };
    if one.change == Change::Changed {
        line += ", now in other words";
    }
    if one.change != Change::Removed && !one.message.is_empty() {
        line += &format!(": {}", quote(&one.message.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    line
}
