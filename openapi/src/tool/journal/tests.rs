use super::*;

/// A folder that goes when the test ends.
struct Root(PathBuf);

impl Root {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("spec-{name}-{}", std::process::id()));
        fs::remove_dir_all(&root).ok();
        fs::create_dir_all(&root).unwrap();
        Self(root)
    }

    fn put(&self, file: &str, text: &str) {
        write(&self.0.join(file), text.as_bytes()).unwrap();
    }

    fn get(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.0.join(file)).ok()
    }

    fn open(&self) -> Journal {
        let entry = Entry::new("nexus", None, serde_json::Value::Null);
        Journal::open(&self.0, entry, &["a.yaml".to_owned()]).unwrap()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn filled(name: &str) -> Root {
    let root = Root::new(name);
    root.put("a.yaml", "a");
    root.put("other.yaml", "o");
    root.put("tests/snapshots/one.snap", "1");
    root.put("tests/snapshots/two.snap", "2");
    root.put("target/x/three.snap", "3");
    root
}

/// What an update does, its tests among it, and what the person does beside it.
fn meddle(root: &Root, journal: &mut Journal) {
    journal.write("a.yaml", "changed").unwrap();
    journal.begin_snapshots().unwrap();
    root.put("other.yaml", "somebody's own work");
    root.put("tests/snapshots/one.snap", "changed");
    fs::remove_file(root.0.join("tests/snapshots/two.snap")).unwrap();
    root.put("tests/snapshots/new.snap", "new");
    root.put("tests/snapshots/pending.snap.new", "new");
}

#[test]
fn everything_comes_back_and_nothing_new_stays() {
    let root = filled("restore");
    let mut journal = root.open();
    meddle(&root, &mut journal);
    assert_eq!(journal.original("a.yaml").unwrap(), "a");
    let changes = journal.snapshot_changes().unwrap();
    assert_eq!(changes.changed, ["tests/snapshots/one.snap"]);
    assert_eq!(changes.removed, ["tests/snapshots/two.snap"]);
    assert_eq!(changes.added.len(), 2);
    let restored = journal.restore().unwrap();
    assert_eq!((restored.put_back, restored.aside), (5, vec![]));
    for (file, content) in [
        ("a.yaml", Some("a")),
        ("other.yaml", Some("somebody's own work")),
        ("tests/snapshots/one.snap", Some("1")),
        ("tests/snapshots/two.snap", Some("2")),
        ("tests/snapshots/new.snap", None),
        ("tests/snapshots/pending.snap.new", None),
        ("target/x/three.snap", Some("3")),
    ] {
        assert_eq!(root.get(file).as_deref(), content, "{file}");
    }
    assert!(Journal::left_behind(&root.0).unwrap().is_none());
}

#[test]
fn a_run_that_was_killed_leaves_its_journal() {
    let root = filled("killed");
    meddle(&root, &mut root.open());
    root.put("a.yaml.unfinished", "half");
    let journal = Journal::left_behind(&root.0).unwrap().unwrap();
    assert_eq!(journal.entry.api, "nexus");
    journal.restore().unwrap();
    assert_eq!(root.get("a.yaml").as_deref(), Some("a"));
    assert_eq!(root.get("a.yaml.unfinished"), None);
    assert!(!root.0.join(FOLDER).exists());
}

#[test]
fn what_somebody_else_has_written_is_never_thrown_away() {
    let root = filled("others");
    let mut journal = root.open();
    meddle(&root, &mut journal);
    journal.end_snapshots().unwrap();
    // The changelog is theirs until it is written.
    root.put("CHANGELOG.md", "theirs");
    journal.write("CHANGELOG.md", "theirs and ours").unwrap();
    root.put("a.yaml", "mended");
    root.put("tests/snapshots/own.snap", "own");
    root.put(&format!("{ASIDE}/a.yaml"), "of an earlier restore");
    let restored = journal.restore().unwrap();
    assert_eq!(restored.aside, ["a.yaml", "tests/snapshots/own.snap"]);
    for (file, content) in [
        ("a.yaml", Some("a")),
        ("CHANGELOG.md", Some("theirs")),
        ("tests/snapshots/one.snap", Some("1")),
        ("tests/snapshots/own.snap", None),
        (
            "target/spec-update-aside/a.yaml",
            Some("of an earlier restore"),
        ),
        ("target/spec-update-aside-2/a.yaml", Some("mended")),
        (
            "target/spec-update-aside-2/tests/snapshots/own.snap",
            Some("own"),
        ),
        ("target/spec-update-aside-2/tests/snapshots/one.snap", None),
    ] {
        assert_eq!(root.get(file).as_deref(), content, "{file}");
    }
}

#[test]
fn what_is_written_as_it_stands_is_not_the_work_of_the_update() {
    let root = filled("mended");
    let mut journal = root.open();
    journal.write("a.yaml", "changed").unwrap();
    root.put("a.yaml", "mended");
    journal.write("a.yaml", "mended").unwrap();
    assert_eq!(journal.restore().unwrap().aside, ["a.yaml"]);
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let root = filled("folder");
    fs::create_dir(root.0.join("b.yaml")).unwrap();
    assert!(write(&root.0.join("b.yaml"), b"b").is_err());
    assert!(!root.0.join("b.yaml.unfinished").exists());
}

#[test]
fn a_run_that_was_killed_while_it_kept_the_originals_has_changed_nothing() {
    let root = filled("early");
    drop(root.open());
    fs::remove_file(root.0.join(FOLDER).join(LIST)).unwrap();
    assert!(Journal::left_behind(&root.0).unwrap().is_none());
    root.open().close().unwrap();
    assert!(!root.0.join(FOLDER).exists());
}

#[test]
fn a_file_that_cannot_be_kept_stops_the_update_before_it_begins() {
    let root = filled("missing");
    let entry = Entry::new("nexus", None, serde_json::Value::Null);
    let failed = Journal::open(&root.0, entry, &["gone.yaml".to_owned()]);
    assert!(failed.unwrap_err().contains("gone.yaml"));
    assert!(Journal::left_behind(&root.0).unwrap().is_none());
}
