//! What is exempt from a tidy rule, each with its reason. The list only shrinks: an entry that is no longer needed
//! is itself a finding.

use std::fmt;

/// One place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub rule: &'static str,
    pub path: String,
    pub line: usize,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    pub rule: String,
    /// A file, or a folder when it ends in `/`.
    pub path: String,
    pub reason: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} [{}]", self.path, self.line, self.message, self.rule)
    }
}

/// `rule path reason`, one a line; `#` begins a comment line.
pub fn parse(text: &str) -> Result<Vec<Exemption>, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.splitn(3, char::is_whitespace);
            let (rule, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let reason = parts.next().map(str::trim).unwrap_or_default();
            if reason.is_empty() {
                return Err(format!("`{line}` needs a rule, a path and a reason"));
            }
            Ok(Exemption { rule: rule.to_owned(), path: path.to_owned(), reason: reason.to_owned() })
        })
        .collect()
}

/// The findings that no exemption covers, and the exemptions that cover none.
pub fn judge(findings: &[Finding], exemptions: &[Exemption]) -> Vec<String> {
    let open = findings
        .iter()
        .filter(|finding| !exemptions.iter().any(|exemption| exemption.covers(finding)))
        .map(Finding::to_string);
    let unneeded = exemptions
        .iter()
        .filter(|exemption| !findings.iter().any(|finding| exemption.covers(finding)))
        .map(|exemption| {
            format!(
                "xtask/exemptions.txt: {} {} is no longer needed: take the line away",
                exemption.rule, exemption.path
            )
        });
    open.chain(unneeded).collect()
}

impl Exemption {
    fn covers(&self, finding: &Finding) -> bool {
        let place =
            finding.path == self.path || (self.path.ends_with('/') && finding.path.starts_with(&self.path));
        self.rule == finding.rule && place
    }
}
