/** The page's looks: by day and by night as the reader's machine has it, and on paper, where everything is unfolded. */
export const STYLE = `
:root { --ink: #1b1f24; --dim: #57606a; --paper: #fff; --line: #d0d7de; --soft: #f6f8fa; --ok: #1a7f37; --changed: #9a6700; --bad: #cf222e; --add: #dafbe1; --del: #ffebe9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --dim: #9da7b1; --paper: #0d1117; --line: #30363d; --soft: #161b22; --ok: #3fb950; --changed: #d29922; --bad: #f85149; --add: #12361f; --del: #4b1113; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 75rem; padding: 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
a { color: inherit; } :focus-visible { outline: 3px solid var(--changed); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; list-style: none; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; } dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; } caption { text-align: left; color: var(--dim); }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } figure { margin: 0; } figcaption { color: var(--dim); }
svg .stage { fill: var(--soft); stroke: var(--line); } svg .hatch { stroke: var(--paper); stroke-width: 3; } figure > svg { min-width: 40rem; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--ink); } svg .axis { stroke: var(--line); } svg .dim { fill: var(--dim); }
svg .changed { fill: var(--changed); } svg .failed { fill: var(--bad); } svg .ok { fill: var(--ok); } svg .outage { fill: var(--del); } svg .answers { fill: none; stroke: var(--ok); stroke-width: 3; stroke-linecap: round; } svg .misses { stroke: var(--bad); stroke-width: 2; } svg .mark { stroke: var(--ink); stroke-dasharray: 4 3; }
svg .node { fill: var(--soft); stroke: var(--line); } svg .services, svg .resource { fill: var(--paper); stroke: var(--line); } svg .vip { fill: var(--paper); stroke: var(--ok); } svg .split { stroke: var(--bad); } svg .away { stroke-dasharray: 4 3; } svg .name { font-weight: 600; } svg text.new { fill: var(--changed); font-weight: 600; } svg text.bad { fill: var(--bad); }
svg .reached, svg .holds, svg .member { fill: none; stroke: var(--dim); } svg .member { stroke-dasharray: 1 4; } svg .come { stroke: var(--changed); stroke-width: 3; } svg .gone { stroke-dasharray: 6 4; } svg .tip { fill: var(--dim); stroke: none; } svg .tip.come { fill: var(--changed); } svg .course { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg .event { fill: none; stroke: var(--dim); stroke-width: 2; } svg .event.left { fill: var(--bad); stroke: var(--bad); } svg .event.failed { stroke: var(--bad); } svg .event.moved { fill: var(--changed); stroke: var(--changed); } svg .event.back { stroke: var(--ok); }
svg.key { width: 1em; height: 1em; } .keys { display: flex; flex-wrap: wrap; gap: 0 1.25rem; padding: 0; list-style: none; } .left { color: var(--bad); } .moved { color: var(--changed); } .back { color: var(--ok); } time { font-variant-numeric: tabular-nums; }
.events details { border: 0; margin: 0; padding: 0; background: none; } .events td:nth-child(-n+2) { white-space: nowrap; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .25rem .75rem; background: var(--soft); } summary { cursor: pointer; overflow-wrap: anywhere; }
pre { overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.4 ui-monospace, monospace; margin: .5rem 0; }
ins { background: var(--add); text-decoration: none; } del { background: var(--del); text-decoration: none; }
.done { color: var(--ok); } .failed { color: var(--bad); } .changed { color: var(--changed); }
button { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .1rem .6rem; cursor: pointer; } .controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: baseline; color: var(--dim); } .readout { margin: .25rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
.drawn .u-select { background: var(--changed); opacity: .25; } .drawn .u-cursor-x { border-color: var(--dim); }
@media screen { .live > svg { position: absolute; width: 1px; height: 1px; min-width: 0; clip-path: inset(50%); } }
@media print {
  .drawn, .controls { display: none; }
  :root { --ink: #000; --dim: #333; --paper: #fff; --line: #999; --soft: #fff; --ok: #000; --changed: #444; --bad: #000; --add: #eee; --del: #ddd; }
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } details { break-inside: avoid; }
  summary { list-style: none; } figure > svg { min-width: 0; }
  details::details-content { content-visibility: visible; block-size: auto; } .wide { overflow: visible; }
}
`
