//! Reads a pattern, from left to right and without a tree: a part that is repeated is copied.

use super::{BadPattern, Class, Pattern, Step};

/// The most steps of a pattern; names are short.
const MOST_STEPS: usize = 4_000;
/// The deepest groups.
const DEEPEST: usize = 50;

const DIGIT: &[(char, char)] = &[('0', '9')];
const NO_DIGIT: &[(char, char)] = &[('\0', '/'), (':', char::MAX)];
const WORD: &[(char, char)] = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
const NO_WORD: &[(char, char)] = &[
    ('\0', '/'),
    (':', '@'),
    ('[', '^'),
    ('`', '`'),
    ('{', char::MAX),
];
const SPACE: &[(char, char)] = &[('\t', '\r'), (' ', ' ')];
const NO_SPACE: &[(char, char)] = &[('\0', '\u{8}'), ('\u{e}', '\u{1f}'), ('!', char::MAX)];

type Result<T> = std::result::Result<T, BadPattern>;

pub(super) fn parse(text: &str) -> Result<Pattern> {
    let mut parser = Parser {
        rest: text,
        depth: 0,
        steps: Vec::new(),
        classes: Vec::new(),
    };
    parser.alternatives()?;
    if !parser.rest.is_empty() {
        return Err(BadPattern("a `)` closes no group"));
    }
    Ok(Pattern {
        steps: parser.steps,
        classes: parser.classes,
    })
}

struct Parser<'p> {
    rest: &'p str,
    depth: usize,
    steps: Vec<Step>,
    classes: Vec<Class>,
}

