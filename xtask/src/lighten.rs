//! Takes out of a compiled widget what nobody can reach or read, which the linker must keep because it cannot know.
//!
//! * **Texts of panics.** A widget that panics stops; a browser shows nobody the text, and no hook of ours does. What
//!   only writes them ends in a trap at once, as it does with `panic = "abort"` after writing.
//! * **Streams of server functions.** Leptos exports them to JavaScript; nothing here calls them.
//! * **Long names.** Imports carry a hash in their names, some exports their types; in the module and again in the glue.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use walrus::ir::{Instr, InstrSeq, Unreachable, VisitorMut, dfs_pre_order_mut};
use walrus::{FunctionId, FunctionKind, Module, ModuleConfig};

/// What the demangled names of functions begin with that only end a program.
const PANICS: [&str; 12] = [
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "std::panicking::",
    "std::thread::local::panic_access_error",
    "__rustc::rust_begin_unwind",
];
/// Parts of the names of functions that only those call.
const ONLY_FOR_PANICS: [&str; 1] = ["as core::fmt::Debug>::fmt"];
/// Leptos' server functions, their exports to JavaScript, and the classes for these in the glue.
const STREAMS: [&str; 2] = ["wasm_streams::", "IntoUnderlying"];

/// Names of exports from this length on are made of types, and nobody reads them.
const LONG: usize = 60;

/// The module without what is never reached; `bytes` still hold the names of functions.
pub fn without_the_unreachable(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new()
        .parse(bytes)
        .context("the compiled widget is no module")?;
    let idle: Vec<FunctionId> = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)))
        .filter(|function| {
            let name = function.name.as_deref().unwrap_or_default();
            is_idle(&format!("{:#}", demangle(name)))
        })
        .map(walrus::Function::id)
        .collect();
    let mut ends: BTreeSet<FunctionId> = BTreeSet::new();
    for id in idle {
        if let FunctionKind::Local(function) = &mut module.funcs.get_mut(id).kind {
            let body = function.entry_block();
            function.block_mut(body).instrs = vec![(Unreachable {}.into(), Default::default())];
            ends.insert(id);
        }
    }
    // What only calls those ends there, too, and so on.
    loop {
        let before = ends.len();
        for (id, function) in module.funcs.iter_local_mut() {
            let body = function.entry_block();
            dfs_pre_order_mut(&mut Shorten(&ends), function, body);
            let first = function.block(body).instrs.first();
            if matches!(first, Some((Instr::Unreachable(_), _))) {
                ends.insert(id);
            }
        }
        if ends.len() == before {
            break;
        }
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

/// Ends each sequence of instructions where the program ends: at a call of one of these functions. What comes before it
/// and only calculates is seen by nobody any more.
struct Shorten<'a>(&'a BTreeSet<FunctionId>);

impl VisitorMut for Shorten<'_> {
    fn start_instr_seq_mut(&mut self, sequence: &mut InstrSeq) {
        let end = sequence.instrs.iter().position(|(instruction, _)| {
            matches!(instruction, Instr::Unreachable(_))
                || matches!(instruction, Instr::Call(call) if self.0.contains(&call.func))
        });
        let Some(end) = end else { return };
        let acts = |(instruction, _): &(Instr, _)| !only_calculates(instruction);
        let kept = sequence.instrs[..end].iter().rposition(acts);
        sequence.instrs.truncate(kept.map_or(0, |last| last + 1));
        sequence
            .instrs
            .push((Unreachable {}.into(), Default::default()));
    }
}

/// Neither calls, nor branches, nor holds other instructions.
fn only_calculates(instruction: &Instr) -> bool {
    matches!(
        instruction,
        Instr::Binop(_)
            | Instr::Const(_)
            | Instr::Drop(_)
            | Instr::GlobalGet(_)
            | Instr::GlobalSet(_)
            | Instr::Load(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::Select(_)
            | Instr::Store(_)
            | Instr::Unop(_)
    )
}

fn is_idle(name: &str) -> bool {
    // Run by the maker of the glue.
    let described = name.contains("describe");
    !described
        && (PANICS.iter().any(|start| name.starts_with(start))
            || ONLY_FOR_PANICS.iter().any(|part| name.contains(part))
            || STREAMS.iter().any(|part| name.contains(part)))
}

/// The same for what the glue's maker has left: exports of classes that nobody uses, and the classes themselves; and short
/// names for all imports. Gives the glue.
pub fn without_the_unused(module: &mut Module, glue: &str) -> String {
    let class = STREAMS[1];
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| {
            let name = export.name.to_lowercase();
            name.contains(&class.to_lowercase())
        })
        .map(walrus::Export::id)
        .collect();
    for export in unused {
        module.exports.delete(export);
    }
    walrus::passes::gc::run(module);
    let mut glue = without_classes(glue, class);
    let long = |export: &&mut walrus::Export| export.name.len() > LONG;
    for (number, export) in module.exports.iter_mut().filter(long).enumerate() {
        let short = format!("e{number}");
        glue = glue.replace(&export.name, &short);
        export.name = short;
    }
    for (number, import) in module.imports.iter_mut().enumerate() {
        let short = format!("i{number}");
        // Each stands once: as the name of a field in the object of imports.
        glue = glue.replacen(
            &format!("{}: function", import.name),
            &format!("{short}: function"),
            1,
        );
        if glue.contains(&format!("{short}: function")) {
            import.name = short;
        }
    }
    glue
}

/// The glue without the exported classes whose names begin like this, and without what the glue says of them outside.
fn without_classes(glue: &str, start_of_name: &str) -> String {
    // A class ends with a line of its own, which makes it disposable.
    let ends = format!("if (Symbol.dispose) {start_of_name}");
    let glue = without(
        glue,
        &format!("export class {start_of_name}"),
        &[&ends, "\n"],
    );
    without(&glue, &format!("const {start_of_name}"), &[";\n"])
}

/// The text without each part that begins with `start` and reaches over all of `ends`, one after the other.
fn without(text: &str, start: &str, ends: &[&str]) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(start) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        for end in ends {
            rest = rest.split_once(end).map_or("", |(_, after)| after);
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_a_program_is_taken_out() {
        for idle in [
            "core::panicking::panic_fmt",
            "<isize as core::fmt::Debug>::fmt",
            "<wasm_streams::readable::IntoStream as core::ops::drop::Drop>::drop",
        ] {
            assert!(is_idle(idle), "{idle}");
        }
        for live in [
            "<usize as core::fmt::Display>::fmt",
            "core::fmt::write",
            "hai_long::outbox::Outbox::keep",
            "__wbindgen_describe_intounderlyingsource_pull",
        ] {
            assert!(!is_idle(live), "{live}");
        }
    }

    #[test]
    fn a_class_is_taken_out_with_its_body_and_nothing_else() {
        let glue = "a\nexport class IntoX {\nfree() {\n}\n}\n\
             if (Symbol.dispose) IntoX.prototype[Symbol.dispose] = IntoX.prototype.free;\n\
             b\nexport class Other {\n}\nconst IntoXFinalization = 1\n    : 2;\nc\n";
        assert_eq!(
            without_classes(glue, "Into"),
            "a\nb\nexport class Other {\n}\nc\n"
        );
    }
}
