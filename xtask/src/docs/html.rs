//! The attributes of a page of HTML, as far as links need them.

/// One attribute of one element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) element: String,
    pub(super) name: String,
    pub(super) value: String,
}

/// Returns the attributes of every element, in order. Comments, scripts and styles hold none.
pub(super) fn attributes(html: &str) -> Vec<Attribute> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (element, after) = name(rest);
        if element.is_empty() {
            // The end of an element, or a `<` in a text.
            continue;
        }
        rest = of_element(&element, after, &mut found);
        for raw in ["script", "style"] {
            if element == raw {
                let end = format!("</{raw}");
                rest = rest.split_once(&end).map_or("", |(_, after)| after);
            }
        }
    }
    found
}

/// Reads the attributes of one element and returns what follows its `>`.
fn of_element<'h>(element: &str, text: &'h str, found: &mut Vec<Attribute>) -> &'h str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return rest;
        }
        if let Some(after) = rest.strip_prefix('>') {
            return after;
        }
        let (name, after) = name(rest);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after),
            None => (String::new(), after),
        };
        if name.is_empty() {
            // Something that is no attribute.
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        rest = after;
        found.push(Attribute {
            element: element.to_owned(),
            name,
            value,
        });
    }
}

fn name(text: &str) -> (String, &str) {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '"' | '\'' | '<');
    let (name, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    (name.to_ascii_lowercase(), rest)
}

fn value(text: &str) -> (String, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            let (value, rest) = inside.split_once(quote).unwrap_or((inside, ""));
            return (value.replace("&amp;", "&"), rest);
        }
    }
    let is_end = |c: char| c.is_whitespace() || c == '>';
    let (value, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    (value.to_owned(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> Vec<(String, String, String)> {
        let all = attributes(html).into_iter();
        all.map(|it| (it.element, it.name, it.value)).collect()
    }

    #[test]
    fn attributes_are_read_and_text_is_not() {
        let html = r#"<!-- <a href="no"> --><a class=x href="a.html?b&amp;c">href="no"</a>
            <script>let s = '<a href="no">';</script><br/><img alt='' src=i.png> 1 < 2 <p id="e">"#;
        let text = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            read(html),
            [
                text("a", "class", "x"),
                text("a", "href", "a.html?b&c"),
                text("img", "alt", ""),
                text("img", "src", "i.png"),
                text("p", "id", "e"),
            ]
        );
    }
}
