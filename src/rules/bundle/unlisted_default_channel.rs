use crate::bundle::DEFAULT_CHANNEL_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unlisted-default-channel",
        summary: "the default channel is none of the bundle's channels",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unlisted_default_channel.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(DEFAULT_CHANNEL_ANNOTATION) else { return };
    let (default, channels) = (at.value.text(), view.channels());
    if default.is_empty() || channels.is_empty() || channels.iter().any(|channel| channel.trim() == default) {
        return;
    }
    let finding = out.report(
        at.place(),
        format!(
            "default channel `{default}` is none of {}",
            list(channels.iter().map(|channel| channel.trim()))
        ),
    );
    finding.help("name one of the channels, or add it to `bundle.channels.v1`");
}
