/** Text made to cost more than its length, for every detector of settings, dependencies, sign-in code and source text. Nothing here reads a clock. */
import { describe, expect, it } from 'vitest';
import { parseContent } from '../../../adapters/languages/content.ts';
import { utf8 } from '../../base/bytes.ts';
import { AUTH_DETECTORS } from '../auth/detectors.ts';
import { CONFIG_DETECTORS } from '../config/detectors.ts';
import { DEPENDENCY_DETECTORS } from '../dependencies/detectors.ts';
import { detect } from '../detect.ts';
import type { FileEvidence } from '../evidence.ts';
import type { Detector } from '../risk.ts';
import { SOURCE_DETECTORS } from './detectors.ts';

const ALL: readonly Detector[] = [...SOURCE_DETECTORS, ...DEPENDENCY_DETECTORS, ...CONFIG_DETECTORS, ...AUTH_DETECTORS];
const K = 1024;
const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');

async function failures(path: string, base: string, head: string): Promise<readonly string[]> {
  const side = (text: string) => parseContent(path, '100644', { id: '', bytes: utf8(text) });
  const file: FileEvidence = { path, status: 'M', oldMode: '100644', newMode: '100644', base: await side(base), head: await side(head) };
  return detect(ALL, { plan: null, files: [file] })
    .findings.filter((f) => f.rule === 'META000')
    .map((f) => f.what);
}

describe('work that goes by the length of the input', () => {
  it.each<[string, string, string]>([
    ['names of guards', 'a.ts', `app.get('/x', ${'requireauth'.repeat(8 * K)}=)`],
    ['guards over lines', 'a.ts', `app.get(\n'/x',\n${lines(8 * K, () => 'requireAuthAuthAuthAuth=')}`],
    ['routes without end', 'a.go', lines(16 * K, (i) => `\tr.Get("/${i}", requireAuth(`)],
    ['scopes without end', 'a.py', lines(4 * K, (i) => `${' '.repeat(i % 200)}class A${i}:\n${' '.repeat(i % 200)}@login_required`)],
    ['words of secrets', 'a.py', `${'token'.repeat(3 * K)}\n`.repeat(16)],
    ['white space behind a key', 'conf/a.ini', `a =${' '.repeat(1_900)}x\n`.repeat(256)],
    ['hashes of one package', 'requirements.txt', `a==1 \\\n${lines(16 * K, () => '  --hash=sha256:aa \\')}`],
    ['sums of one crate', 'Cargo.lock', `[[package]]\nname = "a"\n${lines(32 * K, () => 'checksum = "a"')}`],
    ['versions of one name', 'go.sum', lines(32 * K, (i) => `a v${i} h1:x`)],
    ['patches', 'Cargo.toml', `[patch.x]\n${lines(16 * K, (i) => `a${i} = { git = "https://x/${i}" }`)}`],
    ['flags', 'flags.json', `{${lines(8 * K, (i) => `"f${i}": true,`)} "x": true}`],
    ['suppressions beside findings', 'a.py', lines(32 * K, (i) => `x(verify=False)  # noqa ${i}`)],
    ['owners', 'CODEOWNERS', lines(4 * K, (i) => `/a${i}/**/b* @x`)],
    ['directions', 'a.po', '\u202a'.repeat(128 * K)],
    ['selectors', 'a.ts', '\ufe0f\u200d\u{1f468}'.repeat(32 * K)],
    ['Greek', 'a.ts', 'οa'.repeat(64 * K)],
    ['alerts', 'a.yaml', `groups:\n- rules:\n${lines(2 * K, (i) => `  - alert: A${i}\n    expr: x > ${i}`)}`],
    ['messages', 'a.proto', lines(16 * K, (i) => `message M${i} { string a = 1;`)],
    ['conditions', 'a.ts', `function canRead() {\n${lines(8 * K, (i) => `if (a${i} && !b) return true;`)}\n}`],
    ['queries', 'a.ts', `function f() {\n${'.where('.repeat(16 * K)}\n}`],
    ['statements', 'a.py', `${'execute(f"SELECT '.repeat(100)}\n`.repeat(128)],
  ])('%s', async (_, path, text) => {
    expect(await failures(path, 'x\n', text)).toEqual([]);
    expect(await failures(path, text, 'x\n')).toEqual([]);
  });
});
