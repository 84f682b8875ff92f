use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-maintainer-email",
        summary: "the address of a maintainer is none",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_maintainer_email.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for maintainer in view.contents.list(&["maintainers"]) {
        let email = maintainer.text(&["email"]).trim();
        // As `A Name <name@host>`, which is what Go's mail parser takes.
        let address = email.rsplit_once('<').map_or(email, |(_, rest)| rest.trim_end_matches('>'));
        let is_address = address.rsplit_once('@').is_some_and(|(user, host)| {
            !user.is_empty()
                && !host.is_empty()
                && !address.contains(char::is_whitespace)
                && !host.starts_with('.')
        });
        if !email.is_empty() && !is_address {
            let finding = out.report(maintainer.place_of("email"), format!("`{email}` is no address"));
            finding.help("write it as in `name@example.org`");
        }
    }
}
