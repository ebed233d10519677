//! One question: a native radio group, one tile a level.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use survey::answers::{Answer, NotApplicable};
use survey::form::Item;
use survey::response::ScaleOrder;
use wasm_bindgen::JsCast;

use super::actions::Actions;
use super::face::Face;
use super::run::Run;
use crate::words::Words;

/// Radio groups of one page must not share a name, also when several surveys stand on it.
static GROUPS: AtomicU32 = AtomicU32::new(0);

/// Moves the focus to a heading as soon as it stands in the page, so that a screen reader reads the new screen.
pub fn focus_when_shown(heading: NodeRef<html::H1>) {
    heading.on_load(|heading| {
        let _ = heading.focus();
    });
}

/// What one tile stands for.
struct Tile {
    answer: Answer,
    value: String,
    label: String,
    face: Option<u8>,
    /// "4 out of 5"; none for "does not apply to me".
    description: Option<String>,
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

#[component]
pub(super) fn Question(run: Run, words: Arc<Words>, id: String) -> impl IntoView {
    let item = run.peek(|journey| journey.form().item(&id).cloned());
    item.map(|item| view! { <QuestionOf run words item/> })
}

#[component]
fn QuestionOf(run: Run, words: Arc<Words>, item: Item) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    focus_when_shown(heading);
    let group = format!("hl-{}", GROUPS.fetch_add(1, Ordering::Relaxed));
    let progress = run.peek(|journey| journey.progress()).map(|(n, total)| {
        words.fill(
            "progress",
            &[("n", &n.to_string()), ("total", &total.to_string())],
        )
    });
    let tiles = tiles(run, &words, &item);
    let count = tiles
        .iter()
        .filter(|tile| tile.description.is_some())
        .count();
    let levels = tiles.len();
    let text = item.text.get(words.lang()).to_owned();
    let choose = words.say("choose");
    let (on, skip) = (words.say("continue"), words.say("skip"));
    let required = item.required;
    let next = Signal::derive(move || {
        if required || run.read(|journey| journey.answer().is_some()) {
            on.clone()
        } else {
            skip.clone()
        }
    });

    let ready = Signal::derive(move || run.read(|journey| journey.answer().is_some()));

    // Arrow keys choose by a click, too; only this tells them from a touch, Space or a screen reader's own click.
    let by_arrow = StoredValue::new(false);
    let on_keydown = move |event: ev::KeyboardEvent| {
        by_arrow.set_value(event.key().starts_with("Arrow"));
        if event.key() == "Enter"
            && let Some(radio) = event
                .target()
                .and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
        {
            event.prevent_default();
            radio.click();
        }
    };

    view! {
        <section class="hl-screen" data-screen="question">
            <p class="hl-progress">{progress}</p>
            <fieldset
                class="hl-question"
                data-item=item.id
                data-faces=(count > 0).then_some(count.to_string())
                on:keydown=on_keydown
                on:pointerdown=move |_| by_arrow.set_value(false)
            >
                <legend class="hl-question__legend">
                    <h1 class="hl-heading" tabindex="-1" node_ref=heading>{text}</h1>
                </legend>
                <div class="hl-scale" data-levels=levels>
                    {tiles
                        .into_iter()
                        .map(|tile| {
                            let answer = tile.answer;
                            let note = format!("{group}-{}", tile.value);
                            let described = tile.description.is_some().then(|| note.clone());
                            view! {
                                <div class="hl-scale__level">
                                    <label class="hl-tile">
                                        <input
                                            class="hl-tile__radio"
                                            type="radio"
                                            name=group.clone()
                                            value=tile.value
                                            aria-describedby=described
                                            prop:checked=move || {
                                                run.read(|journey| journey.answer() == Some(answer))
                                            }
                                            on:change=move |_| run.choose(answer)
                                            on:click=move |_| {
                                                run.choose(answer);
                                                if !by_arrow.get_value() {
                                                    run.go_on_soon();
                                                }
                                                by_arrow.set_value(false);
                                            }
                                        />
                                        {tile.face.map(|level| view! { <Face level/> })}
                                        <span class="hl-tile__label">{tile.label}</span>
                                    </label>
                                    {tile
                                        .description
                                        .map(|text| view! { <span id=note hidden>{text}</span> })}
                                </div>
                            }
                        })
                        .collect_view()}
                </div>
            </fieldset>
            <p class="hl-fault" role="alert">
                {move || run.must_choose.get().then(|| choose.clone())}
            </p>
            <Actions
                words
                on_back=Callback::new(move |()| run.go_back())
                on_restart=Callback::new(move |()| run.restart())
                on_end=Callback::new(move |()| run.end())
                next
                ready
                on_next=Callback::new(move |()| run.go_on())
            />
        </section>
    }
}
