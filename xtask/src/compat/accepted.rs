//! The breaks that are meant, each with its reason. A line counts for the change that brings it: what the base has
//! already is history, and covers no later break.

use super::Break;

pub const PATH: &str = "xtask/snapshots/accepted_breaks.txt";

pub struct Judged {
    pub open: Vec<Break>,
    /// New lines that cover nothing.
    pub idle: Vec<String>,
}

/// `now` and `before` are the list in the working tree and in the base: `what # reason`, one a line.
pub fn judge(breaks: Vec<Break>, now: &str, before: &str) -> Result<Judged, String> {
    let history = parse(before)?;
    let new: Vec<String> = parse(now)?.into_iter().filter(|line| !history.contains(line)).collect();
    let covered = |found: &Break| new.contains(&found.what);
    let idle = new.iter().filter(|line| !breaks.iter().any(|found| found.what == **line)).cloned().collect();
    let open = breaks.iter().filter(|found| !covered(found)).cloned().collect();
    Ok(Judged { open, idle })
}

fn parse(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let parsed = lines.map(|line| match line.split_once(" # ") {
        Some((what, reason)) if !reason.trim().is_empty() => Ok(what.trim().to_owned()),
        _ => Err(format!("{PATH}: `{line}` needs a reason: write `what # reason`")),
    });
    parsed.collect()
}
