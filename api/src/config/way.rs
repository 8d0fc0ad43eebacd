//! The way to the portal: which one, and what it needs.

use std::net::SocketAddr;

use ::portal::adapter::{CodeTable, Kind};

use super::choice::ForeignUrl;
use super::table::Settings;
use super::{Bucket, Place};

/// The way to the portal, or to the simulator in this process.
#[derive(Clone, Debug)]
pub enum ProvinceAt {
    /// A simulator in this process, listening here.
    Simulator(SocketAddr),
    /// A portal at this address.
    Portal(String),
    /// Bundles of files.
    Drop {
        /// Where they are put.
        place: Place,
        /// Where the simulator listens when it is the one that reads them.
        simulated: Option<SocketAddr>,
    },
    /// Rows of exchange tables.
    Tables {
        /// The database, password included.
        url: ForeignUrl,
        /// Where the simulator listens when it is the one that reads them.
        simulated: Option<SocketAddr>,
    },
}

/// What is wrong with the settings of the ways, taken together.
pub(super) fn mistakes(settings: &Settings, mistakes: &mut Vec<String>) {
    let mut refuse = |wrong: bool, why: &str| {
        if wrong {
            mistakes.push(why.to_owned());
        }
    };
    let way = settings.portal_adapter;
    let others = settings.portal_url.is_some() && way != Kind::Gateway;
    refuse(others, &format!("GXB_PORTAL_URL is set but GXB_PORTAL_ADAPTER is {}", way.name()));
    let known = CodeTable::names(way);
    refuse(
        !known.contains(&settings.portal_codes.0.as_str()),
        &format!("GXB_PORTAL_CODES must be one of {}, not {:?}", known.join(", "), settings.portal_codes.0),
    );
    let bucket = settings.portal_drop_bucket.is_some();
    let of_one_way = [
        ("GXB_PORTAL_DROP_DIR", settings.portal_drop_dir.is_some(), Kind::Drop),
        ("GXB_PORTAL_DROP_BUCKET", bucket, Kind::Drop),
        ("GXB_PORTAL_TABLES_URL", settings.portal_tables_url.is_some(), Kind::Tables),
    ];
    for (name, given, only) in of_one_way {
        refuse(given && way != only, &format!("{name} is set but GXB_PORTAL_ADAPTER is {}", way.name()));
    }
    let both = settings.portal_drop_dir.is_some() && bucket;
    refuse(both, "GXB_PORTAL_DROP_DIR and GXB_PORTAL_DROP_BUCKET are both set: there is one place");
    let keys = [
        ("GXB_PORTAL_DROP_ACCESS_KEY_ID", settings.portal_drop_access_key_id.is_some()),
        ("GXB_PORTAL_DROP_SECRET_ACCESS_KEY", settings.portal_drop_secret_access_key.is_some()),
    ];
    for (name, given) in keys {
        refuse(bucket && !given, &format!("{name} must be set when GXB_PORTAL_DROP_BUCKET is"));
        refuse(!bucket && given, &format!("{name} is set but GXB_PORTAL_DROP_BUCKET is not"));
    }
    let endpoint = settings.portal_drop_endpoint.is_some();
    refuse(!bucket && endpoint, "GXB_PORTAL_DROP_ENDPOINT is set but GXB_PORTAL_DROP_BUCKET is not");
}

/// Where production has no portal but a stand-in.
pub(super) fn stand_in(settings: &Settings, refuse: &mut impl FnMut(bool, &str)) {
    let s = settings;
    match s.portal_adapter {
        Kind::Gateway => refuse(s.portal_url.is_none(), "GXB_PORTAL_URL must be set: unset means the simulator"),
        Kind::Drop => refuse(
            s.portal_drop_dir.is_none() && s.portal_drop_bucket.is_none(),
            "GXB_PORTAL_DROP_DIR or GXB_PORTAL_DROP_BUCKET must be set: unset means the simulator",
        ),
        Kind::Tables => {
            let url = s.portal_tables_url.as_ref();
            refuse(url.is_none(), "GXB_PORTAL_TABLES_URL must be set: unset means the simulator");
            refuse(url.is_some_and(ForeignUrl::is_sqlite), "GXB_PORTAL_TABLES_URL is SQLite: no platform reads that");
        }
    }
}

/// What is allowed but not wise.
pub(super) fn warnings(settings: &Settings) -> [(bool, &'static str); 2] {
    let plain = |url: Option<&super::choice::Url>| url.is_some_and(|url| !url.is_https());
    [
        (plain(settings.portal_url.as_ref()), "GXB_PORTAL_URL is http: cases cross the network unencrypted"),
        (
            plain(settings.portal_drop_endpoint.as_ref()),
            "GXB_PORTAL_DROP_ENDPOINT is http: cases cross the network unencrypted",
        ),
    ]
}

/// The way the settings choose.
pub(super) fn chosen(s: &Settings) -> ProvinceAt {
    match s.portal_adapter {
        Kind::Gateway => match &s.portal_url {
            Some(url) => ProvinceAt::Portal(url.to_string()),
            None => ProvinceAt::Simulator(s.portal_sim_listen),
        },
        Kind::Drop => {
            let place = drop_place(s);
            let simulated = place.is_none().then_some(s.portal_sim_listen);
            ProvinceAt::Drop { place: place.unwrap_or_else(|| Place::Folder(s.data_dir.join("drop"))), simulated }
        }
        Kind::Tables => {
            let url = s.portal_tables_url.clone();
            let simulated = url.is_none().then_some(s.portal_sim_listen);
            let own = || ForeignUrl::sqlite(&s.data_dir.join("exchange.sqlite"));
            ProvinceAt::Tables { url: url.unwrap_or_else(own), simulated }
        }
    }
}

fn drop_place(s: &Settings) -> Option<Place> {
    let keys = (s.portal_drop_access_key_id.clone(), s.portal_drop_secret_access_key.clone());
    match (s.portal_drop_bucket.clone(), keys) {
        (Some(name), (Some(access_key_id), Some(secret_access_key))) => Some(Place::Bucket(Bucket {
            name,
            endpoint: s.portal_drop_endpoint.as_ref().map(ToString::to_string),
            region: s.portal_drop_region.clone(),
            access_key_id,
            secret_access_key,
            path_style: s.portal_drop_path_style,
        })),
        _ => s.portal_drop_dir.clone().map(Place::Folder),
    }
}

#[cfg(test)]
mod tests;
