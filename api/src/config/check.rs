//! What settings must say together, and the choices that come of them.

use std::time::Duration;

use super::choice::{DatabaseUrl, Profile};
use super::table::Settings;
use super::value::Span;
use super::{
    Bucket, Config, Database, Files, Log, Photos, Place, Relay, Times, WECHAT_URL, WeChat, WeChatAt, keys, portal, way,
    webhooks,
};

/// What an ordinary phone photo takes while it is worked on, in bytes, with room for a large one.
const LEAST_PHOTO_MEMORY: u64 = 128 << 20;

/// Every mistake that only shows when settings are looked at together.
pub(super) fn mistakes(settings: &Settings) -> Vec<String> {
    let mut mistakes = Vec::new();
    together(settings, &mut mistakes);
    portal::mistakes(settings, &mut mistakes);
    if settings.profile == Profile::Production {
        stand_ins(settings, &mut mistakes);
        development_secrets(settings, &mut mistakes);
    }
    mistakes
}

fn together(settings: &Settings, mistakes: &mut Vec<String>) {
    let mut refuse = |wrong: bool, why: &str| {
        if wrong {
            mistakes.push(why.to_owned());
        }
    };
    let s3_parts = [
        ("GXB_S3_ACCESS_KEY_ID", settings.s3_access_key_id.is_some()),
        ("GXB_S3_SECRET_ACCESS_KEY", settings.s3_secret_access_key.is_some()),
    ];
    let bucket = settings.s3_bucket.is_some();
    for (name, given) in s3_parts {
        refuse(bucket && !given, &format!("{name} must be set when GXB_S3_BUCKET is"));
        refuse(!bucket && given, &format!("{name} is set but GXB_S3_BUCKET is not"));
    }
    refuse(!bucket && settings.s3_endpoint.is_some(), "GXB_S3_ENDPOINT is set but GXB_S3_BUCKET is not");
    let links = Duration::from_secs(1)..=store::MAX_LINK;
    refuse(!links.contains(&settings.link_lifetime.0), "GXB_LINK_LIFETIME must be at least 1s and at most 15m");
    let wechat = (settings.wechat_appid.is_some(), settings.wechat_secret.is_some());
    refuse(wechat == (true, false), "GXB_WECHAT_SECRET must be set when GXB_WECHAT_APPID is");
    refuse(wechat == (false, true), "GXB_WECHAT_APPID must be set when GXB_WECHAT_SECRET is");
    let named = settings.wechat_url.is_some() && settings.profile == Profile::Development;
    refuse(named && wechat != (true, true), "GXB_WECHAT_URL needs GXB_WECHAT_APPID and GXB_WECHAT_SECRET");
    refuse(settings.relay_schedule.is_empty(), "GXB_RELAY_SCHEDULE must name at least one time");
    refuse(settings.relay_schedule.len() > 32, "GXB_RELAY_SCHEDULE must name at most 32 times");
    refuse(settings.relay_lease.0 < Duration::from_secs(1), "GXB_RELAY_LEASE must be at least 1s");
    let least = settings.photo_max_bytes.0.saturating_add(LEAST_PHOTO_MEMORY);
    refuse(settings.photo_memory.0 < least, "GXB_PHOTO_MEMORY must be at least 128MiB more than GXB_PHOTO_MAX_BYTES");
    refuse(settings.token_old_keys.len() > 8, "GXB_TOKEN_OLD_KEYS must name at most 8 keys");
    refuse(settings.data_keys.len() > 16, "GXB_DATA_KEYS must name at most 16 keys");
    let mut kids: Vec<_> = settings.data_keys.iter().map(|named| &named.kid).collect();
    kids.sort();
    refuse(kids.windows(2).any(|pair| pair.first() == pair.last()), "GXB_DATA_KEYS names a key id twice");
}

fn stand_ins(settings: &Settings, mistakes: &mut Vec<String>) {
    let mut refuse = |wrong: bool, why: &str| {
        if wrong {
            mistakes.push(format!("production: {why}"));
        }
    };
    let plain = |url: Option<&super::choice::Url>| url.is_some_and(|url| !url.is_https());
    refuse(settings.public_url.is_none(), "GXB_PUBLIC_URL must be set");
    refuse(plain(settings.public_url.as_ref()), "GXB_PUBLIC_URL must begin with https://");
    way::stand_in(settings, &mut refuse);
    let wechat = settings.wechat_appid.is_none() && settings.wechat_secret.is_none();
    refuse(wechat, "GXB_WECHAT_APPID and GXB_WECHAT_SECRET must be set: unset means the stand-in");
    refuse(plain(settings.wechat_url.as_ref()), "GXB_WECHAT_URL must begin with https://: this looks like a stand-in");
}

