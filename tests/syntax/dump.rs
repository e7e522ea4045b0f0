//! The tree as compact s-expressions, so that a case and its meaning fit on one line.

use kvs::syntax::ast::*;

/// A number with its unit: `80[GB]`, digits after the point as written.
fn literal(literal: &Literal) -> String {
    let unit = literal.unit.as_ref().map_or(String::new(), |unit| format!("[{}]", unit.text));
    format!("{:.*}{unit}", usize::from(literal.decimals), literal.value)
}

pub(crate) fn expr(node: &Expr) -> String {
    match node {
        Expr::Literal(node) => literal(node),
        Expr::Param(name) => format!("${}", name.text),
        Expr::Metric(metric) if metric.selectors.is_empty() => metric.name.text.clone(),
        Expr::Metric(metric) => format!("{}{{{}}}", metric.name.text, selectors(&metric.selectors)),
        Expr::Negated(inner, _) => format!("(neg {})", expr(inner)),
        Expr::Binary(left, operator, right) => {
            let sign = match operator {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
            };
            format!("({sign} {} {})", expr(left), expr(right))
        }
        Expr::Group(inner, _) => format!("<{}>", expr(inner)),
    }
}

fn indexed(node: &Indexed) -> String {
    let last = node.last.as_ref().map_or(String::new(), |last| format!("..{}", expr(last)));
    format!("{}@{}{last}", node.name.text, expr(&node.first))
}

fn selectors(list: &[Selector]) -> String {
    list.iter().map(selector).collect::<Vec<_>>().join(" ")
}

fn selector(node: &Selector) -> String {
    match node {
        Selector::For(name) => format!("for:{}", name.text),
        Selector::On(GpuRef::Group(name)) => format!("on:{}", name.text),
        Selector::On(GpuRef::Indexed(node)) => format!("on:{}", indexed(node)),
        Selector::OnGpu(index, _) => format!("on-gpu:{}", expr(index)),
        Selector::During(from, to, _) => format!("during:{}..{}", expr(from), expr(to)),
        Selector::After(time, _) => format!("after:{}", expr(time)),
        Selector::Of(text) => format!("of:{:?}", text.value),
        Selector::Windows(length, _) => format!("windows:{}", expr(length)),
    }
}

