//! How many requests a provider takes.

use std::time::Duration;

use tokio::time::Instant;

use super::speed::Speed;

/// Calls that share a budget of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Only the total of the account.
    Any,
    /// `CreateApiKey`.
    CreateApiKey,
    /// `DeleteApiKey`.
    DeleteApiKey,
    /// `UpdateUsagePlan`.
    UpdateUsagePlan,
    /// `CreateUsagePlanKey`: one at a time per region, else the others answer
    /// 409 "concurrent modification".
    CreateUsagePlanKey,
    /// `ImportApiKeys`, which puts keys on usage plans too: one at a time with
    /// the lane above. AWS gives it no budget of its own.
    ImportApiKeys,
    /// Another service, which does not count here.
    Elsewhere,
    /// `CreateSecret`.
    CreateSecret,
    /// `ListSecrets`.
    ListSecrets,
    /// New values, labels and copies of secrets.
    ChangeSecret,
    /// Resource policies of secrets.
    SecretPolicy,
    /// Tags of secrets.
    TagSecret,
    /// `PutParameter`.
    PutParameter,
    /// The rest of Parameter Store.
    OtherOfSsm,
}

/// How much later than another a call may arrive that was sent at the same time. A provider whose
/// bucket is empty refuses the next one, if that is quicker.
const OUT_OF_STEP: Duration = Duration::from_millis(200);

/// Whether the provider's budgets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The fixed quotas of API Gateway's control plane, checked 2026-11-23.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
    ApiGateway,
    /// The fixed quotas of Secrets Manager, per account and region, checked 2026-11-23.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
    SecretsManager,
    /// The default throughput of Parameter Store: 3 `PutParameter` a second. For the operations
    /// that we use besides, no rate is published: 10 a second are assumed. Checked 2026-11-23.
    /// <https://docs.aws.amazon.com/general/latest/gr/ssm.html>
    Ssm,
    /// No limits: a sandbox.
    Unlimited,
}

impl Pace {
    /// Returns the budget for all lanes but [`Lane::Elsewhere`] together.
    pub(super) fn total(self) -> Option<Bucket> {
        match self {
            Self::ApiGateway => Some(Bucket::within(Duration::from_millis(100), 40)),
            Self::SecretsManager | Self::Ssm | Self::Unlimited => None,
        }
    }

    /// Returns the budget of one lane.
    pub(super) fn lane(self, lane: Lane) -> Option<Bucket> {
        // AWS documents no bursts for these: one second's worth is assumed.
        let per_second = |calls: u32| Some(Bucket::within(Duration::from_secs(1) / calls, calls));
        match (self, lane) {
            (Self::Unlimited, _)
            | (_, Lane::Any | Lane::CreateUsagePlanKey | Lane::ImportApiKeys | Lane::Elsewhere) => {
                None
            }
            (_, Lane::CreateApiKey | Lane::DeleteApiKey) => per_second(5),
            (_, Lane::UpdateUsagePlan) => Some(Bucket::within(Duration::from_secs(20), 1)),
            (_, Lane::ListSecrets) => per_second(100),
            (_, Lane::CreateSecret | Lane::ChangeSecret | Lane::SecretPolicy | Lane::TagSecret) => {
                per_second(50)
            }
            (_, Lane::PutParameter) => per_second(3),
            (_, Lane::OtherOfSsm) => per_second(10),
        }
    }
}

/// A token bucket, kept as the time at which it is full again.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    per_token: Duration,
    size: u32,
    full_at: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(per_token: Duration, size: u32) -> Self {
        Self {
            per_token,
            size,
            full_at: None,
        }
    }

    /// Returns a bucket that stays within one of the provider's, however out of step calls arrive:
    /// what it refills in [`OUT_OF_STEP`] is left to it, or else calls are so much further apart.
    fn within(per_token: Duration, size: u32) -> Self {
        let left = OUT_OF_STEP.as_nanos().div_ceil(per_token.as_nanos().max(1));
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        match size.saturating_sub(left) {
            0 => Self::new(per_token + OUT_OF_STEP, size),
            less => Self::new(per_token, less),
        }
    }

    /// Returns the bucket of a provider whose clock runs at this speed.
    pub(super) fn at(self, speed: Speed) -> Self {
        Self {
            per_token: speed.here(self.per_token),
            ..self
        }
    }

    /// Returns when the next token is there.
    pub(super) fn ready_at(&self, now: Instant) -> Instant {
        let all_but_one = self.per_token * self.size.saturating_sub(1);
        self.full_at
            .and_then(|full_at| full_at.checked_sub(all_but_one))
            .map_or(now, |ready_at| ready_at.max(now))
    }

    /// Takes a token.
    pub(super) fn take(&mut self, now: Instant) {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now));
        self.full_at = Some(full_at + self.per_token);
    }

    /// Gives up the burst: the provider's own bucket is empty, and somebody
    /// else draws on it too.
    pub(super) fn drain(&mut self, now: Instant) {
        self.size = 1;
        self.full_at = Some(now + self.per_token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(bucket: &mut Bucket, start: Instant, count: usize) -> Vec<u128> {
        let mut now = start;
        let mut take = || {
            now = bucket.ready_at(now);
            bucket.take(now);
            (now - start).as_millis()
        };
        (0..count).map(|_| take()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
        let mut bucket = Bucket::new(Duration::from_millis(100), 3);
        assert_eq!(
            waits(&mut bucket, Instant::now(), 6),
            [0, 0, 0, 100, 200, 300]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_usage_plan_is_updated_every_twenty_seconds_and_a_little() {
        let mut bucket = Pace::ApiGateway.lane(Lane::UpdateUsagePlan).unwrap();
        assert_eq!(waits(&mut bucket, Instant::now(), 3), [0, 20_200, 40_400]);
    }

    #[tokio::test(start_paused = true)]
    async fn three_parameters_a_second_are_put() {
        let mut bucket = Pace::Ssm.lane(Lane::PutParameter).unwrap();
        let waits = waits(&mut bucket, Instant::now(), 6);
        // One of the three at once is left to the provider.
        assert_eq!(waits, [0, 0, 333, 666, 999, 1333]);
        assert!(Pace::Unlimited.lane(Lane::PutParameter).is_none());
        assert!(Pace::Ssm.total().is_none() && Pace::SecretsManager.total().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_drained_bucket_has_no_burst_any_more() {
        let mut bucket = Bucket::new(Duration::from_millis(100), 3);
        let start = Instant::now();
        bucket.drain(start);
        assert_eq!(waits(&mut bucket, start, 3), [100, 200, 300]);
        let later = start + Duration::from_mins(1);
        assert_eq!(waits(&mut bucket, later, 3), [0, 100, 200]);
    }
}
