//! One rule, ready to be evaluated and documented.

use std::sync::Arc;

use miette::NamedSource;
use serde_saphyr::Spanned;

use super::check::{Fault, Scope};
use super::document::{self, Example};
use super::error::RuleError;
use super::expression::Expression;
use super::front_matter::{
    self, CaseEntry, ControlEntry, FrontMatter, Parts, Precision, StepEntry, SubjectKind,
};
use super::shape::{Shape, record};
use super::template::Template;
use crate::finding::{Effect, Severity};

/// Names and what they stand for, in order.
type Bindings = Vec<(String, Expression)>;

/// Most names under `let`, and most cases: each is evaluated for every user.
const MAX_PARTS: usize = 16;

/// A control of a benchmark or framework.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Control {
    /// Benchmark: `cis-aws`.
    pub benchmark: String,
    /// Its version; `None` where it has none.
    pub version: Option<String>,
    /// Number: `1.13`.
    pub number: String,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Id: names the bad thing.
    pub id: String,
    /// One line for lists of rules.
    pub title: String,
    /// Severity, unless a case says otherwise; see [`Rule::highest_severity`].
    pub severity: Severity,
    /// The severity that the user's configuration gives all its findings.
    pub configured_severity: Option<Severity>,
    /// What it runs over.
    pub subject: SubjectKind,
    /// How often it is right when it speaks.
    pub precision: Precision,
    /// Controls that it checks, in the order of the file.
    pub controls: Vec<Control>,
    /// Names of the same check in other tools.
    pub same_as: Vec<String>,
    /// The documentation: Markdown, what follows the front matter.
    pub document: String,
    /// Line of the rule file that the documentation begins on, from 1.
    pub document_line: usize,
    /// Names that the condition needs, in order.
    pub(super) needed: Bindings,
    /// Those that only what it finds needs.
    pub(super) bindings: Bindings,
    pub(super) when: Expression,
    pub(super) flag: Expression,
    pub(super) also: Vec<Expression>,
    pub(super) texts: Texts,
    pub(super) cases: Vec<Case>,
    pub(super) remedy: Vec<RemedyStep>,
}

/// What a finding says.
#[derive(Debug)]
pub(super) struct Texts {
    pub message: Template,
    pub why: Template,
    pub fix: Template,
}

/// A variant of a rule; `None` leaves the rule's own.
#[derive(Debug)]
pub(super) struct Case {
    pub when: Expression,
    pub severity: Option<Severity>,
    pub message: Option<Template>,
    pub why: Option<Template>,
    pub fix: Option<Template>,
}

/// One step of what mends a finding.
#[derive(Debug)]
pub(super) struct RemedyStep {
    pub when: Option<Expression>,
    pub text: Template,
    pub effect: Effect,
    pub ask: bool,
    /// Words of the command, and whether each is for a person to fill in.
    pub run: Vec<(Template, bool)>,
}

impl SubjectKind {
    /// The name under which expressions find the subject.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::AccessKey => "access_key",
            Self::Password => "password",
            Self::ServiceCredential => "service_credential",
            Self::Exception => "exception",
            Self::LiveUser => "live_user",
            Self::LiveCredential => "live_credential",
            Self::Account => "account",
        }
    }

    fn record_name(self) -> &'static str {
        match self {
            Self::User => "UserRecord",
            Self::AccessKey => "AccessKeyRecord",
            Self::Password => "PasswordRecord",
            Self::ServiceCredential => "ServiceCredentialRecord",
            Self::Exception => "ExceptionRecord",
            Self::LiveUser => "LiveUserRecord",
            Self::LiveCredential => "LiveCredentialRecord",
            Self::Account => "AccountRecord",
        }
    }

    /// Whether it is a user's, whom rules then see as well.
    fn is_of_user(self) -> bool {
        !matches!(self, Self::Exception | Self::Account)
    }

    /// Whether there is none of it without a credential report.
    pub fn is_live(self) -> bool {
        matches!(self, Self::LiveUser | Self::LiveCredential | Self::Account)
    }
}

