/** `serve --authenticators`: the file by which a server judges keys is the one it gives to verifiers. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { parseTrust } from '../core/signoff/trust-file.ts';
import { testMaker } from '../testing/maker.ts';
import { serve as open } from '../world.ts';
import { makersAt } from './pinned-makers.ts';
import { serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'makers-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const port = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

it.each([
  ['roots that are none', '{"roots":["AAAA"]}', '$.roots[0] is no certificate'],
  ['half a file', '{"roots":[', 'character 10'],
  ['a member nobody knows', '{"roots":["x"],"model":[]}', '$.model is not a known member'],
])('a file with %s names file and place, and nothing is started', async (_, text, said) => {
  writeFileSync(at('bad.json'), text);
  const started = await serve({ demo: true, data: at('data-bad'), port: String(await port()), authenticators: at('bad.json') });
  expect(started).toMatchObject({ code: 2, stdout: '' });
  expect(started.stderr).toContain(`countersign: ${at('bad.json')}: `);
  expect(started.stderr).toContain(said);
  expect(existsSync(at('data-bad'))).toBe(false);
});

it('a file that is not there is a no, named by option or by environment', async () => {
  expect(await makersAt(at('nowhere'))).toMatchObject({ ok: false, error: [{ code: 'USAGE', place: '--authenticators' }] });
  vi.stubEnv('COUNTERSIGN_AUTHENTICATORS', at('nowhere'));
  try {
    expect(await serve({ demo: true, data: at('data-none'), port: String(await port()) })).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') });
  } finally {
    vi.unstubAllEnvs();
  }
});

it('the server gives the makers it was given to verifiers', async () => {
  const { pin } = testMaker();
  writeFileSync(at('makers.json'), JSON.stringify({ roots: [pin], models: ['c5ef55ff-ad9a-4b9f-b580-adebafe026d0'] }));
  const makers = await makersAt(at('makers.json'));
  if (!makers.ok || makers.value === null) throw new Error('the file was not read');
  const number = await port();
  const served = await open({ data: at('data'), port: number, host: '127.0.0.1', demo: true, authenticators: makers.value, log: () => {} });
  if (!served.ok) throw new Error(served.error.map((p) => p.message).join());
  try {
    const answer = await fetch(`http://localhost:${number}/api/v1/trust`);
    const trust = parseTrust(utf8(await answer.text()));
    expect(trust.ok && trust.value.authenticators).toEqual(makers.value);
  } finally {
    await served.value.close();
  }
});
