import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FILES as files, read } from './files.ts';
import { importsOf, room, violations } from './law.ts';

describe('the house', () => {
  it('keeps the import law', () => {
    expect(files.flatMap((f) => violations(f, read(f)).map((v) => `${v.file}:${v.line} ${v.specifier}: ${v.why}`))).toEqual([]);
  });

  it('has no import cycle, type imports included', () => {
    expect(cycles(files)).toEqual([]);
  });

  it('has no file over 500 lines and no room called utils, common, shared, helpers or misc', () => {
    // What is generated is read by nobody from end to end.
    expect(files.filter((f) => f !== 'web/api/generated.ts' && read(f).split('\n').length > 501)).toEqual([]);
    expect(files.filter((f) => /(^|\/)(utils?|common|shared|helpers?|misc)(\/|\.tsx?$)/.test(f))).toEqual([]);
  });

  it('imports world.ts from cli and server entries alone', () => {
    const importers = files.filter(
      (f) => !f.endsWith('.test.ts') && importsOf(f, read(f)).some((i) => i.specifier.startsWith('.') && /^src\/world(?:-\w+)?\.ts$/.test(join(f, '..', i.specifier))),
    );
    expect(importers.filter((f) => !['cli', 'world'].includes(room(f)))).toEqual([]);
  });
});

describe('the law catches', () => {
  const planted: readonly (readonly [string, string, string])[] = [
    ['src/core/risk/x.ts', "import { readFileSync } from 'node:fs';", 'library'],
    ['src/core/risk/x.ts', "import type { Decision } from '../policy/decision.ts';", 'comes before'],
    ['src/core/risk/x.ts', "export type { Decision } from '../policy/decision.ts';", 'comes before'],
    ['src/core/risk/x.ts', "export * from '../policy/decision.ts';", 'comes before'],
    ['src/core/risk/x.ts', "type D = import('../policy/decision.ts').Decision; export type E = D;", 'comes before'],
    ['src/core/risk/x.ts', "export const d = await import('../policy/decision.ts');", 'comes before'],
    ['src/core/risk/x.ts', "const name = '../policy/decision.ts'; export const d = await import(name);", 'cannot see'],
    ['src/core/risk/x.ts', "import zod = require('zod'); export { zod };", 'library'],
    ['src/core/risk/x.ts', "const z = require('zod'); export { z };", 'library'],
    ['src/core/risk/x.ts', "const z = require.resolve('zod'); export { z };", 'library'],
    ['src/core/policy/x.ts', "import pg from 'pg'; export { pg };", 'library'],
    ['src/core/base/other.ts', "import { hash } from 'node:crypto'; export { hash };", 'library'],
    ['src/core/base/x.ts', "import { ok } from '../../flows/ports.ts'; export { ok };", 'may not import'],
    ['src/flows/x.ts', "import { readFileSync } from 'node:fs';", 'flows import no library'],
    ['src/flows/x.ts', "import { Hono } from 'hono'; export { Hono };", 'flows import no library'],
    ['src/flows/x.ts', "import { bed } from './push.test.ts'; export { bed };", 'a test'],
    ['web/x.tsx', "import './y.test.tsx';", 'a test'],
    ['src/core/utils/x.ts', "import { ok } from '../base/result.ts'; export { ok };", 'not a room'],
    ['src/flows/x.ts', "import { openStore } from '../store/store.ts'; export { openStore };", 'only core and flows'],
    ['src/adapters/git/x.ts', "import '../terraform/plan.ts';", 'its own folder'],
    ['src/adapters/git/x.ts', "import '../../flows/judge.ts';", 'its own folder'],
    ['src/store/x.ts', "import '../server/app.ts';", 'core and flows/ports'],
    ['src/server/x.ts', "import type { Store } from '../store/store.ts'; export type S = Store;", 'core and flows'],
    ['src/cli/x.ts', "import '../store/store.ts';", 'only core, flows, server and world'],
    ['src/testing/x.ts', "import '../flows/judge.ts';", 'core and flows/ports'],
    ['src/verify/x.ts', "import { openStore } from '../store/store.ts'; export { openStore };", 'only core'],
    ['src/verify/x.ts', "import { readFile } from 'node:fs/promises'; export { readFile };", 'verify imports no library'],
    ['src/verify/x.ts', "import { p256 } from '@noble/curves/nist.js'; export { p256 };", 'verify imports no library'],
    ['src/verify/browser/x.ts', "import { hash } from 'node:crypto'; export { hash };", 'verify imports no library'],
    ['web/x.tsx', "import type { Decision } from '../src/core/policy/decision.ts'; export type D = Decision;", 'only itself'],
    ['web/x.tsx', "import 'node:fs';", 'node modules'],
    ['src/stray.ts', "import './core/base/result.ts';", 'no room'],
    ['src/core/risk/x.ts', 'import {{{', 'cannot be parsed'],
  ];
  it.each(planted)('%s: %s', (file, source, words) => {
    const found = violations(file, source);
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.why).toContain(words);
  });

  it('and lets lawful imports pass', () => {
    expect(violations('src/core/policy/x.ts', "import { z } from 'zod'; import type { Tier } from '../risk/risk.ts'; export type T = Tier; export { z };")).toEqual([]);
    expect(violations('src/server/x.ts', "import type { Ledger } from '../flows/ports.ts'; export type L = Ledger;")).toEqual([]);
    expect(violations('src/world.ts', "import { openStore } from './store/store.ts'; export { openStore };")).toEqual([]);
  });
});

/** Depth-first over relative imports; each cycle once, as `a -> b -> a`. */
function cycles(names: readonly string[]): readonly string[] {
  const known = new Set(names);
  const graph = new Map(
    names.map((f) => [
      f,
      importsOf(f, read(f))
        .filter((i) => i.specifier.startsWith('.'))
        .map((i) => join(f, '..', i.specifier))
        .filter((t) => known.has(t)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen >= 0) found.push([...path.slice(seen), file].join(' -> '));
    if (seen >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of names) walk(file, []);
  return found;
}
