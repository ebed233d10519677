//! What was asked, checked against what the form and the store can answer.

use survey::cell::Cell;
use survey::form::{Form, Item, Judge, Role};
use survey::method::{Method, Scope, figure};
use survey::response::{Channel, Touchpoint};

use super::{IndexError, IndexRequest};
use crate::forms::FormBook;
use crate::store::calendar::month_of_name;
use crate::store::terms::Term;
use crate::store::{Dimension, Provenance, Timeliness};

/// What the columns of a key stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Groups of responses.
    Dimension(Dimension),
    /// Cuts by factor.
    Factor,
    /// Cuts by item.
    Item,
}

impl Axis {
    const FACTOR: &'static str = "factor";
    const ITEM: &'static str = "item";

    /// The name in requests and keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dimension(dimension) => dimension.name(),
            Self::Factor => Self::FACTOR,
            Self::Item => Self::ITEM,
        }
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            Self::FACTOR => Some(Self::Factor),
            Self::ITEM => Some(Self::Item),
            _ => Dimension::of_name(name).map(Self::Dimension),
        }
    }

    fn names() -> String {
        let mut names = Dimension::names();
        names.extend([Self::FACTOR, Self::ITEM]);
        names.join(", ")
    }

    /// The id of the factor or item of this number.
    pub fn id(self, form: &Form, number: usize) -> Option<String> {
        match self {
            Self::Dimension(_) => None,
            Self::Factor => form.factors.get(number).map(|factor| factor.id.clone()),
            Self::Item => form.items.get(number).map(|item| item.id.clone()),
        }
    }
}

/// Which answers of a group make a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut(Scope);

impl Cut {
    /// The scope of its figure.
    pub fn scope(&self) -> Scope {
        self.0
    }

    /// Number of the factor or item in its form.
    pub fn number(&self) -> usize {
        match self.0 {
            Scope::Headline => 0,
            Scope::Factor(number) | Scope::Item(number) => number,
        }
    }
}

/// A request that can be answered.
#[derive(Debug)]
pub struct Question<'a> {
    /// The form.
    pub form: &'a Form,
    /// The method.
    pub method: Method,
    /// Columns of the key, in order.
    pub axes: Vec<Axis>,
    /// Rows of each group, in the order of the form.
    pub cuts: Vec<Cut>,
    /// Allowed values by dimension.
    pub filters: Vec<(Dimension, Vec<String>)>,
}

impl<'a> Question<'a> {
    /// Checks a request.
    pub fn of(forms: &'a FormBook, request: &IndexRequest) -> Result<Self, IndexError> {
        let form = form(forms, request)?;
        let method = method(form, request)?;
        let axes = axes(&request.by)?;
        let mut filters = Vec::new();
        for (name, values) in &request.filters {
            match Axis::of_name(name) {
                Some(Axis::Dimension(dimension)) => {
                    for value in values {
                        check_value(dimension, value)?;
                    }
                    filters.push((dimension, values.clone()));
                }
                Some(Axis::Factor | Axis::Item) => {}
                None => {
                    return Err(IndexError::request(
                        name,
                        "unknown-parameter",
                        format!("filter by one of: {}", Axis::names()),
                    ));
                }
            }
        }
        Ok(Self {
            cuts: cuts(form, method, &axes, request)?,
            form,
            method,
            axes,
            filters,
        })
    }

    /// The dimensions among the axes, in order.
    pub fn dimensions(&self) -> Vec<Dimension> {
        self.axes
            .iter()
            .filter_map(|axis| match axis {
                Axis::Dimension(dimension) => Some(*dimension),
                Axis::Factor | Axis::Item => None,
            })
            .collect()
    }

    /// Do finished dossiers fall into the groups asked for?
    pub fn counts_dossiers(&self) -> bool {
        self.dimensions()
            .into_iter()
            .chain(self.filters.iter().map(|(dimension, _)| *dimension))
            .all(Dimension::is_of_dossiers)
    }
}

fn form<'a>(forms: &'a FormBook, request: &IndexRequest) -> Result<&'a Form, IndexError> {
    let Some(newest) = forms.newest(&request.form) else {
        let mut ids: Vec<&str> = forms.iter().map(|form| form.id.as_str()).collect();
        ids.dedup();
        return Err(IndexError::request(
            "form",
            "unknown-form",
            format!("there is no such form; ask for one of: {}", ids.join(", ")),
        ));
    };
    let Some(version) = request.form_version else {
        return Ok(newest);
    };
    forms
        .get(&request.form, version)
        .map(AsRef::as_ref)
        .ok_or_else(|| {
            let versions: Vec<String> = forms
                .iter()
                .filter(|form| form.id == request.form)
                .map(|form| form.version.to_string())
                .collect();
            IndexError::request(
                "form_version",
                "unknown-form-version",
                format!("this form has version {}", versions.join(", ")),
            )
        })
}

fn method(form: &Form, request: &IndexRequest) -> Result<Method, IndexError> {
    let offered = &form.index.methods;
    let chosen = match &request.method {
        None => offered.first().copied(),
        Some(id) => Method::from_id(id).filter(|method| offered.contains(method)),
    };
    chosen.ok_or_else(|| {
        let ids: Vec<&str> = offered.iter().map(|method| method.id()).collect();
        IndexError::request(
            "method",
            "unknown-method",
            format!("this form is computed by: {}", ids.join(", ")),
        )
    })
}

