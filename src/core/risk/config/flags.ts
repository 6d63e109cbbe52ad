/**
 * Feature flags, base against head: defaults flipped (FLAG101), audiences widened (FLAG102), flags gone (FLAG103). A flag is an entry
 * of a file or of a key that is called after flags; LaunchDarkly, flagd, Unleash and GO Feature Flag differ in words alone.
 */
import { type DataNode, entries, entry, items, scalar, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule, type Saying } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { isCode, isRehearsal } from '../source/files.ts';
import { settingsOf } from './settings.ts';

const FLAG101 = rule('FLAG101', 'default-flipped', 'high', 'inferred', ['the flag goes by steps, each of them watched']);
const FLAG102 = rule('FLAG102', 'target-widened', 'high', 'inferred', ['a smaller group has had it without harm']);
const FLAG103 = rule('FLAG103', 'flag-removed', 'high', 'inferred', ['no code that runs reads the flag']);

export const flags: Detector = {
  id: 'flags',
  detect: ({ files }) => {
    const after = new Set(files.filter((f) => !isCode(f.path)).flatMap((f) => [...flagsOf(f.path, f.head).values()].map((flag) => flag.name)));
    return files.flatMap((f) => ofFile(f, files, after));
  },
};

const FLAG_FILE = /(?:^|[/_.-])(?:feature[-_]?)?(?:flags?|toggles?|flagd|unleash|launchdarkly|growthbook|goff)(?:[/_.-]|$)|(?:^|[/_.-])features?\.(?:ya?ml|json|toml)$/i;
const FLAG_KEY = /^(?:feature[-_]?)?(?:flags|toggles|gates)$|^feature[-_]?(?:flags?|gates?|toggles?)$|^features$/i;
const FLAG_ENV = /^(?:FEATURE|FF|FLAG|ENABLE)_[A-Z\d_]+$|^[A-Z\d_]+_(?:FEATURE|FLAG)(?:_ENABLED)?$/;
const KILL = /kill[-_]?switch|emergency|circuit|maintenance[-_]?mode|panic|\bkill[-_]/i;

function ofFile(file: FileEvidence, files: readonly FileEvidence[], after: ReadonlySet<string>): readonly Finding[] {
  if (file.base === undefined || isCode(file.path)) return [];
  const [base, head] = [flagsOf(file.path, file.base), flagsOf(file.path, file.head)];
  if (base.size === 0) return [];
  return [...base].flatMap(([name, was]) => {
    const is = head.get(name);
    return is === undefined ? gone(file, was, files, after) : [...flipped(file, was, is), ...widened(file, was, is)];
  });
}

interface Flag {
  readonly name: string;
  readonly node: DataNode;
  readonly line: number;
}

function flagsOf(path: string, side: Parsed | undefined): ReadonlyMap<string, Flag> {
  const out = new Map<string, Flag>();
  if (side?.kind === 'data') for (const d of side.documents) collect(d, FLAG_FILE.test(path) && !FLAG_CONTAINER(d), 0, out);
  if (side?.kind === 'text' && /(?:^|\/)\.env|\.(?:env|properties|ini|toml|conf)$/.test(path))
    for (const s of settingsOf(path, side).values())
      if (FLAG_ENV.test(s.key) || FLAG_KEY.test(s.parent.split('.').at(-1) ?? ''))
        out.set(s.path, { name: s.key, node: { is: 'scalar', value: s.value, line: s.line }, line: s.line });
  return out;
}

const FLAG_CONTAINER = (d: DataNode): boolean => entries(d).some((e) => FLAG_KEY.test(e.key));

/** Under a key of that name, or at the top of a file of that name, every entry that looks like a flag is one. */
function collect(node: DataNode, here: boolean, depth: number, out: Map<string, Flag>): void {
  if (depth > 12 || out.size > 5_000) return;
  if (here) {
    for (const e of entries(node)) if (looksLikeFlag(e.value)) out.set(e.key, { name: e.key, node: e.value, line: e.line });
    for (const item of items(node)) {
      const name = text(entry(item, 'name')?.value) ?? text(entry(item, 'key')?.value);
      if (name !== undefined && looksLikeFlag(item)) out.set(name, { name, node: item, line: item.line });
    }
  }
  for (const e of entries(node)) collect(e.value, FLAG_KEY.test(e.key), depth + 1, out);
  for (const item of items(node)) collect(item, false, depth + 1, out);
}

const STATE = /^(?:default|default_?value|default_?variant|default_?variation|off_?variation|enabled|on|state|value|active|disabled)$/i;
const SHARE = /^(?:percentage|percent|rollout|rollout_?percentage|weight|share)$/i;
const looksLikeFlag = (node: DataNode): boolean =>
  typeof scalar(node) === 'boolean' ||
  (node.is === 'map' &&
    node.entries.some((e) => STATE.test(e.key) || SHARE.test(e.key) || /^(?:variants?|variations|targeting|strategies|rules|default_?rule|fallthrough)$/i.test(e.key)));

