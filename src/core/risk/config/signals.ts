/** CFG108 in settings: metrics, traces and logs that are switched off or sampled away. */
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { quantityOf, ratio } from './quantity.ts';
import { type Transition, transitionsOf } from './transitions.ts';

const CFG108 = rule('CFG108', 'observability', 'high', 'inferred', ['the people on call agreed']);

const SIGNAL = /^(?:metrics?|monitoring|tracing|traces?|logging|logs?|alerts?|alerting|alertmanager|audit|telemetry|observability|servicemonitor|monitors?)$/;

export const signals: Detector = { id: 'signals', detect: ({ files }) => transitionsOf(files).flatMap(look) };

function look(t: Transition): readonly Finding[] {
  const { was, is, words } = t;
  if (was === undefined || is === undefined) return [];
  const around = [...t.above.slice(-3), ...words];
  const off =
    was.value === true &&
    is.value === false &&
    around.some((w) => SIGNAL.test(w)) &&
    /^(?:enabled?|active|on)$|(?:^|_)(?:enabled?|metrics|monitoring|tracing|logging|alerts|audit)$/.test(words.join('_'));
  const samples = words.some((w) => /^sampl(?:e|ing|er)$/.test(w)) && words.some((w) => /^(?:rate|ratio|percentage|probability|fraction)$/.test(w));
  const by = samples ? ratio(quantityOf(was.value, words), quantityOf(is.value, words)) : undefined;
  if (!off && (by === undefined || by > 0.5)) return [];
  const what = `${is.path} in ${t.file.path} goes from ${String(was.value)} to ${String(is.value)}: what goes wrong is seen later, or not at all`;
  const place = { path: t.file.path, side: 'head' as const, line: is.line, object: is.path };
  return [CFG108({ place, because: [['key', is.path]], ...(t.weight === 'production' ? {} : { severity: 'elevated' }), what })];
}