fn axes(names: &[String]) -> Result<Vec<Axis>, IndexError> {
    let mut axes = Vec::new();
    for name in names {
        let axis = Axis::of_name(name).ok_or_else(|| {
            IndexError::request(
                "by",
                "unknown-dimension",
                format!("{name:?} is no dimension; group by: {}", Axis::names()),
            )
        })?;
        if axes.contains(&axis) {
            return Err(IndexError::request(
                "by",
                "repeated-dimension",
                format!("name {name} once"),
            ));
        }
        axes.push(axis);
    }
    if axes.contains(&Axis::Factor) && axes.contains(&Axis::Item) {
        return Err(IndexError::request(
            "by",
            "factor-and-item",
            "group by factor or by item, not by both: each item belongs to one factor",
        ));
    }
    Ok(axes)
}

/// Values of closed sets must be among them; units, fields and procedures are open, and an unknown one has no groups.
fn check_value(dimension: Dimension, value: &str) -> Result<(), IndexError> {
    fn among<T: Term>(value: &str) -> Result<(), String> {
        match T::of_name(value) {
            Some(_) => Ok(()),
            None => Err(format!("choose among: {}", T::names().join(", "))),
        }
    }
    let checked = match dimension {
        Dimension::Unit | Dimension::Field | Dimension::Procedure => Ok(()),
        Dimension::Month if month_of_name(value).is_some() => Ok(()),
        Dimension::Month => Err("write a month as 2026-07".to_owned()),
        Dimension::Channel => among::<Channel>(value),
        Dimension::Touchpoint => among::<Touchpoint>(value),
        Dimension::Timeliness => among::<Timeliness>(value),
        Dimension::Provenance => among::<Provenance>(value),
    };
    checked.map_err(|message| IndexError::request(dimension.name(), "unknown-value", message))
}

/// The rows of each group: items, factors, or the one that the filters leave.
fn cuts(
    form: &Form,
    method: Method,
    axes: &[Axis],
    request: &IndexRequest,
) -> Result<Vec<Cut>, IndexError> {
    let factors = chosen(
        request,
        Axis::Factor,
        form.factors.iter().map(|factor| factor.id.as_str()),
    )?;
    let items = chosen(
        request,
        Axis::Item,
        form.items
            .iter()
            .filter(|item| is_rated(item))
            .map(|item| item.id.as_str()),
    )?;
    let fits = |scope: &Scope| figure(form, &Cell::empty(form), method, *scope).is_ok();
    let factor_scopes = || {
        form.factors
            .iter()
            .enumerate()
            .filter(|(_, factor)| allows(&factors, &factor.id))
            .map(|(at, _)| Scope::Factor(at))
            .filter(fits)
    };
    let item_scopes = || {
        form.items
            .iter()
            .enumerate()
            .filter(|(_, item)| is_rated(item) && allows(&items, &item.id))
            .filter(|(_, item)| {
                item.factor
                    .as_ref()
                    .map_or(factors.is_none(), |factor| allows(&factors, factor))
            })
            .map(|(at, _)| Scope::Item(at))
            .filter(fits)
    };
    let by = |axis| axes.contains(&axis);
    let scopes: Vec<Scope> = if by(Axis::Item) || items.is_some() {
        if by(Axis::Factor) {
            return Err(IndexError::request(
                Axis::ITEM,
                "factor-and-item",
                "a table by factor cannot be filtered by item; group by item",
            ));
        }
        item_scopes().collect()
    } else if by(Axis::Factor) || factors.is_some() {
        factor_scopes().collect()
    } else {
        return Ok(vec![Cut(Scope::Headline)]);
    };
    let grouped = by(Axis::Item) || by(Axis::Factor);
    match scopes.len() {
        0 => Err(IndexError::request(
            "by",
            "nothing-to-compute",
            "the form has no rating of this kind that the method fits; choose another method, factor or item",
        )),
        2.. if !grouped => Err(IndexError::request(
            "by",
            "required",
            "several factors or items are asked for; group by factor or item, or name one",
        )),
        _ => Ok(scopes.into_iter().map(Cut).collect()),
    }
}

/// The values of a filter by factor or item, each of them known.
fn chosen<'r, 'f>(
    request: &'r IndexRequest,
    axis: Axis,
    known: impl Iterator<Item = &'f str> + Clone,
) -> Result<Option<&'r [String]>, IndexError> {
    let Some(values) = request.filters.get(axis.name()) else {
        return Ok(None);
    };
    for value in values {
        if !known.clone().any(|id| id == value) {
            let ids: Vec<&str> = known.collect();
            return Err(IndexError::request(
                axis.name(),
                "unknown-value",
                format!("choose among: {}", ids.join(", ")),
            ));
        }
    }
    Ok(Some(values))
}

fn allows(chosen: &Option<&[String]>, id: &str) -> bool {
    chosen.is_none_or(|chosen| chosen.iter().any(|one| one == id))
}

/// Is this item rated by people? Indicators that the records judge have no answers.
fn is_rated(item: &Item) -> bool {
    item.role == Role::Rating && item.judge == Judge::Person
}