impl Rule {
    /// Reads and compiles a rule file. `name` is its file name, for errors and to compare the id with.
    ///
    /// # Errors
    ///
    /// The first thing wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, RuleError> {
        Self::compile(name, &front_matter::read(name, text)?)
    }

    /// As [`Rule::read`], for a rule of ours: they are written so that they can be read quickly.
    pub(super) fn read_own(name: &str, text: &str) -> Result<Self, RuleError> {
        match front_matter::read_quickly(name, text).map(|parts| Self::compile(name, &parts)) {
            Some(Ok(rule)) => Ok(rule),
            // Whatever is wrong is said with its place.
            Some(Err(_)) | None => Self::read(name, text),
        }
    }

    fn compile(name: &str, parts: &Parts) -> Result<Self, RuleError> {
        let compiler = Compiler { source_text: &parts.source_text, start: parts.start };
        compiler.identity(name, &parts.front_matter)?;
        compiler.rule(parts)
    }

    /// The highest severity over its cases; the configured one where there is one.
    pub fn highest_severity(&self) -> Severity {
        if let Some(configured) = self.configured_severity {
            return configured;
        }
        self.cases.iter().filter_map(|case| case.severity).fold(self.severity, Severity::max)
    }

    /// Whether it is about exceptions, not about users.
    pub fn has_exceptions_as_subject(&self) -> bool {
        self.subject == SubjectKind::Exception
    }

    /// Whether it has nothing to look at without a credential report.
    pub fn needs_report(&self) -> bool {
        self.subject.is_live()
    }

    /// The severity that a finding is reported with; fingerprints keep its own, so that they outlast a change of the
    /// configuration.
    pub fn reported_severity(&self, own: Severity) -> Severity {
        self.configured_severity.unwrap_or(own)
    }

    /// Every name it can be selected by, the id first: `multiple-active-keys`, `AC_AWS_0554`, `CIS-1.13`,
    /// `CIS-1.4/1.13`, `CIS-AWS-1.13`, `CIS-AWS-1.4/1.13`.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![self.id.clone()];
        names.extend(self.same_as.iter().cloned());
        for control in &self.controls {
            let benchmark = control.benchmark.to_uppercase();
            let short = benchmark.split('-').next().unwrap_or_default();
            for benchmark in [short, &benchmark] {
                names.push(format!("{benchmark}-{}", control.number));
                if let Some(version) = &control.version {
                    names.push(format!("{benchmark}-{version}/{}", control.number));
                }
            }
        }
        let mut unique: Vec<String> = Vec::new();
        for name in names {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        unique
    }

    /// Labels to filter by: `security`, `aws-iam`, and each control's short name once (`CIS-1.13`).
    pub fn tags(&self) -> Vec<String> {
        let mut tags = vec!["security".to_owned(), "aws-iam".to_owned()];
        for control in &self.controls {
            let benchmark = control.benchmark.to_uppercase();
            let tag = format!("{}-{}", benchmark.split('-').next().unwrap_or_default(), control.number);
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        tags
    }

    /// The text under a heading of the documentation: `What`, `Why`, `Fix`, `When this is fine`.
    pub fn section(&self, heading: &str) -> Option<&str> {
        document::section(&self.document, heading)
    }

    /// The first paragraph under a heading as one line.
    pub fn summary(&self, heading: &str) -> Option<String> {
        document::first_paragraph(&self.document, heading)
    }

    /// The examples in its documentation, in order.
    pub fn examples(&self) -> Vec<Example> {
        document::examples(&self.document, self.document_line)
    }

    /// What its steps say, expressions in braces.
    pub fn step_texts(&self) -> Vec<String> {
        self.remedy.iter().map(|step| step.text.source()).collect()
    }

    /// What a finding of it says, expressions in braces: message, why and fix; its cases follow.
    pub fn wording(&self) -> Vec<[String; 3]> {
        let own = [self.texts.message.source(), self.texts.why.source(), self.texts.fix.source()];
        let cases = self.cases.iter().map(|case| {
            let text = |replaced: &Option<Template>, own: &str| {
                replaced.as_ref().map_or_else(|| own.to_owned(), Template::source)
            };
            [text(&case.message, &own[0]), text(&case.why, &own[1]), text(&case.fix, &own[2])]
        });
        std::iter::once(own.clone()).chain(cases).collect()
    }
}

struct Compiler<'a> {
    source_text: &'a Arc<NamedSource<String>>,
    /// Byte offset of the front matter in the file.
    start: usize,
}

