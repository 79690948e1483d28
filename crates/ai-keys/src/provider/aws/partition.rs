//! The part of AWS that a region belongs to.

/// Returns the partition in the ARNs of a region.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_and_the_government_have_partitions_of_their_own() {
        let regions = ["cn-north-1", "us-gov-west-1", "us-west-2"];
        assert_eq!(regions.map(partition), ["aws-cn", "aws-us-gov", "aws"]);
    }
}
