//! The `Link` header, by which GitHub says where a list goes on.

use http::Uri;

/// Returns the address of the next page, if there is one.
///
/// Source: RFC 8288, and "Using pagination in the REST API", checked 2026-11-23.
/// <https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api>
pub(super) fn next_page(link: &str) -> Option<Uri> {
    link.split(',').find_map(|part| {
        let (address, parameters) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| {
            let parameter = parameter.trim();
            parameter == "rel=\"next\"" || parameter == "rel=next"
        });
        is_next.then(|| address.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn the_next_page_is_found_among_the_others() {
        let link = "<https://api.github.com/repositories/1/issues?page=1>; rel=\"prev\", \
                    <https://api.github.com/repositories/1/issues?page=3>; rel=\"next\", \
                    <https://api.github.com/repositories/1/issues?page=9>; rel=\"last\"";
        assert_eq!(
            next_page(link).unwrap(),
            "https://api.github.com/repositories/1/issues?page=3"
        );
    }

    #[test]
    fn the_last_page_has_no_next() {
        for link in [
            "",
            "<https://x/y>; rel=\"last\"",
            "<broken; rel=\"next\"",
            "<>; rel=\"next\"",
        ] {
            assert_eq!(next_page(link), None, "{link}");
        }
    }
}
