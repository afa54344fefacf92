//! Every example in every rule's text, run as `credlint rules test` runs those of a user's own rules: the flagged ones
//! give exactly the findings written under them, the clean ones none.

use credlint::pipeline;
use credlint::report::rule_trials::{self, TrialOptions};
use credlint::rules::{RuleSet, TriedRule, doubts};

#[test]
fn every_example_gives_what_stands_under_it() {
    let set = RuleSet::built_in().expect("our rules can be read");
    let tried: Vec<TriedRule> = set
        .rules()
        .iter()
        .map(|rule| {
            let file = format!("rules/{}.md", rule.id);
            let doubts = doubts(&rule.document, rule.document_line);
            TriedRule::new(&rule.id, &file, pipeline::try_examples(&set, rule), doubts)
        })
        .collect();
    assert!(tried.iter().map(|rule| rule.trials.len()).sum::<usize>() > 80);
    let failed = TrialOptions { quiet: true, ..TrialOptions::default() };
    assert!(tried.iter().all(TriedRule::passes), "{}", rule_trials::text(&tried, 0, failed));
}
