//! From the text of a configuration file to what it means, or to all that is wrong with it.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::FailOn;
use crate::finding::{Confidence, Severity};
use crate::rules::closest;
use crate::source::{AddressPattern, Anchor, NamePattern, PathFilter, PathPattern, is_account_number};

use super::file::{AllowTable, ConfigurationFile, OneOrMany, RootEntry, RuleEntry, Text};
use super::mistake::Mistake;
use super::{AllowEntry, Configuration, Located, RootSetting, RuleSetting};

/// Longest pattern of addresses (bytes).
const MAX_ADDRESS_BYTES: usize = 1024;

/// Most entries of `roots`, and of `allow`: each is held against every root or finding.
const MAX_ENTRIES: usize = 1000;

/// Most patterns in one list.
const MAX_PATTERNS: usize = 500;

/// Largest configuration, and longest line of it (bytes): every mistake shows its line.
const MAX_BYTES: usize = 1024 * 1024;
const MAX_LINE_BYTES: usize = 16 * 1024;

const SEVERITIES: [(&str, Severity); 4] = [
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

const FAIL_ON: [(&str, FailOn); 5] = [
    ("low", FailOn::Low),
    ("medium", FailOn::Medium),
    ("high", FailOn::High),
    ("critical", FailOn::Critical),
    ("never", FailOn::Never),
];

/// What a rule can be given: a severity, or nothing to do.
const RULE_WORDS: [(&str, Option<Severity>); 5] = [
    ("off", None),
    ("low", Some(Severity::Low)),
    ("medium", Some(Severity::Medium)),
    ("high", Some(Severity::High)),
    ("critical", Some(Severity::Critical)),
];

/// Whether a text is small enough to be read; an error says what of it is not.
pub fn size(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err("it is larger than 1 MiB".to_owned());
    }
    match text.lines().position(|line| line.len() > MAX_LINE_BYTES) {
        Some(line) => Err(format!("line {} is longer than 16 KiB", line + 1)),
        None => Ok(()),
    }
}

/// What a configuration says.
pub fn configuration(text: &str, anchor: &Arc<Anchor>) -> Result<Configuration, Vec<Mistake>> {
    let (_, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax(error, text)).collect());
    }
    let file: ConfigurationFile = toml::from_str(text).map_err(|error| vec![shape(&error, text)])?;
    let mut checker = Checker { anchor, accounts: BTreeMap::new(), mistakes: Vec::new() };
    let configuration = checker.file(file);
    if checker.mistakes.is_empty() { Ok(configuration) } else { Err(checker.mistakes) }
}

/// Where values of inputs stand, which may be passwords: no message shows them. Best effort where the text is no TOML.
pub fn inputs(text: &str) -> Vec<Range<usize>> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut places = Vec::new();
    let roots = table.get_ref().get("roots").and_then(|roots| roots.get_ref().as_array());
    for root in roots.into_iter().flat_map(|roots| roots.iter()) {
        for key in ["variables", "parameters"] {
            if let Some(values) = root.get_ref().get(key) {
                scalars(values, &mut places);
            }
        }
    }
    places
}

fn scalars(value: &Spanned<DeValue<'_>>, places: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Array(values) => values.iter().for_each(|value| scalars(value, places)),
        DeValue::Table(table) => table.iter().for_each(|(_, value)| scalars(value, places)),
        _ => places.push(value.span()),
    }
}

fn syntax(error: &toml::de::Error, text: &str) -> Mistake {
    let span = error.span().unwrap_or(text.len()..text.len());
    Mistake::new(span, format!("this is no TOML: {}", error.message().replace('\n', ", ")), "here")
}

