//! A person who has a keyboard and nothing else: looks where the focus is after each key, and expects to see it there.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use thirtyfour::Key;

use crate::browser::Browser;
use crate::kiosk::Kiosk;
use crate::wait::{PATIENCE, until};

/// More controls than any screen has.
const MOST: usize = 40;

/// What has the focus, and what is wrong with how that is shown.
const FOCUSED: &str = r"(() => {
  const it = document.activeElement;
  if (!it || it === document.body) return { name: 'nothing', fault: 'the focus is lost' };
  const marks = ['action', 'digit', 'lang'].map((mark) => it.dataset[mark]).concat(it.value);
  const name = /^H[12]$/.test(it.tagName) ? 'heading' : marks.find(Boolean) ?? it.tagName;
  const shown = it.closest('label') ?? it;
  const box = shown.getBoundingClientRect(), style = getComputedStyle(shown);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  let fault = null;
  if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth) fault = 'not wholly on the screen';
  else if (top !== shown && !shown.contains(top) && !top?.contains(shown)) fault = 'covered';
  // Headings take the focus to be read aloud, not to be used.
  else if (name !== 'heading' && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2)) fault = 'no ring';
  return { name, fault };
})()";

/// The keyboard of a page.
pub struct Keyboard<'a> {
    browser: &'a Browser,
    kiosk: Kiosk<'a>,
}

impl<'a> Keyboard<'a> {
    /// In front of what the browser shows.
    pub fn of(browser: &'a Browser) -> Self {
        Self {
            browser,
            kiosk: Kiosk::shown(browser),
        }
    }

    /// Presses a key.
    pub async fn press(&self, key: impl Into<char>) -> Result<()> {
        let keys = self.browser.page.action_chain();
        keys.send_keys(key.into()).perform().await?;
        Ok(())
    }

    async fn press_backwards(&self) -> Result<()> {
        let keys = self.browser.page.action_chain();
        keys.key_down(Key::Shift)
            .send_keys(Key::Tab)
            .key_up(Key::Shift)
            .perform()
            .await?;
        Ok(())
    }

    /// What has the focus: `heading`, or the mark or value of a control. Fails where a person would not see it.
    pub async fn focus(&self) -> Result<String> {
        let found = self.browser.eval(FOCUSED).await?;
        let name = found["name"].as_str().context("a name")?;
        ensure!(found["fault"].is_null(), "{name}: {}", found["fault"]);
        Ok(name.to_owned())
    }

    /// Waits until this screen is shown with its heading read aloud, and takes keys.
    pub async fn hear(&self, screen: &str) -> Result<()> {
        self.kiosk.wait_for(screen).await?;
        self.heading(screen).await
    }

    /// The same for the question of this item.
    pub async fn hear_question(&self, item: &str) -> Result<()> {
        self.kiosk.wait_for_question(item).await?;
        self.heading(item).await
    }

    async fn heading(&self, what: &str) -> Result<()> {
        self.kiosk.ready().await?;
        until(format!("the heading of {what}"), PATIENCE, async || {
            Ok((self.focus().await.ok().as_deref() == Some("heading")).then_some(()))
        })
        .await
    }

    /// Goes on with Tab as far as this control, seeing the focus all the way.
    pub async fn tab_to(&self, control: &str) -> Result<()> {
        self.go(control, async || self.press(Key::Tab).await).await
    }

    /// Goes back with Shift and Tab as far as this control.
    pub async fn tab_back_to(&self, control: &str) -> Result<()> {
        self.go(control, async || self.press_backwards().await)
            .await
    }

    async fn go(&self, control: &str, step: impl AsyncFn() -> Result<()>) -> Result<()> {
        let mut passed = Vec::new();
        for _ in 0..MOST {
            step().await?;
            let name = self
                .focus()
                .await
                .with_context(|| format!("on the way to {control}: {}", passed.join(", ")))?;
            if name == control {
                return Ok(());
            }
            passed.push(name);
        }
        bail!("no way to {control}: {}", passed.join(", "))
    }

