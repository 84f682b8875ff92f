use crate::bundle::CHANNELS_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "channel-with-blanks",
        summary: "a channel in the annotations has blanks around its name",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("channel_with_blanks.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(CHANNELS_ANNOTATION) else { return };
    for channel in view.channels().iter().filter(|channel| **channel != channel.trim()) {
        let finding = out.report(at.place(), format!("channel `{channel}` has a blank in its name"));
        finding.help("separate channels by a comma alone, as in `stable,fast`");
    }
}
