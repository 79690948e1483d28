//! A row of bars in one line of text.

/// Which signs a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// Block elements.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Signs {
    /// The bars from the lowest to the highest; the first is for nothing.
    fn bars(self) -> [char; 9] {
        match self {
            Self::Unicode => ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            Self::Ascii => ['.', '_', ',', '-', '~', '=', '+', '*', '#'],
        }
    }

    /// Returns what stands between parts of a line.
    pub(super) fn dot(self) -> &'static str {
        match self {
            Self::Unicode => "·",
            Self::Ascii => "-",
        }
    }

    /// Returns what stands for what was cut off.
    pub(super) fn ellipsis(self) -> &'static str {
        match self {
            Self::Unicode => "…",
            Self::Ascii => "~",
        }
    }
}

/// Draws days as bars, one for each day, or one for several where `columns` are
/// fewer. The highest bar is the row's own highest day.
pub(super) fn sparkline(days: &[u64], columns: usize, signs: Signs) -> String {
    let bars = signs.bars();
    let days = in_columns(days, columns);
    let most = days.iter().copied().max().unwrap_or(0).max(1);
    let highest = u128::from(bars.len() as u64 - 1);
    let bar = |day: u64| {
        // One request is seen however many there are on another day.
        let height = (u128::from(day) * highest).div_ceil(u128::from(most));
        let height = usize::try_from(height).unwrap_or(0);
        bars.get(height).copied().unwrap_or(' ')
    };
    days.into_iter().map(bar).collect()
}

/// Puts days together until they fit: the mean of each column's days, so that
/// columns of unequal length stay comparable.
pub(super) fn in_columns(days: &[u64], columns: usize) -> Vec<u64> {
    let columns = columns.max(1);
    if days.len() <= columns {
        return days.to_vec();
    }
    let mean = |column: usize| {
        let from = column * days.len() / columns;
        let to = (column + 1) * days.len() / columns;
        let part = days.get(from..to).unwrap_or_default();
        let sum: u128 = part.iter().copied().map(u128::from).sum();
        let number = u128::try_from(part.len()).unwrap_or(1).max(1);
        u64::try_from(sum.div_ceil(number)).unwrap_or(u64::MAX)
    };
    (0..columns).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_day_is_the_highest_bar_and_one_request_is_seen() {
        let days = [0, 1, 500, 1000];
        assert_eq!(sparkline(&days, 9, Signs::Unicode), "·▁▄█");
        assert_eq!(sparkline(&days, 9, Signs::Ascii), "._~#");
        assert_eq!(sparkline(&[0, 0], 9, Signs::Unicode), "··");
        assert_eq!(sparkline(&[u64::MAX, 1], 9, Signs::Unicode), "█▁");
    }

    #[test]
    fn more_days_than_columns_are_put_together() {
        assert_eq!(in_columns(&[2, 4, 6, 8, 1], 2), [3, 5]);
        assert_eq!(in_columns(&[1, 2], 0), [2]);
        assert_eq!(sparkline(&[1; 90], 30, Signs::Unicode).chars().count(), 30);
    }
}
