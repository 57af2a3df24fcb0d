//! What was measured, as text that can stand in the docs.

use std::fmt::Write;
use std::fs;

/// One server's figures in one round.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub cpu_us: f64,
    pub database_cpu_us: f64,
    pub memory_mb: f64,
}

type Figure = (&'static str, fn(&Sample) -> f64);

const FIGURES: [Figure; 7] = [
    ("requests a second", |sample| sample.requests_per_second),
    ("p50, ms", |sample| sample.p50_ms),
    ("p95, ms", |sample| sample.p95_ms),
    ("p99, ms", |sample| sample.p99_ms),
    ("CPU of the server, µs a request", |sample| sample.cpu_us),
    ("CPU of the database, µs a request", |sample| sample.database_cpu_us),
    ("memory, MB", |sample| sample.memory_mb),
];

/// Medians over the rounds; the ratio is the median of each round's own, since the machine's mood changes from round
/// to round. A figure that is zero on both sides is left out.
pub fn table(title: &str, pairs: &[(Sample, Sample)], goal: Option<f64>) -> String {
    let mut text = format!("| {title} | Insula | bare | Insula / bare |\n|---|---|---|---|\n");
    for (index, (name, figure)) in FIGURES.iter().enumerate() {
        let ours = median(pairs.iter().map(|(insula, _)| figure(insula)));
        let bare = median(pairs.iter().map(|(_, bare)| figure(bare)));
        if bare == 0.0 {
            continue;
        }
        let ratio = median(pairs.iter().map(|(insula, bare)| figure(insula) / figure(bare)));
        let goal = goal.filter(|_| index == 0).map(|goal| format!(" (to reach: {goal})")).unwrap_or_default();
        let _ = writeln!(text, "| {name} | {} | {} | **{ratio:.2}**{goal} |", short(ours), short(bare));
    }
    text
}

/// One line on what the figures were measured on.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    format!(
        "{cores} cores ({}), Linux {}, load of the last minute before the start {}. The load and the database share \
         them with the server, so only the ratios say something.",
        model.trim_start_matches([':', '\t', ' ']),
        read("/proc/sys/kernel/osrelease").trim(),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => 0.0,
        (length, middle) if length % 2 == 1 => values[middle],
        (_, middle) => f64::midpoint(values[middle - 1], values[middle]),
    }
}

fn short(value: f64) -> String {
    if value < 100.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_own() {
        let sample = |requests_per_second| Sample {
            requests_per_second,
            p50_ms: 1.0,
            p95_ms: 2.0,
            p99_ms: 3.0,
            cpu_us: 40.0,
            database_cpu_us: 0.0,
            memory_mb: 50.0,
        };
        // The machine was twice as fast in the second round, and something else ran in the third.
        let pairs =
            [(100.0, 200.0), (200.0, 400.0), (10.0, 300.0)].map(|(one, other)| (sample(one), sample(other)));
        let text = table("read", &pairs, Some(0.85));
        let expected = "| requests a second | 100 | 300 | **0.50** (to reach: 0.85) |";
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("| p50, ms | 1.0 | 1.0 | **1.00** |"), "{text}");
        assert!(!text.contains("database"), "{text}");
    }

    #[test]
    fn an_even_number_of_rounds_has_a_median_too() {
        assert_eq!(median([4.0, 1.0, 3.0, 2.0].into_iter()), 2.5);
        assert_eq!(median(std::iter::empty()), 0.0);
    }
}
