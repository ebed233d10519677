//! Processes that others started, as the kernel lists them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

/// Kills all that descends from this process at once, and returns when nothing of it runs any more. The process itself lives.
///
/// A process that dies leaves its children to another parent, and one that waits for the disk dies only when the disk has
/// answered. Until then it holds its files: whatever is started on them meanwhile meets what no power cut leaves behind.
pub fn kill_descendants(ancestor: u32) -> Result<()> {
    let mut killed = BTreeSet::new();
    loop {
        let mut alive = descendants(ancestor)?;
        alive.extend(killed.iter().copied().filter(|id| runs(*id)));
        if alive.is_empty() {
            return Ok(());
        }
        // One of them may be gone before its turn comes; what is left is seen in the next round.
        Command::new("kill")
            .arg("-KILL")
            .args(alive.iter().map(u32::to_string))
            .output()?;
        killed.extend(alive);
    }
}

/// Does the process run, and is not only waiting to be buried?
fn runs(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat"))
        .ok()
        .and_then(|stat| state_and_parent(&stat))
        .is_some_and(|(state, _)| !matches!(state, 'Z' | 'X'))
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
    fn orphans_are_waited_for() -> Result<()> {
        // The shell in the middle dies first, and its own child is nobody's descendant any more.
        let mut child = Command::new("sh")
            .args(["-c", "sh -c 'sleep 600 & echo $!; wait' & wait"])
            .stdout(std::process::Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
        let sleeper: u32 = line.trim().parse()?;
        kill_descendants(child.id())?;
        assert!(!runs(sleeper));
        child.wait()?;
        Ok(())
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