/// What stands behind a backslash.
enum Escaped {
    One(char),
    Class(&'static [(char, char)]),
    Place(Step),
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn starts_with(&self, any: &[&str]) -> bool {
        any.iter().any(|text| self.rest.starts_with(text))
    }

    /// Reads `a|b|c` up to the end of the group: a fork before each but the
    /// last, and a jump over the others behind it.
    fn alternatives(&mut self) -> Result<()> {
        let mut jumps = Vec::new();
        loop {
            let start = self.steps.len();
            self.sequence()?;
            if !self.eat("|") {
                break;
            }
            let length = distance(start, self.steps.len());
            self.steps.insert(start, Step::Fork(length + 2));
            jumps.push(self.steps.len());
            self.steps.push(Step::Jump(0));
        }
        let end = self.steps.len();
        for at in jumps {
            if let Some(jump) = self.steps.get_mut(at) {
                *jump = Step::Jump(distance(at, end));
            }
        }
        Ok(())
    }

    fn sequence(&mut self) -> Result<()> {
        while self.peek().is_some_and(|c| c != '|' && c != ')') {
            let start = self.steps.len();
            self.one()?;
            while self.repetition(start)? {}
            if self.steps.len() > MOST_STEPS {
                return Err(BadPattern("it is too large"));
            }
        }
        Ok(())
    }

    fn one(&mut self) -> Result<()> {
        let Some(c) = self.next() else { return Ok(()) };
        let step = match c {
            '(' => return self.group(),
            '[' => return self.class(),
            '*' | '+' | '?' | '{' => return Err(BadPattern("there is nothing to repeat")),
            '.' => Step::Any,
            '^' => Step::Start,
            '$' => Step::End,
            '\\' => match self.escaped()? {
                Escaped::One(c) => Step::One(c),
                Escaped::Place(step) => step,
                Escaped::Class(ranges) => {
                    self.push_class(Class {
                        ranges: ranges.to_vec(),
                        is_negated: false,
                    });
                    return Ok(());
                }
            },
            c => Step::One(c),
        };
        self.steps.push(step);
        Ok(())
    }

    fn group(&mut self) -> Result<()> {
        if self.eat("?") && !self.eat(":") {
            let why = "of groups that begin with `(?`, only `(?:` is supported";
            return Err(BadPattern(why));
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(BadPattern("groups are nested too deeply"));
        }
        self.alternatives()?;
        self.depth -= 1;
        if self.eat(")") {
            Ok(())
        } else {
            Err(BadPattern("a group has no `)`"))
        }
    }

    fn escaped(&mut self) -> Result<Escaped> {
        Ok(match self.next() {
            Some('d') => Escaped::Class(DIGIT),
            Some('D') => Escaped::Class(NO_DIGIT),
            Some('w') => Escaped::Class(WORD),
            Some('W') => Escaped::Class(NO_WORD),
            Some('s') => Escaped::Class(SPACE),
            Some('S') => Escaped::Class(NO_SPACE),
            Some('A') => Escaped::Place(Step::Start),
            Some('z') => Escaped::Place(Step::End),
            Some(c) if c.is_ascii_punctuation() && c != '<' && c != '>' => Escaped::One(c),
            _ => {
                let why = "behind `\\`, only a punctuation mark or one of `dDwWsSAz` is supported";
                return Err(BadPattern(why));
            }
        })
    }

    fn push_class(&mut self, class: Class) {
        self.steps.push(Step::Class(self.classes.len()));
        self.classes.push(class);
    }

    /// Reads a class behind its `[`.
    fn class(&mut self) -> Result<()> {
        let mut class = Class {
            is_negated: self.eat("^"),
            ..Class::default()
        };
        // At the start, hyphens stand for themselves, or a bracket.
        while self.eat("-") {
            class.ranges.push(('-', '-'));
        }
        if class.ranges.is_empty() && self.eat("]") {
            class.ranges.push((']', ']'));
        }
        while !self.eat("]") {
            if self.starts_with(&["[", "&&", "--", "~~"]) {
                let why = "classes within a class, `&&`, `--` and `~~` are not supported";
                return Err(BadPattern(why));
            }
            let first = match self.class_item()? {
                Escaped::Class(ranges) => {
                    class.ranges.extend(ranges);
                    None
                }
                Escaped::One(c) => Some(c),
                Escaped::Place(_) => return Err(BadPattern("`\\A` and `\\z` are no characters")),
            };
            let is_range = self.starts_with(&["-"]) && !self.starts_with(&["-]", "--"]);
            let last = if is_range {
                self.next();
                match self.class_item()? {
                    Escaped::One(last) if first.is_some() => Some(last),
                    _ => return Err(BadPattern("a range goes from one character to one")),
                }
            } else {
                first
            };
            if first > last {
                let why = "the last character of a range comes before its first";
                return Err(BadPattern(why));
            }
            class.ranges.extend(first.zip(last));
        }
        self.push_class(class);
        Ok(())
    }

    fn class_item(&mut self) -> Result<Escaped> {
        match self.next() {
            Some('\\') => self.escaped(),
            Some(c) => Ok(Escaped::One(c)),
            None => Err(BadPattern("a class has no `]`")),
        }
    }

    /// Reads what says how often the steps from `start` on are repeated;
    /// `false` if nothing does.
    fn repetition(&mut self, start: usize) -> Result<bool> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => self.counts()?,
            _ => return Ok(false),
        };
        // The sign, or the brace that closes the counts.
        self.next();
        // As few as possible: the same texts match.
        self.eat("?");
        let once = self.steps.split_off(start);
        let copies = most.unwrap_or(least).max(1);
        if copies.saturating_mul(once.len() + 2) > MOST_STEPS {
            return Err(BadPattern("it is too large"));
        }
        let length = distance(0, once.len());
        for _ in 0..least {
            self.steps.extend(&once);
        }
        match most {
            None if least > 0 => self.steps.push(Step::Fork(-length)),
            None => {
                self.steps.push(Step::Fork(length + 2));
                self.steps.extend(&once);
                self.steps.push(Step::Jump(-length - 1));
            }
            Some(most) => {
                for _ in least..most {
                    self.steps.push(Step::Fork(length + 1));
                    self.steps.extend(&once);
                }
            }
        }
        Ok(true)
    }

    /// Reads `{2}`, `{2,}` or `{2,40}` up to its closing brace.
    fn counts(&mut self) -> Result<(usize, Option<usize>)> {
        const FORMS: BadPattern = BadPattern("a repetition is `{2}`, `{2,}` or `{2,40}`");
        self.eat("{");
        let (inside, _) = self.rest.split_once('}').ok_or(FORMS)?;
        let (least, most) = match inside.split_once(',') {
            Some((least, most)) => (least, Some(most).filter(|most| !most.is_empty())),
            None => (inside, Some(inside)),
        };
        let count = |digits: &str| {
            let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
            let number = digits.parse().ok().filter(|_| is_number);
            number.ok_or(FORMS)
        };
        let (least, most) = (count(least)?, most.map(count).transpose()?);
        if most.is_some_and(|most| most < least) {
            return Err(BadPattern("a repetition has more at least than at most"));
        }
        self.rest = self.rest.get(inside.len()..).unwrap_or_default();
        Ok((least, most))
    }
}

/// Steps are few, so every distance fits.
fn distance(from: usize, to: usize) -> isize {
    isize::try_from(to.saturating_sub(from)).unwrap_or(isize::MAX)
}
