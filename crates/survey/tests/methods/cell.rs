//! Cells: the same responses make the same cell, whatever the order, the grouping or the corrections in between.

use proptest::prelude::*;
use survey::answers::Packed;
use survey::cell::{Cell, CellError, Counter, Marks};

use crate::forms::{MISSING, NA, NOT_ASKED, count, five_ratings, ratings};

type Response = (Vec<u8>, Marks);

fn response() -> impl Strategy<Value = Response> {
    let answer = prop_oneof![4 => 1u8..=5, 1 => Just(MISSING), 1 => Just(NA), 1 => Just(NOT_ASKED)];
    let marks =
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(partial, assisted, flagged)| {
            Marks {
                partial,
                assisted,
                flagged,
            }
        });
    (prop::collection::vec(answer, 6), marks)
}

fn responses() -> impl Strategy<Value = Vec<Response>> {
    prop::collection::vec(response(), 0..12)
}

fn cell(responses: &[Response]) -> Cell {
    let form = five_ratings();
    let counter = Counter::new(&form);
    let mut cell = Cell::empty(&form);
    for (answers, marks) in responses {
        counter.add(&mut cell, &Packed(answers.clone()), *marks);
    }
    cell
}

fn merged(a: &Cell, b: &Cell) -> Cell {
    let mut sum = a.clone();
    sum.merge(b);
    sum
}