fn development_secrets(settings: &Settings, mistakes: &mut Vec<String>) {
    let drawn = keys::drawn(&settings.data_dir);
    let mut refuse = |wrong: bool, why: &str| {
        if wrong {
            mistakes.push(format!("production: {why}"));
        }
    };
    portal::development(settings, &mut refuse);
    refuse(settings.token_key.is_none(), "GXB_TOKEN_KEY must be set");
    refuse(settings.hash_key.is_none(), "GXB_HASH_KEY must be set");
    refuse(settings.data_keys.is_empty(), "GXB_DATA_KEYS must be set");
    let all = [
        ("GXB_TOKEN_KEY", settings.token_key.iter().collect::<Vec<_>>()),
        ("GXB_TOKEN_OLD_KEYS", settings.token_old_keys.iter().collect()),
        ("GXB_HASH_KEY", settings.hash_key.iter().collect()),
        ("GXB_DATA_KEYS", settings.data_keys.iter().map(|named| &named.key).collect()),
    ];
    for (name, keys) in all {
        refuse(keys.iter().any(|key| drawn.contains(*key)), &format!("{name} holds a development key"));
        refuse(keys.iter().any(|key| key.is_trivial()), &format!("{name} holds a key of equal bytes"));
    }
}

/// The choices that settings without a mistake stand for.
pub(super) fn resolve(settings: Settings) -> Config {
    let s = settings.clone();
    let public_url = s.public_url.map_or_else(|| format!("http://{}", s.listen), |url| url.to_string());
    let database_url = s.database_url.unwrap_or_else(|| DatabaseUrl::sqlite(&s.data_dir.join("gaoxingban.sqlite")));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Config {
        warnings: warnings(&settings),
        profile: s.profile,
        listen: s.listen,
        public_url,
        region: s.region.0,
        catalogue_dir: s.catalogue_dir,
        times: Times { request: s.request_timeout.0, upload: s.upload_timeout.0, shutdown: s.shutdown_timeout.0 },
        log: Log { format: s.log_format, level: s.log_level.0 },
        database: Database { url: database_url, pool: s.database_pool.0 },
        files: files(&settings),
        photos: Photos {
            running: s.photo_running.map_or(cores, |whole| whole.0 as usize),
            waiting: s.photo_waiting.0 as usize,
            max_bytes: s.photo_max_bytes.0,
            memory: s.photo_memory.0,
            timeout: s.photo_timeout.0,
        },
        province: portal::province(settings.clone()),
        relay: Relay {
            schedule: s.relay_schedule.iter().map(|Span(wait)| *wait).collect(),
            lease: s.relay_lease.0,
            workers: s.relay_workers.0 as usize,
            poll: s.relay_poll.0,
            promise: s.relay_promise.0,
        },
        digest_at: s.digest_at.0,
        webhooks: webhooks::webhooks(&settings),
        wechat: wechat(&settings),
        refresh_lifetime: s.refresh_lifetime.0,
        data_dir: s.data_dir,
        settings,
    }
}

fn files(settings: &Settings) -> Files {
    let s = settings.clone();
    let place = match (s.s3_bucket, s.s3_access_key_id, s.s3_secret_access_key) {
        (Some(name), Some(access_key_id), Some(secret_access_key)) => Place::Bucket(Bucket {
            name,
            endpoint: s.s3_endpoint.map(|url| url.to_string()),
            region: s.s3_region,
            access_key_id,
            secret_access_key,
            path_style: s.s3_path_style,
        }),
        _ => Place::Folder(s.data_dir.join("objects")),
    };
    Files { place, sweep_age: s.sweep_age.0, sweep_interval: s.sweep_interval.0, link_lifetime: s.link_lifetime.0 }
}

fn wechat(settings: &Settings) -> WeChat {
    let s = settings.clone();
    let named = s.wechat_url.map(|url| url.to_string());
    // In development an id and a secret alone are not enough to leave the stand-in: the address has to be named too.
    let url = named.or_else(|| (s.profile == Profile::Production).then(|| WECHAT_URL.to_owned()));
    let at = match (url, s.wechat_appid, s.wechat_secret) {
        (Some(url), Some(appid), Some(secret)) => WeChatAt::Server { url, appid, secret },
        _ => WeChatAt::StandIn,
    };
    WeChat { at, templates: s.wechat_templates }
}

fn warnings(settings: &Settings) -> Vec<String> {
    if settings.profile == Profile::Development {
        return Vec::new();
    }
    let plain = |url: Option<&super::choice::Url>| url.is_some_and(|url| !url.is_https());
    let sqlite = settings.database_url.as_ref().is_none_or(DatabaseUrl::is_sqlite);
    let all = [
        (sqlite, "the database is SQLite: good for one machine; back up the data directory"),
        (settings.s3_bucket.is_none(), "photos lie in a folder: good for one machine; back up the data directory"),
        (plain(settings.s3_endpoint.as_ref()), "GXB_S3_ENDPOINT is http: photos cross the network unencrypted"),
    ];
    all.into_iter()
        .chain(way::warnings(settings))
        .filter(|(unwise, _)| *unwise)
        .map(|(_, why)| why.to_owned())
        .collect()
}
