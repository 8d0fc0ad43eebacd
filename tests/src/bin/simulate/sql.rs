//! Questions to the database, as one who looks into it from outside.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, QueryResult, Statement};

/// The rows of a question.
pub async fn rows(db: &DatabaseConnection, question: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(DbBackend::Postgres, question)).await.unwrap()
}

/// One column of text.
pub async fn texts(db: &DatabaseConnection, question: &str) -> Vec<String> {
    rows(db, question).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// One number.
pub async fn number(db: &DatabaseConnection, question: &str) -> f64 {
    rows(db, question).await[0].try_get_by_index(0).unwrap()
}

/// Names, each with a number.
pub async fn numbers(db: &DatabaseConnection, question: &str) -> Vec<(String, f64)> {
    let of = |row: &QueryResult| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
    rows(db, question).await.iter().map(of).collect()
}
