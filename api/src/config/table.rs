//! Every setting, declared once: its name, its type, its default and what it is for.
//!
//! The environment, the file, the checks at start, `gaoxingban config` and `docs/config.md` all come from this table.

use std::net::SocketAddr;
use std::path::PathBuf;

use ::portal::adapter::Kind;
use ::portal::signature::Seal;
use ::portal::webhook::address::Network;

use super::choice::{Codes, DatabaseUrl, ForeignUrl, LogFormat, LogLevel, Profile, Template, Url};
use super::portal::{Believed, Random};
use super::secret::{Key32, NamedKey, Secret};
use super::source::{PREFIX, Source};
use super::value::{Region, Size, Span, TimesOfDay, Value, Whole};

/// One setting as the documentation shows it.
#[derive(Debug)]
pub struct Setting {
    /// The heading it stands under.
    pub group: &'static str,
    /// Its name in the file; in the environment it is upper case and begins with `GXB_`.
    pub key: &'static str,
    /// What to write.
    pub kind: &'static str,
    /// The text that counts when none is given; empty when there is none.
    pub default: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// Whether its value must never be shown.
    pub secret: bool,
}

impl Setting {
    /// Its name in the environment.
    pub fn env(&self) -> String {
        format!("{PREFIX}{}", self.key.to_ascii_uppercase())
    }
}

