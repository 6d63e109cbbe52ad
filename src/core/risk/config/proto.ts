/** CFG109 of Protocol Buffers: fields by their number, methods and values by their name. A small reader of text: linear, never throws. */
import type { Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { isRehearsal, isVendored } from '../source/files.ts';

const CFG109 = rule('CFG109', 'contract', 'high', 'exact', ['no reader and no writer of the old form is left']);

export const proto: Detector = {
  id: 'proto',
  detect: ({ files }) => {
    const protos = files.filter((f) => f.path.endsWith('.proto') && !isVendored(f.path));
    const moved = new Set(protos.flatMap((f) => [...membersOf(f.head).keys()]));
    return protos.flatMap((file) => {
      if (file.base === undefined) return [];
      const [base, head] = [membersOf(file.base), membersOf(file.head)];
      return [...base].flatMap(([key, was]): readonly Finding[] => {
        const why = changed(was, head.get(key), head, moved.has(key));
        if (why === undefined) return [];
        const place = { path: file.path, side: head.has(key) ? ('head' as const) : ('base' as const), line: (head.get(key) ?? was).line, object: `${was.scope}.${was.name}` };
        return [
          CFG109({
            place,
            ...(isRehearsal(file.path) || why[1] ? { severity: 'elevated' } : {}),
            because: [['was', was.text]],
            what: `${was.scope}.${was.name} in ${file.path} ${why[0]}`,
          }),
        ];
      });
    });
  },
};

interface Member {
  readonly scope: string;
  readonly name: string;
  readonly text: string;
  readonly type: string;
  readonly line: number;
}

/** What changed, and whether it is the milder form. */
function changed(was: Member, is: Member | undefined, head: ReadonlyMap<string, Member>, elsewhere: boolean): readonly [string, boolean] | undefined {
  if (is === undefined) {
    if (elsewhere) return undefined;
    const renumbered = [...head.values()].find((m) => m.scope === was.scope && m.name === was.name);
    if (renumbered !== undefined && was.type !== 'rpc') return [`takes another number: ${was.text} becomes ${renumbered.text}`, false];
    // whoever reserves the number has thought of old readers; they miss the field all the same
    return ['is removed: whoever still sends or reads it is not understood', head.has(`${was.scope} reserved ${/=\s*(\d+)/.exec(was.text)?.[1] ?? ''}`)];
  }
  if (is.type !== was.type) return [`changes its type from ${was.type} to ${is.type}`, false];
  return is.name === was.name || was.type === 'rpc' ? undefined : [`is called ${is.name} now: JSON and text forms break`, true];
}

const DEEPEST = 20;
const FIELD = /^(?:(optional|required|repeated)\s+)?((?:map\s*<[^>]{1,200}>)|[\w.]+)\s+(\w+)\s*=\s*(\d+)/;
const read = new WeakMap<Parsed, ReadonlyMap<string, Member>>();

/** By scope and number, or by name where there is none. */
function membersOf(side: Parsed | undefined): ReadonlyMap<string, Member> {
  if (side === undefined) return new Map();
  const known = read.get(side);
  if (known !== undefined) return known;
  const out = new Map<string, Member>();
  /** Nobody nests deeper; what does is read as part of the deepest. */
  const open: string[] = [];
  for (const [i, raw] of textOf(side).split('\n').entries()) {
    const line = raw
      .slice(0, 1_000)
      .replace(/\/\/.*$/, '')
      .trim();
    const scope = open.filter((s) => s !== '').join('.');
    const block = /^(message|enum|service|oneof|extend)\s+([\w.]+)\s*\{/.exec(line);
    member(line, scope, i + 1, out);
    if (open.length > DEEPEST) continue;
    if (block !== null) open.push(block[1] === 'oneof' ? '' : (block[2] ?? ''));
    else for (const _ of line.matchAll(/\{/g)) open.push('');
    for (const _ of line.matchAll(/\}/g)) open.pop();
  }
  read.set(side, out);
  return out;
}

function member(line: string, scope: string, at: number, out: Map<string, Member>): void {
  const field = FIELD.exec(line);
  const rpc = /^rpc\s+(\w+)\s*\(\s*(stream\s+)?([\w.]+)\s*\)\s*returns\s*\(\s*(stream\s+)?([\w.]+)/.exec(line);
  const value = /^(\w+)\s*=\s*(-?\w+)\s*[;[]/.exec(line);
  if (line.startsWith('reserved ')) for (const [n] of line.matchAll(/\b\d+\b/g)) out.set(`${scope} reserved ${n}`, { scope, name: '', text: '', type: 'reserved', line: at });
  else if (rpc !== null) out.set(`${scope} rpc ${rpc[1]}`, { scope, name: rpc[1] ?? '', text: line, type: 'rpc', line: at });
  else if (field !== null && scope !== '' && !/^(?:option|reserved|package|syntax|import|return)\b/.test(line))
    out.set(`${scope} ${field[4]}`, { scope, name: field[3] ?? '', text: line, type: `${field[1] === 'repeated' ? 'repeated ' : ''}${field[2]}`, line: at });
  else if (value !== null && scope !== '' && !line.startsWith('option')) out.set(`${scope} ${value[2]}`, { scope, name: value[1] ?? '', text: line, type: 'value', line: at });
}
