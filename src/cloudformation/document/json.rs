//! JSON's tree as a document.

use super::mapping::Mapping;
use super::place::Place;
use super::{Entry, Node, NodeKind, Read};
use crate::source::Notice;
use crate::syntax::json;

pub(super) fn lower(parsed: json::Parsed, place: &Place<'_>) -> Read {
    let notices = parsed.notices.into_iter().map(|notice| place.notice(notice)).collect();
    let mut lowering = Lowering { place, notices };
    let documents = parsed.root.into_iter().map(|root| lowering.node(root)).collect();
    Read { documents, notices: lowering.notices }
}

struct Lowering<'a> {
    place: &'a Place<'a>,
    notices: Vec<Notice>,
}

impl Lowering<'_> {
    /// Recurses as deep as the parser lets values be nested.
    fn node(&mut self, node: json::Node) -> Node {
        let kind = match node.kind {
            json::NodeKind::Null => NodeKind::Null,
            json::NodeKind::Bool(value) => NodeKind::Bool(value),
            json::NodeKind::Number(text) => NodeKind::Number(text.into()),
            json::NodeKind::String(decoded) => NodeKind::String(self.place.decoded(decoded)),
            json::NodeKind::Array(elements) => {
                NodeKind::List(elements.into_iter().map(|element| self.node(element)).collect())
            }
            json::NodeKind::Object(members) => self.mapping(members),
            json::NodeKind::Unread => NodeKind::Unread,
        };
        Node { kind, span: self.place.span(node.span) }
    }

    fn mapping(&mut self, members: Vec<json::Member>) -> NodeKind {
        let mut mapping = Mapping::default();
        for member in members {
            let key_span = self.place.span(member.key_span);
            let entry = Entry { key: member.key.text, key_span, value: self.node(member.value) };
            self.notices.extend(mapping.insert(entry));
        }
        mapping.finish()
    }
}
