//! Paths of files that a scenario names: from where they count.

/// A path as written in a file, from where that file's own name counts; `.` and `..` are folded where they can be.
pub(in crate::analysis) fn resolve(importing: &str, path: &str) -> String {
    let folder = importing.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = path.starts_with('/');
    let whole = if absolute || folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let root = if whole.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn paths_are_relative_to_the_file_they_are_written_in() {
        assert_eq!(resolve("a.kvs", "t.csv"), "t.csv");
        assert_eq!(resolve("scenarios/a.kvs", "../data/t.csv"), "data/t.csv");
        assert_eq!(resolve("scenarios/a.kvs", "../../t.csv"), "../t.csv");
        assert_eq!(resolve("/x/a.kvs", "./t.csv"), "/x/t.csv");
        assert_eq!(resolve("x/a.kvs", "/t.csv"), "/t.csv");
    }
}
