//! What samples of times say, and how well two of them can be told apart.

/// Of known and of unknown, in this order where there are two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    pub p50: [f64; 2],
    pub p95: [f64; 2],
    /// How often a known one, drawn at random, is greater than an unknown one (Mann and Whitney's U over all pairs): 0.5
    /// where the time says nothing.
    pub greater: f64,
    /// How many standard deviations U is from where it would lie by chance.
    pub z: f64,
}

pub fn compare(known: &[f64], unknown: &[f64]) -> Compared {
    let all = [known, unknown];
    let pairs = known.len() as f64 * unknown.len() as f64;
    let deviation = (pairs * (known.len() + unknown.len() + 1) as f64 / 12.0).sqrt();
    let u = u(known, unknown);
    Compared {
        p50: all.map(|sample| percentile(sample, 50)),
        p95: all.map(|sample| percentile(sample, 95)),
        greater: u / pairs,
        z: (u - pairs / 2.0) / deviation,
    }
}

/// In how many pairs the known one is greater; of equal ones each counts half.
fn u(known: &[f64], unknown: &[f64]) -> f64 {
    let mut ranked: Vec<(f64, bool)> = known.iter().map(|value| (*value, true)).collect();
    ranked.extend(unknown.iter().map(|value| (*value, false)));
    ranked.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut of_known = 0.0;
    let mut at = 0;
    while at < ranked.len() {
        let equal = ranked[at..].iter().take_while(|(value, _)| *value == ranked[at].0).count();
        // Ranks begin at 1, and equal ones share the middle of theirs.
        let rank = at as f64 + (equal as f64 + 1.0) / 2.0;
        of_known += rank * ranked[at..at + equal].iter().filter(|(_, known)| *known).count() as f64;
        at += equal;
    }
    of_known - known.len() as f64 * (known.len() as f64 + 1.0) / 2.0
}

/// The least that so many of a hundred do not exceed; zero of nothing.
pub fn percentile(sample: &[f64], of_a_hundred: usize) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * of_a_hundred).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told_apart_by_their_ranks() {
        let check = |known: &[f64], unknown: &[f64], greater: f64, z: f64| {
            let compared = compare(known, unknown);
            let near = |one: f64, other: f64| (one - other).abs() < 0.001;
            assert!(
                near(compared.greater, greater) && near(compared.z, z),
                "{known:?} {unknown:?}: {compared:?}"
            );
        };
        check(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], 0.5, 0.0);
        check(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0], 1.0, 1.964);
        check(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 0.0, -1.964);
        check(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0], 1.5 / 9.0, -1.309);
        check(&[7.0, 7.0], &[7.0, 7.0], 0.5, 0.0);
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!([50, 95, 100].map(|of| percentile(&hundred, of)), [50.0, 95.0, 100.0]);
        assert_eq!(percentile(&[3.0], 50), 3.0);
        assert_eq!(percentile(&[], 95), 0.0);
    }
}
