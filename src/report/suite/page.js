'use strict';
(() => {
const data = JSON.parse(document.getElementById('data').textContent);
const { results, sources, plots, provenance } = data;
const SVG = 'http://www.w3.org/2000/svg';
const COLORS = ['#4c78a8', '#f58518', '#54a24b', '#e45756', '#b279a2', '#72b7b2', '#eeca3b', '#ff9da6',
  '#9d755d', '#7f8fa9', '#2f9e9e', '#c0629a', '#8a9a2b', '#d67c3c', '#5b6bd6', '#4fa3d9', '#6b7fe8'];
const NAMES = { passed: 'passed', new: 'new', failed: 'failed', no_data: 'no data', wrong: 'wrong', unreadable: 'unreadable', crashed: 'crashed', skipped: 'not run' };
const TINTS = { passed: 'var(--good)', no_data: 'var(--doubt)', skipped: 'var(--faint)' };

function make(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== 'style') node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function draw(parent, tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

/* Numbers for people: four digits in the unit that suits. */
function digits(value) {
  return Math.abs(value) >= 1000 ? Math.round(value).toString() : String(Number(value.toPrecision(4)));
}
function scaled(value, units) {
  if (value === 0) return '0';
  for (const [size, unit] of units) if (Math.abs(value) >= size) return digits(value / size) + ' ' + unit;
  const [size, unit] = units[units.length - 1];
  return digits(value / size) + ' ' + unit;
}
const show = {
  bytes: (value) => scaled(value, [[1e12, 'TB'], [1e9, 'GB'], [1e6, 'MB'], [1e3, 'KB'], [1, 'B']]),
  time: (ms) => scaled(ms, [[3.6e6, 'h'], [6e4, 'min'], [1e3, 's'], [1, 'ms'], [1e-3, 'us']]),
  count: (value) => digits(value),
  rate: (value) => digits(value) + ' tok/s',
};

/* ---- the top of the page ---- */
function top() {
  const words = Object.entries(NAMES).filter(([key]) => results.counts[key] || ['passed', 'failed', 'no_data'].includes(key));
  const sentence = words.map(([key, name]) => (results.counts[key] || 0) + ' ' + name).join(', ');
  document.getElementById('sentence').textContent = sentence;
  document.getElementById('provenance').textContent = provenance;
  const bar = document.getElementById('bar');
  bar.setAttribute('aria-label', sentence);
  const chips = document.getElementById('chips');
  for (const [key, name] of words) {
    const count = results.counts[key];
    if (!count) continue;
    bar.append(make('i', { style: 'flex:' + count + ';background:' + (TINTS[key] || 'var(--bad)') }));
    chips.append(make('button', {
      type: 'button', 'aria-pressed': 'false', 'data-status': key,
      onclick: (event) => { const on = event.target.getAttribute('aria-pressed') === 'true'; event.target.setAttribute('aria-pressed', String(!on)); filter(); },
    }, count + ' ' + name));
  }
  document.getElementById('search').addEventListener('input', filter);
}

function filter() {
  const text = document.getElementById('search').value.toLowerCase();
  const chosen = [...document.querySelectorAll('#chips [aria-pressed=true]')].map((chip) => chip.dataset.status);
  for (const node of document.querySelectorAll('details.case')) {
    const fits = node.dataset.id.toLowerCase().includes(text) && (!chosen.length || chosen.includes(node.dataset.status));
    node.hidden = !fits;
  }
}

/* ---- a case ---- */
function caseNode(report) {
  const met = report.expectations.filter((one) => one.status === 'pass').length;
  const facts = report.expectations.length ? met + ' of ' + report.expectations.length + ' expectations' : 'nothing expected';
  const snapshot = { missing: ', snapshot missing', changed: ', snapshot differs', broken: ', snapshot unreadable', written: ', snapshot written' }[report.snapshot.status] || '';
  const backlog = report.saturation && report.saturation !== 'stable' ? ', ' + report.saturation : '';
  const timing = report.uncalibrated ? ', uncalibrated on ' + report.uncalibrated.join(', ') : '';
  const body = make('div', { className: 'body' });
  const node = make('details', { className: 'case', 'data-id': report.id, 'data-status': report.status },
    make('summary', {}, make('span', { className: 'status ' + report.status }, NAMES[report.status]),
      make('span', { className: 'id' }, report.id), make('span', { className: 'facts' }, facts + snapshot + backlog + timing)), body);
  let filled = false;
  node.addEventListener('toggle', () => {
    if (node.open && !filled) { filled = true; fill(body, report); }
  });
  node.open = !['passed', 'new', 'skipped'].includes(report.status);
  return node;
}

function fill(body, report) {
  if (report.expectations.length) body.append(make('h3', {}, 'Expectations'), expectations(report));
  const said = report.diagnostics.filter((one) => !report.expectations.some((expectation) => expectation.line === one.line));
  for (const one of said) body.append(make('pre', {}, lines(one).join('\n')));
  for (const problem of report.problems) body.append(make('pre', {}, problem));
  if (report.snapshot.difference) body.append(make('h3', {}, 'Snapshot'), difference(report.snapshot.difference));
  if (report.repeat) body.append(make('h3', {}, 'Repeat'), make('pre', {}, report.repeat));
  const plot = plots[report.id];
  if (plot) body.append(make('h3', {}, 'Over time, seed ' + report.seed), overTime(plot), make('h3', {}, 'Distributions, seed ' + report.seed + '; orange from p90, red from p99'), distributions(plot));
  if (Object.keys(report.metrics).length) body.append(metrics(report));
  const source = sources[report.file];
  if (source !== undefined) body.append(make('h3', { className: 'name' }, report.file), sourceNode(source, report.diagnostics));
}

function expectations(report) {
  const rows = report.expectations.map((one) => {
    const said = report.diagnostics.find((diagnostic) => diagnostic.line === one.line);
    const notes = [one.status === 'pass' ? null : one.detail, one.over_runs, ...((said && said.notes) || [])].filter(Boolean);
    const shown = one.shown || { value: one.status === 'no data' ? 'no data' : '', limit: '', margin: '' };
    return make('tr', {},
      make('td', { className: one.status.replace(' ', '_') }, { pass: '✓', fail: '✗' }[one.status] || '?'),
      make('td', { className: 'wide' }, make('code', {}, one.expect), notes.length ? make('ul', { className: 'notes' }, ...notes.map((note) => make('li', {}, note))) : null),
      make('td', { className: 'right' }, shown.value), make('td', { className: 'right' }, shown.limit),
      make('td', { className: 'right' }, shown.margin + (shown.share ? ' (' + shown.share + ')' : '')), make('td', {}, marginBar(one)));
  });
  return make('div', { className: 'scroll' }, make('table', { className: 'numbers' },
    make('thead', {}, make('tr', {}, make('th'), make('th', {}, 'expectation'), make('th', { className: 'right' }, 'value'), make('th', { className: 'right' }, 'limit'), make('th', { className: 'right' }, 'margin'), make('th'))),
    make('tbody', {}, ...rows)));
}

/* From the limit in the middle: to the right what is left of it, to the left what is missing. */
function marginBar(one) {
  if (one.margin === null || !one.limit) return '';
  const share = Math.max(-1, Math.min(1, one.margin / Math.abs(one.limit)));
  const width = Math.max(2, Math.abs(share) * 50);
  const side = share < 0 ? 'right:50%' : 'left:50%';
  return make('span', { className: 'margin', title: 'margin as a share of the limit' },
    make('i', { style: side + ';width:' + width + '%;background:' + (share < 0 ? 'var(--bad)' : 'var(--good)') }), make('b'));
}

function lines(one) {
  const label = one.labels.length ? one.labels[0].text : '';
  return [one.code + ': ' + one.message, label, ...(one.notes || []), one.help ? 'help: ' + one.help : ''].filter(Boolean);
}

function difference(text) {
  const pre = make('pre');
  for (const line of text.replace(/\n$/, '').split('\n')) {
    pre.append(make('span', { className: line.startsWith('-') ? 'del' : line.startsWith('+') ? 'ins' : '' }, line + '\n'));
  }
  return pre;
}

function metrics(report) {
  const cells = Object.entries(report.metrics).map(([name, value]) =>
    make('tr', {}, make('td', {}, name), make('td', { className: 'right' }, String(value))));
  return make('details', {}, make('summary', { className: 'facts' }, 'all metrics, seed ' + report.seed),
    make('div', { className: 'scroll' }, make('table', { className: 'numbers', style: 'max-width:420px' }, make('tbody', {}, ...cells))));
}

/* The text with each diagnostic below its line. */
function sourceNode(text, diagnostics) {
  const pre = make('pre', { className: 'source' });
  text.replace(/\n$/, '').split('\n').forEach((line, index) => {
    const n = index + 1;
    const here = diagnostics.filter((one) => one.line === n && !(one.line === one.end_line && one.column === one.end_column && n === 1));
    const node = make('span', { className: here.length ? 'line hit' : 'line', 'data-n': String(n) });
    const first = here[0];
    if (first) {
      const characters = [...line];
      const end = first.end_line === n ? first.end_column - 1 : characters.length;
      const part = (from, to) => characters.slice(from, to).join('');
      node.append(part(0, first.column - 1), make('u', {}, part(first.column - 1, end)), part(end));
    } else {
      node.append(line || ' ');
    }
    pre.append(node);
    for (const one of here) pre.append(make('span', { className: 'said' }, lines(one).join('\n')));
  });
  return pre;
}

/* ---- plots over time ---- */
function overTime(plot) {
  const chosen = new Set();
  const view = { from: 0, to: plot.end_ms };
  const holder = make('div');
  const legend = make('div', { className: 'legend' });
  const reset = make('button', { type: 'button', hidden: true, onclick: () => zoom(0, plot.end_ms) }, 'whole run');
  const charts = make('div', { className: 'plots' });
  const all = [
    { title: 'KV cache reserved', read: (of) => of.vram, show: show.bytes },
    { title: 'waiting on GPUs', read: (of) => of.queue, show: show.count },
    { title: 'batch size: executing requests', read: (of) => of.batch, show: show.count },
    { title: 'output tokens per second', read: (of) => ({ mean: of.tokens, max: [] }), show: show.rate },
  ];
  if (plot.global_queue.max.some((depth) => depth > 0)) {
    all.push({ title: 'global queue', read: () => plot.global_queue, show: show.count, once: true });
  }
  const series = (chart) => {
    if (chart.once) return [['all', COLORS[16], chart.read()]];
    const picked = plot.gpus.map(([name, of], index) => [name, COLORS[index], chart.read(of)]).filter(([name]) => chosen.has(name));
    return picked.length ? picked : plot.gpus.length === 1 ? [[plot.gpus[0][0], COLORS[0], chart.read(plot.gpus[0][1])]] : [['all GPUs', COLORS[16], chart.read(plot.cluster)]];
  };
  const paint = () => { reset.hidden = view.from === 0 && view.to === plot.end_ms; for (const chart of all) chart.paint(); };
  const zoom = (from, to) => { view.from = from; view.to = to; paint(); };
  for (const chart of all) {
    const max = make('span');
    const svg = document.createElementNS(SVG, 'svg');
    charts.append(make('figure', {}, make('figcaption', {}, chart.title, max), svg));
    chart.paint = () => chartOver(svg, max, series(chart), view, plot.step_ms, chart.show);
    interact(svg, view, plot, () => series(chart), chart.show, zoom);
  }
  if (plot.gpus.length > 1) {
    plot.gpus.forEach(([name], index) => legend.append(make('button', {
      type: 'button', 'aria-pressed': 'false',
      onclick: (event) => { const button = event.currentTarget; const on = !chosen.has(name); if (on) chosen.add(name); else chosen.delete(name); button.setAttribute('aria-pressed', String(on)); paint(); },
    }, make('i', { style: 'background:' + COLORS[index] }), name)));
    if (plot.n_more) legend.append('and ' + plot.n_more + ' more in the sum');
  }
  legend.append(reset);
  holder.append(legend, charts);
  new ResizeObserver(paint).observe(charts);
  paint();
  return holder;
}

const BOX = { left: 8, right: 8, top: 10, bottom: 20, height: 170 };

function chartOver(svg, caption, series, view, step, text) {
  const width = svg.clientWidth || 420;
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + BOX.height);
  svg.replaceChildren();
  const from = Math.floor(view.from / step);
  const to = Math.max(from + 1, Math.ceil(view.to / step));
  const seen = (values) => values.slice(from, to + 1);
  let most = 0;
  for (const [, , band] of series) for (const value of seen(band.max.length ? band.max : band.mean)) most = Math.max(most, value);
  caption.textContent = 'most ' + text(most);
  const x = (ms) => BOX.left + (ms - view.from) / (view.to - view.from || 1) * (width - BOX.left - BOX.right);
  const y = (value) => BOX.height - BOX.bottom - value / (most || 1) * (BOX.height - BOX.top - BOX.bottom);
  for (const part of [0, 0.5, 1]) draw(svg, 'line', { class: 'axis', x1: BOX.left, x2: width - BOX.right, y1: y(most * part), y2: y(most * part) });
  const clip = (ms) => Math.max(BOX.left, Math.min(width - BOX.right, x(ms)));
  const steps = (values) => {
    let path = '';
    for (let index = from; index <= to && index < values.length; index += 1) {
      const height = y(values[index]).toFixed(1);
      path += (path ? 'L' : 'M') + clip(index * step).toFixed(1) + ' ' + height + 'L' + clip((index + 1) * step).toFixed(1) + ' ' + height;
    }
    return path;
  };
  for (const [, color, band] of series) {
    if (band.max.length) draw(svg, 'path', { d: steps(band.max), fill: 'none', stroke: color, 'stroke-width': 1, opacity: 0.35 });
    const line = steps(band.mean);
    if (series.length === 1 && line) {
      const floor = BOX.height - BOX.bottom;
      draw(svg, 'path', { d: line + 'L' + clip(Math.min((to + 1) * step, band.mean.length * step)).toFixed(1) + ' ' + floor + 'L' + clip(from * step).toFixed(1) + ' ' + floor + 'Z', fill: color, opacity: 0.12 });
    }
    draw(svg, 'path', { class: 'mean', d: line, fill: 'none', stroke: color, 'stroke-width': 1.6 });
  }
  draw(svg, 'text', { x: BOX.left, y: BOX.height - 6 }, show.time(view.from));
  draw(svg, 'text', { x: width / 2, y: BOX.height - 6, 'text-anchor': 'middle' }, show.time((view.from + view.to) / 2));
  draw(svg, 'text', { x: width - BOX.right, y: BOX.height - 6, 'text-anchor': 'end' }, show.time(view.to));
}

/* Hover shows values, dragging zooms, a double click shows the whole run. */
function interact(svg, view, plot, series, text, zoom) {
  const tip = document.getElementById('tip');
  let start = null;
  const time = (event) => {
    const box = svg.getBoundingClientRect();
    const share = (event.clientX - box.left - BOX.left) / (box.width - BOX.left - BOX.right || 1);
    return view.from + Math.max(0, Math.min(1, share)) * (view.to - view.from);
  };
  const marks = (event) => {
    svg.querySelectorAll('.cursor, .select').forEach((node) => node.remove());
    if (!event) return;
    const box = svg.getBoundingClientRect();
    const at = event.clientX - box.left;
    if (start !== null) {
      draw(svg, 'rect', { class: 'select', x: Math.min(start, at), width: Math.abs(at - start), y: BOX.top, height: BOX.height - BOX.top - BOX.bottom });
    }
    draw(svg, 'line', { class: 'cursor', x1: at, x2: at, y1: BOX.top, y2: BOX.height - BOX.bottom });
  };
  svg.addEventListener('pointermove', (event) => {
    const ms = time(event);
    const index = Math.floor(ms / plot.step_ms);
    const words = series().map(([name, , band]) => {
      const mean = band.mean[index];
      const max = band.max.length ? ' (most ' + text(band.max[index] || 0) + ')' : '';
      return name + '  ' + (mean === undefined ? '-' : text(mean)) + max;
    });
    tip.textContent = [show.time(index * plot.step_ms) + ' to ' + show.time(Math.min(plot.end_ms, (index + 1) * plot.step_ms)), ...words].join('\n');
    tip.hidden = false;
    const left = event.clientX + 14 + tip.offsetWidth > window.innerWidth ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14;
    tip.style.left = Math.max(0, left) + 'px';
    tip.style.top = event.clientY + 14 + 'px';
    marks(event);
  });
  svg.addEventListener('pointerleave', () => { tip.hidden = true; start = null; marks(null); });
  svg.addEventListener('pointerdown', (event) => { start = event.clientX - svg.getBoundingClientRect().left; svg.dataset.from = String(time(event)); event.preventDefault(); });
  svg.addEventListener('pointerup', (event) => {
    const from = Number(svg.dataset.from);
    const to = time(event);
    const wide = start !== null && Math.abs(event.clientX - svg.getBoundingClientRect().left - start) > 6;
    start = null;
    marks(null);
    if (wide && Math.abs(to - from) > 2 * plot.step_ms) zoom(Math.min(from, to), Math.max(from, to));
  });
  svg.addEventListener('dblclick', () => zoom(0, plot.end_ms));
}

/* ---- distributions ---- */
function distributions(plot) {
  const names = { ttft: 'time to first token', tpot: 'time per output token', latency: 'latency', queue: 'queue' };
  const charts = make('div', { className: 'plots' });
  for (const [name, bins] of plot.times) {
    if (!bins.length) continue;
    const svg = document.createElementNS(SVG, 'svg');
    const total = bins.reduce((sum, [, count]) => sum + count, 0);
    charts.append(make('figure', {}, make('figcaption', {}, names[name], make('span', {}, total + (total === 1 ? ' request' : ' requests'))), svg));
    const paint = () => histogram(svg, bins, total);
    new ResizeObserver(paint).observe(svg);
    paint();
  }
  return charts;
}

function histogram(svg, bins, total) {
  const width = svg.clientWidth || 420;
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + BOX.height);
  svg.replaceChildren();
  const most = Math.max(...bins.map(([, count]) => count));
  const each = (width - BOX.left - BOX.right) / bins.length;
  let below = 0;
  const tip = document.getElementById('tip');
  bins.forEach(([upper, count], index) => {
    below += count;
    const height = count / most * (BOX.height - BOX.top - BOX.bottom);
    const share = below / total;
    const isTail = (below - count) / total >= 0.9;
    const isLast = (below - count) / total >= 0.99;
    const lower = index ? bins[index - 1][0] : 0;
    const x = BOX.left + index * each;
    if (count) draw(svg, 'rect', { class: 'bin', x, width: Math.max(1, Math.min(each - 1, 40)), y: BOX.height - BOX.bottom - height, height, fill: isLast ? COLORS[3] : isTail ? COLORS[1] : COLORS[0] });
    const zone = draw(svg, 'rect', { x, width: each, y: 0, height: BOX.height - BOX.bottom, fill: 'transparent' });
    zone.addEventListener('pointermove', (event) => {
      tip.textContent = show.time(lower) + ' to ' + show.time(upper) + '\n' + count + ' requests\n' + digits(share * 100) + '% are no longer';
      tip.hidden = false;
      tip.style.left = Math.min(event.clientX + 14, window.innerWidth - 180) + 'px';
      tip.style.top = event.clientY + 14 + 'px';
    });
    zone.addEventListener('pointerleave', () => { tip.hidden = true; });
  });
  draw(svg, 'line', { class: 'axis', x1: BOX.left, x2: width - BOX.right, y1: BOX.height - BOX.bottom, y2: BOX.height - BOX.bottom });
  draw(svg, 'text', { x: BOX.left, y: BOX.height - 6 }, 'up to ' + show.time(bins[0][0]));
  draw(svg, 'text', { x: width - BOX.right, y: BOX.height - 6, 'text-anchor': 'end' }, show.time(bins[bins.length - 1][0]));
}

/* ---- files that could not be run ---- */
function files(main) {
  const byFile = new Map();
  for (const one of results.diagnostics) byFile.set(one.file, [...(byFile.get(one.file) || []), one]);
  for (const [file, list] of byFile) {
    const body = make('div', { className: 'body' }, make('h3', { className: 'name' }, file));
    const source = sources[file];
    if (source === undefined) for (const one of list) body.append(make('pre', {}, lines(one).join('\n')));
    else body.append(sourceNode(source, list));
    main.append(make('section', { className: 'file' }, body));
  }
  for (const problem of results.problems) main.append(make('pre', {}, problem));
}

top();
const main = document.getElementById('main');
main.replaceChildren();
files(main);
for (const report of results.cases) main.append(caseNode(report));
document.documentElement.dataset.ready = 'yes';
})();
