//! A line for machines: one JSON object, its fields beside time, level and target.
//!
//! Every request ends with a line, so it is written straight into the buffer it leaves by: nothing is gathered, sorted or
//! put into a tree first.

use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::registry::LookupSpan;

/// Writes events as JSON.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        out.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut out)?;
        write!(out, "\",\"level\":\"{}\"", event.metadata().level())?;
        let mut fields = Fields { out: &mut out, done: Ok(()) };
        event.record(&mut fields);
        fields.text("target", format_args!("{}", event.metadata().target()));
        fields.done?;
        out.write_str("}\n")
    }
}

/// Fields, one after the other.
struct Fields<'a, 'w> {
    out: &'a mut Writer<'w>,
    done: fmt::Result,
}

impl Fields<'_, '_> {
    fn text(&mut self, name: &str, value: fmt::Arguments<'_>) {
        let out = &mut *self.out;
        self.done = self.done.and_then(|()| {
            name_of(out, name)?;
            out.write_char('"')?;
            Escaped(&mut *out).write_fmt(value)?;
            out.write_char('"')
        });
    }

    /// A number or a truth value, as it is.
    fn plain(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let out = &mut *self.out;
        self.done = self.done.and_then(|()| {
            name_of(out, field.name())?;
            out.write_fmt(value)
        });
    }
}

impl Visit for Fields<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.plain(field, format_args!("{value}"));
        } else {
            self.plain(field, format_args!("null"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), format_args!("{value:?}"));
    }
}

/// The names of fields are identifiers of ours, which need no escaping.
fn name_of(out: &mut Writer<'_>, name: &str) -> fmt::Result {
    write!(out, ",\"{}\":", name.trim_start_matches("r#"))
}

/// What is written comes out as the inside of a JSON string.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(|c: char| c < ' ' || c == '"' || c == '\\') {
            let mut characters = piece.chars();
            match characters.next_back() {
                Some(c @ ('"' | '\\')) => write!(self.0, "{}\\{c}", characters.as_str())?,
                Some('\n') => write!(self.0, "{}\\n", characters.as_str())?,
                Some(c) if c < ' ' => write!(self.0, "{}\\u{:04x}", characters.as_str(), u32::from(c))?,
                _ => self.0.write_str(piece)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::Json;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// The lines written while `act` runs.
    fn lines(act: impl FnOnce()) -> Vec<Value> {
        let paper = Paper::default();
        let pen = paper.clone();
        let writer = tracing_subscriber::fmt().event_format(Json).with_writer(move || pen.clone()).finish();
        tracing::subscriber::with_default(writer, act);
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        assert!(text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"))).collect()
    }

    #[test]
    fn a_line_has_every_field_as_what_it_is() {
        let error = std::io::Error::other("it \"broke\"");
        let [mut line] = lines(|| {
            let none = None::<u64>;
            let cause: &dyn std::error::Error = &error;
            tracing::info!(
                status = 200,
                below = -1_i64,
                share = 0.5,
                nothing = f64::NAN,
                ok = true,
                none,
                cause,
                "done {}",
                1
            );
        })
        .try_into()
        .unwrap();
        let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(time.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().is_ok(), "{time}");
        let target = "api::telemetry::json::tests";
        assert_eq!(
            line,
            json!({
                "level": "INFO", "status": 200, "below": -1, "share": 0.5, "nothing": null, "ok": true,
                "cause": "it \"broke\"", "message": "done 1", "target": target,
            })
        );
    }

    proptest! {
        #[test]
        fn any_text_stays_one_line_and_comes_back(text in any::<String>()) {
            let lines = lines(|| tracing::warn!(text, shown = %text, "{text}"));
            prop_assert_eq!(lines.len(), 1);
            for field in ["text", "shown", "message"] {
                prop_assert_eq!(lines[0][field].as_str(), Some(text.as_str()));
            }
        }
    }
}