impl Compiler<'_> {
    fn identity(&self, name: &str, front_matter: &FrontMatter) -> Result<(), RuleError> {
        let id = &front_matter.id;
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.value.is_empty() || id.value.len() > 64 || !id.value.bytes().all(is_letter) {
            return Err(self
                .error(id, 0, "the id is not made of lower-case letters, digits and dashes")
                .with_help("name the bad thing: `multiple-active-keys`"));
        }
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = file.strip_suffix(".md").unwrap_or(file);
        if stem != id.value {
            return Err(self
                .error(id, 0, format!("the id `{}` is not the file's name", id.value))
                .with_help(format!("write `id: {stem}`, or rename the file to `{}.md`", id.value)));
        }
        if front_matter.title.value.trim().is_empty() {
            return Err(self.error(&front_matter.title, 0, "the title is empty"));
        }
        Ok(())
    }

    fn rule(&self, parts: &Parts) -> Result<Rule, RuleError> {
        let front_matter = &parts.front_matter;
        let text = self.source_text.inner();
        let mut scope = Scope::default();
        scope.add("limits", record("LimitsRecord").map_or(Shape::Any, Shape::Record));
        let is_of_user = front_matter.subject.is_of_user();
        for kind in is_of_user.then_some(SubjectKind::User).into_iter().chain([front_matter.subject]) {
            let shape = record(kind.record_name()).map_or(Shape::Any, Shape::Record);
            scope.add(kind.name(), shape);
        }
        let bindings = self.bindings(front_matter, &mut scope)?;
        let when = self.condition("when", &front_matter.when, &scope)?;
        let (needed, bindings) = needed_first(bindings, &when);
        let flag = self.place("flag", &front_matter.flag, &scope)?;
        let also = front_matter
            .also
            .iter()
            .map(|place| self.place("also", place, &scope))
            .collect::<Result<_, _>>()?;
        let texts = Texts {
            message: self.template("message", &front_matter.message, &scope)?,
            why: self.template("why", &front_matter.why, &scope)?,
            fix: self.template("fix", &front_matter.fix, &scope)?,
        };
        if let Some(surplus) = front_matter.cases.get(MAX_PARTS) {
            return Err(self.error(&surplus.when, 0, format!("a rule has at most {MAX_PARTS} cases")));
        }
        let cases =
            front_matter.cases.iter().map(|case| self.case(case, &scope)).collect::<Result<_, _>>()?;
        if let Some(surplus) = front_matter.remedy.get(MAX_PARTS) {
            return Err(self.error(&surplus.text, 0, format!("a rule has at most {MAX_PARTS} steps")));
        }
        let remedy =
            front_matter.remedy.iter().map(|step| self.step(step, &scope)).collect::<Result<_, _>>()?;
        Ok(Rule {
            id: front_matter.id.value.clone(),
            title: front_matter.title.value.clone(),
            severity: front_matter.severity,
            configured_severity: None,
            subject: front_matter.subject,
            precision: front_matter.precision,
            controls: controls(front_matter),
            same_as: front_matter.same_as.clone(),
            document: text[parts.document..].to_owned(),
            document_line: text[..parts.document].matches('\n').count() + 1,
            needed,
            bindings,
            when,
            flag,
            also,
            texts,
            cases,
            remedy,
        })
    }

    fn step(&self, step: &StepEntry, scope: &Scope) -> Result<RemedyStep, RuleError> {
        let is_command = !step.run.is_empty();
        if is_command == (step.effect == Effect::Edit) {
            let message =
                if is_command { "an edit of the code runs nothing" } else { "the step has no `run`" };
            return Err(self.error(&step.text, 0, message).with_help(
                "`run` is the command, word by word: [aws, iam, list-access-keys]; a step without one is an `edit`",
            ));
        }
        let when = step.when.as_ref().map(|when| self.condition("remedy.when", when, scope)).transpose()?;
        let mut run = Vec::new();
        for word in &step.run {
            let inner = word.value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            let is_placeholder = inner.is_some();
            let template = Template::compile("remedy.run", inner.unwrap_or(&word.value), scope);
            let shift = usize::from(is_placeholder);
            let shifted = |fault: Fault| Fault { offset: fault.offset + shift, ..fault };
            let template = template.map_err(|fault| self.fault(word, shifted(fault)))?;
            run.push((template, is_placeholder));
        }
        let text = self.template("remedy.text", &step.text, scope)?;
        Ok(RemedyStep { when, text, effect: step.effect, ask: step.ask, run })
    }

    fn bindings(&self, front_matter: &FrontMatter, scope: &mut Scope) -> Result<Bindings, RuleError> {
        let mut bindings = Vec::new();
        for (name, text) in &front_matter.bindings.0 {
            if bindings.len() == MAX_PARTS {
                return Err(self.error(name, 0, format!("a rule has at most {MAX_PARTS} names under `let`")));
            }
            let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            let is_name = name.value.bytes().all(is_letter)
                && name.value.starts_with(|first: char| first.is_ascii_lowercase());
            if !is_name || ["in", "true", "false", "null"].contains(&name.value.as_str()) {
                return Err(self.error(name, 0, format!("`{}` is no name", name.value)).with_help(
                    "names are made of lower-case letters, digits and underscores, a letter first",
                ));
            }
            if scope.get(&name.value).is_some() {
                return Err(self.error(name, 0, format!("`{}` is taken", name.value)));
            }
            let expression = self.expression(&format!("let.{}", name.value), text, scope)?;
            scope.add(&name.value, expression.shape.clone());
            bindings.push((name.value.clone(), expression));
        }
        Ok(bindings)
    }

    fn case(&self, case: &CaseEntry, scope: &Scope) -> Result<Case, RuleError> {
        let template = |key: &str, text: &Option<Spanned<String>>| {
            text.as_ref().map(|text| self.template(key, text, scope)).transpose()
        };
        Ok(Case {
            when: self.condition("cases.when", &case.when, scope)?,
            severity: case.severity,
            message: template("cases.message", &case.message)?,
            why: template("cases.why", &case.why)?,
            fix: template("cases.fix", &case.fix)?,
        })
    }

    fn condition(&self, key: &str, text: &Spanned<String>, scope: &Scope) -> Result<Expression, RuleError> {
        let expression = self.expression(key, text, scope)?;
        if expression.shape.fits(&Shape::Flag) {
            return Ok(expression);
        }
        Err(self.error(text, 0, format!("`{key}` gives a {}, not true or false", expression.shape)))
    }

    fn place(&self, key: &str, text: &Spanned<String>, scope: &Scope) -> Result<Expression, RuleError> {
        let expression = self.expression(key, text, scope)?;
        if expression.shape.is_place() {
            return Ok(expression);
        }
        let message = format!("`{key}` gives a {}, not a record or a list of records", expression.shape);
        Err(self.error(text, 0, message))
    }

    fn expression(&self, key: &str, text: &Spanned<String>, scope: &Scope) -> Result<Expression, RuleError> {
        Expression::compile(key, &text.value, scope).map_err(|fault| self.fault(text, fault))
    }

    fn template(&self, key: &str, text: &Spanned<String>, scope: &Scope) -> Result<Template, RuleError> {
        Template::compile(key, &text.value, scope).map_err(|fault| self.fault(text, fault))
    }

    fn fault(&self, text: &Spanned<String>, fault: Fault) -> RuleError {
        let error = self.error(text, fault.offset, fault.message);
        match fault.help {
            Some(help) => error.with_help(help),
            None => error,
        }
    }

    /// An error at a character of a scalar's value.
    fn error(&self, scalar: &Spanned<String>, offset: usize, message: impl Into<String>) -> RuleError {
        let span = scalar.referenced.span();
        let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
        let start = self.start.saturating_add(number(span.byte_offset()));
        let end = start.saturating_add(number(span.byte_len()));
        let text = self.source_text.inner();
        let (before, written) = (text.get(..start).unwrap_or(""), text.get(start..end).unwrap_or(""));
        let quote = written.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let quote = quote.filter(|_| !ends_with_block_header(before));
        let place = place_in_scalar(written, quote, &scalar.value, offset);
        RuleError::new(self.source_text, start + place, message)
    }
}

