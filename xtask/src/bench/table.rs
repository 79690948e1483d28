//! Figures beside their budgets.

use std::fmt::Write as _;

/// What is promised about a figure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// Holds on every machine: `--check` fails when it is broken.
    Firm,
    /// A time: said, but another machine or a busy one may need longer.
    OnAQuietMachine,
}

/// One figure.
pub(super) struct Row {
    what: String,
    measured: String,
    budget: Option<(String, Promise, bool)>,
}

/// The figures of a run.
#[derive(Default)]
pub(super) struct Table(Vec<Row>);

impl Table {
    /// Adds a figure without a budget.
    pub(super) fn tell(&mut self, what: &str, measured: String) {
        self.0.push(Row {
            what: what.to_owned(),
            measured,
            budget: None,
        });
    }

    /// Adds a figure that must not exceed its budget; both are shown with `show`.
    pub(super) fn judge(
        &mut self,
        what: &str,
        promise: Promise,
        [measured, budget]: [f64; 2],
        show: impl Fn(f64) -> String,
    ) {
        self.0.push(Row {
            what: what.to_owned(),
            measured: show(measured),
            budget: Some((show(budget), promise, measured <= budget)),
        });
    }

    /// Returns whether no firm promise is broken.
    pub(super) fn keeps_promises(&self) -> bool {
        self.0
            .iter()
            .all(|row| !matches!(row.budget, Some((_, Promise::Firm, is_kept)) if !is_kept))
    }

    /// Returns the table, as Markdown that is aligned for a terminal.
    pub(super) fn render(&self) -> String {
        let cells = self.0.iter().map(|row| {
            let (budget, verdict) = match &row.budget {
                None => (String::new(), ""),
                Some((budget, _, true)) => (format!("≤ {budget}"), "kept"),
                Some((budget, Promise::Firm, false)) => (format!("≤ {budget}"), "MISSED"),
                Some((budget, Promise::OnAQuietMachine, false)) => {
                    (format!("≤ {budget}"), "missed here")
                }
            };
            [
                row.what.clone(),
                row.measured.clone(),
                budget,
                verdict.to_owned(),
            ]
        });
        let head = ["what", "measured", "budget", ""].map(str::to_owned);
        let lines: Vec<[String; 4]> = std::iter::once(head).chain(cells).collect();
        let mut widths = [0; 4];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut text = String::new();
        for (number, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(widths) {
                let _ = write!(text, "| {cell:<width$} ");
            }
            text.push_str("|\n");
            if number == 0 {
                for width in widths {
                    let _ = write!(text, "|{}", "-".repeat(width + 2));
                }
                text.push_str("|\n");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(measured: f64, promise: Promise) -> Table {
        let mut table = Table::default();
        table.tell("wall", "1 s".to_owned());
        table.judge("calls", promise, [measured, 123.0], |calls| {
            calls.to_string()
        });
        table
    }

    #[test]
    fn a_budget_stands_beside_its_figure() {
        assert_eq!(
            table(123.0, Promise::Firm).render(),
            "| what  | measured | budget |      |\n\
             |-------|----------|--------|------|\n\
             | wall  | 1 s      |        |      |\n\
             | calls | 123      | ≤ 123  | kept |\n"
        );
    }

    #[test]
    fn only_a_firm_promise_can_be_broken() {
        assert!(table(123.0, Promise::Firm).keeps_promises());
        assert!(!table(124.0, Promise::Firm).keeps_promises());
        let slow = table(124.0, Promise::OnAQuietMachine);
        assert!(slow.keeps_promises() && slow.render().contains("missed here"));
    }
}
