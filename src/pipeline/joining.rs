//! What AWS knows, joined to what the code says.

use crate::evidence::{self, Code};
use crate::finding::{AccountCoverage, AsOfSource};
use crate::settings::{CheckSettings, InputSettings};
use crate::source::NoticeKind;

use super::{Understood, sort_notices};

/// Joins the credential reports that were handed in.
pub fn run(input: &InputSettings, check: &CheckSettings<'_>, understood: &mut Understood) {
    if check.reports.is_empty() {
        return;
    }
    let code = (!check.is_audit).then(|| Code { unread: unread(understood) });
    let notices = evidence::join(&mut understood.graph, &check.reports, code.as_ref());
    understood.notices.extend(notices);
    sort_notices(&mut understood.notices);
    let graph = &mut understood.graph;
    for account in &mut graph.live_accounts {
        let name = account.number.as_deref().and_then(|number| input.configuration.accounts.get(number));
        account.name = name.cloned();
    }
    // What an account makes of its report is looked at whenever there is one.
    understood.roots.extend(graph.live_accounts.iter().map(|account| graph.roots[account.root].path.clone()));
    let mut counts = vec![(0, 0); graph.live_accounts.len()];
    for (index, user) in graph.live_users.iter().enumerate() {
        if graph.live_accounts[user.account].root_user != Some(index) {
            let (users, declared) = &mut counts[user.account];
            *users += 1;
            *declared += usize::from(user.declared.is_always());
        }
    }
    for (account, (users, declared)) in graph.live_accounts.iter().zip(counts) {
        let file = graph.nodes[account.node].written_at().span.file;
        let given = check.reports.iter().find(|given| given.report.file == file);
        let is_told = given.is_some_and(|given| given.report.generated.is_some());
        understood.coverage.accounts.push(AccountCoverage {
            number: account.number.as_deref().map(str::to_owned),
            name: account.name.clone(),
            report: input.workspace.files.get(file).path.to_string(),
            users,
            declared: code.is_some().then_some(declared),
            as_of: account.as_of,
            as_of_source: match (is_told, check.is_as_of_given) {
                (true, _) => AsOfSource::Report,
                (false, true) => AsOfSource::CommandLine,
                (false, false) => AsOfSource::Run,
            },
        });
    }
}

/// What of the code could not be read, so that users may be declared in it.
fn unread(understood: &Understood) -> Option<String> {
    let count = |is_meant: &dyn Fn(NoticeKind) -> bool| {
        understood.notices.iter().filter(|notice| is_meant(notice.kind)).count()
    };
    let modules = count(&|kind| kind == NoticeKind::ModuleNotOnDisk);
    let files = count(&|kind| kind.is_incomplete());
    match (modules, files) {
        (0, 0) => None,
        (_, 0) => Some("a module that is not on disk".to_owned()),
        (0, _) => Some("a file that could not be read".to_owned()),
        _ => Some("a module that is not on disk or a file that could not be read".to_owned()),
    }
}
