use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "entry-without-bundle",
        summary: "an entry of a channel has no bundle",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("entry_without_bundle.md"),
    },
    check: Check::Channel(check),
};

/// `opm` itself looks only at the last channel of a package here and stumbles over the others later.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.channel.package;
    if package.is_empty() || view.catalog.package(package).is_none() {
        return; // nor has the package bundles
    }
    for (index, entry) in view.channel.entries().iter().enumerate() {
        let name: &str = &entry.name;
        let has_bundle =
            view.catalog.bundle(package, name).is_some() || view.catalog.is_lost_bundle(package, name);
        let [(first, position), others @ ..] = view.catalog.seats(package, name) else { continue };
        let is_first = std::ptr::eq(*first, view.channel) && *position == index;
        if name.is_empty() || has_bundle || !is_first {
            continue; // a bundle that is missing in many channels is one fault
        }
        let message = format!("entry `{name}` of {} has no bundle", view.title());
        let finding = out.report(view.place().key("entries").index(index).key("name"), message);
        for (channel, position) in others {
            finding.label(channel.origin.key("entries").index(*position), "and neither has this entry");
        }
        let bundles = view.catalog.bundles(package).iter().map(|bundle| bundle.name.as_ref());
        let free = bundles.filter(|bundle| view.catalog.seats(package, bundle).is_empty());
        finding.help(match names::nearest(name, free) {
            Some(bundle) => format!("write `{bundle}`, if that bundle is meant"),
            None => "add its `olm.bundle` blob, or remove the entry".to_owned(),
        });
    }
}
