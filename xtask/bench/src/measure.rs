//! A run: for each backend a house, both servers on it, and rounds in turn.

use crate::house::{House, Storage};
use crate::load::{Load, Round};
use crate::options::{Run, Which};
use crate::process::{Server, cpu, cpu_of_family, memory};
use crate::scenario::{Furniture, Scenario};
use crate::table::{Sample, machine, table};
use crate::{Failure, say, setup};
use clap::ValueEnum;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

const WARM_UP_SECONDS: u64 = 1;

pub fn run(run: &Run) -> Result<(), Failure> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let backends = match run.backend {
        Some(backend) => vec![backend],
        None => Which::value_variants().to_vec(),
    };
    print(&machine())?;
    for backend in backends {
        // On a disk, beside the program: a temporary folder may be in memory, where a sync costs nothing.
        let beside = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
        let folder = tempfile::Builder::new().prefix("insula-bench-").tempdir_in(beside)?;
        on(backend, run, folder.path())?;
    }
    Ok(())
}

fn on(backend: Which, run: &Run, folder: &Path) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    say(&format!("bench: furnishing a house on {backend:?}"));
    let (house, furniture) = runtime.block_on(async {
        let house = match backend {
            Which::Sqlite => House::sqlite(folder),
            Which::Postgres => {
                let server = run.database_url.clone().or_else(|| variable("BENCH_DATABASE_URL"));
                let server = server.ok_or("set BENCH_DATABASE_URL, or run `cargo xtask bench`")?;
                let redis = run.redis_url.clone().or_else(|| variable("BENCH_REDIS_URL"));
                House::postgres(folder, &server, redis).await?
            }
        };
        let insula = house.start_insula("all")?;
        let furniture = setup::furnish(&house, &insula).await?;
        insula.stop()?;
        house.settle().await?;
        Ok::<_, Failure>((house, furniture))
    })?;
    let (insula, bare) = (house.start_insula(&run.role)?, house.start_bare()?);
    runtime.block_on(setup::compare(&furniture, &insula, &bare))?;
    if run.hold {
        return hold(&house, &furniture, &insula, &bare);
    }
    let load = Load::new(folder, &furniture, run.connections)?;
    let scenarios = match run.scenarios.as_slice() {
        [] => Scenario::value_variants(),
        chosen => chosen,
    };
    print(&format!("\n## {backend:?}\n"))?;
    for &scenario in scenarios {
        let bench = Bench { house: &house, furniture: &furniture, load: &load, scenario };
        let pairs = bench.rounds(run, &insula, &bare)?;
        let goal = (backend == Which::Postgres).then(|| scenario.goal());
        print(&table(&scenario.to_string(), &pairs, goal))?;
    }
    let peak = |server: &Server| Ok::<_, Failure>(memory(server.id())?.1 as f64 / 1e6);
    print(&format!("Peak memory: Insula {:.0} MB, bare {:.0} MB.", peak(&insula)?, peak(&bare)?))
}

struct Bench<'a> {
    house: &'a House,
    furniture: &'a Furniture,
    load: &'a Load,
    scenario: Scenario,
}

impl Bench<'_> {
    /// Insula's sample and the bare server's, side by side in time.
    fn rounds(&self, run: &Run, insula: &Server, bare: &Server) -> Result<Vec<(Sample, Sample)>, Failure> {
        for server in [insula, bare] {
            self.drive(server, WARM_UP_SECONDS)?;
        }
        let mut pairs = Vec::new();
        for round in 1..=run.rounds {
            say(&format!("bench: {}, round {round} of {}", self.scenario, run.rounds));
            pairs.push((self.sample(insula, run.seconds)?, self.sample(bare, run.seconds)?));
        }
        Ok(pairs)
    }

    fn sample(&self, server: &Server, seconds: u64) -> Result<Sample, Failure> {
        let before = (cpu(server.id())?, self.database_cpu()?);
        let round = self.drive(server, seconds)?;
        let after = (cpu(server.id())?, self.database_cpu()?);
        let per_request = |spent: Duration| spent.as_secs_f64() * 1e6 / round.requests as f64;
        Ok(Sample {
            requests_per_second: round.requests as f64 / round.seconds,
            p50_ms: round.p50_ms,
            p95_ms: round.p95_ms,
            p99_ms: round.p99_ms,
            cpu_us: per_request(after.0.saturating_sub(before.0)),
            database_cpu_us: per_request(after.1.saturating_sub(before.1)),
            memory_mb: memory(server.id())?.0 as f64 / 1e6,
        })
    }

    fn drive(&self, server: &Server, seconds: u64) -> Result<Round, Failure> {
        self.load.drive(self.scenario, self.furniture, &server.address, seconds)
    }

    /// Zero on SQLite, which runs inside the server.
    fn database_cpu(&self) -> Result<Duration, Failure> {
        match self.house.storage {
            Storage::Sqlite => Ok(Duration::ZERO),
            Storage::Postgres { postmaster, .. } => cpu_of_family(postmaster),
        }
    }
}

/// For a profiler and a load of one's own.
fn hold(house: &House, furniture: &Furniture, insula: &Server, bare: &Server) -> Result<(), Failure> {
    let example = |scenario: Scenario| scenario.paths(furniture).swap_remove(0);
    let load = Load::new(&house.folder, furniture, 1)?;
    print(&format!(
        "Insula: http://{} (process {})\nbare:   http://{} (process {})\nscript: {}\nkey:    {}\n{}\n{}\n{}",
        insula.address,
        insula.id(),
        bare.address,
        bare.id(),
        load.script().display(),
        furniture.api_key,
        example(Scenario::Read),
        example(Scenario::List),
        example(Scenario::Cached),
    ))?;
    loop {
        std::thread::park();
    }
}

pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