/// Parts names into those that a condition uses, itself or through others, and those that it does not: most users are
/// fine, and what a finding would say of them need not be known.
fn needed_first(bindings: Bindings, when: &Expression) -> (Bindings, Bindings) {
    let mut is_needed = vec![false; bindings.len()];
    // Later ones may use earlier ones.
    for at in (0..bindings.len()).rev() {
        let name = &bindings[at].0;
        let mut users = bindings.iter().zip(&is_needed).skip(at + 1);
        is_needed[at] =
            when.uses(name) || users.any(|((_, later), is_needed)| *is_needed && later.uses(name));
    }
    let (needed, rest): (Vec<_>, Vec<_>) =
        bindings.into_iter().zip(is_needed).partition(|(_, is_needed)| *is_needed);
    let plain =
        |all: Vec<((String, Expression), bool)>| all.into_iter().map(|(binding, _)| binding).collect();
    (plain(needed), plain(rest))
}

/// Byte offset, in a YAML scalar as written, of a character of its value. Quotes, escapes, folding and
/// indentation set the two apart, so they are laid side by side by what is not white space.
fn place_in_scalar(written: &str, quote: Option<char>, value: &str, offset: usize) -> usize {
    let solid = value.chars().take(offset).filter(|character| !character.is_whitespace()).count();
    let on_solid = value.chars().nth(offset).is_some_and(|character| !character.is_whitespace());
    let (mut at, mut passed) = (usize::from(quote.is_some()), 0);
    while let Some(character) = written[at..].chars().next() {
        let rest = &written[at..];
        let (length, is_solid) = match quote {
            Some('"') if character == '\\' => escape(rest),
            Some('\'') if rest.starts_with("''") => (2, true),
            // The quote that closes it: what is pointed at comes after the last character.
            Some(quote) if character == quote => return at,
            _ => (character.len_utf8(), !character.is_whitespace()),
        };
        if passed == solid && (!on_solid || is_solid) {
            return at;
        }
        passed += usize::from(is_solid);
        at += length;
    }
    written.len()
}