/// What serde says, in our words.
fn shape(error: &toml::de::Error, text: &str) -> Mistake {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    if let Some((name, rest)) =
        message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected "))
    {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let near = closest(&name.replace('-', "_"), &known);
        let help = match near.first() {
            Some(near) => format!("did you mean `{near}`? the keys here are {}", listed(&known)),
            None => format!("the keys here are {}", listed(&known)),
        };
        return Mistake::new(span, format!("there is no key `{name}` here"), "unknown key").with_help(help);
    }
    if let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "))
    {
        // The value itself is left out: it may be long, and is shown beside the message.
        let found = found.split([' ', '`']).next().unwrap_or(found);
        let found = match found {
            "sequence" => "a list",
            "map" => "a table",
            "boolean" => "true or false",
            "integer" | "floating" => "a number",
            _ => "a text",
        };
        let expected = match expected {
            "a sequence" => "a list",
            "a string" => "a text in quotes",
            "a boolean" => "`true` or `false`",
            "i64" => "a whole number",
            "a map" => "a table",
            other => other,
        };
        return Mistake::new(span, format!("expected {expected}, found {found}"), "of another type");
    }
    let _ = text;
    Mistake::new(span, message.replace('\n', ", "), "here")
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

struct Checker<'a> {
    anchor: &'a Arc<Anchor>,
    accounts: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Checker<'_> {
    fn file(&mut self, file: ConfigurationFile) -> Configuration {
        self.accounts = self.account_names(&file.accounts);
        let include = self.paths(&file.paths.include);
        let exclude = self.paths(&file.paths.exclude);
        let paths = PathFilter::new(self.anchor, &include, &exclude).unwrap_or_else(|message| {
            let lists = file.paths.exclude.iter().chain(&file.paths.include);
            let span = lists.map(Spanned::span).next().unwrap_or(0..0);
            self.mistakes.push(Mistake::new(span, format!("the patterns are too large: {message}"), "these"));
            PathFilter::default()
        });
        self.few_entries(&file.roots);
        self.few_entries(&file.allow);
        Configuration {
            file: None,
            path: String::new(),
            text: String::new(),
            rules_directories: Vec::new(),
            inputs: Vec::new(),
            anchor: Arc::clone(self.anchor),
            select: file.select.iter().filter_map(|name| self.not_empty(name, "a rule's name")).collect(),
            ignore: file.ignore.iter().filter_map(|name| self.not_empty(name, "a rule's name")).collect(),
            rules: file.rules.iter().filter_map(|(name, entry)| self.rule(name, entry)).collect(),
            rules_folders: self.files(&file.rules_folders),
            fail_on: file.fail_on.and_then(|word| self.word(&word, &FAIL_ON, "a threshold")),
            min_severity: file.min_severity.and_then(|word| self.severity(&word)),
            min_confidence: file.min_confidence.and_then(|word| {
                let known = [("possible", Confidence::Possible), ("certain", Confidence::Certain)];
                self.word(&word, &known, "a confidence")
            }),
            profile: self.profile(file.profile.as_ref(), &file.select),
            max_unused_days: self.days(file.max_unused_days, 1..=365, "a credential counts as unused after"),
            max_key_age_days: self.days(file.max_key_age_days, 1..=3650, "an access key is too old after"),
            new_key_days: self.days(file.new_key_days, 0..=365, "an access key counts as new for"),
            paths,
            machine_users: self.names(&file.machine_users),
            human_users: self.names(&file.human_users),
            baseline_name: file.baseline.and_then(|path| self.files(std::slice::from_ref(&path)).pop()),
            baseline: None,
            roots: file.roots.into_iter().take(MAX_ENTRIES).filter_map(|root| self.root(root)).collect(),
            allow: file.allow.into_iter().take(MAX_ENTRIES).filter_map(|entry| self.allow(entry)).collect(),
            accounts: std::mem::take(&mut self.accounts),
        }
    }

    fn rule(&mut self, name: &Text, entry: &Spanned<RuleEntry>) -> Option<RuleSetting> {
        let name = self.not_empty(name, "a rule's name")?;
        match entry.get_ref() {
            RuleEntry::Word(word) => {
                let word = Spanned::new(entry.span(), word.clone());
                let severity = self.word(&word, &RULE_WORDS, "a severity")?;
                Some(RuleSetting { name, severity, enabled: severity.is_some() })
            }
            RuleEntry::Table(table) => {
                let severity = match &table.severity {
                    Some(word) => Some(self.severity(word)?),
                    None => None,
                };
                Some(RuleSetting {
                    name,
                    severity,
                    enabled: table.enabled.as_ref().is_none_or(|on| *on.get_ref()),
                })
            }
        }
    }

    fn root(&mut self, entry: Spanned<RootEntry>) -> Option<RootSetting> {
        let span = entry.span();
        let entry = entry.into_inner();
        let Some(path) = &entry.path else {
            let mistake = Mistake::new(span, "a root has a `path`", "no `path` here");
            self.mistakes.push(mistake.with_help("path = \"infra/prod\" says which root the inputs are for"));
            return None;
        };
        let account = entry.account.as_ref().and_then(|account| self.account(account));
        Some(RootSetting {
            span: path.span(),
            path: self.roots(path)?,
            var_files: self.files(&entry.var_files),
            variables: self.values(&entry.variables, true),
            parameter_files: self.files(&entry.parameter_files),
            parameters: self.values(&entry.parameters, false),
            account,
        })
    }

    fn allow(&mut self, entry: Spanned<AllowTable>) -> Option<AllowEntry> {
        let span = entry.span();
        let entry = entry.into_inner();
        let before = self.mistakes.len();
        let rules = match &entry.rule {
            None => Vec::new(),
            Some(names) => match names.get_ref() {
                OneOrMany::One(name) => vec![Spanned::new(names.span(), name.clone())],
                OneOrMany::Many(list) => {
                    if list.is_empty() {
                        let mistake =
                            Mistake::new(names.span(), "the list of rules is empty", "no rule here");
                        self.mistakes.push(mistake.with_help("leave `rule` out to mean every rule"));
                    }
                    list.clone()
                }
            },
        };
        let rules: Vec<Located> =
            rules.iter().filter_map(|name| self.not_empty(name, "a rule's name")).collect();
        let user = entry.user.as_ref().and_then(|pattern| self.name(pattern));
        let address = entry.address.as_ref().and_then(|pattern| {
            let pattern = self.not_empty(pattern, "an address")?;
            if pattern.text.len() > MAX_ADDRESS_BYTES {
                self.mistakes.push(Mistake::new(pattern.span, "the pattern is too long", "this pattern"));
                return None;
            }
            Some(AddressPattern::new(&pattern.text))
        });
        let root = entry.root.as_ref().and_then(|pattern| self.roots(pattern));
        if entry.rule.is_none() && entry.user.is_none() && entry.address.is_none() {
            let mistake = Mistake::new(
                span.clone(),
                "this would accept every finding",
                "of which rule, user or address?",
            );
            self.mistakes.push(mistake.with_help("say `rule`, `user` or `address`"));
        }
        match &entry.reason {
            None => {
                let mistake = Mistake::new(span.clone(), "no reason is given", "no `reason` here");
                self.mistakes.push(mistake.with_help("reason = \"…\" says why the finding is accepted"));
            }
            Some(reason) => {
                let text = reason.get_ref();
                if text.trim().is_empty() || text.trim().contains(['\n', '\r']) {
                    let mistake =
                        Mistake::new(reason.span(), "a reason is one line of text", "not one line of text");
                    self.mistakes.push(mistake.with_help("say why the finding is accepted"));
                }
            }
        }
        let until = entry.until.as_ref().and_then(|until| self.date(until));
        let reason = entry.reason.map(Spanned::into_inner).unwrap_or_default().trim().to_owned();
        (self.mistakes.len() == before).then_some(AllowEntry {
            rules,
            user,
            address,
            root,
            reason,
            until,
            span,
        })
    }

    fn date(&mut self, value: &Spanned<toml::Value>) -> Option<Date> {
        let text = match value.get_ref() {
            toml::Value::Datetime(written) => written.to_string(),
            toml::Value::String(text) => text.clone(),
            _ => String::new(),
        };
        // Other ways to write a day (20270131) and days with a time are left to others.
        let date = Some(&text).filter(|text| text.len() == 10).and_then(|text| text.parse::<Date>().ok());
        if date.is_none() {
            let mistake = Mistake::new(value.span(), "this is no date", "no date");
            self.mistakes.push(mistake.with_help("a date is year, month and day: until = 2027-01-31"));
        }
        date
    }

    /// A number of days; `what` is the sentence that the number belongs to.
    fn days(&mut self, days: Option<Spanned<i64>>, allowed: RangeInclusive<i64>, what: &str) -> Option<i64> {
        let days = days?;
        let known = Some(*days.get_ref()).filter(|days| allowed.contains(days));
        if known.is_none() {
            let (least, most) = (allowed.start(), allowed.end());
            let message = format!("{what} {least} to {most} days");
            let label = format!("not from {least} to {most}");
            self.mistakes.push(Mistake::new(days.span(), message, label));
        }
        known
    }

    /// A profile chooses the rules, and so does `select`.
    fn profile(&mut self, profile: Option<&Text>, select: &[Text]) -> Option<Located> {
        let profile = self.not_empty(profile?, "a profile's name")?;
        if !select.is_empty() {
            let mistake = Mistake::new(
                profile.span.clone(),
                "`profile` and `select` both say which rules run",
                "and `select` does too",
            );
            self.mistakes.push(mistake.with_help("keep one of them; `ignore` takes rules out of a profile"));
        }
        Some(profile)
    }

    fn account_names(&mut self, accounts: &BTreeMap<Text, Text>) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (number, name) in accounts {
            if !is_account_number(number.get_ref()) {
                let mistake =
                    Mistake::new(number.span(), "an account number has twelve digits", "no account number");
                self.mistakes.push(mistake.with_help("\"111122223333\" = \"production\", number first"));
            }
            if let Some(name) = self.not_empty(name, "the name of an account") {
                names.insert(number.get_ref().clone(), name.text);
            }
        }
        names
    }

    /// The number of an account that is given by number or name.
    fn account(&mut self, account: &Text) -> Option<String> {
        let text = account.get_ref();
        if is_account_number(text) {
            return Some(text.clone());
        }
        let number = self.accounts.iter().find(|(_, name)| *name == text).map(|(number, _)| number.clone());
        if number.is_none() {
            let known: Vec<&str> = self.accounts.values().map(String::as_str).collect();
            let help = match closest(text, &known).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    "give the number of twelve digits, or a name that `[accounts]` gives a number".to_owned()
                }
            };
            let mistake =
                Mistake::new(account.span(), format!("no account is named `{text}`"), "unknown account");
            self.mistakes.push(mistake.with_help(help));
        }
        number
    }

    fn severity(&mut self, word: &Text) -> Option<Severity> {
        self.word(word, &SEVERITIES, "a severity")
    }

    fn word<T: Copy>(&mut self, word: &Text, known: &[(&str, T)], what: &str) -> Option<T> {
        let text = word.get_ref();
        if let Some((_, meaning)) = known.iter().find(|(name, _)| name == text) {
            return Some(*meaning);
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let help = match closest(text, &names).first() {
            Some(near) => format!("did you mean \"{near}\"? allowed are {}", listed(&names)),
            None => format!("allowed are {}", listed(&names)),
        };
        let mistake = Mistake::new(word.span(), format!("`{text}` is not {what}"), format!("not {what}"));
        self.mistakes.push(mistake.with_help(help));
        None
    }

    fn not_empty(&mut self, text: &Text, what: &str) -> Option<Located> {
        if text.get_ref().trim().is_empty() {
            self.mistakes.push(Mistake::new(text.span(), format!("{what} is not empty"), "empty"));
            return None;
        }
        Some(Located { text: text.get_ref().clone(), span: text.span() })
    }

    fn names(&mut self, patterns: &[Text]) -> Vec<NamePattern> {
        self.few(patterns).iter().filter_map(|pattern| self.name(pattern)).collect()
    }

    fn name(&mut self, pattern: &Text) -> Option<NamePattern> {
        let compiled = NamePattern::new(pattern.get_ref());
        self.pattern(pattern, compiled)
    }

    fn paths(&mut self, patterns: &[Text]) -> Vec<PathPattern> {
        let compile = |pattern: &Text| PathPattern::of_folders(pattern.get_ref(), self.anchor);
        let compiled: Vec<_> = self.few(patterns).iter().map(|pattern| (pattern, compile(pattern))).collect();
        compiled.into_iter().filter_map(|(pattern, compiled)| self.pattern(pattern, compiled)).collect()
    }

    /// Which roots are meant.
    fn roots(&mut self, pattern: &Text) -> Option<PathPattern> {
        let compiled = PathPattern::of_roots(pattern.get_ref(), self.anchor);
        self.pattern(pattern, compiled)
    }

    fn pattern<T>(&mut self, pattern: &Text, compiled: Result<T, String>) -> Option<T> {
        compiled
            .map_err(|message| {
                let message = format!("the pattern cannot be used: {message}");
                self.mistakes.push(Mistake::new(pattern.span(), message, "this pattern"));
            })
            .ok()
    }

    fn few<'t>(&mut self, patterns: &'t [Text]) -> &'t [Text] {
        if let Some(surplus) = patterns.get(MAX_PATTERNS) {
            let message = format!("a list has at most {MAX_PATTERNS} patterns");
            self.mistakes.push(Mistake::new(surplus.span(), message, "one too many"));
        }
        &patterns[..patterns.len().min(MAX_PATTERNS)]
    }

    fn few_entries<T>(&mut self, entries: &[Spanned<T>]) {
        if let Some(surplus) = entries.get(MAX_ENTRIES) {
            let mistake = Mistake::new(
                surplus.span(),
                format!("there are at most {MAX_ENTRIES} entries"),
                "one too many",
            );
            self.mistakes.push(mistake.with_help("a baseline holds any number of findings"));
        }
    }

    /// Paths of files or folders, as written.
    fn files(&mut self, paths: &[Text]) -> Vec<Located> {
        let mut files = Vec::new();
        for path in paths {
            let Some(located) = self.not_empty(path, "a path") else { continue };
            if Path::new(&located.text).has_root() {
                let message = "a path is relative to the configuration file";
                self.mistakes.push(Mistake::new(located.span, message, "starts at the root"));
            } else {
                files.push(located);
            }
        }
        files
    }

    fn values(
        &mut self,
        values: &BTreeMap<Text, Spanned<toml::Value>>,
        is_variable: bool,
    ) -> Vec<(Located, String)> {
        let mut texts = Vec::new();
        for (name, value) in values {
            let Some(name) = self.not_empty(name, "a name") else { continue };
            let text = match value.get_ref() {
                toml::Value::String(text) => Some(text.clone()),
                toml::Value::Array(_) | toml::Value::Table(_) if !is_variable => None,
                other => as_json(other).map(|json| json.to_string()),
            };
            match text {
                Some(text) => texts.push((name, text)),
                None => {
                    let message = if is_variable {
                        "Terraform has no such value"
                    } else {
                        "a template parameter is a text, a number, true or false"
                    };
                    let mistake = Mistake::new(value.span(), message, "this value");
                    self.mistakes.push(mistake.with_help("write it as a text in quotes"));
                }
            }
        }
        texts
    }
}

/// A value as an expression that Terraform reads as that value.
fn as_json(value: &toml::Value) -> Option<serde_json::Value> {
    Some(match value {
        // `--var` reads an expression, in which these begin a template.
        toml::Value::String(text) => text.replace("${", "$${").replace("%{", "%%{").into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => serde_json::Number::from_f64(*number)?.into(),
        toml::Value::Boolean(flag) => (*flag).into(),
        toml::Value::Array(values) => values.iter().map(as_json).collect::<Option<Vec<_>>>()?.into(),
        toml::Value::Table(table) => {
            let entries = table.iter().map(|(name, value)| Some((name.clone(), as_json(value)?)));
            serde_json::Value::Object(entries.collect::<Option<_>>()?)
        }
        toml::Value::Datetime(_) => return None,
    })
}
