//! Processes that others started, as the kernel lists them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

/// Kills all that descends from this process at once, and again until nothing of it is left. The process itself lives.
pub fn kill_descendants(ancestor: u32) -> Result<()> {
    loop {
        let alive = descendants(ancestor)?;
        if alive.is_empty() {
            return Ok(());
        }
        // One of them may be gone before its turn comes; what is left is seen in the next round.
        Command::new("kill")
            .arg("-KILL")
            .args(alive.iter().map(u32::to_string))
            .output()?;
    }
}

/// Ids of all processes that descend from this one and run; the oldest first.
fn descendants(ancestor: u32) -> Result<BTreeSet<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let id = entry.file_name().to_string_lossy().parse::<u32>();
        // A process may end while the list is read.
        if let Ok(id) = id
            && let Ok(stat) = fs::read_to_string(entry.path().join("stat"))
            && let Some((state, parent)) = state_and_parent(&stat)
        {
            parents.push((id, state, parent));
        }
    }
    ensure!(!parents.is_empty(), "/proc lists no process");
    let mut family = BTreeSet::from([ancestor]);
    loop {
        let before = family.len();
        for (id, _, parent) in &parents {
            if family.contains(parent) {
                family.insert(*id);
            }
        }
        if family.len() == before {
            break;
        }
    }
    let running = parents.iter().filter(|(id, state, _)| {
        *id != ancestor && !matches!(state, 'Z' | 'X') && family.contains(id)
    });
    Ok(running.map(|(id, _, _)| *id).collect())
}

/// State and parent in a line of `/proc/ID/stat`, after the name, which may hold anything.
fn state_and_parent(stat: &str) -> Option<(char, u32)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        assert_eq!(
            state_and_parent("7 (a) Z 9 (b)) S 42 7 7 0"),
            Some(('S', 42))
        );
        assert_eq!(state_and_parent("7 (a"), None);
    }

    #[test]
    fn grandchildren_are_killed_and_the_ancestor_is_not() -> Result<()> {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 600 & wait"])
            .spawn()?;
        let shell = child.id();
        while descendants(shell)?.is_empty() {
            std::thread::yield_now();
        }
        kill_descendants(shell)?;
        assert!(descendants(shell)?.is_empty());
        // Its only child is gone, so the shell ends by itself, and not by a signal.
        assert!(child.wait()?.code().is_some());
        Ok(())
    }
}
