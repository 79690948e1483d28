//! How a figure compares with ours.

/// Returns how often our figure goes into theirs: whole from ten on, one decimal below, two below
/// a tenth.
pub(super) fn ratio(theirs: f64, ours: f64) -> String {
    if ours <= 0.0 {
        return "-".to_owned();
    }
    let ratio = theirs / ours;
    let decimals = match ratio {
        ratio if ratio >= 10.0 => 0,
        ratio if ratio >= 0.1 => 1,
        _ => 2,
    };
    let text = format!("{ratio:.decimals$}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{text} ×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_as_exact_as_it_is_small() {
        assert_eq!(ratio(1_001.0, 5.0), "200 ×");
        assert_eq!(ratio(7.26, 2.0), "3.6 ×");
        assert_eq!(ratio(2.0, 2.0), "1 ×");
        assert_eq!(ratio(1.0, 25.0), "0.04 ×");
    }

    #[test]
    fn nothing_is_compared_with_nothing() {
        assert_eq!(ratio(1.0, 0.0), "-");
    }
}
