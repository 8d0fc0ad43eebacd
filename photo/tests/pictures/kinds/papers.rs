//! Print of all sorts.

use super::super::Scene;
use crate::pictures::draw::Dice;

impl Scene {
    pub(super) fn page(&mut self, kind: &str, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 215.0 + dice.below(36) as f32);
        let size = (high / (26 + dice.below(24)) as f32).max(10.0);
        let lines = if kind == "few lines" { 2 + dice.below(3) } else { 100 };
        let (ink, thick) = (15.0 + dice.below(50) as f32, if kind == "page" { (size / 9.0).max(1.5) } else { 1.0 });
        let mut top = high / 12.0;
        for _ in 0..lines {
            if top > high * 0.92 {
                break;
            }
            let mut left = wide / 12.0;
            while left < wide * (6 + dice.below(4)) as f32 / 10.0 {
                self.character(left, top, size * 0.85, thick, ink, dice);
                left += size * 1.05;
            }
            top += size * 1.7;
        }
    }

    pub(super) fn form(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 222.0 + dice.below(30) as f32);
        let (rows, ink) = (6 + dice.below(12), 20.0 + dice.below(60) as f32);
        let (left, top) = (wide * 0.06, high * 0.12);
        let row = high * 0.82 / rows as f32;
        let size = (row * 0.45).clamp(8.0, 30.0);
        self.line((wide * 0.3, high * 0.03), wide * 0.7, high * 0.05, (3.0, ink), dice);
        for number in 0..rows {
            let y = top + number as f32 * row;
            let split = left + wide * 0.88 * (2 + dice.below(5)) as f32 / 10.0;
            self.frame(left, y, split - left, row + 1.0, 1.0 + dice.below(2) as f32, ink);
            self.frame(split, y, wide * 0.94 - split, row + 1.0, 1.0, ink);
            self.line((left + 6.0, y + row * 0.3), split - 4.0, size, (1.5, ink), dice);
            if dice.below(3) > 0 {
                self.line((split + 6.0, y + row * 0.3), wide * 0.8, size, (1.5, ink + 30.0), dice);
            }
        }
    }

    pub(super) fn licence(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 205.0 + dice.below(35) as f32);
        let pitch = 8.0 + dice.below(10) as f32;
        for (at, level) in self.levels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            *level += 5.0 * (x / pitch).sin() * (y / pitch).cos();
        }
        let ink = 25.0 + dice.below(45) as f32;
        for inset in [0.03, 0.045] {
            self.frame(
                wide * inset,
                high * inset,
                wide * (1.0 - 2.0 * inset),
                high * (1.0 - 2.0 * inset),
                3.0,
                ink + 60.0,
            );
        }
        let heading = (wide * 0.09).min(high * 0.12);
        self.line((wide * 0.28, high * 0.08), wide * 0.75, heading, (heading / 8.0, ink), dice);
        let (rows, size) = (5 + dice.below(5), (high * 0.032).max(9.0));
        for number in 0..rows {
            let y = high * 0.28 + number as f32 * high * 0.6 / rows as f32;
            self.line((wide * 0.08, y), wide * 0.22, size, (2.0, ink), dice);
            self.line((wide * 0.25, y), wide * (45 + dice.below(40)) as f32 / 100.0, size, (1.3, ink), dice);
        }
        let (centre, radius) = ((wide * 0.76, high * 0.76), wide.min(high) * 0.13);
        self.arc(centre, radius, (0.0, 1.0), 4.0, 95.0);
        for number in 0..5 {
            let (from, to) = (number as f32 * 0.4, (number + 1) as f32 * 0.4);
            let tip = |turn: f32| {
                let (down, across) = (turn * std::f32::consts::TAU).sin_cos();
                (centre.0 + radius * 0.45 * across, centre.1 + radius * 0.45 * down)
            };
            self.stroke(tip(from), tip(to), 3.0, 95.0);
        }
    }

    pub(super) fn receipt(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        let table = 40.0 + dice.below(90) as f32;
        self.fill(0.0, 0.0, wide, high, table);
        let grain = 2.0 + dice.below(6) as f32;
        *self = self.noisy(grain, u64::from(dice.below(9999))).blurred(1.0);
        let (left, strip) = (wide * (15 + dice.below(25)) as f32 / 100.0, wide * 0.42);
        self.fill(left, high * 0.04, strip, high * 0.92, 235.0);
        let size = (high / (34 + dice.below(16)) as f32).max(9.0);
        let (ink, mut y) = (50.0 + dice.below(60) as f32, high * 0.08);
        while y < high * 0.9 {
            if dice.below(7) > 0 {
                self.line((left + 8.0, y), left + strip * (4 + dice.below(6)) as f32 / 10.0, size, (1.2, ink), dice);
            }
            y += size * 1.4;
        }
    }

    pub(super) fn menu(&mut self, dice: &mut Dice) {
        let high = self.height as f32;
        for (at, level) in self.levels.iter_mut().enumerate() {
            *level = 60.0 + 50.0 * (at / self.width) as f32 / high;
        }
        let wide = self.width as f32;
        let (columns, rows) = (2 + dice.below(2), 8 + dice.below(10));
        let (column, row) = (wide * 0.94 / columns as f32, high * 0.8 / rows as f32);
        let size = (row * 0.62).clamp(9.0, 40.0);
        self.line((wide * 0.3, high * 0.03), wide * 0.7, high * 0.08, (high * 0.01, 240.0), dice);
        for number in 0..columns * rows {
            let (x, y) =
                (wide * 0.04 + (number % columns) as f32 * column, high * 0.16 + (number / columns) as f32 * row);
            let until = x + column * (35 + dice.below(30)) as f32 / 100.0;
            self.line((x, y), until, size, (size / 10.0, 215.0), dice);
            self.line((x + column * 0.72, y), x + column * 0.94, size * 0.8, (1.2, 240.0), dice);
        }
    }

    pub(super) fn screen(&mut self, dice: &mut Dice) {
        self.page("page", dice);
        let (angle, pitch) = (0.1 + dice.below(60) as f32 / 100.0, 2.5 + dice.below(60) as f32 / 10.0);
        let (along, down) = (angle.cos() / pitch, angle.sin() / pitch);
        for (at, level) in self.levels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            *level *= 1.0 + 0.12 * (std::f32::consts::TAU * (x * along + y * down)).sin();
        }
    }
}
