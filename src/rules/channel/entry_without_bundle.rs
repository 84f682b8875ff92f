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
        let has_bundle = view.catalog.bundle(package, name).is_some() || view.catalog.is_lost(name);
        if name.is_empty() || has_bundle {
            continue;
        }
        let message = format!("entry `{name}` of {} has no bundle", view.title());
        let entries = view.catalog.entries(package);
        let is_free = |bundle: &&str| entries.is_some_and(|entries| !entries.contains(bundle));
        let bundles = view.catalog.bundles(package).iter().map(|bundle| bundle.name.as_ref()).filter(is_free);
        out.report(view.place().key("entries").index(index).key("name"), message).help(match names::nearest(
            name, bundles,
        ) {
            Some(bundle) => format!("write `{bundle}`, if that bundle is meant"),
            None => "add its `olm.bundle` blob, or remove the entry".to_owned(),
        });
    }
}
