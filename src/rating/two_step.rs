//! Five levels in two steps: three faces first, then the strength. Who tells five apart with effort tells three
//! (ux, "Symbols"); recorded as such, since formats are never compared with each other.

use leptos::prelude::*;

use super::face::face;
use super::heading::focused;
use super::question::{Group, Tile, row, scale};
use super::reasons::checked;
use super::run::Run;
use crate::view::{El, act, el};
use crate::words::Words;

/// The tiles of the two steps.
#[derive(Clone)]
pub(super) struct TwoStep {
    /// Each side of the middle: the strong level and the mild one, in the order of the scale.
    sides: [Side; 2],
    middle: Tile,
    /// What stands beside the levels: "does not apply to me".
    rest: Vec<Tile>,
}

#[derive(Clone)]
struct Side {
    tiles: Vec<Tile>,
    /// The mild level lends the side its words and its face.
    mild: Tile,
}

impl TwoStep {
    /// The steps of these tiles; `None` unless two steps are chosen and five levels have faces.
    pub fn of(run: Run, tiles: &[Tile]) -> Option<Self> {
        if !run.two_step() {
            return None;
        }
        let (levels, rest): (Vec<_>, Vec<_>) =
            tiles.iter().cloned().partition(|tile| tile.face.is_some());
        let [first, second, middle, fourth, fifth] = <[Tile; 5]>::try_from(levels).ok()?;
        Some(Self {
            sides: [
                Side {
                    mild: second.clone(),
                    tiles: vec![first, second],
                },
                Side {
                    mild: fourth.clone(),
                    tiles: vec![fourth, fifth],
                },
            ],
            middle,
            rest,
        })
    }

    /// The steps, and the way back, which leads from the second to the first.
    pub fn shown(
        self,
        run: Run,
        words: &Words,
        group: Group,
        on_back: Option<Callback<()>>,
    ) -> (El, Option<Callback<()>>) {
        let chosen = RwSignal::new(None::<usize>);
        let turn = move |side| {
            chosen.set(side);
            run.guard.arm();
        };
        let back = act(move || match (chosen.get_untracked(), on_back) {
            (Some(_), _) => turn(None),
            (None, Some(on_back)) => on_back.run(()),
            (None, None) => {}
        });
        let how = words.say("choose");
        let steps = el("div").class("hl-two-step").child_live(move || {
            Some(match chosen.get() {
                Some(at) => {
                    let how = focused(el("p").class("hl-hint")).text(how.clone());
                    let strength = scale(run, &group, self.sides[at].tiles.clone());
                    el("div")
                        .class("hl-two-step__strength")
                        .child(how)
                        .child(strength)
                }
                None => {
                    let [low, high] = &self.sides;
                    let mut tiles = vec![
                        low.shown(run, &group, 0, turn),
                        self.middle.clone().shown(run, &group),
                        high.shown(run, &group, 1, turn),
                    ];
                    tiles.extend(self.rest.iter().map(|tile| tile.clone().shown(run, &group)));
                    row(tiles)
                }
            })
        });
        (steps, Some(back))
    }
}

impl Side {
    /// A tile that answers nothing yet, but leads to the levels of this side.
    fn shown(
        &self,
        run: Run,
        group: &Group,
        at: usize,
        turn: impl Fn(Option<usize>) + Send + 'static,
    ) -> El {
        let by_arrow = group.by_arrow;
        let answers: Vec<_> = self.tiles.iter().map(|tile| tile.answer).collect();
        let radio = el("input")
            .class("hl-tile__radio")
            .attr("type", "radio")
            .attr_of("name", group.name.clone())
            .attr("value", if at == 0 { "side-1" } else { "side-2" })
            .on("click", move |_| {
                if !by_arrow.get_value() {
                    turn(Some(at));
                }
                by_arrow.set_value(false);
            });
        let radio = checked(radio, move || {
            run.read(|journey| {
                journey
                    .answer()
                    .is_some_and(|answer| answers.contains(&answer))
            })
        });
        let tile = el("label")
            .class("hl-tile")
            .child(radio)
            .child_if(self.mild.face.map(face))
            .child(
                el("span")
                    .class("hl-tile__label")
                    .text(self.mild.label.clone()),
            );
        el("div").class("hl-scale__level").child(tile)
    }
}
