use crate::diag::{Code, Level, Suite};
use crate::rules::bindings::bindings;
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unused-service-account",
        summary: "permissions are given to a service account that nothing uses",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unused_service_account.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    for permission in &view.contents.permissions {
        let account = permission.account;
        let is_used = view.contents.deployments.iter().any(|deployment| deployment.account() == account)
            || bindings(view).any(|(_, subject)| subject.text(&["name"]) == account);
        // A Deployment that names no account has a finding of its own.
        let is_named = view.contents.deployments.iter().all(|deployment| deployment.account() != "default");
        if !account.is_empty()
            && !is_used
            && is_named
            && !view.contents.deployments.is_empty()
            && seen.insert(account)
        {
            let finding = out
                .report(permission.at.place_of("serviceAccountName"), format!("nothing runs as `{account}`"));
            finding.help(
                "mend the name, remove the permissions, or say that the operator starts pods as this account",
            );
        }
    }
}
