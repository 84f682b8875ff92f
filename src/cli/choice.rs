//! The flags that say which rules count in a run, and how much.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::diag::{Error, Level, Minors, Platform, Suite};
use crate::rules;

/// A suite, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SuiteName(pub(super) Suite);

impl ValueEnum for SuiteName {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [SuiteName; Suite::ALL.len()] = {
            let mut all = [SuiteName(Suite::Required); Suite::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = SuiteName(Suite::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

/// Which rules count, and how much; what is given here wins over `catalog/olmcat.yaml`.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct Choice {
    /// Do not report what a rule finds.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    allow: Vec<String>,
    /// Report what a rule finds as warnings.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    warn: Vec<String>,
    /// Report what a rule finds as errors.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    error: Vec<String>,
    /// Let these suites of rules count, besides `required`, which always does [default: `percona`,
    /// `good-practices`].
    #[arg(long = "suite", value_name = "SUITE", value_delimiter = ',')]
    suites: Vec<SuiteName>,
    /// What the catalog is to be installed on: `olm-v0`, `olm-v1`, `ocp-4.15`. Leaves out rules that
    /// matter elsewhere only.
    #[arg(long = "target", value_name = "TARGET", value_delimiter = ',')]
    platforms: Vec<Platform>,
    /// The versions of Kubernetes that it is to be installed on: `1.25`, `1.25-1.30`, or `1.25-` for all
    /// from there on.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<Minors>,
    /// Leave out the findings that this file knows [default: `catalog/.olmcat-baseline.json`].
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the findings of this run into the baseline, so that from now on only others count.
    #[arg(long)]
    pub(super) write_baseline: bool,
}

impl Choice {
    /// Returns the levels by rule.
    ///
    /// # Errors
    /// When there is no such rule, or one that is required would be lowered.
    pub(super) fn levels(&self) -> Result<HashMap<String, Level>, Error> {
        let mut levels = HashMap::new();
        for (level, ids) in
            [(Level::Allow, &self.allow), (Level::Warn, &self.warn), (Level::Error, &self.error)]
        {
            for id in ids {
                let is_known = rules::all().iter().any(|rule| rule.code.id == id);
                if level != Level::Error || !is_known {
                    let hint = if is_known {
                        "mend what it finds; its level cannot be lowered"
                    } else {
                        "run `olmcat explain` for the list of rules"
                    };
                    rules::lowerable(id).map_err(|fault| Error::new(fault).hint(hint))?;
                }
                if levels.insert(id.clone(), level).is_some_and(|other| other != level) {
                    return Err(Error::new(format!("two levels for `{id}`")).hint("give each rule one"));
                }
            }
        }
        Ok(levels)
    }

    /// Returns the suites that count, if any are named.
    pub(super) fn suites(&self) -> Option<Vec<Suite>> {
        (!self.suites.is_empty()).then(|| self.suites.iter().map(|name| name.0).collect())
    }

    /// Returns the platforms, if any are named.
    pub(super) fn platforms(&self) -> Option<Vec<Platform>> {
        (!self.platforms.is_empty()).then(|| self.platforms.clone())
    }

    /// Returns the versions of Kubernetes, if they are named.
    pub(super) fn kube(&self) -> Option<Minors> {
        self.kube_version
    }
}
