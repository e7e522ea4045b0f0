//! Paths without asking the disk.

use std::path::{Component, Path, PathBuf};

/// The path with `.` and `..` worked out by spelling alone.
#[must_use]
pub fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match normal.components().next_back() {
                Some(Component::Normal(_)) => {
                    normal.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                Some(Component::ParentDir | Component::CurDir) | None => normal.push(component),
            },
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => normal.push(component),
        }
    }
    normal
}

/// The path as shown: forward slashes on every system.
#[must_use]
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_worked_out_by_spelling() {
        let check = |path: &str, expected: &str| assert_eq!(normalise(Path::new(path)), Path::new(expected));
        check("a/./b", "a/b");
        check("a/../b", "b");
        check("../a", "../a");
        check("../../a/..", "../..");
        check("/../a", "/a");
    }
}