    /// The controls that Tab comes by from here, as far as `last`.
    pub async fn order(&self, last: &str) -> Result<Vec<String>> {
        let mut passed = Vec::new();
        while passed.last().is_none_or(|name| name != last) {
            ensure!(passed.len() < MOST, "no end: {passed:?}");
            self.press(Key::Tab).await?;
            passed.push(self.focus().await?);
        }
        Ok(passed)
    }

    /// Types digits, each seen before the next is pressed: `shown` tells how many are.
    pub async fn type_digits(&self, digits: &str, shown: &str) -> Result<()> {
        for digit in digits.chars() {
            let before = self.browser.eval(shown).await?;
            self.press(digit).await?;
            until(format!("the digit {digit}"), PATIENCE, async || {
                Ok((self.browser.eval(shown).await? != before).then_some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// The level that is chosen.
    pub async fn chosen(&self) -> Result<Option<String>> {
        let chosen = self
            .browser
            .eval("document.querySelector('[data-item] input:checked')?.value ?? null")
            .await?;
        Ok(chosen.as_str().map(str::to_owned))
    }

    /// Waits until this level is chosen.
    async fn see_chosen(&self, level: &str) -> Result<()> {
        until(format!("level {level}"), PATIENCE, async || {
            Ok((self.chosen().await?.as_deref() == Some(level)).then_some(()))
        })
        .await
    }

    /// Chooses by arrow keys, up and down and around, which leads nowhere: the question still stands after longer than a
    /// touch would have let it stand.
    async fn arrows(&self, item: &str) -> Result<()> {
        self.tab_to("1").await?;
        ensure!(self.chosen().await?.is_none(), "chosen by mere focus");
        for (key, level) in [
            (Key::Down, "2"),
            (Key::Right, "3"),
            (Key::Up, "2"),
            (Key::Left, "1"),
            (Key::Up, "5"),
        ] {
            self.press(key).await?;
            self.see_chosen(level).await?;
            self.focus().await?;
        }
        let stayed = self
            .browser
            .ask(&format!(
                "const asked = () => document.querySelector('[data-item]')?.dataset.item;
                 setTimeout(() => done(asked() === '{item}'), 1500);"
            ))
            .await?;
        ensure!(stayed == Value::Bool(true), "arrow keys lead on");
        Ok(())
    }

    /// A whole visit, from the attract screen back to it.
    pub async fn visit(&self, code: &str) -> Result<()> {
        self.hear("attract").await?;
        self.tab_back_to("large").await?;
        self.press(' ').await?;
        until("large letters", PATIENCE, async || {
            let large = "document.documentElement.hasAttribute('data-large')";
            Ok((self.browser.eval(large).await? == true).then_some(()))
        })
        .await?;
        self.tab_to("start").await?;
        self.press(Key::Enter).await?;

        self.hear("dossier").await?;
        let typed = "document.querySelector('.hl-code').textContent";
        self.type_digits(&format!("{code}9"), typed).await?;
        self.press(Key::Backspace).await?;
        let order = self.order("next").await?;
        let expected: Vec<&str> = "no-dossier 1 2 3 4 5 6 7 8 9 0 delete back restart end next"
            .split(' ')
            .collect();
        ensure!(order == expected, "{order:?}");
        self.press(Key::Enter).await?;

        self.hear("confirm").await?;
        let order = self.order("next").await?;
        ensure!(order == ["back", "end", "next"], "{order:?}");
        self.press(Key::Enter).await?;

        self.hear_question("overall").await?;
        self.arrows("overall").await?;
        self.press(Key::Enter).await?;
        self.hear_question("timeliness").await?;

        // Back, where the answer still stands and takes the focus, and on again.
        self.tab_to("back").await?;
        self.press(Key::Enter).await?;
        self.hear_question("overall").await?;
        self.see_chosen("5").await?;
        self.press(Key::Tab).await?;
        ensure!(self.focus().await? == "5", "not at what was chosen");
        self.press(Key::Up).await?;
        self.see_chosen("4").await?;
        for _ in 0..3 {
            self.press(Key::Up).await?;
        }
        self.see_chosen("1").await?;
        self.tab_to("next").await?;
        self.press(' ').await?;

        for item in ["timeliness", "attitude", "guidance", "procedure"] {
            self.hear_question(item).await?;
            self.tab_to("1").await?;
            self.press(' ').await?;
        }
        self.hear("reasons").await?;
        self.tab_to("slow").await?;
        self.press(' ').await?;
        self.tab_to("next").await?;
        self.press(Key::Enter).await?;
        self.hear("thanks").await?;
        self.tab_to("end").await?;
        self.press(Key::Enter).await?;
        self.hear("attract").await
    }

    /// Lets the page believe that so much time has passed.
    async fn pass(&self, milliseconds: u32) -> Result<()> {
        let script = format!(
            "(() => {{ const before = performance.now.bind(performance); performance.now = () => before() + {milliseconds}; }})()"
        );
        self.browser.eval(&script).await?;
        Ok(())
    }

    /// Has the page look at its clock several times, which stands still meanwhile: only then has it noticed what time it is.
    async fn looks(&self) -> Result<()> {
        let still = "(() => { const now = performance.now(); window.hlNow = performance.now; window.hlLooks = 0; performance.now = () => { window.hlLooks += 1; return now; }; })()";
        self.browser.eval(still).await?;
        until("the page to look at its clock", PATIENCE, async || {
            let looks = self.browser.eval("window.hlLooks").await?;
            Ok((looks.as_u64() >= Some(4)).then_some(()))
        })
        .await?;
        self.browser
            .eval("(performance.now = window.hlNow, 0)")
            .await?;
        Ok(())
    }

    async fn asked(&self, open: bool) -> Result<()> {
        until(format!("the dialog: {open}"), PATIENCE, async || {
            let found = "document.querySelector('dialog[open]') !== null";
            Ok((self.browser.eval(found).await? == open).then_some(()))
        })
        .await
    }

    /// Asked whether they are still there, a person stays by Enter and by Escape, and ends by the other button.
    pub async fn idle(&self) -> Result<()> {
        self.hear("attract").await?;
        self.tab_to("start").await?;
        self.press(Key::Enter).await?;
        self.hear("dossier").await?;
        self.tab_to("no-dossier").await?;
        self.press(Key::Enter).await?;
        self.hear_question("overall").await?;
        self.tab_to("1").await?;
        for key in [Key::Enter, Key::Escape] {
            self.pass(46_000).await?;
            self.asked(true).await?;
            ensure!(self.focus().await? == "stay", "the dialog has no focus");
            self.press(key).await?;
            self.asked(false).await?;
            ensure!(self.focus().await? == "1", "the focus is not back");
            // The whole time again, and no end that comes unseen.
            self.pass(40_000).await?;
            self.looks().await?;
            self.asked(false).await?;
            self.press(Key::Shift).await?;
        }
        self.pass(46_000).await?;
        self.asked(true).await?;
        self.tab_to("end").await?;
        self.press(Key::Enter).await?;
        self.hear("attract").await
    }

    /// The attendant's panel, with a PIN that is typed on number keys.
    pub async fn attend(&self, pin: &str) -> Result<()> {
        self.hear("attract").await?;
        self.tab_to("staff").await?;
        self.press(Key::Enter).await?;
        self.hear("pin").await?;
        let typed =
            "[...document.querySelectorAll('h1, .hl-pin')].map((line) => line.textContent).join()";
        let (first, rest) = pin.split_at(1);
        self.type_digits(&format!("{first}0"), typed).await?;
        self.press(Key::Backspace).await?;
        self.type_digits(rest, typed).await?;
        let (most, last) = pin.split_at(pin.len() - 1);
        self.type_digits(most, typed).await?;
        self.press(last.chars().next().context("a digit")?).await?;
        self.hear("panel").await?;
        let order = self.order("close").await?;
        ensure!(order == ["send", "export", "reload", "close"], "{order:?}");
        self.press(Key::Enter).await?;
        self.hear("attract").await
    }
}
