use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-platform-label",
        summary: "a label of a CSV names a platform that there is none of",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_platform_label.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (name, at) in view.contents.csv.iter().flat_map(|csv| csv.map(&["metadata", "labels"])) {
        let known = match (
            name.strip_prefix("operatorframework.io/arch."),
            name.strip_prefix("operatorframework.io/os."),
        ) {
            (Some(arch), _) => ARCHITECTURES.contains(&arch),
            (_, Some(os)) => SYSTEMS.contains(&os),
            _ => continue,
        };
        if !known {
            let finding = out.report(
                at.place(),
                format!("no platform is called `{}`", name.rsplit('.').next().unwrap_or_default()),
            );
            finding.help("write it as Go does, as in `operatorframework.io/arch.amd64`");
        } else if at.value.str().is_some_and(|value| value != "supported") {
            out.report(at.place(), format!("a platform is `supported`, not `{}`", at.value.text()))
                .help("write `supported`, or remove the label");
        }
    }
}

/// What Go calls the architectures that clusters run on.
const ARCHITECTURES: &[&str] =
    &["386", "amd64", "arm", "arm64", "loong64", "mips64le", "ppc64le", "riscv64", "s390x"];
/// What Go calls the systems that nodes run.
const SYSTEMS: &[&str] = &["linux", "windows", "zos"];
