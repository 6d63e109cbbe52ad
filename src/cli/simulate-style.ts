/** The page's one style sheet. Nothing of a report's data is ever in it: its digest is the only style the page allows itself. */
export const SIMULATE_STYLE = `
:root{color-scheme:light dark;
--paper:#f4f5f7;--sheet:#fff;--ink:#14181f;--ink-2:#454e5c;--ink-3:#616b7a;--line:#e1e5ea;--line-2:#c5ccd6;
--lead:#2742b8;--over:#b3202b;--good:#1d7042;--warn:#a8550a;--calm:#c9d0da;--wash:#fdf5ea;
--s0:#1f3596;--s1:#4a63cf;--s2:#8da0e8;--s3:#c3cdf5;--s4:#dfe4ee;
--sans:"Inter",-apple-system,"Segoe UI Variable Text","Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
--serif:"Iowan Old Style","New York",ui-serif,"Source Serif 4",Charter,Georgia,Cambria,"Liberation Serif","Times New Roman",serif;
--mono:ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,"Liberation Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--paper:#0d1014;--sheet:#14181e;--ink:#e8ebf0;--ink-2:#b0b8c4;--ink-3:#8f99a8;--line:#262c35;--line-2:#3a424e;
--lead:#93a7ff;--over:#ff7d82;--good:#6fce96;--warn:#eda95a;--calm:#3d4653;--wash:#291f12;
--s0:#c3cfff;--s1:#8298ff;--s2:#5066c8;--s3:#344486;--s4:#2a313d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 var(--sans);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:880px;margin:0 auto;padding:44px 24px 72px}
header{margin-bottom:30px}
.eyebrow{color:var(--ink-3);font-size:13px;margin:0 0 14px;overflow-wrap:anywhere}
.eyebrow b{color:var(--ink-2);font-weight:600}
h1{font:400 30px/1.32 var(--serif);letter-spacing:-.012em;margin:0;text-wrap:pretty}
.alarm{margin:18px 0 0;padding:10px 14px;border-left:3px solid var(--warn);background:var(--wash);color:var(--ink)}
.alarm+.alarm{margin-top:8px}
h2{font:400 22px/1.3 var(--serif);margin:0 0 4px;letter-spacing:-.005em}
h3{font-size:14px;font-weight:600;margin:28px 0 6px}
section{background:var(--sheet);border:1px solid var(--line);border-radius:8px;padding:26px 28px 24px;margin:18px 0}
.say{color:var(--ink-2);margin:0 0 16px;max-width:66ch;text-wrap:pretty}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:1px;margin:0;background:var(--line);border:1px solid var(--line);border-radius:8px;overflow:hidden}
.facts div{background:var(--sheet);padding:15px 18px 16px}
.facts dt{color:var(--ink-3);font-size:13px;line-height:1.35}
.facts dd{margin:0}
.facts .big{white-space:nowrap;font-size:25px;line-height:1.35;letter-spacing:-.015em}
.facts .small{color:var(--ink-2);font-size:13px;line-height:1.4}
figure{margin:0 0 4px}
svg{display:block;width:100%;height:auto;overflow:visible;font:12px var(--sans)}
.narrow{display:none}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 0;padding:0;list-style:none;color:var(--ink-2);font-size:13px}
.key svg{display:inline-block;width:11px;height:11px;margin-right:6px}
.grid{stroke:var(--line);stroke-width:1}
.axis{fill:var(--ink-3);font-size:11.5px}
.name{fill:var(--ink);font-size:12.5px}
.end{text-anchor:end}.middle{text-anchor:middle}
.s0{fill:var(--s0)}.s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}
.lead{fill:var(--lead);stroke:var(--lead)}.calm{fill:var(--calm);stroke:var(--calm)}.over{fill:var(--over);stroke:var(--over)}.plain{fill:var(--ink-3);stroke:var(--ink-3)}
rect.lead,rect.calm,rect.over,rect.plain,circle.lead,circle.plain{stroke:none}
.empty{fill:var(--line)}
.span{stroke-width:2;stroke-opacity:.5}
.reach{stroke-width:1;stroke-opacity:.6}.tip{stroke-width:2}
.limit{stroke:var(--ink-2);stroke-width:1;stroke-dasharray:3 3}
.spot{fill:var(--lead);fill-opacity:.28;stroke:var(--lead);stroke-width:1.25}
.table{overflow-x:auto;margin:0 -4px}
.table:focus-visible,summary:focus-visible{outline:2px solid var(--lead);outline-offset:3px;border-radius:3px}
figure+.say,.table+.say{margin:10px 0 0;font-size:13.5px}
figure+.table{margin-top:18px}
.slim{max-width:560px}
table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.4}
caption{text-align:left;color:var(--ink-3);font-size:13px;padding:0 4px 6px}
th,td{padding:6px 4px 6px 14px;text-align:right;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
th:first-child,td:first-child{padding-left:4px}
thead th{color:var(--ink-3);font-weight:500;font-size:12.5px;vertical-align:bottom;white-space:normal;border-color:var(--line-2)}
tbody th{font-weight:500}
.words{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:8em}
.code{font-family:var(--mono);font-size:12.5px;white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
details{margin-top:14px}
summary{cursor:pointer;color:var(--ink-2);font-size:13.5px;padding:2px 0}
summary:hover{color:var(--ink)}
details .table{margin-top:8px}
.notes{margin:0;padding-left:1.15em;color:var(--ink-2)}
.notes li{margin:3px 0;overflow-wrap:anywhere}
footer{color:var(--ink-3);font-size:13px;margin-top:26px}
@media (max-width:600px){main{padding:26px 14px 48px}h1{font-size:23px}section{padding:20px 16px 18px;border-radius:6px}.wide{display:none}.narrow{display:block}.facts{grid-template-columns:1fr 1fr}.facts div{padding:12px 14px}.facts div:last-child:nth-child(odd){grid-column:1/-1}.facts .big{font-size:21px}}
@media print{:root{color-scheme:light;--paper:#fff;--sheet:#fff;--ink:#000;--ink-2:#333;--ink-3:#555;--line:#ddd;--line-2:#bbb;--lead:#2742b8;--over:#b3202b;--warn:#a8550a;--calm:#c9d0da;--wash:#fff;--s0:#1f3596;--s1:#4a63cf;--s2:#8da0e8;--s3:#c3cdf5;--s4:#dfe4ee}
body{font-size:11pt}main{max-width:none;padding:0}section{border:0;border-top:1px solid var(--line-2);border-radius:0;padding:16px 0;break-inside:auto}figure,tr,.facts{break-inside:avoid}h2,h3{break-after:avoid}.table{overflow:visible}rect,circle,line{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
