//! What a catalog is to be installed on, and where a rule matters.

use std::fmt;
use std::str::FromStr;

/// A version of two numbers, such as Kubernetes 1.25 or OpenShift 4.15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minor {
    /// The first number.
    pub major: u16,
    /// The second number; 4.9 is before 4.10.
    pub minor: u16,
}

impl Minor {
    /// Makes a version.
    pub const fn new(major: u16, minor: u16) -> Self {
        Minor { major, minor }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Minor {
    type Err = String;

    /// Reads `1.25`, also as `v1.25` and `1.25.3`, whose last number does not matter here.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(|number| {
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| number.parse::<u16>().ok()).flatten()
        });
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Some(major)), Some(Some(minor)), None | Some(Some(_)), None) => Ok(Minor { major, minor }),
            _ => Err(format!("`{text}` is no version such as `1.25`")),
        }
    }
}

/// A range of versions, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Minors {
    /// The first.
    pub first: Minor,
    /// The last.
    pub last: Minor,
}

impl Minors {
    /// Every version.
    pub const ALL: Minors = Minors { first: Minor::new(0, 0), last: Minor::new(u16::MAX, u16::MAX) };

    /// Makes the range from a version on.
    pub const fn since(major: u16, minor: u16) -> Self {
        Minors { first: Minor::new(major, minor), last: Minors::ALL.last }
    }

    /// Makes the range up to a version, and with it.
    pub const fn until(major: u16, minor: u16) -> Self {
        Minors { first: Minors::ALL.first, last: Minor::new(major, minor) }
    }

    /// Returns whether a version is in the range.
    pub fn contains(self, version: Minor) -> bool {
        self.first <= version && version <= self.last
    }

    /// Returns whether some version is in both ranges.
    pub fn overlaps(self, other: Minors) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

impl Default for Minors {
    fn default() -> Self {
        Minors::ALL
    }
}

impl FromStr for Minors {
    type Err = String;

    /// Reads `1.25`, `1.25-1.30`, and `1.25-` for all from there on.
    fn from_str(text: &str) -> Result<Self, String> {
        let range = match text.split_once('-') {
            None => {
                let one: Minor = text.parse()?;
                Minors { first: one, last: one }
            }
            Some((first, "")) => Minors { first: first.parse()?, last: Minors::ALL.last },
            Some((first, last)) => Minors { first: first.parse()?, last: last.parse()? },
        };
        if range.first > range.last {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(range)
    }
}

/// What a catalog is to be installed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Platform {
    /// The Operator Lifecycle Manager with Subscriptions and install plans.
    OlmV0,
    /// The one with ClusterExtensions.
    OlmV1,
    /// OpenShift, which brings OLM v0, and OLM v1 from 4.18 on.
    OpenShift(Minor),
}

impl Platform {
    /// Returns the Kubernetes that it is known to bring: OpenShift 4.3 and later have 1.(x + 13).
    pub fn kube(self) -> Option<Minor> {
        match self {
            Platform::OpenShift(Minor { major: 4, minor }) if minor >= 3 => {
                Some(Minor::new(1, minor.saturating_add(13)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Platform::OlmV0 => f.write_str("olm-v0"),
            Platform::OlmV1 => f.write_str("olm-v1"),
            Platform::OpenShift(version) => write!(f, "ocp-{version}"),
        }
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let openshift = text.strip_prefix("ocp-").and_then(|version| version.parse().ok());
        match text {
            "olm-v0" => Ok(Platform::OlmV0),
            "olm-v1" => Ok(Platform::OlmV1),
            _ => openshift
                .filter(|version: &Minor| version.major == 4)
                .map(Platform::OpenShift)
                .ok_or_else(|| format!("no target `{text}`; there are `olm-v0`, `olm-v1` and `ocp-4.x`")),
        }
    }
}

/// Where a rule matters: [`Applies::EVERYWHERE`] unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applies {
    /// On OLM v0, of whatever Kubernetes.
    pub olm_v0: bool,
    /// On OLM v1.
    pub olm_v1: bool,
    /// On which versions of OpenShift.
    pub openshift: Option<Minors>,
    /// With which versions of Kubernetes; what OpenShift brings counts as well.
    pub kube: Minors,
    /// Also when no platform is chosen.
    pub is_usual: bool,
}

impl Applies {
    /// On everything.
    pub const EVERYWHERE: Applies = Applies {
        olm_v0: true,
        olm_v1: true,
        openshift: Some(Minors::ALL),
        kube: Minors::ALL,
        is_usual: true,
    };
    /// On OLM v0, which all of OpenShift has.
    pub const OLM_V0: Applies = Applies { olm_v1: false, ..Applies::EVERYWHERE };
    /// On OLM v1, which OpenShift has from 4.18 on.
    pub const OLM_V1: Applies =
        Applies { olm_v0: false, openshift: Some(Minors::since(4, 18)), ..Applies::EVERYWHERE };
    /// On OLM v1 if it is chosen: what OLM v0 takes is no fault as long as nobody wants to do without it,
    /// and OpenShift has both.
    pub const OLM_V1_ALONE: Applies = Applies { openshift: None, is_usual: false, ..Applies::OLM_V1 };

    /// On some versions of OpenShift and nothing else.
    pub const fn openshift(versions: Minors) -> Self {
        Applies { olm_v0: false, olm_v1: false, openshift: Some(versions), ..Applies::EVERYWHERE }
    }

    /// On everything with some versions of Kubernetes.
    pub const fn kube(versions: Minors) -> Self {
        Applies { kube: versions, ..Applies::EVERYWHERE }
    }

    /// Returns whether the rule matters on a platform, of whatever Kubernetes.
    pub fn on(&self, platform: Platform) -> bool {
        match platform {
            Platform::OlmV0 => self.olm_v0,
            Platform::OlmV1 => self.olm_v1,
            Platform::OpenShift(version) => self.openshift.is_some_and(|versions| versions.contains(version)),
        }
    }
}

impl fmt::Display for Applies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let olm = [(self.olm_v0, "olm-v0"), (self.olm_v1, "olm-v1")];
        let olm = olm.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name.to_owned());
        let openshift = self.openshift.iter().map(|versions| format!("ocp{}", named(*versions, "-")));
        f.write_str(&olm.chain(openshift).collect::<Vec<_>>().join(", "))?;
        if self.kube != Minors::ALL {
            write!(f, "; Kubernetes{}", named(self.kube, " "))?;
        }
        if !self.is_usual {
            f.write_str(" (if chosen with `--target`)")?;
        }
        Ok(())
    }
}