pub(crate) fn condition(node: &Condition) -> String {
    match node {
        Condition::Compare { left, operator, right, tolerance, .. } => {
            let sign = match operator {
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            let tolerance = tolerance.as_ref().map_or(String::new(), |value| format!(" ±{}", expr(value)));
            format!("({sign} {} {}{tolerance})", expr(left), expr(right))
        }
        Condition::Within { left, low, high } => format!("(in {} {}..{})", expr(left), expr(low), expr(high)),
        Condition::And(left, right) => format!("(and {} {})", condition(left), condition(right)),
        Condition::Or(left, right) => format!("(or {} {})", condition(left), condition(right)),
        Condition::Not(inner, _) => format!("(not {})", condition(inner)),
        Condition::Always(inner, _) => format!("(always {})", condition(inner)),
        Condition::Eventually { condition: inner, within, .. } => {
            let within = within.as_ref().map_or(String::new(), |value| format!(" within:{}", expr(value)));
            format!("(eventually {}{within})", condition(inner))
        }
        Condition::Sustained { condition: inner, duration, .. } => {
            format!("(sustained {} {})", condition(inner), expr(duration))
        }
        Condition::Selected(inner, list) => format!("({} | {})", condition(inner), selectors(list)),
    }
}

pub(crate) fn atom(node: &Atom) -> String {
    match node {
        Atom::Word(name) => name.text.clone(),
        Atom::Indexed(node) => indexed(node),
        Atom::Value(value) => expr(value),
        Atom::Range(low, high) => format!("{}..{}", expr(low), expr(high)),
        Atom::Text(text) => format!("{:?}", text.value),
        Atom::List(elements, _) => {
            format!("[{}]", elements.iter().map(|element| atoms(element)).collect::<Vec<_>>().join(", "))
        }
        Atom::Arrow(_) => "->".to_owned(),
    }
}

fn atoms(list: &[Atom]) -> String {
    list.iter().map(atom).collect::<Vec<_>>().join(" ")
}

pub(crate) fn statement(node: &Statement) -> String {
    let mut text = node.key.text.clone();
    for part in &node.atoms {
        text = format!("{text} {}", atom(part));
    }
    match &node.nested {
        None => text,
        Some(Nested::Statements(list, _)) => format!("{text} {{{}}}", statements(list)),
        Some(Nested::Stages(list, _)) => {
            let stage = |stage: &Stage| match &stage.target {
                Some(target) => format!("{} -> {}", expr(&stage.duration), expr(target)),
                None => format!("{} hold", expr(&stage.duration)),
            };
            format!("{text} stages{{{}}}", list.iter().map(stage).collect::<Vec<_>>().join("; "))
        }
    }
}

pub(crate) fn statements(list: &[Statement]) -> String {
    list.iter().map(statement).collect::<Vec<_>>().join("; ")
}

pub(crate) fn item(node: &Item) -> String {
    match node {
        Item::Use(path) => format!("use {:?}", path.value),
        Item::Param(param) => format!("param {} = {}", param.name.text, atoms(&param.value)),
        Item::Block(block) => {
            let mut text = format!("{:?}", block.kind).to_lowercase();
            if let Some(name) = &block.name {
                text = format!("{text} {}", name.text);
            }
            if let Some(base) = &block.extends {
                text = format!("{text}:{}", base.text);
            }
            format!("{text} {{{}}}", statements(&block.statements))
        }
        Item::Trace(trace) => {
            let name = trace.name.as_ref().map_or("-", |name| &name.text);
            match &trace.body {
                TraceBody::File(path, list) => {
                    format!("trace {name} {:?} {{{}}}", path.value, statements(list))
                }
                TraceBody::Rows(rows) => {
                    let cells = |row: &Row| {
                        row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>().join("|")
                    };
                    format!("trace {name} {{{}}}", rows.iter().map(cells).collect::<Vec<_>>().join("; "))
                }
            }
        }
        Item::Matrix(matrix) => {
            format!("matrix {{{}}}", matrix.axes.iter().map(axis).collect::<Vec<_>>().join("; "))
        }
        Item::Plan(plan) => {
            let lines = plan.lines.iter().map(plan_line).collect::<Vec<_>>();
            format!("plan {:?} {{{}}}", plan.name.value, lines.join("; "))
        }
        Item::Scenario(scenario) => {
            format!("scenario {:?} {{{}}}", scenario.name.value, items(&scenario.items))
        }
        Item::Expect(expect) => {
            let runs =
                expect.in_runs.as_ref().map_or(String::new(), |share| format!(" in-runs:{}", expr(share)));
            format!("expect {}{runs}", condition(&expect.condition))
        }
    }
}

fn axis(axis: &Axis) -> String {
    let values = match &axis.values {
        Values::List(elements) => elements.iter().map(|element| atoms(element)).collect::<Vec<_>>().join(","),
        Values::Ladder(ladder) => {
            let Ladder { low, high, spacing, .. } = &**ladder;
            let spacing = match spacing {
                None => String::new(),
                Some(Spacing::Step(by)) => format!(" step:{}", expr(by)),
                Some(Spacing::Within(share)) => format!(" within:{}", expr(share)),
            };
            format!("{}..{}{spacing}", expr(low), expr(high))
        }
    };
    format!("{} in {values}", axis.name.text)
}

fn plan_line(line: &PlanLine) -> String {
    let metric = |metric: &Metric| expr(&Expr::Metric(metric.clone()));
    match line {
        PlanLine::Vary(varied) => format!("vary {}", axis(varied)),
        PlanLine::Objective(direction, aim, _) => {
            format!("{} {}", format!("{direction:?}").to_lowercase(), metric(aim))
        }
        PlanLine::Frontier(one, other, _) => format!("frontier {} {}", metric(one), metric(other)),
        PlanLine::Every(_) => "every".to_owned(),
        PlanLine::Expect(expect) => format!("expect {}", condition(&expect.condition)),
    }
}

pub(crate) fn items(list: &[Item]) -> String {
    list.iter().map(item).collect::<Vec<_>>().join(" / ")
}
