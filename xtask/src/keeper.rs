//! Cleans up after us when we are killed and cannot: a shell that waits at the other end of a pipe. The pipe closes
//! when we die, however we die; then it stops what it was told of and removes the folder.

use crate::process::{Fault, Group};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = r#"
while read -r signal group; do todo="kill -s $signal -- -$group 2>/dev/null; $todo"; done
eval "$todo"
sleep 2
rm -rf -- "$1"
"#;

pub struct Keeper(Child);

impl Keeper {
    pub fn of(folder: &Path) -> Result<Self, Fault> {
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(folder)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(shell))
    }

    /// The last one it is told of is stopped first.
    pub fn watch(&mut self, signal: &str, group: &Group) -> Result<(), Fault> {
        if let Some(pipe) = &mut self.0.stdin {
            writeln!(pipe, "{signal} {}", group.id())?;
        }
        Ok(())
    }
}

impl Drop for Keeper {
    /// We are alive and have cleaned up ourselves.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