macro_rules! settings {
    ($($group:literal { $( $(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:literal; )+ })+) => {
        /// What every setting says, after reading.
        #[derive(Clone, Debug)]
        pub struct Settings { $($( $(#[doc = $doc])+ pub $name: $type, )+)+ }

        /// Every setting in the order of the documentation.
        pub static TABLE: &[Setting] = &[ $($( Setting {
            group: $group,
            key: stringify!($name),
            kind: <$type as Value>::KIND,
            default: $default,
            doc: concat!($($doc),+),
            secret: <$type as Value>::SECRET,
        }, )+)+ ];

        impl Settings {
            pub(super) fn read(source: &mut Source) -> Option<Self> {
                let mut table = TABLE.iter();
                $($( let $name = table.next().and_then(|setting| source.value::<$type>(setting)); )+)+
                Some(Self { $($( $name: $name?, )+)+ })
            }

            /// The values in the table's order, in the form they are written; secrets masked.
            pub fn shown(&self) -> Vec<String> {
                vec![ $($( Value::show(&self.$name), )+)+ ]
            }
        }
    };
}

settings! {
    "Server" {
        /// `production` refuses to start with any stand-in or development secret; all that is missing is said at once.
        profile: Profile = "development";
        /// Where the API listens.
        listen: SocketAddr = "127.0.0.1:8080";
        /// The address phones reach this server at. Unset: `http://` and what `GXB_LISTEN` says.
        public_url: Option<Url> = "";
        /// Where everything lives that has no other place: the SQLite file, the folder of photos, development keys.
        data_dir: PathBuf = "./data";
        /// The administrative division the bureau belongs to; the first six digits of every case number.
        region: Region = "371526";
        /// A folder with more items, or newer versions of the built-in ones.
        catalogue_dir: Option<PathBuf> = "";
        /// How long a request may take before it is answered with 503.
        request_timeout: Span = "30s";
        /// The same for uploads, which come over weak networks.
        upload_timeout: Span = "3m";
        /// How long requests and deliveries under way may go on after the first signal to stop.
        shutdown_timeout: Span = "20s";
        /// How log lines are written.
        log_format: LogFormat = "text";
        /// Which log lines are written.
        log_level: LogLevel = "info";
    }
    "Database" {
        /// Where the database is. Unset: the file `gaoxingban.sqlite` in the data directory.
        database_url: Option<DatabaseUrl> = "";
        /// How many connections one process holds at most. SQLite writes through one whatever this says.
        database_pool: Whole<1, 200> = "10";
    }
    "Files" {
        /// The bucket for photos. Unset: the folder `objects` in the data directory.
        s3_bucket: Option<String> = "";
        /// The S3-compatible server. Unset: AWS itself.
        s3_endpoint: Option<Url> = "";
        /// The region to sign for.
        s3_region: String = "us-east-1";
        /// The access key's id.
        s3_access_key_id: Option<String> = "";
        /// The access key's secret.
        s3_secret_access_key: Option<Secret> = "";
        /// Whether the bucket stands in the path (`true`, what most servers of one's own want) or in the host name.
        s3_path_style: bool = "true";
        /// Files no row knows of are removed when they are older than this.
        sweep_age: Span = "1d";
        /// How often to look for such files.
        sweep_interval: Span = "1h";
        /// How long a link lives by which a machine reads a photo; at most 15 minutes.
        link_lifetime: Span = "5m";
    }
    "Photos" {
        /// How many photos are worked on at once. Unset: as many as there are processors.
        photo_running: Option<Whole<1, 256>> = "";
        /// How many more may wait; one beyond that is answered with 503 and `Retry-After`.
        photo_waiting: Whole<0, 10_000> = "16";
        /// The largest file a phone may send.
        photo_max_bytes: Size = "20MiB";
        /// The memory that all photos worked on may take together, files included. One that needs more than is free waits
        /// for it; one that needs more than all of it is refused.
        photo_memory: Size = "512MiB";
        /// How long one photo may be worked on.
        photo_timeout: Span = "20s";
    }
    "Province" {
        /// The way to the portal: `gateway`, signed calls to `GXB_PORTAL_URL`; `drop`, signed bundles in a folder or bucket;
        /// `tables`, rows in the exchange tables of a database.
        portal_adapter: Kind = "gateway";
        /// The provincial portal. Unset: the simulator in the same process, at `GXB_PORTAL_SIM_LISTEN`.
        portal_url: Option<Url> = "";
        /// Where the simulator listens when it runs in this process.
        portal_sim_listen: SocketAddr = "127.0.0.1:8090";
        /// The name the portal knows us by.
        portal_app: String = "gaoxingban";
        /// The secret we sign with towards the portal by hmac-sha256, and it towards us. Unset, and `GXB_PORTAL_KEY` too: the
        /// development secret of the worked examples in PORTAL.md, `a development secret, not for production`.
        portal_secret: Option<Secret> = "";
        /// The key we sign with, in place of `GXB_PORTAL_SECRET`: a shared secret, or our private SM2 key. `gaoxingban admin
        /// portal-key` makes one.
        portal_key: Option<Seal> = "";
        /// What the portal may sign with: its public SM2 keys, and shared secrets beside the one we sign with. Several count
        /// at once, so that an old and a new key overlap.
        portal_trusted_keys: Vec<Believed> = "";
        /// What the simulator signs its reports with. Unset: the key we sign with.
        portal_sim_key: Option<Seal> = "";
        /// Has the simulator fail at random: a seed, and how many calls of a hundred. The same seed fails the same way again.
        portal_sim_random: Option<Random> = "";
        /// How long one call to the portal may take.
        portal_timeout: Span = "30s";
        /// How often to ask the portal for reports it did not push.
        portal_poll: Span = "30s";
        /// How often to ask the portal for its photo rules and take in what has changed. Unset: only when somebody asks for it
        /// through the integration API.
        portal_rules: Option<Span> = "";
        /// How often to compare all our cases with the portal's list, carrying out what can safely be cured. Unset: only when
        /// somebody runs `gaoxingban reconcile`.
        portal_reconcile: Option<Span> = "";
        /// Which version of the portal's code tables it speaks.
        portal_codes: Codes = "newer";
        /// With `drop`: the folder the portal reads and writes. Unset, and no bucket: a folder in the data directory, with the
        /// simulator at its other end.
        portal_drop_dir: Option<PathBuf> = "";
        /// With `drop`: the bucket, in place of a folder.
        portal_drop_bucket: Option<String> = "";
        /// The bucket's server. Unset: AWS.
        portal_drop_endpoint: Option<Url> = "";
        /// The region to sign for.
        portal_drop_region: String = "us-east-1";
        /// The access key's id.
        portal_drop_access_key_id: Option<String> = "";
        /// The access key's secret.
        portal_drop_secret_access_key: Option<Secret> = "";
        /// Whether the bucket stands in the path or in the host name.
        portal_drop_path_style: bool = "true";
        /// With `tables`: the database of the exchange tables, PostgreSQL, MySQL or MariaDB. Unset: a SQLite file in the data directory, with the simulator at its
        /// other end. The password in it is never shown.
        portal_tables_url: Option<ForeignUrl> = "";
    }
    "Relay" {
        /// How long to wait after each failed try, in order; after the last one a person has to look.
        relay_schedule: Vec<Span> = "5s,30s,2m,10m,30m,2h,6h,12h";
        /// How long a worker holds an item before another may take it; renewed while it works.
        relay_lease: Span = "1m";
        /// How many items one process delivers at once.
        relay_workers: Whole<1, 64> = "8";
        /// How often to look for work when nothing wakes the relay.
        relay_poll: Span = "1s";
        /// How long a promise to the province may stay open before the applicant is told, once, that handing the case on takes
        /// longer than usual.
        relay_promise: Span = "4h";
        /// When the operator is told what there is to do, in China's time: in the log, and by the webhooks that want to hear of it.
        /// However many processes there are, once each time. `gaoxingban digest` says it at any time.
        digest_at: TimesOfDay = "08:30";
    }
    "Webhooks" {
        /// Private networks machines may be called back in, such as the government's own; every other one is refused. In
        /// production calls go by https only.
        webhook_networks: Vec<Network> = "";
        /// How long one call may take.
        webhook_timeout: Span = "15s";
        /// How long nothing may come through before a webhook is turned off, and the operator told.
        webhook_patience: Span = "3d";
        /// How long calls that are over are kept with their tries. Sending again since a time reaches back further: it reads the
        /// cases.
        webhook_kept: Span = "90d";
    }
    "WeChat" {
        /// The mini-program's id.
        wechat_appid: Option<String> = "";
        /// The mini-program's secret.
        wechat_secret: Option<Secret> = "";
        /// WeChat's server. Unset: the stand-in in development, `https://api.weixin.qq.com` in production.
        wechat_url: Option<Url> = "";
        /// Message templates by kind of notice; a notice without one is shown in the app only.
        wechat_templates: Vec<Template> = "";
    }
    "Sessions and keys" {
        /// The Ed25519 seed that signs access tokens. Unset in development: drawn once into the data directory.
        token_key: Option<Key32> = "";
        /// Seeds used before, newest first: tokens they signed stay good until they end.
        token_old_keys: Vec<Key32> = "";
        /// The keys that encrypt personal data; the first one encrypts, all of them decrypt. Unset in development:
        /// drawn once into the data directory.
        data_keys: Vec<NamedKey> = "";
        /// The key of the hashes by which encrypted values are found. It can never change. Unset in development: drawn
        /// once into the data directory.
        hash_key: Option<Key32> = "";
        /// How long a phone stays signed in without being used.
        refresh_lifetime: Span = "30d";
    }
}
