use crate::bundle::CHANNELS_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "nonstandard-channel-name",
        summary: "a channel's name does not say how stable it is",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("nonstandard_channel_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(CHANNELS_ANNOTATION) else { return };
    let is_standard =
        |channel: &str| ["candidate", "fast", "stable"].iter().any(|word| channel.starts_with(word));
    for channel in view.channels().iter().map(|channel| channel.trim()) {
        if !channel.is_empty() && !is_standard(channel) {
            let finding =
                out.report(at.place(), format!("channel `{channel}` does not say how stable it is"));
            finding.help("start the name with `candidate`, `fast` or `stable`, as in `stable-v1`");
        }
    }
}
