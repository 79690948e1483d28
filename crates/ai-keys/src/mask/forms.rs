//! The forms in which a value may turn up, all in ASCII lower case.
//!
//! Matching ignores ASCII case, so one form stands for a value in upper and
//! lower case and for hex and percent-encoding of either case.

use zeroize::Zeroizing;

/// Bytes that are overwritten when dropped.
pub(super) type Form = Zeroizing<Vec<u8>>;

/// Returns every form of a value, folded to lower case, without duplicates.
pub(super) fn forms(value: &str) -> Vec<Form> {
    let bytes = value.as_bytes();
    let mut all: Vec<Form> = vec![
        form(bytes.iter().copied()),
        form(reversed(value).bytes()),
        form(bytes.iter().flat_map(|byte| hex(*byte))),
        form(bytes.iter().flat_map(|byte| percent(*byte))),
        form(json(value).bytes()),
        form(xml(value).bytes()),
    ];
    for shift in 0..3 {
        let core = base64_core(bytes, shift);
        all.push(form(core.iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })));
        all.push(core);
    }
    for form in &mut all {
        form.make_ascii_lowercase();
    }
    all.sort_unstable_by(|one, other| one.as_slice().cmp(other));
    all.dedup();
    all
}

fn form(bytes: impl Iterator<Item = u8>) -> Form {
    Zeroizing::new(bytes.collect())
}

fn reversed(value: &str) -> Zeroizing<String> {
    Zeroizing::new(value.chars().rev().collect())
}

fn hex(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    [digit(byte >> 4), digit(byte & 15)]
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn percent(byte: u8) -> Vec<u8> {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        return vec![byte];
    }
    let [high, low] = hex(byte);
    vec![b'%', high, low]
}

fn json(value: &str) -> Zeroizing<String> {
    let quoted = Zeroizing::new(serde_json::Value::from(value).to_string());
    Zeroizing::new(quoted.trim_matches('"').to_owned())
}

fn xml(value: &str) -> Zeroizing<String> {
    let mut escaped = Zeroizing::new(String::with_capacity(value.len()));
    for character in value.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Returns the base64 characters that the value alone decides when `shift`
/// bytes (modulo 3) stand before it, whatever follows it.
///
/// A character is six bits; the first and the last one may be shared with the
/// neighbours and are left out. That leaves at most four bits of a value's
/// edge visible.
fn base64_core(value: &[u8], shift: usize) -> Form {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let first_bit = shift * 8;
    let end_bit = first_bit + value.len() * 8;
    let bit = |at: usize| {
        let byte = at
            .checked_sub(first_bit)
            .and_then(|at| value.get(at / 8))
            .copied();
        byte.map_or(0, |byte| (byte >> (7 - at % 8)) & 1)
    };
    form((first_bit.div_ceil(6)..end_bit / 6).map(|character| {
        let six = (0..6).fold(0, |six, i| six << 1 | bit(character * 6 + i));
        DIGITS.get(usize::from(six)).copied().unwrap_or(b'A')
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose};

    /// The reference is the `base64` crate, which the program does not use.
    #[test]
    fn base64_cores_occur_in_every_alignment_and_with_any_neighbours() {
        let value = "qV8/+mZ3?kT1~xW9>pL2nB7cR4dF6gH0jS5aYeU";
        for length in 20..value.len() {
            let value = value.get(..length).unwrap();
            for shift in 0..9 {
                for suffix in ["", "x", "\"}", "\n\n\n"] {
                    let text = format!("{}{value}{suffix}", "u".repeat(shift));
                    let core = base64_core(value.as_bytes(), shift % 3);
                    let core = std::str::from_utf8(&core).unwrap();
                    assert!(core.len() >= length * 8 / 6 - 2);
                    assert!(general_purpose::STANDARD.encode(&text).contains(core));
                    let url = core.replace('+', "-").replace('/', "_");
                    assert!(
                        general_purpose::URL_SAFE_NO_PAD
                            .encode(&text)
                            .contains(&url)
                    );
                }
            }
        }
    }

    #[test]
    fn escapes_are_those_of_their_formats() {
        let all = forms("a\"b&c d<e'f+g/h");
        let all: Vec<_> = all
            .iter()
            .map(|f| std::str::from_utf8(f).unwrap())
            .collect();
        assert!(all.contains(&"a\\\"b&c d<e'f+g/h"), "JSON");
        assert!(all.contains(&"a&quot;b&amp;c d&lt;e&apos;f+g/h"), "XML");
        assert!(all.contains(&"a%22b%26c%20d%3ce%27f%2bg%2fh"), "URL");
        assert!(all.contains(&"612262266320643c6527662b672f68"), "hex");
        assert!(all.contains(&"h/g+f'e<d c&b\"a"), "reversed");
    }

    #[test]
    fn an_alphanumeric_value_has_few_forms() {
        assert_eq!(forms("abcDEFghi012345678901234567890123456789x").len(), 6);
    }
}
