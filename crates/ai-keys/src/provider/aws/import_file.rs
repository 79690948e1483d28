//! The file of an import: one key a row, with its value.
//!
//! INVARIANT: every buffer that holds the file is overwritten when it is
//! dropped. `csv` keeps a buffer of its own that is not, so its core writes
//! straight into ours. The SDK's copies, which live as long as the request,
//! are out of reach, as for every other call with a value.
//!
//! Columns and defaults: checked 2026-11-23.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html>

use csv_core::{WriteResult, Writer};
use zeroize::Zeroizing;

use crate::secret::Secret;

/// One key.
pub(super) struct Row<'r> {
    pub(super) name: &'r str,
    pub(super) value: &'r Secret,
    pub(super) description: &'r str,
    pub(super) is_enabled: bool,
    /// The usage plans that it joins, by their ids.
    pub(super) usage_plan_ids: Vec<String>,
}

const HEADER: [&str; 5] = ["name", "key", "description", "enabled", "usageplanIds"];

/// Writes the file. Every column is in every row: what an absent one means for
/// a key that exists is not documented.
///
/// A name that begins with `=` stays as it is: the file goes to API Gateway,
/// not to a spreadsheet, and the key must have the name that the plan shows.
pub(super) fn write<'r>(rows: impl IntoIterator<Item = Row<'r>>) -> Zeroizing<Vec<u8>> {
    let mut file = File::new();
    file.row(&HEADER);
    for row in rows {
        let enabled = if row.is_enabled { "true" } else { "false" };
        let usage_plans = row.usage_plan_ids.join(",");
        file.row(&[
            row.name,
            row.value.expose(),
            row.description,
            enabled,
            &usage_plans,
        ]);
    }
    file.end()
}

struct File {
    writer: Writer,
    bytes: Zeroizing<Vec<u8>>,
    length: usize,
}

impl File {
    fn new() -> Self {
        Self {
            writer: Writer::new(),
            bytes: Zeroizing::new(vec![0; 64 * 1024]),
            length: 0,
        }
    }

    fn row(&mut self, fields: &[&str]) {
        for (number, field) in fields.iter().enumerate() {
            if number > 0 {
                self.put(|writer, out| {
                    let (result, written) = writer.delimiter(out);
                    (result, 0, written)
                });
            }
            let mut rest = field.as_bytes();
            self.put(|writer, out| {
                let (result, read, written) = writer.field(rest, out);
                rest = rest.get(read..).unwrap_or_default();
                (result, read, written)
            });
        }
        self.put(|writer, out| {
            let (result, written) = writer.terminator(out);
            (result, 0, written)
        });
    }

    /// Writes until nothing is left to write.
    fn put(
        &mut self,
        mut write: impl FnMut(&mut Writer, &mut [u8]) -> (WriteResult, usize, usize),
    ) {
        loop {
            let out = self.bytes.get_mut(self.length..).unwrap_or_default();
            let (result, _, written) = write(&mut self.writer, out);
            self.length += written;
            match result {
                WriteResult::InputEmpty => return,
                WriteResult::OutputFull => self.grow(),
            }
        }
    }

    /// Moves to a larger buffer; the old one is overwritten as it is dropped.
    fn grow(&mut self) {
        let mut larger = Zeroizing::new(vec![0; self.bytes.len() * 2]);
        for (to, from) in larger.iter_mut().zip(self.bytes.iter()) {
            *to = *from;
        }
        self.bytes = larger;
    }

    fn end(mut self) -> Zeroizing<Vec<u8>> {
        // Shrinks nothing, so nothing is copied.
        self.bytes.truncate(self.length);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Output;

    fn secret(text: &str) -> Secret {
        Secret::received(text.to_owned(), &Output::captured().0)
    }

    /// Reads a file as another reader of CSV does.
    fn read(file: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(file);
        assert_eq!(reader.headers().unwrap(), &HEADER[..]);
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            row.iter().map(str::to_owned).collect()
        });
        rows.collect()
    }

    #[test]
    fn hostile_names_and_descriptions_come_out_as_they_went_in() {
        let value = secret("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        let texts = [
            "=HYPERLINK(\"https://example.com\",\"x\")",
            "a,b",
            "say \"no\"",
            "two\nlines",
            "carriage\r\nreturn",
            "+1",
            "@x",
            "-x",
            "\"",
            "日本, é",
            "",
        ];
        let rows = texts.map(|text| Row {
            name: text,
            value: &value,
            description: text,
            is_enabled: false,
            usage_plan_ids: vec!["a".to_owned(), "b".to_owned()],
        });
        let expected: Vec<Vec<String>> = texts
            .iter()
            .map(|text| {
                [text, value.expose(), text, "false", "a,b"]
                    .map(str::to_owned)
                    .to_vec()
            })
            .collect();
        assert_eq!(read(&write(rows)), expected);
    }

    #[test]
    fn a_file_grows_past_its_first_buffer() {
        let value = secret("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
        let long = "\"".repeat(1000);
        let rows = (0..500).map(|_| Row {
            name: "key",
            value: &value,
            description: &long,
            is_enabled: true,
            usage_plan_ids: Vec::new(),
        });
        let file = write(rows);
        let rows = read(&file);
        assert_eq!((rows.len(), rows[499][2] == long), (500, true));
    }
}
