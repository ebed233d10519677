//! One question: a native radio group, one tile a level.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use survey::answers::{Answer, NotApplicable};
use survey::form::Item;
use survey::response::ScaleOrder;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::actions::Actions;
use super::face::face;
use super::heading::heading;
use super::reasons::checked;
use super::run::Run;
#[cfg(feature = "kiosk")]
use super::two_step::TwoStep;
use crate::view::{El, act, el};
use crate::words::Words;

/// Radio groups of one page must not share a name, also when several surveys stand on it.
static GROUPS: AtomicU32 = AtomicU32::new(0);

/// What one tile stands for.
#[derive(Clone)]
pub(super) struct Tile {
    pub answer: Answer,
    value: String,
    pub label: String,
    pub face: Option<u8>,
    /// "4 out of 5"; none for "does not apply to me".
    pub description: Option<String>,
}

/// The radio group that tiles stand in.
#[derive(Clone)]
pub(super) struct Group {
    pub name: String,
    /// Arrow keys choose by a click, too; only this tells them from a touch, Space or a screen reader's own click.
    pub by_arrow: StoredValue<bool>,
}

fn tiles(run: Run, words: &Words, item: &Item) -> Vec<Tile> {
    run.peek(|journey| {
        let Some(scale) = journey.form().scale_of(item) else {
            return Vec::new();
        };
        let total = scale.levels.len().to_string();
        let mut tiles: Vec<Tile> = scale
            .levels
            .iter()
            .enumerate()
            .map(|(at, level)| Tile {
                answer: Answer::Level(level.value),
                value: level.value.to_string(),
                label: level.text.get(words.lang()).to_owned(),
                face: level.face,
                description: level.face.map(|_| {
                    words.fill("level", &[("n", &(at + 1).to_string()), ("total", &total)])
                }),
            })
            .collect();
        if run.scale_order() == ScaleOrder::Descending {
            tiles.reverse();
        }
        if let Some(text) = &scale.not_applicable {
            tiles.push(Tile {
                answer: Answer::NotApplicable(NotApplicable::Na),
                value: "na".to_owned(),
                label: text.get(words.lang()).to_owned(),
                face: None,
                description: None,
            });
        }
        tiles
    })
}

/// The question on the screen; `None` when no item has this id.
pub(super) fn question(run: Run, words: &Words, id: &str) -> Option<El> {
    let item = run.peek(|journey| journey.form().item(id).cloned())?;
    Some(question_of(run, words, item))
}

fn question_of(run: Run, words: &Words, item: Item) -> El {
    let name = ["hl-", &GROUPS.fetch_add(1, Ordering::Relaxed).to_string()].concat();
    let progress = run.peek(|journey| journey.progress()).map(|(n, total)| {
        words.fill(
            "progress",
            &[("n", &n.to_string()), ("total", &total.to_string())],
        )
    });
    let tiles = tiles(run, words, &item);
    let count = tiles
        .iter()
        .filter(|tile| tile.description.is_some())
        .count();
    let text = item.text.get(words.lang()).to_owned();
    let choose = words.say("choose");
    let (on, skip) = (words.say("continue"), words.say("skip"));
    let required = item.required;
    let answered = move || run.read(|journey| journey.answer().is_some());

    let by_arrow = StoredValue::new(false);
    let keys = move |event: web_sys::Event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key) else {
            return;
        };
        by_arrow.set_value(key.starts_with("Arrow"));
        if key == "Enter"
            && let Some(radio) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        {
            event.prevent_default();
            radio.click();
        }
    };

    let legend = el("legend")
        .class("hl-question__legend")
        .child(heading(text));
    let group = Group { name, by_arrow };
    let on_back = run.has_way_back().then(|| act(move || run.go_back()));
    #[cfg(feature = "kiosk")]
    let (scale, on_back) = match TwoStep::of(run, &tiles) {
        Some(steps) => steps.shown(run, words, group, on_back),
        None => (scale(run, &group, tiles), on_back),
    };
    #[cfg(not(feature = "kiosk"))]
    let scale = scale(run, &group, tiles);
    let question = el("fieldset")
        .class("hl-question")
        .attr("part", "question")
        .attr_of("data-item", item.id)
        .attr_live("data-faces", move || {
            (count > 0).then(|| count.to_string().into())
        })
        .on("keydown", keys)
        .on("pointerdown", move |_| by_arrow.set_value(false))
        .child(legend)
        .child(scale);
    let fault = el("p")
        .class("hl-fault")
        .attr("role", "alert")
        .text_live(move || {
            if run.must_choose.get() {
                choose.clone()
            } else {
                String::new()
            }
        });
    let actions = Actions {
        on_back,
        on_restart: act(move || run.restart()),
        on_end: act(move || run.end()),
        on_next: act(move || run.go_on()),
        next: Box::new(move || {
            if required || answered() {
                on.clone()
            } else {
                skip.clone()
            }
        }),
        ready: Box::new(answered),
    };
    el("section")
        .class("hl-screen")
        .attr("data-screen", "question")
        .child(
            el("p")
                .class("hl-progress")
                .text(progress.unwrap_or_default()),
        )
        .child(question)
        .child(fault)
        .child(actions.row(words))
}

/// All tiles side by side.
pub(super) fn scale(run: Run, group: &Group, tiles: Vec<Tile>) -> El {
    row(tiles
        .into_iter()
        .map(|tile| tile.shown(run, group))
        .collect())
}

/// Tiles side by side.
pub(super) fn row(tiles: Vec<El>) -> El {
    el("div")
        .class("hl-scale")
        .attr_of("data-levels", tiles.len().to_string())
        .children(tiles)
}

impl Tile {
    /// A native radio button over the whole tile, with face and words.
    pub fn shown(self, run: Run, group: &Group) -> El {
        let Group { name, by_arrow } = group;
        let by_arrow = *by_arrow;
        let answer = self.answer;
        let note = [name, "-", &self.value].concat();
        let described = self.description.is_some().then(|| note.clone());
        let radio = el("input")
            .class("hl-tile__radio")
            .attr("type", "radio")
            .attr_of("name", name.clone())
            .attr_of("value", self.value)
            .on("change", move |_| run.choose(answer))
            .on("click", move |_| {
                run.choose(answer);
                if !by_arrow.get_value() {
                    run.go_on_soon();
                }
                by_arrow.set_value(false);
            });
        let radio = match described {
            Some(note) => radio.attr_of("aria-describedby", note),
            None => radio,
        };
        let radio = checked(radio, move || {
            run.read(|journey| journey.answer() == Some(answer))
        });
        let tile = el("label")
            .class("hl-tile")
            .attr("part", "option")
            .child(radio)
            .child_if(self.face.map(face))
            .child(
                el("span")
                    .class("hl-tile__label")
                    .attr("part", "option__label")
                    .text(self.label),
            );
        el("div").class("hl-scale__level").child(tile).child_if(
            self.description
                .map(|text| el("span").attr_of("id", note).attr("hidden", "").text(text)),
        )
    }
}
