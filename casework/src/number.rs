//! Case numbers: region, day, serial, as in `371526-20261122-00042`. Readable over the phone, unique in the country.
//!
//! Serials are taken from the database in blocks, in a statement of its own outside the submit's transaction: submits do
//! not wait for each other, and one that fails leaves a gap, which is allowed.

use std::fmt;

use chrono::NaiveDate;
use entity::serial;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict, Query};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::Mutex;

use crate::error::{Error, Result};

/// How many serials a process takes at once. What it has not used by midnight, or when it ends, is lost.
const BLOCK: i64 = 32;

/// Gives out case numbers for one region.
pub struct Numbers {
    region: String,
    block: Mutex<Option<Block>>,
}

struct Block {
    day: NaiveDate,
    next: i64,
    end: i64,
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Numbers({})", self.region)
    }
}

impl Numbers {
    /// Numbers of a region: its six-digit code (GB/T 2260).
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), block: Mutex::new(None) }
    }

    /// The next number of `day`. Call it outside any transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&self, db: &DatabaseConnection, day: NaiveDate) -> Result<String> {
        let mut held = self.block.lock().await;
        let mut block = match held.take() {
            Some(block) if block.day == day && block.next < block.end => block,
            _ => self.take_block(db, day).await?,
        };
        let serial = block.next;
        block.next += 1;
        *held = Some(block);
        Ok(format!("{}-{}-{serial:05}", self.region, day.format("%Y%m%d")))
    }

    async fn take_block(&self, db: &DatabaseConnection, day: NaiveDate) -> Result<Block> {
        let insert = Query::insert()
            .into_table(serial::Entity)
            .columns([serial::Column::Region, serial::Column::Day, serial::Column::Next])
            .values_panic([self.region.clone().into(), day.format("%Y%m%d").to_string().into(), (1 + BLOCK).into()])
            .on_conflict(
                OnConflict::columns([serial::Column::Region, serial::Column::Day])
                    .value(serial::Column::Next, Expr::col((serial::Entity, serial::Column::Next)).add(BLOCK))
                    .to_owned(),
            )
            .returning_col(serial::Column::Next)
            .to_owned();
        let row = db.query_one(&insert).await?.ok_or(Error::BadRow("serial"))?;
        let end: i64 = row.try_get("", "next")?;
        Ok(Block { day, next: end - BLOCK, end })
    }
}
