//! One page that needs nothing else: every case with its verdicts, margins, plots and source.
//!
//! The page is `page.html` with its style and script written in, and the data as JSON. Invariant: it asks for nothing
//! (its own policy refuses every request), and nothing in the data can end the element that holds it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Pictures, Results, SuiteFormat};
use crate::report::plot::Plot;

pub(super) static FORMAT: SuiteFormat = SuiteFormat {
    name: "html",
    summary: "one page with verdicts, margins, plots over time, distributions and the sources",
    draws: true,
    write: |results, pictures, into| into.write_all(page(results, pictures).as_bytes()),
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

#[derive(Serialize)]
struct Data<'a> {
    provenance: String,
    results: &'a Results,
    sources: &'a BTreeMap<String, String>,
    plots: &'a BTreeMap<String, Plot>,
}

fn page(results: &Results, pictures: &Pictures) -> String {
    let data = Data {
        provenance: results.provenance(),
        results,
        sources: &pictures.sources,
        plots: &pictures.plots,
    };
    let data = serde_json::to_string(&data).expect("texts and numbers are always JSON");
    // `<` occurs only inside texts, where it can as well be escaped.
    let data = data.replace('<', "\\u003c");
    let filled = [("/*STYLE*/", STYLE), ("/*SCRIPT*/", SCRIPT), ("/*DATA*/", &data)];
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut rest = PAGE;
    while let Some((at, mark, text)) = filled
        .iter()
        .filter_map(|(mark, text)| Some((rest.find(mark)?, *mark, *text)))
        .min_by_key(|(at, ..)| *at)
    {
        page.push_str(&rest[..at]);
        page.push_str(text);
        rest = &rest[at + mark.len()..];
    }
    page.push_str(rest);
    page
}
