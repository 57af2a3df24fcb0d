//! `cargo xtask bench`: the release build of Insula and of `xtask/bench`, which measures it, with what they need around
//! them: wrk, and a PostgreSQL that syncs to its disk. And by the same program `cargo xtask sign-in-timing`, `cargo xtask
//! scale`, `cargo xtask stock` and `cargo xtask imports`.

use crate::process::{self, Fault, Interrupts};
use crate::services::{self, Purpose};
use crate::{find, install, say};

const BENCH: [&str; 2] = ["--bin", "bench"];

pub fn run(interrupts: &Interrupts, options: &[String]) -> Result<(), Fault> {
    let asks = |name: &str| options.iter().any(|option| option == name);
    if asks("--help") || asks("-h") {
        build(interrupts, &BENCH)?;
        return measure(interrupts, options, |_| {});
    }
    if find::on_path("wrk").is_none() {
        install::install(interrupts, &["wrk"])?;
    }
    build(interrupts, &[])?;
    beside_services(interrupts, options)
}

/// Of inventory, by the name that the program knows it by. It makes its load itself.
pub fn of_stock(interrupts: &Interrupts, name: &str, options: &[String]) -> Result<(), Fault> {
    let command = std::iter::once(name.to_owned());
    let options: Vec<String> = command.chain(options.iter().cloned()).collect();
    if options.iter().any(|option| option == "--help" || option == "-h") {
        build(interrupts, &BENCH)?;
        return measure(interrupts, &options, |_| {});
    }
    let has_binary = options.iter().any(|option| option == "--binary" || option.starts_with("--binary="));
    build(interrupts, if has_binary { &BENCH } else { &[] })?;
    beside_services(interrupts, &options)
}

fn beside_services(interrupts: &Interrupts, options: &[String]) -> Result<(), Fault> {
    if options.windows(2).any(|pair| pair == ["--backend", "sqlite"]) {
        return measure(interrupts, options, |_| {});
    }
    let services = services::start(interrupts, true, true, Purpose::Measuring)?;
    say(&format!("xtask: started {}", services.account.join(" and ")));
    measure(interrupts, options, |command| {
        let urls = [("BENCH_DATABASE_URL", &services.database_url), ("BENCH_REDIS_URL", &services.redis_url)];
        for (name, url) in urls {
            command.envs(url.iter().map(|url| (name, url)));
        }
    })
}

/// The same build of both; it needs nothing around them.
pub fn sign_in_timing(interrupts: &Interrupts, options: &[String]) -> Result<(), Fault> {
    build(interrupts, &[])?;
    let command = std::iter::once("sign-in-timing".to_owned());
    let options: Vec<String> = command.chain(options.iter().cloned()).collect();
    measure(interrupts, &options, |_| {})
}

/// Of both packages, whichever of their programs: so the features of what they share are the same each time.
fn build(interrupts: &Interrupts, programs: &[&str]) -> Result<(), Fault> {
    let release = ["build", "--release", "--package", "app", "--package", "bench"];
    let mut command = process::cargo();
    process::run(interrupts, command.args(release).args(programs).stdout(process::to_stderr()?))
}

/// `cargo run` takes one package alone, so the program is started where it was built, which is beside this one.
fn measure(
    interrupts: &Interrupts,
    options: &[String],
    prepare: impl FnOnce(&mut std::process::Command),
) -> Result<(), Fault> {
    let this = std::env::current_exe()?;
    let target = this.ancestors().nth(2).ok_or_else(|| Fault::failed("there is no target folder"))?;
    let mut command = std::process::Command::new(target.join("release").join("bench"));
    command.current_dir(process::root());
    prepare(command.args(options));
    process::run(interrupts, &mut command)
}
