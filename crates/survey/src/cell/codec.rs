//! Cells as bytes: a format byte, the shape, then every number, each as a minimal variable-length integer.

use unsigned_varint::{decode, encode};

use super::Cell;
use crate::form::Form;

/// The only format so far.
const FORMAT: u8 = 1;

/// Why bytes are no cell of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// There are no bytes, or fewer than the shape needs.
    #[error("the stored cell is cut short; rebuild the roll-ups from the log")]
    Short,
    /// A format that this version does not know.
    #[error(
        "the stored cell has format {0}, this program reads format {FORMAT}; use the program version that wrote it or rebuild the roll-ups"
    )]
    Format(u8),
    /// The cell was counted for another form or form version.
    #[error(
        "the stored cell is shaped for another form; read it with the form version that it was counted for"
    )]
    Shape,
    /// A number is not a minimal variable-length integer of at most 64 bits.
    #[error("the stored cell holds a malformed number; rebuild the roll-ups from the log")]
    Number,
    /// Bytes are left over.
    #[error("{0} bytes follow the stored cell; rebuild the roll-ups from the log")]
    Trailing(usize),
}

impl Cell {
    /// The cell as bytes, mostly one per number. Equal cells have equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        let mut buffer = encode::u64_buffer();
        for number in self.shape().chain(self.numbers()) {
            bytes.extend_from_slice(encode::u64(number, &mut buffer));
        }
        bytes
    }

    /// The cell again.
    ///
    /// # Errors
    ///
    /// Whatever the bytes, it answers: [`CellError`] names the first thing that is wrong.
    pub fn decode(form: &Form, bytes: &[u8]) -> Result<Self, CellError> {
        let mut cell = Self::empty(form);
        cell.merge_encoded(bytes)?;
        Ok(cell)
    }

    /// [`Cell::merge`] with a cell of the same form version in bytes, without making that one.
    ///
    /// # Errors
    ///
    /// As [`Cell::decode`]; this cell has then some of the numbers and is of no more use.
    pub fn merge_encoded(&mut self, bytes: &[u8]) -> Result<(), CellError> {
        let (&format, mut rest) = bytes.split_first().ok_or(CellError::Short)?;
        if format != FORMAT {
            return Err(CellError::Format(format));
        }
        let mut next = || {
            let (number, left) = decode::u64(rest).map_err(|error| match error {
                decode::Error::Insufficient => CellError::Short,
                _ => CellError::Number,
            })?;
            rest = left;
            Ok(number)
        };
        for length in self.shape() {
            if next()? != length {
                return Err(CellError::Shape);
            }
        }
        let mut result = Ok(());
        self.each_mut(|number| {
            if result.is_ok() {
                match next() {
                    Ok(value) => *number = number.wrapping_add(value),
                    Err(error) => result = Err(error),
                }
            }
        });
        result?;
        if rest.is_empty() {
            Ok(())
        } else {
            Err(CellError::Trailing(rest.len()))
        }
    }

    /// Numbers of items, of levels of each item, of scopes.
    fn shape(&self) -> impl Iterator<Item = u64> + use<> {
        let lengths: Vec<usize> = [self.items.len()]
            .into_iter()
            .chain(self.items.iter().map(|item| item.levels.len()))
            .chain([self.scopes.len()])
            .collect();
        lengths.into_iter().map(|length| length as u64)
    }
}
