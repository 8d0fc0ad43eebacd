//! What is in the pictures that the clarity check is judged by, and the strokes they are made of.
//!
//! The check's limits were chosen on [`FIT_KINDS`]; no picture of [`HELD_BACK_KINDS`] had a part in that.

mod held_back;
mod papers;
mod streets;

use super::Scene;
use crate::pictures::draw::Dice;

/// The kinds that the limits were fitted on.
pub const FIT_KINDS: [&str; 18] = [
    "sign",
    "page",
    "thin font",
    "night",
    "portrait",
    "skyline",
    "form",
    "notice in leaves",
    "shelves",
    "few lines",
    "screen",
    "sign before a soft street",
    "licence",
    "receipt",
    "blackboard",
    "banner",
    "house number",
    "menu",
];

/// The kinds that only judge.
pub const HELD_BACK_KINDS: [&str; 9] = [
    "certificate",
    "newspaper",
    "poster",
    "shop door",
    "bus stop",
    "identity card",
    "slanted page",
    "stairs",
    "price tags",
];

impl Scene {
    pub(super) fn paint(&mut self, kind: &str, dice: &mut Dice) {
        match kind {
            "page" | "few lines" | "thin font" => self.page(kind, dice),
            "night" => self.night(dice),
            "portrait" => self.portrait(dice),
            "screen" => self.screen(dice),
            "skyline" => self.skyline(dice),
            "form" => self.form(dice),
            "notice in leaves" => self.notice(dice),
            "shelves" => self.shelves(dice),
            "licence" => self.licence(dice),
            "receipt" => self.receipt(dice),
            "blackboard" => self.blackboard(dice),
            "banner" => self.banner(dice),
            "house number" => self.house_number(dice),
            "menu" => self.menu(dice),
            "sign" | "sign before a soft street" => self.sign(kind != "sign", dice),
            _ => self.paint_held_back(kind, dice),
        }
    }

    fn line(&mut self, at: (f32, f32), until: f32, size: f32, ink: (f32, f32), dice: &mut Dice) {
        let mut left = at.0;
        while left + size < until {
            self.character(left, at.1, size * 0.85, ink.0, ink.1, dice);
            left += size * 1.05;
        }
    }

    fn arc(&mut self, centre: (f32, f32), radius: f32, turns: (f32, f32), thick: f32, level: f32) {
        let steps = (radius * (turns.1 - turns.0) * std::f32::consts::TAU * 1.5) as usize + 2;
        for step in 0..=steps {
            let turn = (turns.0 + (turns.1 - turns.0) * step as f32 / steps as f32) * std::f32::consts::TAU;
            let (down, across) = turn.sin_cos();
            let (x, y) = (centre.0 + radius * across, centre.1 + radius * down);
            self.fill(x - thick / 2.0, y - thick / 2.0, thick.max(1.0), thick.max(1.0), level);
        }
    }

    fn frame(&mut self, left: f32, top: f32, width: f32, height: f32, thick: f32, level: f32) {
        for (x, y, w, h) in [
            (left, top, width, thick),
            (left, top + height - thick, width, thick),
            (left, top, thick, height),
            (left + width - thick, top, thick, height),
        ] {
            self.fill(x, y, w, h, level);
        }
    }

    fn fill(&mut self, left: f32, top: f32, width: f32, height: f32, level: f32) {
        let (left, top) = (left.max(0.0) as usize, top.max(0.0) as usize);
        let (right, bottom) = ((left + width as usize).min(self.width), (top + height as usize).min(self.height));
        for y in top..bottom {
            self.levels[y * self.width + left.min(right)..y * self.width + right].fill(level);
        }
    }

    fn stroke(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, level: f32) {
        let steps = ((to.0 - from.0).abs().max((to.1 - from.1).abs()) * 2.0) as usize + 1;
        for step in 0..=steps {
            let part = step as f32 / steps as f32;
            let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            self.fill(x - thick / 2.0, y - thick / 2.0, thick.max(1.0), thick.max(1.0), level);
        }
    }

    fn character(&mut self, left: f32, top: f32, size: f32, thick: f32, level: f32, dice: &mut Dice) {
        let at = |dice: &mut Dice| dice.below(100) as f32 / 100.0 * size;
        for number in 0..5 + dice.below(4) {
            let (a, b, c) = (at(dice), at(dice), at(dice));
            let (from, to) = match number % 4 {
                0 => ((0.0, a), (size, a)),
                1 => ((b, 0.0), (b, size)),
                2 => ((a, b * 0.5), (c, size)),
                _ => ((a * 0.3, b), (size - c * 0.3, b)),
            };
            self.stroke((left + from.0, top + from.1), (left + to.0, top + to.1), thick, level);
        }
    }
}
