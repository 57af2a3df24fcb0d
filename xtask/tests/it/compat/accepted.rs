//! Accepted breaks: a line counts once, for the change that brings it.

use xtask::compat::{Break, accepted};

#[test]
fn a_line_covers_the_break_of_its_own_change() {
    let found =
        || vec![Break::new("openapi GET /a removed", "why", "instead"), Break::new("b", "why", "instead")];
    let line = "openapi GET /a removed # nobody called it\n";
    for (now, before, open, idle) in [
        ("", "", vec!["openapi GET /a removed", "b"], vec![]),
        (line, "", vec!["b"], vec![]),
        (line, line, vec!["openapi GET /a removed", "b"], vec![]),
        ("b # meant\nc # was meant\n# a comment\n", "", vec!["openapi GET /a removed"], vec!["c"]),
        ("c # was meant", "c # was meant", vec!["openapi GET /a removed", "b"], vec![]),
    ] {
        let judged = accepted::judge(found(), now, before).expect("a list");
        let still_open: Vec<_> = judged.open.iter().map(|found| found.what.as_str()).collect();
        assert_eq!(
            (still_open, judged.idle),
            (open, idle.into_iter().map(str::to_owned).collect()),
            "{now:?}"
        );
    }
}

#[test]
fn a_line_without_a_reason_is_refused() {
    for line in ["openapi GET /a removed", "openapi GET /a removed #", "openapi GET /a removed # "] {
        let refused = accepted::judge(Vec::new(), line, "").err().expect("refused");
        assert!(refused.contains("needs a reason"), "{refused}");
    }
}
