//! A provider of sign-ins that is not ours, for the test that signs in by one: installed once, as `oidc/requirements.txt` pins
//! it, into an environment of its own below `target/`. Where there is no Python, or no registry, the test does nothing.

use crate::process::{Fault, root};
use crate::say;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python that has it.
pub const VARIABLE: &str = "TEST_OIDC_PYTHON";

/// `None`: it is given already, or it cannot be had here.
pub fn python() -> Result<Option<PathBuf>, Fault> {
    if std::env::var(VARIABLE).is_ok_and(|value| !value.is_empty()) {
        say(&format!("xtask: using {VARIABLE} as given"));
        return Ok(None);
    }
    let root = Path::new(root());
    let wanted = std::fs::read(root.join("xtask/oidc/requirements.txt"))?;
    let environment = root.join("target/oidc/venv");
    let (python, kept) = (environment.join("bin/python"), environment.join("installed.txt"));
    if std::fs::read(&kept).is_ok_and(|kept| kept == wanted) {
        return Ok(Some(python));
    }
    let requirements = root.join("xtask/oidc/requirements.txt");
    let made = ran(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
    let pip = ["-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--requirement"];
    if made && ran(Command::new(&python).args(pip).arg(&requirements)) {
        std::fs::write(&kept, wanted)?;
        return Ok(Some(python));
    }
    say("xtask: no provider of sign-ins could be installed, so the test that signs in by one does nothing");
    Ok(None)
}

fn ran(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}
