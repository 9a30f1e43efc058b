//! `order.toml`, the registry and the folders tell the same story.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    exercise: Vec<Item>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    chapter: String,
    prerequisites: Vec<String>,
    minutes: u32,
    difficulty: u32,
    #[serde(default)]
    part: Option<String>,
    graded: Option<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn order() -> Vec<Item> {
    let text = fs::read_to_string(root().join("order.toml")).unwrap();
    toml::from_str::<Order>(&text).unwrap().exercise
}

#[test]
fn the_order_is_one_that_can_be_followed() {
    let mut before: HashSet<String> = HashSet::new();
    for item in order() {
        for p in &item.prerequisites {
            assert!(before.contains(p), "{} needs {p}, which does not come before it", item.id);
        }
        assert!((1..=5).contains(&item.difficulty), "{}: difficulty is 1 to 5", item.id);
        assert!((1..=240).contains(&item.minutes), "{}: minutes", item.id);
        assert!(!item.chapter.is_empty() && !item.chapter.contains(['/', '.']), "{}: a slug", item.id);
        if let Some(part) = &item.part {
            let field = format!("    pub {}: Solved<", item.id.rsplit('/').next().unwrap());
            assert!(
                include_str!("../assembled/src/parts.rs").contains(&field),
                "{}: no part in parts.rs",
                item.id
            );
            assert!(part.chars().count() <= 56, "{}: \"{part}\" does not fit a line", item.id);
        }
        assert!(item.graded.is_none_or(|g| g == "at-once"), "{}: graded", item.id);
        let name = item.id.rsplit('/').next().unwrap();
        assert!(
            before.iter().all(|other| other.rsplit('/').next() != Some(name)),
            "two exercises are called {name}: the last part must be unique"
        );
        assert!(before.insert(item.id.clone()), "{} appears twice", item.id);
    }
}

#[test]
fn the_registry_the_order_and_the_folders_agree() {
    let ordered: HashSet<String> = order().into_iter().map(|i| i.id).collect();
    let registered: HashSet<String> = exercises::REGISTRY.iter().map(|e| e.id.to_string()).collect();
    assert_eq!(registered.len(), exercises::REGISTRY.len(), "an exercise is registered twice");
    assert_eq!(ordered, registered, "order.toml and REGISTRY differ");

    let mut folders = HashSet::new();
    find(&root().join("src"), &mut folders);
    assert_eq!(folders, registered, "the folders with a starter.rs and REGISTRY differ");
    for id in &registered {
        for file in ["mod.rs", "starter.rs", "solution.rs", "wrong.rs", "hints.md"] {
            assert!(root().join("src").join(id).join(file).is_file(), "{id} has no {file}");
        }
    }
}

fn find(folder: &Path, ids: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, ids);
        } else if path.ends_with("starter.rs") {
            let id = path.parent().unwrap().strip_prefix(root().join("src")).unwrap();
            ids.insert(id.to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// Three hints, and code no earlier than in the third.
#[test]
fn hints_come_in_three_steps() {
    for entry in exercises::REGISTRY {
        let text = fs::read_to_string(root().join("src").join(entry.id).join("hints.md")).unwrap();
        let mut steps = Vec::new();
        for line in text.lines() {
            if let Some(level) = line.strip_prefix("# ") {
                steps.push((level.to_string(), String::new()));
            } else if let Some((_, body)) = steps.last_mut() {
                body.push_str(line);
                body.push('\n');
            }
        }
        let levels: Vec<&str> = steps.iter().map(|s| s.0.as_str()).collect();
        assert_eq!(levels, ["1", "2", "3"], "{}: hints.md has the headings # 1, # 2, # 3", entry.id);
        for (level, body) in &steps {
            assert!(body.trim().len() > 40, "{}: hint {level} says too little", entry.id);
            assert!(level == "3" || !body.contains("```"), "{}: hint {level} gives code away", entry.id);
        }
    }
}

/// A starter is what the learner gets: it says what to do, and it leaves the attributes of this crate out.
#[test]
fn starters_explain_themselves() {
    for entry in exercises::REGISTRY {
        let folder = root().join("src").join(entry.id);
        let starter = fs::read_to_string(folder.join("starter.rs")).unwrap();
        assert!(starter.starts_with("//! "), "{}: the starter begins with the task", entry.id);
        for (file, text) in
            [("starter", &starter), ("solution", &fs::read_to_string(folder.join("solution.rs")).unwrap())]
        {
            for word in ["crate::", "super::", "cfg(", "allow("] {
                assert!(
                    !text.contains(word),
                    "{}/{file}.rs holds {word}, which means nothing in solutions/",
                    entry.id
                );
            }
        }
    }
}
