//! `olmcat explain`: the document of a rule.

use super::{ExitStatus, Ui};
use crate::diag::{Applies, Code, Error};
use crate::rules;

/// Explain a rule: what it checks, why it matters, and how to mend what it finds
///
/// RULE is the id that a finding shows in brackets, such as `multiple-channel-heads`, or an id of the
/// field that the rule covers, such as `cat-channel-multiple-heads` or `IC03`. Without RULE every rule
/// is listed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The id of a rule.
    rule: Option<String>,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let codes: Vec<&Code> = rules::all().into_iter().map(|rule| &rule.code).collect();
    let Some(wanted) = &args.rule else {
        let width = codes.iter().map(|code| code.id.len()).max().unwrap_or(0);
        let lines = codes
            .iter()
            .map(|code| format!("{:width$}  {:14}  {}\n", code.id, code.suite.name(), code.summary));
        ui.print(&lines.collect::<String>())?;
        return Ok(ExitStatus::Clean);
    };
    let by_id = codes.iter().find(|code| code.id == wanted);
    let Some(code) = by_id.or_else(|| codes.iter().find(|code| covers(code.docs, wanted))) else {
        let mut near: Vec<(usize, &str)> =
            codes.iter().map(|code| (likeness(code.id, wanted), code.id)).collect();
        near.retain(|(likeness, _)| *likeness > 0);
        near.sort_by_key(|(likeness, id)| (std::cmp::Reverse(*likeness), id.len()));
        let near: Vec<&str> = near.into_iter().take(3).map(|(_, id)| id).collect();
        let hint = match near.as_slice() {
            [] => "run `olmcat explain` for the list of rules".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        };
        return Err(Error::new(format!("no rule is called `{wanted}`")).hint(hint));
    };
    // What follows is for the tests.
    let docs = code.docs.split("\n## More cases").next().unwrap_or(code.docs);
    let applies =
        rules::all().into_iter().find(|rule| rule.code.id == code.id).map(|rule| rule.check.applies());
    let applies = applies.filter(|applies| *applies != Applies::EVERYWHERE);
    let applies = applies.map(|applies| format!(" Matters on: {applies}.")).unwrap_or_default();
    ui.print(&format!(
        "{}\n\nSuite: {}. Level: {}. Since: {}.{applies}\n",
        docs.trim_end(),
        code.suite.name(),
        code.level,
        code.since
    ))?;
    Ok(ExitStatus::Clean)
}

/// Whether a document names an id of the field after "Covers:".
fn covers(docs: &str, id: &str) -> bool {
    let Some((_, covered)) = docs.split_once("Covers:") else { return false };
    let sentence = covered.split("\n\n").next().unwrap_or(covered);
    sentence.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == id)
}

/// How many words of what was typed an id has, forms of a word included.
fn likeness(id: &str, wanted: &str) -> usize {
    wanted
        .split(['-', '_', ' '])
        .filter(|word| word.len() > 2 && id.contains(word.trim_end_matches('s')))
        .count()
}
