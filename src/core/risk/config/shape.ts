/**
 * CFG110: a value takes another type or another unit, so whoever reads the file reads something else. How many systems read a file is
 * not in a change; a finding here is about what they would all read.
 */
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { quantityOf } from './quantity.ts';
import { wordsOf } from './settings.ts';
import { type Transition, transitionsOf } from './transitions.ts';

const CFG110 = rule('CFG110', 'shared-file', 'high', 'inferred', ['every reader takes both forms']);

export const shape: Detector = { id: 'setting-shape', detect: ({ files }) => transitionsOf(files).flatMap(look) };

function look(t: Transition): readonly Finding[] {
  const { was, is } = t;
  const why = was === undefined || is === undefined ? undefined : changed(t);
  if (was === undefined || is === undefined || why === undefined) return [];
  const because = [
    ['before', JSON.stringify(was.value)],
    ['now', JSON.stringify(is.value)],
  ] as const;
  const place = { path: t.file.path, side: 'head' as const, line: is.line, object: is.path };
  return [
    CFG110({ place, because, ...(t.weight === 'production' ? {} : { severity: 'elevated' }), what: `${is.path} in ${t.file.path} ${why}: whoever reads it reads something else` }),
  ];
}

function changed({ was, is }: Transition): string | undefined {
  const [a, b] = [was?.value, is?.value];
  if (a === null || b === null || a === undefined || b === undefined) return undefined;
  const words = wordsOf(is?.key ?? '');
  const [x, y] = [quantityOf(a, []), quantityOf(b, [])];
  if (x !== undefined && y !== undefined && x.kind !== y.kind) {
    // 30 and `30s` are the same where the key says seconds
    const [named, unnamed] = [quantityOf(a, words), quantityOf(b, words)];
    return named?.kind === unnamed?.kind && named?.amount === unnamed?.amount ? undefined : `changes its unit, from ${String(a)} to ${String(b)}`;
  }
  if (typeof a === typeof b || Number(a) === Number(b) || (x !== undefined && x.amount === y?.amount)) return undefined;
  // a version is written as a number until it has two dots; words for on and off are one type
  if (words.some((w) => /^(?:version|tag|revision|ref|id|name|port|sha|commit|release)$/.test(w)) || [a, b].every((v) => /^(?:true|false|yes|no|on|off|0|1)$/i.test(String(v))))
    return undefined;
  return `turns from ${kind(a)} into ${kind(b)}`;
}

const kind = (value: string | number | boolean): string => (typeof value === 'string' ? 'text' : typeof value === 'number' ? 'a number' : 'yes or no');
