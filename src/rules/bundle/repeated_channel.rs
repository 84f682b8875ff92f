use crate::bundle::CHANNELS_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "repeated-channel",
        summary: "the annotations name a channel twice, or one without name",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("repeated_channel.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(CHANNELS_ANNOTATION).filter(|at| !at.value.text().is_empty()) else {
        return;
    };
    let mut seen = HashSet::new();
    for channel in view.channels().iter().map(|channel| channel.trim()) {
        if channel.is_empty() {
            out.report(at.place(), "a channel without name").help("remove the comma that separates nothing");
        } else if !seen.insert(channel) {
            out.report(at.place(), format!("channel `{channel}` is named twice")).help("name it once");
        }
    }
}
