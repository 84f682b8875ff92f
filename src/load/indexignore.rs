//! `.indexignore`: which files of a catalog folder are no FBC.
//!
//! The dialect is that of opm's libraries (joelanford/ignore over go-git's gitignore), not git's own;
//! opm-spec 2.2 has the table of forms that the tests repeat.

/// The patterns of all `.indexignore` files of a tree, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    /// The folder that holds the file, as path components below the root.
    domain: Vec<String>,
    parts: Vec<String>,
    includes: bool,
    is_anchored: bool,
    only_folders: bool,
}

impl Ignore {
    /// Adds the patterns of one file, which stands in `folder` (components below the root).
    pub fn add(&mut self, folder: &[&str], text: &str) {
        for line in text.lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                self.patterns.push(Pattern::parse(folder, line));
            }
        }
    }

    /// Returns whether the file at this path (components below the root) is hidden: the last
    /// pattern that matches decides.
    pub fn hides(&self, path: &[&str]) -> bool {
        let last = self.patterns.iter().rev().find(|pattern| pattern.matches(path));
        last.is_some_and(|pattern| !pattern.includes)
    }
}

impl Pattern {
    fn parse(folder: &[&str], line: &str) -> Self {
        let (includes, line) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (only_folders, line) = line.strip_suffix('/').map_or((false, line), |rest| (true, rest));
        let is_anchored = line.contains('/');
        Pattern {
            domain: folder.iter().map(|part| (*part).to_owned()).collect(),
            parts: line.strip_prefix('/').unwrap_or(line).split('/').map(str::to_owned).collect(),
            includes,
            is_anchored,
            only_folders,
        }
    }

    fn matches(&self, path: &[&str]) -> bool {
        let Some(below) = path.get(self.domain.len()..) else { return false };
        if below.is_empty() || !self.domain.iter().zip(path).all(|(a, b)| a == b) {
            return false;
        }
        if self.is_anchored {
            return self.matches_anchored(&self.parts, below);
        }
        // Any component; a folder's name hides all that is in it.
        let last = below.len() - usize::from(self.only_folders);
        below[..last].iter().any(|name| glob(&self.parts[0], name))
    }

    /// Compares component by component; a match of the first components is enough, since then a
    /// folder on the way is meant.
    fn matches_anchored(&self, parts: &[String], path: &[&str]) -> bool {
        let Some((part, more)) = parts.split_first() else {
            // All parts are used up by the file itself, which is no folder, or by one above it.
            return !(self.only_folders && path.is_empty());
        };
        if part == "**" {
            if more.is_empty() {
                // `a/**`: everything below; `/**` alone has nothing before it and matches nothing.
                return self.parts.len() > 1 && !path.is_empty();
            }
            return (0..path.len()).any(|skipped| self.matches_anchored(more, &path[skipped..]));
        }
        let Some((name, rest)) = path.split_first() else { return false };
        !part.contains("**") && glob(part, name) && self.matches_anchored(more, rest)
    }
}

/// Go's `filepath.Match` on one component; a malformed pattern matches nothing.
fn glob(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    is_well_formed(&pattern) && matches_here(&pattern, &name)
}

fn is_well_formed(pattern: &[char]) -> bool {
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            '\\' if at + 1 == pattern.len() => return false,
            '\\' => at += 2,
            '[' => match class(&pattern[at..], None) {
                Some((_, length)) => at += length,
                None => return false,
            },
            _ => at += 1,
        }
    }
    true
}

/// Matches with one point to go back to, the last `*`: linear in pattern times name.
fn matches_here(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, n));
                p += 1;
                continue;
            }
            None if n == name.len() => return true,
            None => None,
            Some('?') => (n < name.len()).then_some(1),
            Some('\\') => (pattern.get(p + 1) == name.get(n)).then_some(2),
            Some('[') => match name.get(n).and_then(|c| class(&pattern[p..], Some(*c))) {
                Some((true, length)) => Some(length),
                _ => None,
            },
            Some(c) => (name.get(n) == Some(c)).then_some(1),
        };
        match (step, star) {
            (Some(length), _) => (p, n) = (p + length, n + 1),
            (None, Some((after, from))) if from < name.len() => {
                (p, n) = (after, from + 1);
                star = Some((after, from + 1));
            }
            (None, _) => return false,
        }
    }
}

