//! Budgets: how many calls are sent in a time, and by which clock.

use std::num::NonZeroU32;

use super::*;

#[tokio::test(start_paused = true)]
async fn the_total_is_a_burst_of_thirty_eight_and_then_ten_a_second() {
    let (scheduler, journal) = (aws(), Journal::default());
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..121 {
        let (scheduler, journal) = (scheduler.clone(), journal.clone());
        tasks.spawn(async move {
            let send = async || {
                journal.note();
                Ok(())
            };
            scheduler.run(call(Lane::Any), send).await
        });
    }
    tasks.join_all().await;
    // API Gateway takes 40: two are left to it.
    assert_eq!(journal.busiest(Duration::from_millis(1)), 38);
    // 121 calls are the refresh of 10,000 keys: (121 − 38) / 10 s.
    assert_eq!(start.elapsed().as_millis() / 100, 83);
}

#[tokio::test(start_paused = true)]
async fn a_slow_lane_does_not_hold_up_the_others() {
    let (scheduler, start) = (aws(), Instant::now());
    let mut slow = JoinSet::new();
    for _ in 0..20 {
        let scheduler = scheduler.clone();
        slow.spawn(async move {
            scheduler
                .run(call(Lane::UpdateUsagePlan), async || Ok(()))
                .await
        });
    }
    tokio::task::yield_now().await;
    scheduler
        .run(call(Lane::Any), async || Ok(()))
        .await
        .unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    slow.join_all().await;
    assert_eq!(start.elapsed(), 19 * Duration::from_millis(20_200));
}

/// Calls are not as far apart when they arrive as when they were sent. A provider whose bucket is
/// empty refuses one that arrives a little early, so its last tokens are left to it.
#[tokio::test(start_paused = true)]
async fn calls_that_arrive_out_of_step_are_not_refused() {
    let second = Duration::from_secs(1);
    let lanes = [
        (Lane::Any, 300, Bucket::new(second / 10, 40)),
        (Lane::CreateApiKey, 100, Bucket::new(second / 5, 5)),
        (Lane::UpdateUsagePlan, 10, Bucket::new(20 * second, 1)),
    ];
    for (lane, calls, provider) in lanes {
        let (scheduler, provider) = (aws(), Arc::new(Mutex::new(provider)));
        let [dice, refused] = [1, 0].map(|from| Arc::new(AtomicU32::new(from)));
        let mut tasks = JoinSet::new();
        for _ in 0..calls {
            let (scheduler, provider) = (scheduler.clone(), provider.clone());
            let (dice, refused) = (dice.clone(), refused.clone());
            tasks.spawn(async move {
                let send = async || {
                    let roll = dice.fetch_add(1, Ordering::Relaxed);
                    let roll = (roll.wrapping_mul(2_654_435_761) >> 16) % 80;
                    sleep(Duration::from_millis(20 + u64::from(roll))).await;
                    let (now, mut provider) = (Instant::now(), provider.lock().unwrap());
                    if provider.ready_at(now) > now {
                        refused.fetch_add(1, Ordering::Relaxed);
                        return Err(error(throttled(1)));
                    }
                    provider.take(now);
                    Ok(())
                };
                scheduler.run(call(lane), send).await.unwrap();
            });
        }
        tasks.join_all().await;
        assert_eq!(refused.load(Ordering::Relaxed), 0, "{lane:?}");
    }
}

/// Rates, waits and patience are meant by the provider's clock.
#[tokio::test(start_paused = true)]
async fn a_provider_whose_clock_runs_faster_is_kept_up_with() {
    let minute = NonZeroU32::new(60).unwrap();
    let scheduler = aws().at(Speed::times(minute));
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..640 {
        let scheduler = scheduler.clone();
        tasks.spawn(async move { scheduler.run(call(Lane::Any), async || Ok(())).await });
    }
    tasks.join_all().await;
    // 600 calls beyond the burst are a minute there.
    let took = start.elapsed().as_millis();
    assert!((990..=1_250).contains(&took), "{took} ms");

    let start = Instant::now();
    let never = scheduler.run(call(Lane::Any), async || Err::<(), _>(error(throttled(30))));
    let refused = never.await.unwrap_err().kind();
    assert_eq!(refused, throttled(30));
    // It is given up before the third wait of half a second would end after two.
    let took = start.elapsed().as_millis();
    assert!((1_500..2_000).contains(&took), "{took} ms");

    let start = Instant::now();
    assert!(scheduler.pause(Duration::from_mins(1)).await);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

/// A fleet has a scheduler for each account and region.
#[tokio::test(start_paused = true)]
async fn a_throttled_account_does_not_slow_the_others() {
    let start = Instant::now();
    let throttled_account = aws();
    let mut fleet = JoinSet::new();
    for number in 0..20 {
        let scheduler = if number == 0 {
            throttled_account.clone()
        } else {
            aws()
        };
        fleet.spawn(async move {
            let mut calls = JoinSet::new();
            for _ in 0..121 {
                let scheduler = scheduler.clone();
                calls.spawn(async move {
                    let send = async || match number {
                        0 => Err(error(throttled(3))),
                        _ => Ok(()),
                    };
                    scheduler.run(call(Lane::Any), send).await.is_ok()
                });
            }
            let done = calls.join_all().await.into_iter().filter(|done| *done);
            (number, done.count(), start.elapsed())
        });
    }
    for (number, done, took) in fleet.join_all().await {
        if number == 0 {
            assert_eq!(done, 0);
            assert!(took > Duration::from_mins(1), "{took:?}");
        } else {
            // Its own floor: 38 at once, then ten a second.
            assert_eq!((done, took.as_millis() / 100), (121, 83));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keys_are_put_on_usage_plans_one_at_a_time_and_others_a_few_at_a_time() {
    for (lane, most) in [
        (Lane::CreateUsagePlanKey, 1),
        (Lane::ImportApiKeys, 1),
        (Lane::Any, IN_FLIGHT),
    ] {
        let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
        let (now, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..30 {
            let (scheduler, now, peak) = (scheduler.clone(), now.clone(), peak.clone());
            tasks.spawn(async move {
                let send = async || {
                    peak.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                    sleep(Duration::from_millis(100)).await;
                    now.fetch_sub(1, Ordering::Relaxed);
                    Ok(())
                };
                scheduler.run(call(lane), send).await
            });
        }
        tasks.join_all().await;
        assert_eq!(peak.load(Ordering::Relaxed), most);
    }
}
