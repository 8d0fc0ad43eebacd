//! Signs, boards and what is around them.

use super::super::Scene;
use crate::pictures::draw::Dice;

impl Scene {
    pub(super) fn sign(&mut self, soft_street: bool, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        let wall = 90.0 + dice.below(100) as f32;
        self.fill(0.0, 0.0, wide, high, wall);
        for _ in 0..14 {
            let (x, y) = (dice.below(self.width as u32) as f32, dice.below(self.height as u32) as f32);
            let level = dice.below(230) as f32;
            self.fill(x, y, wide / (4.0 + dice.below(16) as f32), high / (4.0 + dice.below(16) as f32), level);
        }
        let grain = 3.0 + dice.below(15) as f32;
        *self = self.noisy(grain, u64::from(dice.below(9999))).blurred(0.8);
        if soft_street {
            *self = self.blurred(wide * 0.01);
        }
        let board = (wide * (5 + dice.below(4)) as f32 / 10.0, high * (18 + dice.below(12)) as f32 / 100.0);
        let (left, top) = ((wide - board.0) * 0.5, (high - board.1) * dice.below(90) as f32 / 100.0);
        let dark = dice.below(2) == 0;
        let (back, front) = if dark { (30.0 + dice.below(50) as f32, 235.0) } else { (225.0, 30.0) };
        self.fill(left, top, board.0, board.1, back);
        let count = 3 + dice.below(4);
        let size = (board.1 * 0.6).min(board.0 / count as f32 * 0.85);
        for number in 0..count {
            let x = left + board.0 * 0.04 + number as f32 * board.0 * 0.95 / count as f32;
            self.character(x, top + board.1 * 0.08, size, size / (7 + dice.below(8)) as f32, front, dice);
        }
        for number in 0..16 {
            let small = (board.1 * 0.14).max(9.0);
            self.character(left + 8.0 + number as f32 * small * 1.3, top + board.1 * 0.8, small, 1.0, front, dice);
        }
    }