/// Whether a folded or literal scalar begins after this text: a quote at its start is part of it.
fn ends_with_block_header(before: &str) -> bool {
    let line = before.trim_end().rsplit('\n').next().unwrap_or("");
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    line.trim_end_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']).ends_with(['|', '>'])
}

/// The length of the escape at the start of a text, and whether what it stands for is more than white space.
fn escape(text: &str) -> (usize, bool) {
    let kind = text[1..].chars().next();
    let digits = match kind {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        _ => 0,
    };
    let after = 1 + kind.map_or(0, char::len_utf8);
    let length = text[after..].char_indices().nth(digits).map_or(text.len(), |(at, _)| after + at);
    let is_solid = match kind {
        Some('x' | 'u' | 'U') => u32::from_str_radix(&text[after..length], 16)
            .ok()
            .and_then(char::from_u32)
            .is_none_or(|character| !character.is_whitespace()),
        Some('n' | 't' | 'r' | 'v' | 'f' | 'N' | '_' | 'L' | 'P') | None => false,
        Some(other) => !other.is_whitespace(),
    };
    (length, is_solid)
}

fn controls(front_matter: &FrontMatter) -> Vec<Control> {
    let mut controls = Vec::new();
    for (benchmark, entry) in &front_matter.controls.0 {
        let mut add = |version: Option<&String>, numbers: &[String]| {
            controls.extend(numbers.iter().map(|number| Control {
                benchmark: benchmark.value.clone(),
                version: version.cloned(),
                number: number.clone(),
            }));
        };
        match entry {
            ControlEntry::Unversioned(numbers) => add(None, numbers),
            ControlEntry::Versioned(versions) => {
                for (version, numbers) in versions {
                    add(Some(version), numbers);
                }
            }
        }
    }
    controls
}

#[cfg(test)]
mod tests {
    use super::place_in_scalar;

    #[test]
    fn values_are_found_where_they_are_written() {
        for (written, value, offset, expected) in [
            ("user.nam > 1", "user.nam > 1", 5, 5),
            ("'it''s x'", "it's x", 5, 7),
            ("\"a \\\"b\\\" c\"", "a \"b\" c", 6, 9),
            ("foo\n    bar", "foo bar", 4, 8),
            ("é b", "é b", 2, 3),
            ("abc", "abc", 3, 3),
            ("", "abc", 2, 0),
            ("\"\\x41\\u00e9\\n \\U0001f511z\"", "A\u{e9}\n \u{1f511}z", 5, 24),
            ("\"a \\\n  b\"", "a b", 2, 7),
            ("\"abc\"", "abc", 3, 4),
            ("\"\\u", "\u{e9}", 1, 3),
        ] {
            let quote = written.chars().next().filter(|first| matches!(first, '\'' | '"'));
            assert_eq!(place_in_scalar(written, quote, value, offset), expected, "{written}");
        }
    }
}
