//! The way through a list that comes in pages.

use super::{ErrorKind, ProviderError};

/// More pages than a list of an account can have: 10,000 keys are 20.
const MOST_PAGES: usize = 200;

/// Where a list is being read.
///
/// One rule for every list: a paginator that stands still, or goes on past any number of pages that
/// an account can have, is broken, and nothing that it said is used.
#[derive(Debug)]
pub(crate) struct Paging {
    position: Option<String>,
    pages: usize,
    most: usize,
}

impl Paging {
    /// Returns the beginning of a list of no more pages than this.
    pub(crate) fn of_at_most(most: usize) -> Self {
        Self {
            position: None,
            pages: 0,
            most,
        }
    }

    /// Returns where the next page begins; none at the start of the list.
    pub(crate) fn position(&self) -> Option<String> {
        self.position.clone()
    }

    /// Returns how many pages were read.
    pub(crate) fn pages(&self) -> usize {
        self.pages
    }

    /// Goes on to the page that the last one names. Returns whether there is one.
    ///
    /// # Errors
    /// If the list has no end.
    pub(crate) fn go_on(&mut self, next: Option<String>) -> Result<bool, ProviderError> {
        self.pages += 1;
        let next = next.filter(|next| !next.is_empty());
        if next.is_some() && (next == self.position || self.pages >= self.most) {
            let message = "the list has no end, so nothing of it is used".to_owned();
            return Err(ProviderError::new(ErrorKind::Ambiguous, "a list").saying(
                None,
                None,
                Some(message),
            ));
        }
        self.position = next;
        Ok(self.position.is_some())
    }
}

impl Default for Paging {
    fn default() -> Self {
        Self::of_at_most(MOST_PAGES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_on(paging: &mut Paging, next: &str) -> Result<bool, ErrorKind> {
        let next = Some(next.to_owned());
        paging.go_on(next).map_err(|error| error.kind())
    }

    #[test]
    fn a_list_ends_without_a_position_or_with_an_empty_one() {
        for end in [None, Some(String::new())] {
            let mut paging = Paging::default();
            assert_eq!(paging.position(), None);
            assert_eq!(goes_on(&mut paging, "a"), Ok(true));
            assert_eq!(paging.position().as_deref(), Some("a"));
            assert_eq!(paging.go_on(end), Ok(false));
            assert_eq!(paging.pages(), 2);
        }
    }

    #[test]
    fn a_position_that_comes_again_is_no_end() {
        let mut paging = Paging::default();
        assert_eq!(goes_on(&mut paging, "a"), Ok(true));
        assert_eq!(goes_on(&mut paging, "a"), Err(ErrorKind::Ambiguous));
    }

    #[test]
    fn more_pages_than_there_can_be_are_no_end() {
        let mut paging = Paging::of_at_most(3);
        assert_eq!(goes_on(&mut paging, "a"), Ok(true));
        assert_eq!(goes_on(&mut paging, "b"), Ok(true));
        assert_eq!(goes_on(&mut paging, "a"), Err(ErrorKind::Ambiguous));
        let mut paging = Paging::of_at_most(2);
        assert_eq!(goes_on(&mut paging, "a"), Ok(true));
        assert_eq!(
            paging.go_on(None),
            Ok(false),
            "the last page may be the last"
        );
    }
}
