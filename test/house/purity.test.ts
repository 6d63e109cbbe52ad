import { describe, expect, it } from 'vitest';
import { FILES, read } from './files.ts';
import { impurities } from './purity.ts';

const core = FILES.filter((f) => f.startsWith('src/core/') && !f.endsWith('.test.ts'));

describe('core', () => {
  it('reads neither the world, nor the clock, nor chance', () => {
    expect(core.length).toBeGreaterThan(90);
    expect(core.flatMap((f) => impurities(f, read(f)).map((i) => `${f}:${i.line} ${i.what}`))).toEqual([]);
  });
});

describe('caught', () => {
  it.each([
    'process.env.HOME',
    "process['env']",
    'globalThis.fetch',
    'Date.now()',
    'const { now } = Date;',
    'Date()',
    'new Date()',
    'new Date',
    'Math.random()',
    "Math['random']()",
    'performance.now()',
    'crypto.randomUUID()',
    "fetch('https://x.invalid')",
    'setTimeout(f, 1); function f() {}',
    'setInterval(() => {}, 1)',
    'setImmediate(() => {})',
    'queueMicrotask(() => {})',
    "console.log('x')",
    'navigator.language',
    "new WebSocket('wss://x.invalid')",
    "eval('1')",
    "new Function('return process')()",
    '[].constructor',
    'import.meta.dirname',
    'Buffer.from([])',
    'new Intl.DateTimeFormat()',
    "'a'.localeCompare('b')",
    '(1).toLocaleString()',
    'new Date(0).getHours()',
    'AbortSignal.timeout(1)',
    'Atomics.wait(x, 0, 0); const x = 1;',
    "require('fs')",
    '({ process })',
    `f(\`\${process.pid}\`); function f(x) { return x; }`,
    'const { random } = Math;',
    'const { a = process } = {};',
    '(a = process) => a',
    'process!.exit()',
    '(process as any).exit()',
    "import { randomBytes } from 'node:crypto';",
    "import crypto from 'node:crypto';",
    "import * as crypto from 'node:crypto';",
  ])('%s', (source) => {
    expect(impurities('src/core/base/x.ts', source)).not.toEqual([]);
  });

  it.each([
    'new Date(0).toISOString()',
    'Date.parse("2026-01-01")',
    'Date.UTC(2026, 0)',
    'Math.max(1, 2)',
    'interface A { process: string; Date(): void } export const f = (a: A) => a.process;',
    'export const f = ({ process: { pid }, ...rest }, [x, ...y]) => [pid, rest, x, y];',
    'export function* g<T>(a: T): Generator<T> { for (const b of [a]) yield b; }',
    'class A { process = 1; fetch() { return this.process; } } new A().fetch();',
    'try { throw new Error("x"); } catch (e) { String(e); }',
    'type D = typeof process; export const d = (x: unknown) => x as D;',
    "// process.env\nexport const a = 'Date.now()' + `fetch()`;",
    "import { hash, verify as v } from 'node:crypto'; hash('a', 'b'); v();",
    'outer: for (;;) { break outer; }',
  ])('not: %s', (source) => {
    expect(impurities('src/core/base/x.ts', source)).toEqual([]);
  });
});
