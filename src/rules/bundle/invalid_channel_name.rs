use crate::bundle::CHANNELS_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_label_value;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-channel-name",
        summary: "a channel has a name that does not fit a label",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_channel_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(CHANNELS_ANNOTATION) else { return };
    for channel in view.channels().iter().map(|channel| channel.trim()) {
        if !channel.is_empty() && !is_label_value(channel) {
            let finding =
                out.report(at.place(), format!("channel `{channel}` has a name that does not fit a label"));
            finding.help("use up to 63 letters, digits, `-`, `_` and `.`");
        }
    }
}