/// Reads a class such as `[a-z]` or `[^a]`: whether `c` is in it, and its length; none if malformed.
fn class(pattern: &[char], c: Option<char>) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'^');
    let mut at = 1 + usize::from(negated);
    let mut found = false;
    let mut ranges = 0;
    let member = |at: &mut usize| {
        let c = match pattern.get(*at)? {
            '\\' => {
                *at += 1;
                *pattern.get(*at)?
            }
            '-' | ']' => return None,
            c => *c,
        };
        *at += 1;
        Some(c)
    };
    while ranges == 0 || *pattern.get(at)? != ']' {
        let low = member(&mut at)?;
        let high = if pattern.get(at) == Some(&'-') {
            at += 1;
            member(&mut at)?
        } else {
            low
        };
        found |= c.is_some_and(|c| (low..=high).contains(&c));
        ranges += 1;
    }
    Some((found != negated, at + 1))
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    /// Patterns (in the file of a folder), a path, whether it is hidden.
    #[test]
    fn every_form_of_the_table() {
        let table: &[(&str, &str, &str, bool)] = &[
            ("", "*.md", "README.md", true),
            ("", "*.md", "a/b/README.md", true),
            ("", "a", "a/b/c.yaml", true),
            ("", "a", "b/a", true),
            ("", "a/", "a", false),
            ("", "a/", "b/a", false),
            ("", "a/", "a/b.yaml", true),
            ("", "a/", "b/a/c.yaml", true),
            ("", "a/b", "a/b", true),
            ("", "a/b", "a/b/c.yaml", true),
            ("", "a/b", "x/a/b", false),
            ("", "/top.yaml", "top.yaml", true),
            ("", "/top.yaml", "a/top.yaml", false),
            ("", "x/**/a.yaml", "x/a.yaml", true),
            ("", "x/**/a.yaml", "x/y/z/a.yaml", true),
            ("", "x/**/a.yaml", "y/a.yaml", false),
            ("", "x/**", "x/a", true),
            ("", "x/**", "x/y/a", true),
            ("", "x/**", "x", false),
            ("", "/**", "a.yaml", false),
            ("", "**", "a/b.yaml", true),
            ("", "x**", "xyz", true),
            ("", "x**/a", "xy/a", false),
            ("", "**/*", "a/b.yaml", true),
            ("", "**/*\n!*.yaml", "a/b.yaml", false),
            ("", "**/*\n!*.yaml", "a/b.md", true),
            ("", "a\n!a/b.yaml", "a/b.yaml", false),
            ("", "a?c", "abc", true),
            ("", "a?c", "ac", false),
            ("", "[a-c]x", "bx", true),
            ("", "[^a-c]x", "bx", false),
            ("", "[^a-c]x", "dx", true),
            ("", "[a-c", "a", false),
            ("", "\\*", "*", true),
            ("", "\\*", "a", false),
            ("", "a\\", "a", false),
            ("", "# a", "# a", false),
            ("", "  a  ", "a", true),
            ("", "!a", "a", false),
            ("", "*\n!a", "a", false),
            ("", "!a\n*", "a", true),
            ("", "*a*b*c", "xaybzc", true),
            ("", "*a*b*c", "xaybz", false),
            ("sub", "*.md", "x.md", false),
            ("sub", "*.md", "sub/x.md", true),
            ("sub", "/x.md", "sub/x.md", true),
            ("sub", "/x.md", "sub/y/x.md", false),
            ("sub", "sub", "sub/x", false),
        ];
        for (folder, patterns, path, hidden) in table {
            let split = |path: &str| {
                path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            let (folder, path) = (split(folder), split(path));
            let refs = |parts: &'_ [String]| {
                parts
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            let mut ignore = Ignore::default();
            let domain = refs(&folder);
            ignore.add(&domain.iter().map(String::as_str).collect::<Vec<_>>(), patterns);
            let below: Vec<&str> = path.iter().map(String::as_str).collect();
            assert_eq!(ignore.hides(&below), *hidden, "{patterns:?} on {below:?}");
        }
    }

    #[test]
    fn later_and_deeper_files_win() {
        let mut ignore = Ignore::default();
        ignore.add(&[], "*.yaml");
        ignore.add(&["a"], "!x.yaml");
        assert!(ignore.hides(&["x.yaml"]));
        assert!(!ignore.hides(&["a", "x.yaml"]));
    }
}
