//! Token buckets: AWS's request rates, and the throttles of usage plans.

use std::collections::HashMap;

use crate::route::{Operation, Service};
use crate::scope::Scope;

/// One request is a million micro-tokens, so that 1 request per 20 s is a whole number per millisecond.
const REQUEST: i64 = 1_000_000;

/// A steady rate and a bucket size.
#[derive(Clone, Copy)]
pub(crate) struct Rate {
    micro_per_ms: i64,
    burst_requests: i64,
}

/// API Gateway's control plane in total: 10 per second, burst 40. Checked 2026-11-23.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const TOTAL: Rate = Rate {
    micro_per_ms: 10_000,
    burst_requests: 40,
};
const ONE_PER_20_SECONDS: Rate = Rate {
    micro_per_ms: 50,
    burst_requests: 1,
};

/// A budget that calls share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Budget {
    /// All of API Gateway.
    Gateway,
    /// One operation.
    Own(Operation),
    /// New values, labels and replicas of secrets.
    SecretValues,
    /// Resource policies of secrets.
    SecretPolicies,
    /// Tags of secrets.
    SecretTags,
    /// Looking at one secret.
    SecretReads,
    /// What SSM publishes no rate for.
    OtherParameterCalls,
}

/// Returns the budgets that a call draws on.
///
/// Sources, checked 2026-11-23: API Gateway as [`TOTAL`];
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>;
/// <https://docs.aws.amazon.com/general/latest/gr/ssm.html>, where `PutParameter` has 3 and `GetParameter` 40
/// per second. SSM publishes none for its other operations: 10 is assumed.
fn budgets(operation: Operation) -> Vec<(Budget, Rate)> {
    let own = Budget::Own(operation);
    let one = |budget, per_second| vec![(budget, Rate::per_second(per_second))];
    match operation {
        Operation::CreateApiKey | Operation::DeleteApiKey => {
            vec![(Budget::Gateway, TOTAL), (own, Rate::per_second(5))]
        }
        Operation::UpdateUsagePlan => vec![(Budget::Gateway, TOTAL), (own, ONE_PER_20_SECONDS)],
        Operation::CreateSecret | Operation::DeleteSecret | Operation::RestoreSecret => {
            one(own, 50)
        }
        Operation::ListSecrets => one(own, 100),
        Operation::PutSecretValue
        | Operation::UpdateSecret
        | Operation::UpdateSecretVersionStage
        | Operation::ReplicateSecretToRegions
        | Operation::RemoveRegionsFromReplication => one(Budget::SecretValues, 50),
        Operation::PutResourcePolicy
        | Operation::GetResourcePolicy
        | Operation::DeleteResourcePolicy => one(Budget::SecretPolicies, 50),
        Operation::TagSecret | Operation::UntagSecret => one(Budget::SecretTags, 50),
        Operation::DescribeSecret | Operation::GetSecretValue => one(Budget::SecretReads, 10_000),
        Operation::PutParameter => one(own, 3),
        Operation::GetParameter => one(own, 40),
        _ => match operation.service() {
            Service::ApiGateway => vec![(Budget::Gateway, TOTAL)],
            Service::Ssm => one(Budget::OtherParameterCalls, 10),
            Service::SecretsManager | Service::Sts | Service::Github => Vec::new(),
        },
    }
}

/// A bucket that starts full.
#[derive(Default)]
pub(crate) struct Bucket {
    level: Option<(i64, i64)>,
}

/// The buckets of every account and region.
#[derive(Default)]
pub(crate) struct Buckets(HashMap<(Scope, Budget), Bucket>);

impl Rate {
    /// Returns a rate whose bucket holds one second's worth.
    const fn per_second(requests: i64) -> Self {
        Self {
            micro_per_ms: requests * 1000,
            burst_requests: requests,
        }
    }

    /// Returns the rate of a usage plan; negative and absurd numbers are cut off.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to what an i64 holds"
    )]
    pub(crate) fn new(per_second: f64, burst_requests: i64) -> Self {
        let micro_per_ms = (per_second.clamp(0.0, 1e9) * 1000.0) as i64;
        Self {
            micro_per_ms,
            burst_requests: burst_requests.clamp(0, 1_000_000_000),
        }
    }
}

