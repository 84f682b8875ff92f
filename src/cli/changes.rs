//! Notices that files have changed, by what can be seen of them without reading: no system has to tell us, so that it
//! works on every disk, mounted ones included.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What can be seen of files: paths, sizes, times. A folder is seen to be there.
pub(super) type Seen = Vec<(PathBuf, u64, SystemTime)>;

/// Looks at files and at all that is below folders. What is not there is not seen.
pub(super) fn look<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Seen {
    let (mut found, mut folders) = (Vec::new(), HashSet::new());
    paths.into_iter().for_each(|path| see(path.as_ref(), &mut folders, &mut found));
    found.sort();
    found
}

fn see(path: &Path, folders: &mut HashSet<(u64, u64)>, found: &mut Seen) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if !metadata.is_dir() {
        let time = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        found.push((path.to_owned(), metadata.len(), time));
        return;
    }
    found.push((path.to_owned(), 0, SystemTime::UNIX_EPOCH));
    // A link may lead back to a folder above it.
    if folders.insert((metadata.dev(), metadata.ino())) {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| see(&entry.path(), folders, found));
    }
}

/// Tells changes that are over from those under way: a file is often seen half-written.
pub(super) struct Changes {
    /// What was seen when the last change was over.
    taken: Seen,
    last: Seen,
}

impl Changes {
    pub(super) fn since(now: Seen) -> Self {
        Changes { taken: now.clone(), last: now }
    }

    /// Takes what is seen now, and returns whether a change is over: two looks in a row saw the same, which is not what
    /// was seen before.
    pub(super) fn are_over(&mut self, now: Seen) -> bool {
        if now != self.last {
            self.last = now;
            return false;
        }
        if now == self.taken {
            return false;
        }
        self.taken = now;
        true
    }

    /// Returns whether there are others since the last that was over.
    pub(super) fn has_more(&self, now: &Seen) -> bool {
        *now != self.taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn seen(size: u64) -> Seen {
        vec![("file".into(), size, SystemTime::UNIX_EPOCH + Duration::from_secs(size))]
    }

    #[test]
    fn a_change_is_over_when_two_looks_see_the_same() {
        let mut changes = Changes::since(seen(1));
        assert!(!changes.are_over(seen(1)));
        assert!(!changes.are_over(seen(2)), "it has just begun");
        assert!(!changes.are_over(seen(3)), "it goes on");
        assert!(changes.has_more(&seen(3)));
        assert!(changes.are_over(seen(3)));
        assert!(!changes.has_more(&seen(3)) && !changes.are_over(seen(3)), "it is told once");
    }

    #[test]
    fn what_was_changed_and_changed_back_is_no_change() {
        let mut changes = Changes::since(seen(1));
        assert!(!changes.are_over(seen(2)));
        assert!(!changes.are_over(seen(1)));
        assert!(!changes.are_over(seen(1)));
    }

    #[test]
    fn folders_that_lead_to_themselves_are_seen_once() {
        let folder = std::env::temp_dir().join(format!("olmcat-changes-{}", std::process::id()));
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(folder.join("a/file"), "text").unwrap();
        for name in ["one", "two", "three"] {
            std::os::unix::fs::symlink("..", folder.join("a").join(name)).unwrap();
        }
        let names = look([folder.join("a"), folder.join("nothing")]);
        fs::remove_dir_all(&folder).unwrap();
        let files = names.iter().filter(|(path, ..)| path.ends_with("a/file")).count();
        assert!(files >= 1 && names.len() < 12, "{names:?}");
    }
}
