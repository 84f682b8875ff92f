use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::resolve::End;
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "stranded-version",
        summary: "a version that was published before has no way to the head",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("stranded_version.md"),
    },
    check: Check::Contract(check),
};

/// An upgrade is looked up by the name of the installed CSV, so who runs one that nobody names stays there.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed().filter(|subscribed| view.choosable[subscribed.head]) {
        let (index, ladder) = (view.index(), view.ladder(subscribed.at));
        for (number, name) in subscribed.expected.published.iter().enumerate() {
            let known = index.bundles.iter().find(|bundle| bundle.blob.name == name.as_str());
            let named = name.rsplit_once(".v").and_then(|(_, version)| Version::parse_tolerant(version).ok());
            let version = known.and_then(|bundle| bundle.traits.version.clone()).or(named);
            let at = match ladder.from(name, version.as_ref()) {
                (.., End::Head) => continue,
                (Some(_), _, End::Stranded(Some(end))) => Some(&index.bundles[end].blob.name),
                _ => None,
            };
            let head = &index.offered(subscribed.head).blob.name;
            let channel = subscribed.lane.name;
            let mut message =
                format!("whoever runs `{name}` does not get to the head `{head}` of channel `{channel}`");
            if let Some(at) = at {
                message += &format!(", but stops at `{at}`");
            }
            let shown = version.map(|version| version.to_string()).unwrap_or_default();
            let place = view.expected_place(subscribed.package).key("published").index(number);
            let finding =
                out.of(subscribed.package, &shown).report(subscribed.channel.origin.clone(), message);
            finding.label(place, "it was published, says the contract");
            finding.help("let an entry on the way to the head name it in `replaces` or `skips`, or hold it in a `skipRange`");
        }
    }
}
