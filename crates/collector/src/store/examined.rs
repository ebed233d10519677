//! Counted responses with what the rules of flags say of them.

use survey::cell::Cell;

/// One group of responses, all of them and those that look odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// All that count.
    pub all: Cell,
    /// Of these, those that at least one rule flags; none where no rule does.
    pub flagged: Option<Cell>,
    /// How many each rule flags, in the order of the rules; empty where none does. A response may carry several flags.
    pub raised: Vec<u64>,
    /// Of all, ratings of a finished dossier by its register when it was rated: those that a number of closed dossiers can be
    /// held against. 0 when grouped or filtered by what dossiers do not have.
    pub tied: u64,
    /// Of these, flagged.
    pub tied_flagged: u64,
}

impl Examined {
    /// A group without flags.
    pub fn of(all: Cell) -> Self {
        Self {
            all,
            flagged: None,
            raised: Vec::new(),
            tied: 0,
            tied_flagged: 0,
        }
    }

    /// Adds another group of the same form version.
    pub fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
        match (&mut self.flagged, &other.flagged) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
        let rules = self.raised.len().max(other.raised.len());
        self.raised.resize(rules, 0);
        for (mine, theirs) in self.raised.iter_mut().zip(&other.raised) {
            *mine += theirs;
        }
        self.tied += other.tied;
        self.tied_flagged += other.tied_flagged;
    }

    /// Responses with at least one flag.
    pub fn flagged_responses(&self) -> u64 {
        self.flagged.as_ref().map_or(0, |cell| cell.responses)
    }

    /// What is left without the flagged ones.
    pub fn rest(&self) -> Cell {
        let mut rest = self.all.clone();
        if let Some(flagged) = &self.flagged {
            rest.subtract(flagged);
        }
        rest
    }
}
