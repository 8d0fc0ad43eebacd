use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const MIB: u64 = 1 << 20;
const BUDGET: u64 = 128 * MIB;

fn darkroom(running: usize, memory: u64) -> Arc<Darkroom> {
    let timeout = Duration::from_secs(1);
    Arc::new(Darkroom::new(&Photos { running, waiting: 10_000, max_bytes: 8 * MIB, memory, timeout }))
}

fn rule() -> Rule {
    toml::from_str("name = 'test'\nformat = 'jpeg'\nkind = 'scene'\nmax_bytes = 200000\nmax_long_px = 1000").unwrap()
}

/// The front of a BMP of so many pixels, as long as told: weighing reads no further.
fn bmp(width: u32, height: u32, length: usize) -> Bytes {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend([1, 0, 32, 0]);
    file.extend([0; 24]);
    file.resize(length.max(file.len()), 0);
    file.into()
}

async fn weigh(darkroom: &Darkroom, file: Bytes) -> Result<Sheet, Problem> {
    let place = darkroom.enter().await.unwrap();
    let length = file.len() as u64;
    place.weigh(&rule(), length, async { Ok(file) }).await
}

/// What is taken just now, by the sheets' own account, and the most it ever was.
#[derive(Default)]
struct Account {
    now: AtomicU64,
    most: AtomicU64,
}

impl Account {
    fn take(&self, bytes: u64) {
        let now = self.now.fetch_add(bytes, Ordering::SeqCst) + bytes;
        self.most.fetch_max(now, Ordering::SeqCst);
    }
}

/// Numbers without a pattern, the same every time.
fn numbers(seed: u64) -> impl Iterator<Item = u32> {
    let mut state = seed * 2 + 1;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 40).unwrap()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_mix_of_photos_takes_more_than_the_budget_and_all_get_in() {
    for seed in 0..20 {
        let (darkroom, account) = (darkroom(6, BUDGET), Arc::new(Account::default()));
        let mut crowd = tokio::task::JoinSet::new();
        let mut numbers = numbers(seed);
        for _ in 0..60 {
            let [side, length, pause] = std::array::from_fn(|_| numbers.next().unwrap());
            let file = bmp(100 + side % 2_600, 100 + side % 2_500, length as usize % (4 << 20));
            let (darkroom, account) = (Arc::clone(&darkroom), Arc::clone(&account));
            crowd.spawn(async move {
                let sheet = weigh(&darkroom, file.clone()).await.unwrap();
                let taken = file.len() as u64 + photo::weight(&file, &rule(), &Limits::default());
                account.take(taken);
                tokio::time::sleep(Duration::from_micros(u64::from(pause % 2_000))).await;
                account.now.fetch_sub(taken, Ordering::SeqCst);
                drop(sheet);
            });
        }
        crowd.join_all().await;
        let most = account.most.load(Ordering::SeqCst);
        assert!(most <= BUDGET, "seed {seed}: {most} bytes were taken at once");
        assert!(most > BUDGET / 2, "seed {seed}: only {most} bytes were ever taken: this proves nothing");
        assert_eq!(darkroom.free_memory(), BUDGET, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_large_photo_gets_in_while_small_ones_keep_coming() {
    let darkroom = darkroom(4, BUDGET);
    let small = {
        let darkroom = Arc::clone(&darkroom);
        tokio::spawn(async move {
            let mut crowd = tokio::task::JoinSet::new();
            for _ in 0..8 {
                let darkroom = Arc::clone(&darkroom);
                crowd.spawn(async move {
                    loop {
                        let sheet = weigh(&darkroom, bmp(1200, 1000, 1000)).await.unwrap();
                        tokio::time::sleep(Duration::from_millis(2)).await;
                        drop(sheet);
                    }
                });
            }
            crowd.join_all().await;
        })
    };
    tokio::time::sleep(Duration::from_millis(20)).await;
    let large = bmp(3600, 3400, 1000);
    assert!(photo::weight(&large, &rule(), &Limits::default()) > BUDGET / 2);
    let sheet = tokio::time::timeout(Duration::from_secs(5), weigh(&darkroom, large)).await;
    assert!(sheet.expect("it is not passed by for ever").is_ok());
    small.abort();
}

#[tokio::test]
async fn a_photo_that_needs_more_than_all_is_refused_and_holds_nothing() {
    let darkroom = darkroom(2, BUDGET);
    let problem = weigh(&darkroom, bmp(8000, 8000, 1000)).await.unwrap_err();
    assert_eq!(problem.code().code, "photo.too_many_pixels");
    assert_eq!(darkroom.free_memory(), BUDGET);
}

#[tokio::test]
async fn what_is_in_no_hurry_stands_back() {
    let darkroom = darkroom(4, BUDGET);
    let try_weigh = |file: Bytes| {
        let place = darkroom.spare().unwrap();
        let length = file.len() as u64;
        async move { place.try_weigh(&rule(), length, async { Ok(file) }).await.unwrap() }
    };
    let half = bmp(3000, 2500, 1000);
    let first = weigh(&darkroom, half.clone()).await.unwrap();
    let _second = weigh(&darkroom, bmp(100, 100, 1000)).await.unwrap();
    let free = darkroom.free_memory();
    assert!(try_weigh(bmp(3600, 3400, 1000)).await.is_none(), "no memory");
    assert_eq!(darkroom.free_memory(), free, "and none kept");
    drop(first);
    assert!(try_weigh(half).await.is_some());
    let _waiting = darkroom.room.scales.acquire().await.unwrap();
    assert!(try_weigh(bmp(100, 100, 1000)).await.is_none(), "somebody waits");
}

#[tokio::test]
async fn a_file_is_counted_until_it_is_stored() {
    let darkroom = darkroom(2, BUDGET);
    let file = bmp(200, 200, 3 << 20);
    let sheet = weigh(&darkroom, file).await.unwrap();
    let (file, outcome) = sheet.develop(rule()).await.unwrap();
    assert_eq!(outcome.code, Some(photo::Code::TooDark));
    assert_eq!(darkroom.free_memory(), BUDGET - 3 * MIB);
    drop(file);
    assert_eq!(darkroom.free_memory(), BUDGET);
}