    pub(super) fn notice(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 70.0);
        for _ in 0..900 {
            let (x, y) = (dice.below(self.width as u32) as f32, dice.below(self.height as u32) as f32);
            let (turn, size) = (dice.below(100) as f32 / 100.0, 4.0 + dice.below(18) as f32);
            let level = 25.0 + dice.below(150) as f32;
            self.arc((x, y), size, (turn, turn + 0.3), size * 0.4, level);
        }
        let board = (wide * 0.5, high * 0.4);
        let (left, top) = (wide * dice.below(45) as f32 / 100.0, high * dice.below(55) as f32 / 100.0);
        let (back, ink) = if dice.below(2) == 0 { (230.0, 40.0) } else { (45.0, 225.0) };
        self.fill(left, top, board.0, board.1, back);
        let lines = 2 + dice.below(4);
        let step = board.1 * 0.9 / lines as f32;
        for number in 0..lines {
            let y = top + board.1 * 0.06 + number as f32 * step;
            self.line((left + 10.0, y), left + board.0 - 8.0, step * 0.7, ((step * 0.07).max(1.5), ink), dice);
        }
    }

    pub(super) fn shelves(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 120.0);
        let rows = 3 + dice.below(3);
        let row = high / rows as f32;
        for number in 0..rows {
            let base = (number + 1) as f32 * row;
            let mut left = dice.below(20) as f32;
            while left < wide {
                let box_size = (wide * (5 + dice.below(8)) as f32 / 100.0, row * (5 + dice.below(4)) as f32 / 10.0);
                let level = 40.0 + dice.below(200) as f32;
                self.fill(left, base - box_size.1, box_size.0, box_size.1, level);
                let label = if level > 130.0 { 35.0 } else { 230.0 };
                let size = (box_size.0 / 4.0).max(7.0);
                self.line((left + 3.0, base - box_size.1 * 0.7), left + box_size.0, size, (size / 8.0, label), dice);
                if dice.below(2) == 0 {
                    let centre = (left + box_size.0 / 2.0, base - box_size.1 * 0.25);
                    self.arc(centre, box_size.0 * 0.15, (0.0, 1.0), 3.0, label);
                }
                left += box_size.0 + 2.0 + dice.below(9) as f32;
            }
            self.fill(0.0, base - 7.0, wide, 7.0, 60.0 + dice.below(120) as f32);
        }
        *self = self.noisy(2.0 + dice.below(8) as f32, u64::from(dice.below(9999)));
    }

    pub(super) fn blackboard(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 35.0 + dice.below(40) as f32);
        *self = self.noisy(6.0, u64::from(dice.below(9999))).blurred(3.0);
        let rows = 3 + dice.below(6);
        let row = high * 0.85 / rows as f32;
        let chalk = 165.0 + dice.below(80) as f32;
        for number in 0..rows {
            let y = high * 0.07 + number as f32 * row;
            let size = row * (5 + dice.below(3)) as f32 / 10.0;
            let mut left = wide * 0.05 + dice.below(60) as f32;
            while left + size < wide * 0.95 {
                let turn = dice.below(100) as f32 / 100.0;
                self.character(left, y, size * 0.7, (size / 14.0).max(1.5), chalk, dice);
                let centre = (left + size * 0.4, y + size * 0.4);
                self.arc(centre, size * 0.25, (turn, turn + 0.4), (size / 14.0).max(1.5), chalk);
                left += size * (9 + dice.below(4)) as f32 / 10.0;
            }
        }
        self.frame(0.0, 0.0, wide, high, wide * 0.02, 130.0);
    }

    pub(super) fn banner(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        for (at, level) in self.levels.iter_mut().enumerate() {
            *level = 170.0 - 70.0 * (at % self.width) as f32 / wide;
        }
        let (top, band) = (high * (10 + dice.below(40)) as f32 / 100.0, high * 0.4);
        let (back, front) = if dice.below(2) == 0 { (75.0, 225.0) } else { (215.0, 50.0) };
        self.fill(0.0, top, wide, band, back);
        let count = 3 + dice.below(5);
        let size = (band * 0.8).min(wide * 0.9 / count as f32);
        for number in 0..count {
            let left = wide * 0.04 + number as f32 * wide * 0.93 / count as f32;
            for _ in 0..5 {
                let part = |dice: &mut Dice| dice.below(100) as f32 / 100.0;
                let centre = (left + size * (0.3 + 0.4 * part(dice)), top + size * (0.35 + 0.4 * part(dice)));
                let (turn, thick) = (part(dice), size / (9.0 + 5.0 * part(dice)));
                self.arc(centre, size * (0.1 + 0.2 * part(dice)), (turn, turn + 0.2 + 0.5 * part(dice)), thick, front);
            }
        }
    }

    pub(super) fn house_number(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 150.0);
        let tile = (wide / (8 + dice.below(10)) as f32, high / (10 + dice.below(10)) as f32);
        let (mut y, mut shift) = (0.0, 0.0);
        while y < high {
            let mut x = -shift;
            while x < wide {
                let level = 130.0 + dice.below(45) as f32;
                self.fill(x + 2.0, y + 2.0, tile.0 - 3.0 + x.min(0.0), tile.1 - 3.0, level);
                x += tile.0;
            }
            y += tile.1;
            shift = tile.0 / 2.0 - shift;
        }
        *self = self.noisy(3.0 + dice.below(9) as f32, u64::from(dice.below(9999))).blurred(0.7);
        let plate = (wide * 0.3, high * 0.2);
        let (left, top) = (wide * (10 + dice.below(50)) as f32 / 100.0, high * (10 + dice.below(60)) as f32 / 100.0);
        self.fill(left, top, plate.0, plate.1, 60.0);
        self.frame(left + 4.0, top + 4.0, plate.0 - 8.0, plate.1 - 8.0, 2.0, 220.0);
        let size = plate.1 * 0.5;
        self.line((left + 14.0, top + plate.1 * 0.15), left + plate.0 - 8.0, size, (size / 8.0, 230.0), dice);
        let small = (plate.1 * 0.18).max(8.0);
        self.line((left + 14.0, top + plate.1 * 0.74), left + plate.0 - 8.0, small, (1.0, 230.0), dice);
    }

    pub(super) fn night(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        self.fill(0.0, 0.0, wide, high, 4.0 + dice.below(14) as f32);
        let count = 3 + dice.below(3);
        let size = (high * 0.3).min(wide * 0.8 / count as f32);
        let bright = 170.0 + dice.below(85) as f32;
        let top = high * (10 + dice.below(45)) as f32 / 100.0;
        for number in 0..count {
            let left = wide * 0.08 + number as f32 * wide * 0.85 / count as f32;
            self.character(left, top, size * 0.9, (size / 12.0).max(3.0), bright, dice);
        }
        let glow = self.blurred(size * 0.1);
        for (level, glow) in self.levels.iter_mut().zip(glow.levels) {
            *level = (*level + glow * 0.5).min(255.0);
        }
    }

    pub(super) fn portrait(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        let (wall, hair) = (195.0 + dice.below(50) as f32, 20.0 + dice.below(40) as f32);
        let (skin, coat) = (160.0 + dice.below(40) as f32, 30.0 + dice.below(90) as f32);
        let inside = |x: f32, y: f32, cx: f32, cy: f32, rx: f32, ry: f32| {
            ((x / wide - cx) / rx).powi(2) + ((y / high - cy) / ry).powi(2) < 1.0
        };
        for (at, level) in self.levels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            *level = if [0.42, 0.58].iter().any(|cx| inside(x, y, *cx, 0.44, 0.035, 0.014)) {
                30.0
            } else if inside(x, y, 0.5, 0.6, 0.07, 0.014) {
                100.0
            } else if inside(x, y, 0.5, 0.47, 0.18, 0.23) {
                skin
            } else if inside(x, y, 0.5, 0.4, 0.22, 0.27) {
                hair
            } else if inside(x, y, 0.5, 1.1, 0.44, 0.36) {
                coat
            } else {
                wall
            };
        }
    }

    pub(super) fn skyline(&mut self, dice: &mut Dice) {
        let (wide, high) = (self.width as f32, self.height as f32);
        for (at, level) in self.levels.iter_mut().enumerate() {
            *level = 215.0 - 60.0 * (at / self.width) as f32 / high;
        }
        let mut left = 0.0;
        while left < wide {
            let house = (wide / (5 + dice.below(7)) as f32, high / (4 + dice.below(8)) as f32);
            let wall = 50.0 + dice.below(100) as f32;
            self.fill(left, high - house.1, house.0, house.1, wall);
            for number in 0..(house.0 / 16.0) as u32 * (house.1 / 18.0) as u32 {
                let (column, row) = (number % (house.0 / 16.0) as u32, number / (house.0 / 16.0) as u32);
                let (x, y) = (left + 5.0 + column as f32 * 16.0, high - house.1 + 6.0 + row as f32 * 18.0);
                self.fill(x, y, 7.0, 9.0, wall + if dice.below(2) == 0 { 40.0 } else { -35.0 });
            }
            left += house.0;
        }
    }
}
