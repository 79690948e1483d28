//! How many slips of the hand lie between two words.

/// Compares one word with many. It keeps what it works in, so that a
/// comparison allocates nothing, and counts its work, so that a caller can stop.
#[derive(Default)]
pub(super) struct Ruler {
    word: Vec<char>,
    other: Vec<char>,
    row_before_last: Vec<usize>,
    last_row: Vec<usize>,
    row: Vec<usize>,
    /// The characters read and the cells filled in so far.
    pub(super) steps: usize,
}

impl Ruler {
    /// Takes the word to compare with, in small letters.
    pub(super) fn hold(&mut self, word: impl Iterator<Item = char>) {
        self.word.clear();
        self.word.extend(word);
    }

    /// Returns how many letters must be put in, left out, taken for another or
    /// swapped with the next one to make `other` of the word, if it is not more
    /// than `most`: the "optimal string alignment". Case does not count.
    pub(super) fn distance(&mut self, other: &str, most: usize) -> Option<usize> {
        self.other.clear();
        self.other
            .extend(other.chars().map(|c| c.to_ascii_lowercase()));
        self.steps += self.other.len();
        if self.word.len().abs_diff(self.other.len()) > most {
            return None;
        }
        self.row_before_last.clear();
        self.last_row.clear();
        self.last_row.extend(0..=self.other.len());
        let (mut above, mut least_above) = (None, 0);
        for line in 0..self.word.len() {
            let here = self.word.get(line).copied()?;
            let least = self.fill_row(line, here, above);
            // A swap reaches over one row, nothing over two.
            if least > most && least_above > most {
                return None;
            }
            (above, least_above) = (Some(here), least);
            std::mem::swap(&mut self.row_before_last, &mut self.last_row);
            std::mem::swap(&mut self.last_row, &mut self.row);
        }
        let distance = self.last_row.last().copied();
        distance.filter(|distance| *distance <= most)
    }

    /// Fills in one row and returns its least number.
    fn fill_row(&mut self, line: usize, here: char, above: Option<char>) -> usize {
        let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or_default();
        let (mut left, mut there_before) = (line + 1, None);
        let mut least = left;
        self.row.clear();
        self.row.push(left);
        for (at, there) in self.other.iter().enumerate() {
            let taken_for = cell(&self.last_row, at) + usize::from(*there != here);
            let put_in_or_left_out = left.min(cell(&self.last_row, at + 1)) + 1;
            left = taken_for.min(put_in_or_left_out);
            if there_before == Some(here) && above == Some(*there) {
                left = left.min(cell(&self.row_before_last, at.saturating_sub(1)) + 1);
            }
            self.row.push(left);
            least = least.min(left);
            there_before = Some(*there);
        }
        self.steps += self.row.len();
        least
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Ruler;

    proptest! {
        #[test]
        fn it_is_the_optimal_string_alignment(
            word in "[abc]{0,9}",
            others in proptest::collection::vec("[abcé]{0,9}", 1..4),
            most in 0..6_usize,
        ) {
            let mut ruler = Ruler::default();
            ruler.hold(word.chars());
            for other in others {
                let expected = Some(strsim::osa_distance(&word, &other));
                prop_assert_eq!(ruler.distance(&other, most), expected.filter(|d| *d <= most));
            }
        }
    }
}
