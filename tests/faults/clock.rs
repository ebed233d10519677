//! The wall clock is wrong.

use std::time::SystemTime;

use anyhow::Result;
use end_to_end::collector::{Collector, Data};
use end_to_end::faults::Faults;
use end_to_end::kiosks::Kiosks;

use crate::{SERVE, counted, settle_up};

const HOUR: i64 = 3600;

#[tokio::test]
async fn a_clock_at_1970_at_2036_or_jumping_by_hours_loses_and_doubles_nothing() -> Result<()> {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs();
    let now = i64::try_from(now)?;
    let to_2036 = 2_086_000_000 - now;
    let mut data = Data::new()?;
    let faults = Faults::under(&mut data)?;
    let kiosks = Kiosks::enrol(&data, 8)?;
    let mut collector = Collector::start(&data, &SERVE)?;
    let mut sent: u64 = 0;
    for ahead in [
        0,
        5 * HOUR,
        -7 * HOUR,
        60 - now,
        24 * HOUR,
        to_2036,
        to_2036 + 3 * HOUR,
        60 - now,
        0,
    ] {
        faults.set_clock_ahead(ahead)?;
        let batch: Vec<u64> = (sent..sent + 20).collect();
        let told = kiosks.send(&collector.address, &batch).await?;
        assert!(told.all(&["stored"]), "clock ahead by {ahead} s: {told:?}");
        sent += 20;
        let all: Vec<u64> = (0..sent).collect();
        let missing = kiosks.missing(&collector.address, &all).await?;
        assert!(
            missing.is_empty(),
            "clock ahead by {ahead} s: lost {missing:?}"
        );
        assert!(
            kiosks.ready(&collector.address).await?,
            "clock ahead by {ahead} s"
        );
        assert_eq!(counted(&collector).await?, sent, "clock ahead by {ahead} s");
        // The machine reboots with the clock it has.
        collector.kill()?;
        assert!(!data.log().contains("panicked"), "{}", data.log());
        collector = Collector::start(&data, &SERVE)?;
        assert_eq!(
            counted(&collector).await?,
            sent,
            "clock ahead by {ahead} s, restarted"
        );
    }
    collector.kill()?;
    let all: Vec<u64> = (0..sent).collect();
    settle_up(&mut data, &kiosks, &all, sent).await
}