function say(make: (s: Saying) => Finding, file: FileEvidence, flag: Flag, side: 'base' | 'head', what: string, because: Saying['because'] = [], severity?: Tier): Finding {
  const lighter: Tier | undefined = isRehearsal(file.path) ? 'elevated' : severity;
  return make({
    place: { path: file.path, side, line: flag.line, object: flag.name },
    what: `the flag ${flag.name} ${what}`,
    because,
    ...(lighter === undefined ? {} : { severity: lighter }),
  });
}

function flipped(file: FileEvidence, was: Flag, is: Flag): readonly Finding[] {
  const [a, b] = [states(was.node), states(is.node)];
  const state = [...a].find(([key, value]) => b.has(key) && b.get(key) !== value);
  if (state !== undefined) return [say(FLAG101, file, is, 'head', `changes for everybody: ${state[0]} goes from ${state[1]} to ${b.get(state[0])}`, [['key', state[0]]])];
  const [before, now] = [shareOf(was.node), shareOf(is.node)];
  const jump = before === 0 && now === 100;
  return jump ? [say(FLAG101, file, is, 'head', `goes from nobody to everybody in one step`, [['share', `${before} -> ${now}`]])] : [];
}

function states(node: DataNode): ReadonlyMap<string, string> {
  if (node.is === 'scalar') return new Map([['value', String(node.value)]]);
  const own = entries(node).flatMap((e) => (STATE.test(e.key) && e.value.is === 'scalar' ? [[e.key, String(e.value.value)] as const] : []));
  const inner = entries(node)
    .filter((e) => /^(?:default_?rule|fallthrough)$/i.test(e.key))
    .flatMap((e) => entries(e.value).flatMap((x) => (x.value.is === 'scalar' ? [[`${e.key}.${x.key}`, String(x.value.value)] as const] : [])));
  return new Map([...own, ...inner]);
}

/** The largest share of anybody. */
function shareOf(node: DataNode): number | undefined {
  const shares: number[] = [];
  const look = (at: DataNode, depth: number): void => {
    if (depth > 8) return;
    for (const e of entries(at)) {
      const n = Number(
        String(scalar(e.value) ?? '')
          .replace('%', '')
          .trim() || Number.NaN,
      );
      if (SHARE.test(e.key) && !Number.isNaN(n)) shares.push(n);
      else look(e.value, depth + 1);
    }
    for (const item of items(at)) look(item, depth + 1);
  };
  look(node, 0);
  return shares.length === 0 ? undefined : shares.reduce((most, n) => Math.max(most, n), 0);
}

const EVERYBODY = /^(?:prod|production|live|all|everyone|everybody|global|public|\*)$/i;

function widened(file: FileEvidence, was: Flag, is: Flag): readonly Finding[] {
  const before = new Set(words(was.node).map((w) => w.text));
  const wider = words(is.node).find((w) => EVERYBODY.test(w.text) && !before.has(w.text));
  if (wider !== undefined) return [say(FLAG102, file, { ...is, line: wider.line }, 'head', `reaches ${wider.text}, which it did not before`)];
  const asks = (node: DataNode): number =>
    entries(node).flatMap((e) => (/^(?:prerequisites?|dependencies|depends_?on|parents?)$/i.test(e.key) ? [...items(e.value), ...entries(e.value)] : [])).length;
  return asks(is.node) < asks(was.node) ? [say(FLAG102, file, is, 'head', 'no longer waits for another flag')] : [];
}

/** Values, and keys that lead to anything but no. */
function words(node: DataNode, depth = 0): readonly { readonly text: string; readonly line: number }[] {
  if (depth > 8) return [];
  if (node.is === 'scalar') return typeof node.value === 'string' ? [{ text: node.value, line: node.line }] : [];
  if (node.is === 'list') return node.items.flatMap((i) => words(i, depth + 1));
  return entries(node).flatMap((e) => [...(scalar(e.value) === false ? [] : [{ text: e.key, line: e.line }]), ...words(e.value, depth + 1)]);
}

function gone(file: FileEvidence, was: Flag, files: readonly FileEvidence[], after: ReadonlySet<string>): readonly Finding[] {
  if (after.has(was.name)) return [];
  const kill = KILL.test(was.name);
  const code = files.filter((f) => isCode(f.path) && f.base !== undefined);
  const still = code.find((f) => textOf(f.head).includes(was.name));
  const read = still ?? code.find((f) => textOf(f.base).includes(was.name));
  const who = read === undefined ? [['read by', 'not known from this change']] : [['read by', `${read.path}${still === undefined ? ', before this change' : ''}`]];
  const severity: Tier = kill ? 'critical' : read === undefined ? 'elevated' : 'high';
  return [
    say(
      FLAG103,
      file,
      was,
      'base',
      `is gone${kill ? ', and with it the way to switch off what it guards' : ': code that runs now still asks for it'}`,
      who.map(([a = '', b = '']) => [a, b] as const),
      severity,
    ),
  ];
}
