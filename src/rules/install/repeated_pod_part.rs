use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "repeated-pod-part",
        summary: "a pod has two containers, volumes or ports of one name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("repeated_pod_part.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        let Some(pod) = &deployment.pod else { continue };
        let containers: Vec<_> =
            ["containers", "initContainers"].iter().flat_map(|list| pod.list(&[list])).collect();
        repeated(&containers, "container", out);
        repeated(&pod.list(&["volumes"]).collect::<Vec<_>>(), "volume", out);
        for container in &containers {
            repeated(&container.list(&["ports"]).collect::<Vec<_>>(), "port", out);
            repeated(&container.list(&["env"]).collect::<Vec<_>>(), "variable", out);
        }
    }
}

/// A variable that is set twice is legal, and the last value counts: it is left to those who compare.
fn repeated(parts: &[At<'_>], what: &str, out: &mut Findings<'_>) {
    for (index, part) in parts.iter().enumerate().filter(|_| what != "variable") {
        let name = part.text(&["name"]);
        if let Some(first) =
            parts[..index].iter().find(|first| !name.is_empty() && first.text(&["name"]) == name)
        {
            let finding = out.report(part.place_of("name"), format!("a second {what} `{name}` in this pod"));
            finding
                .label(first.place_of("name"), "the first one")
                .help(format!("name the {what} differently"));
        }
    }
}
