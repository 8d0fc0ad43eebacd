//! The kinds that no limit was chosen on.

use super::super::Scene;
use crate::pictures::draw::Dice;

impl Scene {
    pub(super) fn paint_held_back(&mut self, kind: &str, dice: &mut Dice) {
        match kind {
            "certificate" => self.certificate(dice),
            "newspaper" => self.newspaper(dice),
            "poster" => self.poster(dice),
            "shop door" => self.shop_door(dice),
            "bus stop" => self.bus_stop(dice),
            "identity card" => self.identity_card(dice),
            "slanted page" => self.slanted_page(dice),
            "stairs" => self.stairs(dice),
            "price tags" => self.price_tags(dice),
            _ => unreachable!("{kind}"),
        }
    }

    fn size(&self) -> (f32, f32) {
        (self.width as f32, self.height as f32)
    }

    /// A wide frame, a great heading, a few lines and a ring for a seal.
    fn certificate(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 218.0 + dice.below(25) as f32);
        let ink = 30.0 + dice.below(50) as f32;
        self.frame(wide * 0.02, high * 0.02, wide * 0.96, high * 0.96, wide * 0.015, ink + 50.0);
        for number in 0..40 {
            let x = wide * 0.05 + number as f32 * wide * 0.0225;
            self.arc((x, high * 0.065), wide * 0.008, (0.0, 1.0), 1.5, ink + 40.0);
        }
        let heading = (wide * 0.07).min(high * 0.12);
        self.line((wide * 0.3, high * 0.14), wide * 0.75, heading, (heading / 9.0, ink), dice);
        let size = (high * 0.04).max(10.0);
        for number in 0..3 + dice.below(4) {
            let y = high * 0.36 + number as f32 * size * 1.8;
            self.line((wide * 0.12, y), wide * (55 + dice.below(35)) as f32 / 100.0, size, (size / 11.0, ink), dice);
        }
        let (centre, radius) = ((wide * 0.75, high * 0.82), high * 0.1);
        self.arc(centre, radius, (0.0, 1.0), 3.0, 110.0);
        self.arc(centre, radius * 0.7, (0.0, 1.0), 1.5, 110.0);
    }

    /// Columns of small print under headings, with a grey picture.
    fn newspaper(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 195.0 + dice.below(40) as f32);
        let ink = 30.0 + dice.below(40) as f32;
        self.line((wide * 0.05, high * 0.03), wide * 0.9, high * 0.08, (high * 0.011, ink), dice);
        let columns = 3 + dice.below(2);
        let (column, size) = (wide * 0.92 / columns as f32, 9.0 + dice.below(5) as f32);
        for number in 0..columns {
            let x = wide * 0.04 + number as f32 * column;
            let mut y = high * 0.15;
            while y < high * 0.95 {
                self.line((x, y), x + column * 0.93, size, ((size / 10.0).max(1.2), ink), dice);
                y += size * 1.45;
            }
        }
        let (left, top) = (wide * 0.04 + column, high * 0.4);
        self.fill(left, top, column * 0.95, high * 0.2, 140.0);
        for _ in 0..30 {
            let (x, y) = (left + dice.below(70) as f32 / 100.0 * column, top + dice.below(15) as f32 / 100.0 * high);
            self.fill(x, y, column * 0.15, high * 0.04, 60.0 + dice.below(150) as f32);
        }
    }

    /// A soft picture with great letters over it.
    fn poster(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 90.0);
        for _ in 0..25 {
            let (x, y) = (dice.below(self.width as u32) as f32, dice.below(self.height as u32) as f32);
            self.fill(x, y, wide * 0.2, high * 0.2, 40.0 + dice.below(120) as f32);
        }
        *self = self.blurred(wide * 0.02);
        for number in 0..2 + dice.below(2) {
            let size = high * (10 + dice.below(9)) as f32 / 100.0;
            let (left, y) = (wide * 0.06, high * 0.08 + number as f32 * high * 0.22);
            self.line((left, y), wide * 0.95, size, (size / (8 + dice.below(5)) as f32, 240.0), dice);
        }
        self.fill(0.0, high * 0.85, wide, high * 0.15, 235.0);
        self.line((wide * 0.05, high * 0.89), wide * 0.8, (high * 0.05).max(10.0), (2.0, 35.0), dice);
    }

    /// Glass with a mirrored street, a handle, opening hours and stickers.
    fn shop_door(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 75.0 + dice.below(50) as f32);
        for _ in 0..20 {
            let (x, y) = (dice.below(self.width as u32) as f32, dice.below(self.height as u32) as f32);
            self.fill(x, y, wide * 0.1, high * 0.25, 60.0 + dice.below(110) as f32);
        }
        *self = self.blurred(2.5 + dice.below(4) as f32);
        self.fill(wide * 0.48, 0.0, wide * 0.03, high, 185.0);
        self.fill(wide * 0.44, high * 0.4, wide * 0.012, high * 0.25, 215.0);
        let (left, top) = (wide * (55 + dice.below(8)) as f32 / 100.0, high * (20 + dice.below(30)) as f32 / 100.0);
        let (board, size) = ((wide * 0.3, high * 0.28), (high * 0.035).max(10.0));
        self.fill(left, top, board.0, board.1, 232.0);
        for number in 0..4 {
            let y = top + board.1 * 0.08 + number as f32 * board.1 * 0.23;
            self.line((left + 8.0, y), left + board.0 - 4.0, size, ((size / 9.0).max(1.5), 40.0), dice);
        }
        for number in 0..3 {
            let centre = (wide * 0.12 + number as f32 * wide * 0.12, high * 0.3);
            self.arc(centre, wide * 0.04, (0.0, 1.0), 4.0, 225.0);
            self.character(centre.0 - wide * 0.02, centre.1 - wide * 0.02, wide * 0.04, 2.0, 225.0, dice);
        }
    }

    /// A tall panel of stops on a pole, before a hedge.
    fn bus_stop(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 110.0);
        let seed = u64::from(dice.below(9999));
        *self = self.noisy(45.0, seed).blurred(2.0);
        let (left, panel) = (wide * (20 + dice.below(30)) as f32 / 100.0, wide * 0.4);
        let (back, ink) = if dice.below(2) == 0 { (225.0, 45.0) } else { (55.0, 230.0) };
        self.fill(left + panel * 0.48, 0.0, panel * 0.05, high, 170.0);
        self.fill(left, high * 0.08, panel, high * 0.8, back);
        let head = (panel * 0.16).max(14.0);
        self.line((left + 8.0, high * 0.1), left + panel - 4.0, head, (head / 8.0, ink), dice);
        let (rows, size) = (6 + dice.below(8), (panel * 0.075).max(9.0));
        for number in 0..rows {
            let y = high * 0.26 + number as f32 * high * 0.58 / rows as f32;
            self.arc((left + panel * 0.08, y + size * 0.4), size * 0.3, (0.0, 1.0), 2.0, ink);
            self.line((left + panel * 0.16, y), left + panel * 0.9, size, ((size / 10.0).max(1.3), ink), dice);
        }
    }

    /// A card with a face on a table.
    fn identity_card(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        let table = 50.0 + dice.below(120) as f32;
        self.fill(0.0, 0.0, wide, high, table);
        let grain = 2.0 + dice.below(9) as f32;
        *self = self.noisy(grain, u64::from(dice.below(9999))).blurred(0.9);
        let card = (wide * 0.84, (wide * 0.53).min(high * 0.86));
        let (left, top) = (wide * 0.08, (high - card.1) * dice.below(100) as f32 / 100.0);
        self.fill(left, top, card.0, card.1, 214.0);
        for number in 0..24 {
            let y = top + number as f32 * card.1 / 24.0;
            self.stroke((left, y), (left + card.0, y + card.1 / 30.0), 1.0, 206.0);
        }
        let face = (left + card.0 * 0.8, top + card.1 * 0.4);
        for (radius, level) in [(0.11, 45.0), (0.085, 185.0)] {
            let mut ring = card.0 * radius;
            while ring > 0.0 {
                self.arc(face, ring, (0.0, 1.0), 2.0, level);
                ring -= 1.5;
            }
        }
        let size = (card.1 * 0.065).max(9.0);
        for number in 0..5 {
            let y = top + card.1 * 0.1 + number as f32 * card.1 * 0.15;
            let until = left + card.0 * (40 + dice.below(22)) as f32 / 100.0;
            self.line((left + card.0 * 0.05, y), until, size, ((size / 10.0).max(1.3), 45.0), dice);
        }
        self.line((left + card.0 * 0.3, top + card.1 * 0.87), left + card.0 * 0.95, size, (2.0, 35.0), dice);
    }

    /// Print that was not held level.
    fn slanted_page(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 205.0 + dice.below(40) as f32);
        let slope = (dice.below(50) as f32 - 25.0) / 100.0;
        let (size, ink) = ((high / (22 + dice.below(14)) as f32).max(11.0), 20.0 + dice.below(60) as f32);
        let mut top = high * 0.1;
        while top < high * 0.88 {
            let mut left = wide * 0.1;
            while left < wide * (60 + dice.below(25)) as f32 / 100.0 {
                let y = top + (left - wide / 2.0) * slope;
                for _ in 0..6 {
                    let at = |dice: &mut Dice| dice.below(100) as f32 / 100.0 * size * 0.85;
                    let (along, down) = (at(dice), at(dice));
                    let (from, to) = if dice.below(2) == 0 {
                        ((left, y + down), (left + size * 0.8, y + down + size * 0.8 * slope))
                    } else {
                        ((left + along, y), (left + along - size * 0.8 * slope, y + size * 0.8))
                    };
                    self.stroke(from, to, (size / 10.0).max(1.3), ink);
                }
                left += size * 1.1;
            }
            top += size * 1.7;
        }
    }

    /// Steps and a railing: edges of nearly one direction, with a small plate.
    fn stairs(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        let count = 8 + dice.below(10);
        for number in 0..count {
            let y = number as f32 * high / count as f32;
            self.fill(0.0, y, wide, high / count as f32, 150.0 + dice.below(40) as f32);
            self.fill(
                0.0,
                y + high / count as f32 * 0.6,
                wide,
                high / count as f32 * 0.4,
                70.0 + dice.below(40) as f32,
            );
        }
        *self = self.noisy(4.0 + dice.below(8) as f32, u64::from(dice.below(9999))).blurred(0.6);
        self.stroke((wide * 0.9, 0.0), (wide * 0.7, high), 6.0, 40.0);
        let (left, top) = (wide * (8 + dice.below(40)) as f32 / 100.0, high * (10 + dice.below(60)) as f32 / 100.0);
        self.fill(left, top, wide * 0.26, high * 0.16, 228.0);
        let size = high * 0.06;
        self.line((left + 8.0, top + high * 0.02), left + wide * 0.25, size, (size / 8.0, 35.0), dice);
        self.line((left + 8.0, top + high * 0.11), left + wide * 0.25, (size * 0.4).max(8.0), (1.2, 35.0), dice);
    }

    /// Many small labels on a board, each at an angle of its own.
    fn price_tags(&mut self, dice: &mut Dice) {
        let (wide, high) = self.size();
        self.fill(0.0, 0.0, wide, high, 100.0 + dice.below(70) as f32);
        let columns = 3 + dice.below(3);
        let cell = wide / columns as f32;
        let rows = (high / cell / 0.6) as u32;
        for number in 0..columns * rows {
            let (x, y) = ((number % columns) as f32 * cell, (number / columns) as f32 * cell * 0.6);
            let (left, top) = (x + dice.below(15) as f32 + 3.0, y + dice.below(12) as f32 + 3.0);
            let (tag, level) = ((cell * 0.78, cell * 0.45), 190.0 + dice.below(55) as f32);
            self.fill(left, top, tag.0, tag.1, level);
            let size = (tag.1 * 0.42).max(8.0);
            self.line((left + 4.0, top + 4.0), left + tag.0 - 3.0, size, ((size / 9.0).max(1.4), 40.0), dice);
            let y = top + tag.1 * 0.78;
            self.stroke((left + 4.0, y), (left + tag.0 - 6.0, y - dice.below(6) as f32), 1.5, 110.0);
            self.arc((left + tag.0 - 8.0, top + tag.1 - 8.0), 4.0, (0.0, 1.0), 1.5, 60.0);
        }
    }
}