/// Returns a range of versions behind a separator; nothing for all of them.
fn named(Minors { first, last }: Minors, separator: &str) -> String {
    match (first == Minors::ALL.first, last == Minors::ALL.last) {
        (true, true) => String::new(),
        (false, true) => format!("{separator}{first} and later"),
        (true, false) => format!("{separator}{last} and before"),
        (false, false) => format!("{separator}{first} to {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_ranges_are_read() {
        assert_eq!("1.25".parse(), Ok(Minor::new(1, 25)));
        assert_eq!("v1.25.3".parse(), Ok(Minor::new(1, 25)));
        for wrong in ["", "1", "1.x", "1.2.3.4", "1.+2", "-1.2", "1..2", "1.99999"] {
            assert!(wrong.parse::<Minor>().is_err(), "{wrong}");
        }
        assert!(Minor::new(4, 9) < Minor::new(4, 10));
        let range: Minors = "1.22-1.25".parse().unwrap();
        assert!(range.contains(Minor::new(1, 25)) && !range.contains(Minor::new(1, 26)));
        assert!(range.overlaps(Minors::since(1, 25)) && !range.overlaps(Minors::since(1, 26)));
        assert_eq!("1.25-".parse(), Ok(Minors::since(1, 25)));
        assert!("1.25-1.22".parse::<Minors>().is_err());
    }

    #[test]
    fn platforms_are_read_as_they_are_written() {
        for name in ["olm-v0", "olm-v1", "ocp-4.15"] {
            assert_eq!(name.parse::<Platform>().unwrap().to_string(), name);
        }
        for wrong in ["olm", "ocp-", "ocp-3.11", "ocp-4.x", "4.15"] {
            assert!(wrong.parse::<Platform>().is_err(), "{wrong}");
        }
        assert_eq!("ocp-4.12".parse::<Platform>().unwrap().kube(), Some(Minor::new(1, 25)));
    }

    #[test]
    fn people_read_where_a_rule_matters() {
        assert_eq!(Applies::EVERYWHERE.to_string(), "olm-v0, olm-v1, ocp");
        assert_eq!(Applies::OLM_V1.to_string(), "olm-v1, ocp-4.18 and later");
        assert_eq!(Applies::OLM_V1_ALONE.to_string(), "olm-v1 (if chosen with `--target`)");
        assert_eq!(Applies::openshift(Minors::until(4, 8)).to_string(), "ocp-4.8 and before");
        assert!(Applies::kube(Minors::since(1, 25)).to_string().ends_with("; Kubernetes 1.25 and later"));
    }

    #[test]
    fn openshift_has_the_new_olm_since_it_was_shipped() {
        let on = |version| Applies::OLM_V1.on(Platform::OpenShift(Minor::new(4, version)));
        assert!(!on(17) && on(18));
        assert!(!Applies::OLM_V1.on(Platform::OlmV0) && Applies::OLM_V0.on(Platform::OlmV0));
        assert!(!Applies::openshift(Minors::since(4, 9)).on(Platform::OlmV0));
    }
}
