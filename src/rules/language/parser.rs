//! From the text of an expression to its tree.

use std::sync::OnceLock;

use super::calls::Function;
use super::lexer::{Token, TokenKind, token};
use super::text::unquoted;
use super::tree::{Call, Literal, Logic, Loop, LoopKind, Node, NodeKind, Operator};
use super::{MAX_NESTING, SyntaxFault};

/// Words that the language keeps for itself; fields may be called so.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The tree of an expression.
///
/// # Errors
///
/// The first thing that cannot stand where it stands.
pub fn parse(text: &str) -> Result<Node, SyntaxFault> {
    let mut parser = Parser { text, token: token(text, 0)?, depth: 0 };
    let node = parser.expression()?;
    parser.expect(TokenKind::End)?;
    Ok(node)
}

struct Parser<'t> {
    text: &'t str,
    /// The one that comes next.
    token: Token,
    /// Expressions around, in parentheses, brackets, calls and conditions.
    depth: usize,
}

type Parsed<T = Node> = Result<T, SyntaxFault>;

impl<'t> Parser<'t> {
    fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(too_deep(self.token.start));
        }
        let condition = self.alternatives()?;
        let node = match self.accept(TokenKind::Question)? {
            Some(question) => {
                let yes = self.alternatives()?;
                self.expect(TokenKind::Colon)?;
                let no = self.expression()?;
                node(question.start, NodeKind::Condition(Box::new([condition, yes, no])))
            }
            None => condition,
        };
        self.depth -= 1;
        Ok(node)
    }

    fn alternatives(&mut self) -> Parsed {
        self.logic(Logic::Or, TokenKind::Or, |parser| {
            parser.logic(Logic::And, TokenKind::And, Self::comparison)
        })
    }

    fn logic(&mut self, logic: Logic, sign: TokenKind, operand: fn(&mut Self) -> Parsed) -> Parsed {
        let first = operand(self)?;
        let at = self.token.start;
        if self.token.kind != sign {
            return Ok(first);
        }
        let mut operands = vec![(at, first)];
        while let Some(sign) = self.accept(sign)? {
            operands.push((sign.start, operand(self)?));
        }
        Ok(node(at, NodeKind::Logic(logic, operands)))
    }

    fn comparison(&mut self) -> Parsed {
        self.binary(Self::sum, |kind| {
            Some(match kind {
                TokenKind::Equal => Operator::Equal,
                TokenKind::Unequal => Operator::Unequal,
                TokenKind::Less => Operator::Less,
                TokenKind::AtMost => Operator::AtMost,
                TokenKind::Greater => Operator::Greater,
                TokenKind::AtLeast => Operator::AtLeast,
                TokenKind::In => Operator::In,
                _ => return None,
            })
        })
    }

    fn sum(&mut self) -> Parsed {
        self.binary(Self::product, |kind| match kind {
            TokenKind::Plus => Some(Operator::Add),
            TokenKind::Minus => Some(Operator::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Parsed {
        self.binary(Self::signed, |kind| match kind {
            TokenKind::Times => Some(Operator::Multiply),
            TokenKind::Slash => Some(Operator::Divide),
            TokenKind::Percent => Some(Operator::Remainder),
            _ => None,
        })
    }

    fn binary(
        &mut self,
        operand: fn(&mut Self) -> Parsed,
        operator: fn(TokenKind) -> Option<Operator>,
    ) -> Parsed {
        let mut left = operand(self)?;
        while let Some(operator) = operator(self.token.kind) {
            let at = self.advance()?.start;
            let right = operand(self)?;
            left = node(at, NodeKind::Binary(operator, Box::new([left, right])));
        }
        Ok(left)
    }

    /// Signs are folded: an even number of them is none.
    fn signed(&mut self) -> Parsed {
        let sign = self.token;
        if !matches!(sign.kind, TokenKind::Not | TokenKind::Minus) {
            return self.member();
        }
        let mut count = 0_usize;
        while self.token.kind == sign.kind {
            self.advance()?;
            count += 1;
        }
        let is_odd = count % 2 == 1;
        let is_number = matches!(self.token.kind, TokenKind::Whole | TokenKind::Fraction);
        if sign.kind == TokenKind::Minus && is_number && count == 1 {
            // A single sign is the number's own: the smallest number has no positive one.
            let number = self.number(Some(sign))?;
            return self.suffixes(number);
        }
        let operand = Box::new(self.member()?);
        Ok(match sign.kind {
            _ if !is_odd => *operand,
            TokenKind::Not => node(sign.start, NodeKind::Not(operand)),
            _ => node(sign.start, NodeKind::Negate(operand)),
        })
    }

    fn member(&mut self) -> Parsed {
        let primary = self.primary()?;
        self.suffixes(primary)
    }

    /// Fields, calls and indices of what stands before them.
    fn suffixes(&mut self, mut of: Node) -> Parsed {
        loop {
            if let Some(bracket) = self.accept(TokenKind::OpenBracket)? {
                let index = self.expression()?;
                self.expect(TokenKind::CloseBracket)?;
                of = node(bracket.start, NodeKind::Index(Box::new([of, index])));
            } else if self.accept(TokenKind::Dot)?.is_some() {
                let name = self.expect(TokenKind::Name)?;
                of = match self.accept(TokenKind::OpenParenthesis)? {
                    Some(_) => {
                        let arguments = self.arguments()?;
                        self.member_call(name, of, arguments)?
                    }
                    None => node(name.start, NodeKind::Field(Box::new(of), self.written(name).into())),
                };
            } else {
                return Ok(of);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let first = self.token;
        let literal = |literal| node(first.start, NodeKind::Literal(literal));
        match first.kind {
            TokenKind::Whole | TokenKind::Unsigned | TokenKind::Fraction => return self.number(None),
            TokenKind::Minus => {
                let sign = self.advance()?;
                return match self.token.kind {
                    TokenKind::Whole | TokenKind::Fraction => self.number(Some(sign)),
                    _ => Err(self.misplaced(sign)),
                };
            }
            TokenKind::OpenBrace => {
                return Err(SyntaxFault::new(first.start, "maps and structures cannot be used here"));
            }
            TokenKind::Name
            | TokenKind::Text
            | TokenKind::True
            | TokenKind::False
            | TokenKind::Null
            | TokenKind::OpenParenthesis
            | TokenKind::OpenBracket => {}
            _ => return Err(self.misplaced(first)),
        }
        self.advance()?;
        Ok(match first.kind {
            TokenKind::True => literal(Literal::Flag(true)),
            TokenKind::False => literal(Literal::Flag(false)),
            TokenKind::Null => literal(Literal::Null),
            TokenKind::Text => literal(Literal::Text(unquoted(self.written(first), first.start)?)),
            TokenKind::OpenParenthesis => {
                let inner = self.expression()?;
                self.expect(TokenKind::CloseParenthesis)?;
                inner
            }
            TokenKind::OpenBracket => node(first.start, NodeKind::List(self.elements()?)),
            _ => self.name(first)?,
        })
    }

    fn name(&mut self, name: Token) -> Parsed {
        let written = self.written(name);
        if RESERVED.contains(&written) {
            let message = format!("`{written}` is a word of the language's own");
            return Err(SyntaxFault::new(name.start, message));
        }
        match self.accept(TokenKind::OpenParenthesis)? {
            Some(_) => {
                let arguments = self.arguments()?;
                self.global_call(name, arguments)
            }
            None => Ok(node(name.start, NodeKind::Name(written.into()))),
        }
    }

    fn number(&mut self, sign: Option<Token>) -> Parsed {
        let number = self.advance()?;
        let at = sign.unwrap_or(number).start;
        let written = self.written(number);
        let digits = written.trim_end_matches(['u', 'U']);
        let (digits, radix) = digits.strip_prefix("0x").map_or((digits, 10), |digits| (digits, 16));
        let minus = if sign.is_some() { "-" } else { "" };
        let literal = match number.kind {
            TokenKind::Whole => {
                i64::from_str_radix(&format!("{minus}{digits}"), radix).ok().map(Literal::Whole)
            }
            TokenKind::Unsigned => u64::from_str_radix(digits, radix).ok().map(Literal::Unsigned),
            _ => {
                let fraction = format!("{minus}{digits}").parse().ok();
                fraction.filter(|number: &f64| number.is_finite()).map(Literal::Fraction)
            }
        };
        match literal {
            Some(literal) => Ok(node(at, NodeKind::Literal(literal))),
            None => Err(SyntaxFault::new(number.start, format!("`{}` is too large", shortened(written)))),
        }
    }

    /// The elements of a list, up to its closing bracket; a comma may follow the last.
    fn elements(&mut self) -> Parsed<Vec<Node>> {
        let mut elements = Vec::new();
        if self.token.kind == TokenKind::Comma {
            self.advance()?;
            self.expect(TokenKind::CloseBracket)?;
            return Ok(elements);
        }
        while self.accept(TokenKind::CloseBracket)?.is_none() {
            elements.push(self.expression()?);
            if self.accept(TokenKind::Comma)?.is_none() {
                self.expect(TokenKind::CloseBracket)?;
                break;
            }
        }
        Ok(elements)
    }

    /// The arguments of a call, up to its closing parenthesis.
    fn arguments(&mut self) -> Parsed<Vec<Node>> {
        let mut arguments = Vec::new();
        if self.accept(TokenKind::CloseParenthesis)?.is_some() {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.accept(TokenKind::Comma)?.is_none() {
                self.expect(TokenKind::CloseParenthesis)?;
                return Ok(arguments);
            }
        }
    }

    fn member_call(&self, name: Token, of: Node, arguments: Vec<Node>) -> Parsed {
        let written = self.written(name);
        let kind = match (written, arguments.len()) {
            ("all", 2) => LoopKind::All,
            ("exists", 2) => LoopKind::Exists,
            ("exists_one" | "existsOne", 2) => LoopKind::ExistsOne,
            ("filter", 2) => LoopKind::Filter,
            ("map", 2 | 3) => LoopKind::Map,
            (_, count) => {
                let function = Function::find(written, true, count);
                let arguments = std::iter::once(of).chain(arguments).collect();
                return Ok(call(name, written, function, arguments));
            }
        };
        let mut arguments = arguments.into_iter();
        let (Some(variable), Some(second)) = (arguments.next(), arguments.next()) else {
            return Err(self.misplaced(name));
        };
        let NodeKind::Name(variable) = variable.kind else {
            return Err(SyntaxFault::new(variable.at, format!("`{written}` needs a name here"))
                .with_help("each element has it in what follows: `list.filter(x, x.active)`"));
        };
        let (guard, body) = match arguments.next() {
            Some(third) => (Some(second), third),
            None => (None, second),
        };
        Ok(node(name.start, NodeKind::Loop(Box::new(Loop { kind, list: of, variable, guard, body }))))
    }

    fn global_call(&self, name: Token, mut arguments: Vec<Node>) -> Parsed {
        let written = self.written(name);
        if written == "has" && arguments.len() == 1 {
            let tested = arguments.remove(0);
            let NodeKind::Field(of, field) = tested.kind else {
                return Err(SyntaxFault::new(tested.at, "`has` needs a field here")
                    .with_help("it is written `has(x.field)`"));
            };
            return Ok(node(tested.at, NodeKind::Has(of, field)));
        }
        let function = Function::find(written, false, arguments.len());
        Ok(call(name, written, function, arguments))
    }

    fn written(&self, token: Token) -> &'t str {
        &self.text[token.start..token.end]
    }

    /// Goes on to the next token, and gives the one that was passed.
    fn advance(&mut self) -> Parsed<Token> {
        let passed = self.token;
        self.token = token(self.text, passed.end)?;
        Ok(passed)
    }

    fn accept(&mut self, kind: TokenKind) -> Parsed<Option<Token>> {
        if self.token.kind == kind { self.advance().map(Some) } else { Ok(None) }
    }

    fn expect(&mut self, kind: TokenKind) -> Parsed<Token> {
        match self.accept(kind)? {
            Some(token) => Ok(token),
            None => Err(self.misplaced(self.token)),
        }
    }

    fn misplaced(&self, token: Token) -> SyntaxFault {
        match token.kind {
            TokenKind::End => SyntaxFault::new(self.text.len(), "the expression ends too early"),
            TokenKind::OpenBrace => SyntaxFault::new(token.start, "maps and structures cannot be used here"),
            _ => {
                let message = format!("`{}` cannot stand here", shortened(self.written(token)));
                SyntaxFault::new(token.start, message)
            }
        }
    }
}

fn node(at: usize, kind: NodeKind) -> Node {
    Node { at, kind }
}

fn call(name: Token, written: &str, function: Option<Function>, arguments: Vec<Node>) -> Node {
    let call = Call { name: written.into(), function, arguments, pattern: OnceLock::new() };
    node(name.start, NodeKind::Call(Box::new(call)))
}

fn too_deep(at: usize) -> SyntaxFault {
    SyntaxFault::new(at, "the expression is nested too deeply").with_help("name a part of it under `let`")
}

fn shortened(written: &str) -> String {
    const LONGEST: usize = 40;
    match written.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::rules::language::{Literal, Node, NodeKind};

    /// The tree with every part in parentheses.
    fn drawn(node: &Node) -> String {
        let list = |nodes: &[Node]| nodes.iter().map(drawn).collect::<Vec<_>>().join(" ");
        match &node.kind {
            NodeKind::Literal(Literal::Text(text)) => format!("{text:?}"),
            NodeKind::Literal(Literal::Whole(number)) => number.to_string(),
            NodeKind::Literal(literal) => format!("{literal:?}").to_lowercase(),
            NodeKind::Name(name) => name.to_string(),
            NodeKind::Field(of, name) => format!("{}.{name}", drawn(of)),
            NodeKind::Has(of, name) => format!("(has {}.{name})", drawn(of)),
            NodeKind::Index(pair) => format!("(index {})", list(&pair[..])),
            NodeKind::List(elements) => format!("[{}]", list(elements)),
            NodeKind::Not(of) => format!("(not {})", drawn(of)),
            NodeKind::Negate(of) => format!("(negate {})", drawn(of)),
            NodeKind::Logic(logic, operands) => {
                let operands: Vec<String> = operands.iter().map(|(_, operand)| drawn(operand)).collect();
                format!("({logic:?} {})", operands.join(" ")).to_lowercase()
            }
            NodeKind::Binary(operator, pair) => format!("({operator:?} {})", list(&pair[..])).to_lowercase(),
            NodeKind::Condition(parts) => format!("(if {})", list(&parts[..])),
            NodeKind::Loop(it) => {
                let guard = it.guard.as_ref().map_or(String::new(), |guard| format!(" {}", drawn(guard)));
                let kind = format!("{:?}", it.kind).to_lowercase();
                format!("({kind} {} {}{guard} {})", drawn(&it.list), it.variable, drawn(&it.body))
            }
            NodeKind::Call(call) => format!("({} {})", call.name, list(&call.arguments)),
        }
    }

    #[test]
    fn operators_bind_as_in_the_language() {
        for (text, tree) in [
            ("a || b && c || d", "(or a (and b c) d)"),
            ("(a || b) && c", "(and (or a b) c)"),
            ("a == b && c < d + 1", "(and (equal a b) (less c (add d 1)))"),
            ("a + b * c - d % e", "(subtract (add a (multiply b c)) (remainder d e))"),
            ("a - b - c", "(subtract (subtract a b) c)"),
            ("a < b == c", "(equal (less a b) c)"),
            ("a in b in c", "(in (in a b) c)"),
            ("a ? b : c ? d : e", "(if a b (if c d e))"),
            ("a || b ? c : d || e", "(if (or a b) c (or d e))"),
            ("!a.b && !!c", "(and (not a.b) c)"),
            ("-a.b * --c", "(multiply (negate a.b) c)"),
            ("1 -2", "(subtract 1 2)"),
            ("1 - -2", "(subtract 1 -2)"),
            ("--2", "2"),
            ("!-2", "(not -2)"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("a.b[c].d(e, f)[0]", "(index (d (index a.b c) e f) 0)"),
            ("size(a) // the end", "(size a)"),
            ("// a line\n a", "a"),
            ("[1, [2,], [], [,]]", "[1 [2] [] []]"),
            ("a.map(x, x > 1, -x)", "(map a x (greater x 1) (negate x))"),
            ("a.exists(x, x).filter", "(exists a x x).filter"),
            ("has(a.b.c)", "(has a.b.c)"),
            ("a.if.in_", "a.if.in_"),
            ("0x1F + 12", "(add 31 12)"),
            ("1.size()", "(size 1)"),
            (
                "[1u, 1.5, .5e1, 1e3, true, null]",
                "[unsigned(1) fraction(1.5) fraction(5.0) fraction(1000.0) flag(true) null]",
            ),
        ] {
            assert_eq!(parse(text).map(|node| drawn(&node)), Ok(tree.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_does_not_parse_is_pointed_at() {
        for (text, at, message) in [
            ("", 0, "ends too early"),
            ("a &&", 4, "ends too early"),
            ("a & b", 2, "`&` cannot"),
            ("a = b", 2, "`=` cannot"),
            ("a b", 2, "`b` cannot"),
            ("a ? b ? c : d : e", 6, "`?` cannot"),
            ("a.", 2, "ends too early"),
            ("a.in", 2, "`in` cannot"),
            (".a", 0, "`.` cannot"),
            ("a.?b", 2, "`?` cannot"),
            ("f(a,)", 4, "`)` cannot"),
            ("[a", 2, "ends too early"),
            ("(a]", 2, "`]` cannot"),
            ("-!a", 1, "`!` cannot"),
            ("if(a)", 0, "`if` is a word of the language's own"),
            ("12abc", 2, "`abc` cannot"),
            ("9223372036854775808", 0, "`9223372036854775808` is too large"),
            ("18446744073709551616u", 0, "too large"),
            ("1e999", 0, "too large"),
            ("x.map(1, x)", 6, "`map` needs a name here"),
            ("has(x)", 4, "`has` needs a field here"),
            ("{}", 0, "maps and structures"),
            ("a.b{c: 1}", 3, "maps and structures"),
            ("b'a'", 0, "bytes cannot be used here"),
            ("rB\"a\"", 0, "bytes cannot be used here"),
            ("a == 'b", 5, "never closed"),
            ("'a\nb'", 0, "never closed"),
            ("'''a''", 0, "never closed"),
            ("'a\\'", 0, "never closed"),
            ("'\\d'", 1, "`\\d` stands for nothing"),
            ("a # b", 2, "`#` cannot"),
            ("\u{1b}", 0, "`\\u{1b}` cannot"),
        ] {
            let fault = parse(text).map(|node| drawn(&node)).unwrap_err();
            assert!(fault.message.contains(message), "{text}: {fault:?}");
            assert_eq!(fault.at, at, "{text}: {fault:?}");
        }
    }
}