proptest! {
    #[test]
    fn merging_is_commutative_and_associative(a in responses(), b in responses(), c in responses()) {
        let (a, b, c) = (cell(&a), cell(&b), cell(&c));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
    }

    #[test]
    fn subtracting_undoes_merging(a in responses(), b in responses()) {
        let (a, b) = (cell(&a), cell(&b));
        let mut back = merged(&a, &b);
        back.subtract(&b);
        prop_assert_eq!(back, a);
    }

    #[test]
    fn a_correction_may_come_before_what_it_corrects(a in responses(), b in responses()) {
        let (a, b) = (cell(&a), cell(&b));
        let mut early = a.clone();
        early.subtract(&b);
        early.merge(&b);
        prop_assert_eq!(early, a);
    }

    #[test]
    fn any_order_and_any_partition_give_the_same_cell(
        (ordered, shuffled) in responses().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        cut in any::<prop::sample::Index>(),
    ) {
        let (left, right) = shuffled.split_at(cut.index(shuffled.len() + 1));
        prop_assert_eq!(merged(&cell(left), &cell(right)), cell(&ordered));
    }

    #[test]
    fn adding_one_by_one_equals_a_kept_counter(all in responses()) {
        let form = five_ratings();
        let mut one_by_one = Cell::empty(&form);
        for (answers, marks) in &all {
            one_by_one.add(&form, &Packed(answers.clone()), *marks);
        }
        prop_assert_eq!(one_by_one, cell(&all));
    }

    #[test]
    fn pooled_sums_are_those_of_the_raw_answers(all in responses()) {
        let counted = cell(&all);
        let each = |(answers, _): &Response| {
            let valid: Vec<u64> = answers[..5].iter().filter(|&&byte| byte <= 5).map(|&byte| byte.into()).collect();
            let m = valid.len() as u64;
            let s = valid.iter().filter(|&&value| value >= 4).count() as u64;
            let x = valid.iter().sum::<u64>() - m;
            (m, s, x)
        };
        let of = |f: &dyn Fn(u64, u64, u64) -> u64| all.iter().map(each).map(|(m, s, x)| f(m, s, x)).sum::<u64>();
        let sums = counted.scopes[0];
        prop_assert_eq!(sums.respondents, of(&|m, _, _| u64::from(m > 0)));
        prop_assert_eq!([sums.m, sums.s, sums.x], [of(&|m, _, _| m), of(&|_, s, _| s), of(&|_, _, x| x)]);
        prop_assert_eq!([sums.mm, sums.ss, sums.xx], [of(&|m, _, _| m * m), of(&|_, s, _| s * s), of(&|_, _, x| x * x)]);
        prop_assert_eq!([sums.sm, sums.xm], [of(&|m, s, _| s * m), of(&|m, _, x| x * m)]);
    }

    #[test]
    fn a_stored_cell_comes_back(all in responses()) {
        let counted = cell(&all);
        let bytes = counted.encode();
        prop_assert_eq!(Cell::decode(&five_ratings(), &bytes), Ok(counted));
    }

    #[test]
    fn merging_a_stored_cell_is_merging_the_cell(one in responses(), other in responses()) {
        let mut merged = cell(&one);
        prop_assert_eq!(merged.merge_encoded(&cell(&other).encode()), Ok(()));
        prop_assert_eq!(merged, cell(&[one, other].concat()));
    }

    #[test]
    fn any_numbers_come_back(numbers in prop::collection::vec(any::<u64>(), 4)) {
        let mut wild = cell(&[]);
        wild.responses = numbers[0];
        wild.items[5].missing = numbers[1];
        wild.items[0].levels[4] = numbers[2];
        wild.scopes[2].xm = numbers[3];
        prop_assert_eq!(Cell::decode(&five_ratings(), &wild.encode()), Ok(wild));
    }

    #[test]
    fn no_bytes_panic_and_what_is_read_is_what_was_written(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(read) = Cell::decode(&five_ratings(), &bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }

    #[test]
    fn damaged_cells_are_read_exactly_or_refused(all in responses(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = cell(&all).encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Cell::decode(&five_ratings(), &bytes) {
            prop_assert_eq!(read.encode(), bytes);
        }
    }
}

#[test]
fn a_stored_cell_is_refused_by_another_form() {
    let bytes = count(&ratings(3), &[vec![1, 2, 3]]).encode();
    assert_eq!(Cell::decode(&ratings(4), &bytes), Err(CellError::Shape));
    assert_eq!(Cell::decode(&five_ratings(), &bytes), Err(CellError::Shape));
}

#[test]
fn a_stored_cell_is_refused_when_cut_longer_or_of_another_format() {
    let form = ratings(2);
    let bytes = count(&form, &[vec![4, 5]]).encode();
    for length in 0..bytes.len() {
        let cut = Cell::decode(&form, &bytes[..length]);
        assert_eq!(cut, Err(CellError::Short), "{length} bytes");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Cell::decode(&form, &longer), Err(CellError::Trailing(1)));
    let newer = [&[9], &bytes[1..]].concat();
    assert_eq!(Cell::decode(&form, &newer), Err(CellError::Format(9)));
}

#[test]
fn a_number_that_is_not_minimal_is_refused() {
    let form = ratings(1);
    let mut bytes = count(&form, &[]).encode();
    bytes.pop();
    bytes.extend([0x80, 0x00]);
    assert_eq!(Cell::decode(&form, &bytes), Err(CellError::Number));
}

#[test]
fn missing_not_applicable_and_not_asked_are_three_things() {
    let form = ratings(3);
    let cell = count(&form, &[vec![MISSING, NA, NOT_ASKED]]);
    let marks: Vec<_> = cell
        .items
        .iter()
        .map(|item| (item.missing, item.not_applicable))
        .collect();
    assert_eq!(marks, [(1, 0), (0, 1), (0, 0)]);
    assert_eq!(cell.responses, 1);
    assert_eq!(
        cell.scopes[0].respondents, 0,
        "nobody gave a valid answer in the headline"
    );
}

#[test]
fn a_byte_outside_the_scale_and_a_short_response_count_no_answer() {
    let form = ratings(2);
    let cell = count(&form, &[vec![77, 6], vec![5]]);
    assert_eq!(cell.responses, 2);
    assert_eq!(cell.items[0].levels, [0, 0, 0, 0, 1]);
    assert_eq!(cell.items[1].levels, [0; 5]);
}