impl Bucket {
    /// Returns the milliseconds until a request may pass; 0 is now.
    fn wait_ms(&mut self, rate: Rate, now_ms: i64) -> i64 {
        let full = rate.burst_requests * REQUEST;
        let (level, since) = self.level.unwrap_or((full, now_ms));
        let refill = (now_ms - since).max(0).saturating_mul(rate.micro_per_ms);
        let level = level.saturating_add(refill).min(full);
        self.level = Some((level, now_ms));
        match REQUEST - level {
            missing if missing <= 0 => 0,
            _ if rate.micro_per_ms == 0 || full < REQUEST => i64::MAX,
            missing => (missing + rate.micro_per_ms - 1) / rate.micro_per_ms,
        }
    }

    fn spend(&mut self) {
        if let Some((level, _)) = &mut self.level {
            *level -= REQUEST;
        }
    }

    /// Takes a request out of the bucket if there is one.
    pub(crate) fn take(&mut self, rate: Rate, now_ms: i64) -> bool {
        let passes = self.wait_ms(rate, now_ms) == 0;
        if passes {
            self.spend();
        }
        passes
    }
}

impl Buckets {
    /// Lets a call through, or returns the whole seconds after which it would pass.
    ///
    /// A refused call costs nothing; whether that is so on AWS is an open question.
    pub(crate) fn admit(
        &mut self,
        scope: &Scope,
        operation: Operation,
        now_ms: i64,
    ) -> Result<(), i64> {
        let budgets = budgets(operation);
        let waits = budgets
            .iter()
            .map(|(budget, rate)| self.bucket(scope, *budget).wait_ms(*rate, now_ms));
        let wait_ms = waits.max().unwrap_or(0);
        if wait_ms > 0 {
            return Err((wait_ms.saturating_add(999)) / 1000);
        }
        for (budget, _) in budgets {
            self.bucket(scope, budget).spend();
        }
        Ok(())
    }

    fn bucket(&mut self, scope: &Scope, budget: Budget) -> &mut Bucket {
        self.0.entry((scope.clone(), budget)).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(region: &str) -> Scope {
        Scope::new("123456789012", region)
    }

    fn passed(buckets: &mut Buckets, operation: Operation, calls: usize, now_ms: i64) -> usize {
        (0..calls)
            .filter(|_| {
                buckets
                    .admit(&scope("eu-west-1"), operation, now_ms)
                    .is_ok()
            })
            .count()
    }

    #[test]
    fn forty_pass_at_once_then_ten_a_second() {
        let mut buckets = Buckets::default();
        assert_eq!(passed(&mut buckets, Operation::GetApiKeys, 60, 0), 40);
        assert_eq!(passed(&mut buckets, Operation::GetApiKeys, 60, 1000), 10);
        assert_eq!(passed(&mut buckets, Operation::GetApiKeys, 60, 60_000), 40);
        assert!(
            buckets
                .admit(&scope("us-east-1"), Operation::GetApiKeys, 60_000)
                .is_ok()
        );
    }

    #[test]
    fn slow_operations_have_rates_of_their_own() {
        let mut buckets = Buckets::default();
        assert_eq!(passed(&mut buckets, Operation::CreateApiKey, 10, 0), 5);
        assert_eq!(passed(&mut buckets, Operation::UpdateUsagePlan, 10, 0), 1);
        assert_eq!(
            buckets.admit(&scope("eu-west-1"), Operation::UpdateUsagePlan, 1000),
            Err(19)
        );
        assert_eq!(
            passed(&mut buckets, Operation::UpdateUsagePlan, 10, 20_000),
            1
        );
    }

    #[test]
    fn each_service_has_budgets_of_its_own() {
        let mut buckets = Buckets::default();
        assert_eq!(passed(&mut buckets, Operation::PutParameter, 10, 0), 3);
        assert_eq!(
            passed(&mut buckets, Operation::DescribeParameters, 20, 0),
            10
        );
        assert_eq!(passed(&mut buckets, Operation::PutSecretValue, 30, 0), 30);
        assert_eq!(passed(&mut buckets, Operation::UpdateSecret, 30, 0), 20);
        assert_eq!(passed(&mut buckets, Operation::CreateSecret, 60, 0), 50);
        assert_eq!(passed(&mut buckets, Operation::GetApiKeys, 60, 0), 40);
        assert_eq!(passed(&mut buckets, Operation::PutParameter, 10, 1000), 3);
    }

    #[test]
    fn a_rate_of_zero_never_refills() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(Rate::new(0.0, 1), 0));
        assert!(!bucket.take(Rate::new(0.0, 1), 1_000_000));
        assert!(!Bucket::default().take(Rate::new(10.0, 0), 0));
    }
}
