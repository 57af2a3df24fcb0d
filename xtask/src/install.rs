//! Installs PostgreSQL, Redis and the benchmarks' wrk with apt where we are root on Debian, and says what to install anywhere else. What
//! apt installs is neither started nor given a cluster: the tests start their own.

use crate::process::{self, Fault, Interrupts};
use crate::{find, say};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const CLUSTERS: &str = "/etc/postgresql-common/createcluster.conf";
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// `packages` are Debian's names.
pub fn install(interrupts: &Interrupts, packages: &[&str]) -> Result<(), Fault> {
    let root = rustix::process::geteuid().is_root();
    if !(root && Path::new("/etc/debian_version").exists() && find::on_path("apt-get").is_some()) {
        return Err(missing(packages));
    }
    say(&format!("xtask: installing {} with apt-get", packages.join(" and ")));
    no_main_cluster(packages)?;
    let _policy = Policy::start_nothing()?;
    process::run(interrupts, apt().args(["update", "--quiet"]).stdout(process::to_stderr()?))?;
    let options = [
        "install",
        "--yes",
        "--quiet",
        "--no-install-recommends",
        // Our createcluster.conf is there before the package that brings it.
        "-o",
        "Dpkg::Options::=--force-confold",
        "-o",
        "DPkg::Lock::Timeout=300",
    ];
    process::run(interrupts, apt().args(options).args(packages).stdout(process::to_stderr()?))
}

pub fn missing(packages: &[&str]) -> Fault {
    let (fedora, brew): (Vec<&str>, Vec<&str>) = packages
        .iter()
        .map(|name| match *name {
            "postgresql" => ("postgresql-server", "postgresql@17"),
            "redis-server" => ("valkey", "redis"),
            other => (other, other),
        })
        .unzip();
    let advice = if packages == ["wrk"] {
        "It makes the load of the benchmarks."
    } else {
        "Or set TEST_DATABASE_URL and TEST_REDIS_URL to servers that are running. Nothing needs to be started. Plain \
         `cargo test` runs the SQLite half without them."
    };
    Fault::failed(format!(
        "{} missing. Install it:\n  \
         Debian, Ubuntu: sudo apt-get install {}\n  \
         Fedora:         sudo dnf install {}\n  \
         macOS:          brew install {}\n\
         {advice}",
        packages.join(" and "),
        packages.join(" "),
        fedora.join(" "),
        brew.join(" "),
    ))
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive").current_dir("/");
    apt
}

fn no_main_cluster(packages: &[&str]) -> Result<(), Fault> {
    let path = Path::new(CLUSTERS);
    if !packages.contains(&"postgresql") || path.exists() {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, "create_main_cluster = false\n")?)
}

/// While it lives, packages start no services; a policy that the machine has already is left alone.
struct Policy {
    ours: bool,
}

impl Policy {
    fn start_nothing() -> Result<Self, Fault> {
        let path = Path::new(POLICY);
        if path.exists() {
            return Ok(Self { ours: false });
        }
        let policy = Self { ours: true };
        fs::write(path, "#!/bin/sh\nexit 101\n")?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
        Ok(policy)
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        if self.ours {
            let _ = fs::remove_file(POLICY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn what_to_install_is_named_for_each_system() {
        for (packages, expected) in [
            (&["postgresql", "redis-server"][..], "apt-get install postgresql redis-server\n"),
            (&["redis-server"][..], "brew install redis\n"),
            (&["postgresql"][..], "dnf install postgresql-server\n"),
            (&["wrk"][..], "brew install wrk\n"),
        ] {
            let text = missing(packages).to_string();
            assert!(text.contains(expected), "{text}");
        }
    }
}
