/** Settings of a server: who is stronger, where a mistake stands, and that no secret is ever printed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { build } from './program.ts';
import { flagsOf, SETTINGS, settingsFrom, summary } from './serve-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let n = 0;
const file = (text: string): string => {
  const path = join(folder, `${++n}.yml`);
  writeFileSync(path, text);
  return path;
};
const told = async (...args: Parameters<typeof settingsFrom>) => {
  const read = await settingsFrom(...args);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};

describe('a flag', () => {
  const options =
    build(
      async () => undefined,
      () => undefined,
    ).commands.find((c) => c.name() === 'serve')?.options ?? [];
  const OF_THE_COMMAND = ['demo', 'config', 'check', 'json'];

  it('of the command is one of the table, and arrives there under its key', () => {
    const given = options.filter((o) => !OF_THE_COMMAND.includes(o.attributeName()));
    expect(given.length).toBeGreaterThan(15);
    for (const option of given) {
      const key = (option.long ?? '').slice(2).replaceAll('-', '_');
      expect(Object.keys(SETTINGS)).toContain(key);
      expect(Object.entries(flagsOf({ [option.attributeName()]: 'said' })).filter(([, value]) => value !== undefined)).toEqual([[key, 'said']]);
    }
  });

  it('of every setting is taken, whatever else was given', () => {
    for (const key of Object.keys(SETTINGS)) {
      const camel = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      const given: { readonly [name: string]: string } = { [camel]: 'said', demo: 'x', [`${camel}Else`]: 'x' };
      expect(Object.entries(flagsOf(given)).filter(([, value]) => value !== undefined)).toEqual([[key, 'said']]);
    }
  });
});

describe('of three who say it', () => {
  it('the flag is stronger than the environment, and that than the file', async () => {
    const at = file('port: 1001\nhost: 0.0.0.1\nburst: 7\n');
    const { settings, from } = await told(at, { COUNTERSIGN_PORT: '1002', COUNTERSIGN_HOST: '0.0.0.2' }, { port: '1003' }, false);
    expect([settings.port, settings.host, settings.burst, settings.drain_seconds]).toEqual([1003, '0.0.0.2', 7, 20]);
    expect([from.port, from.host, from.burst, from.drain_seconds]).toEqual(['--port', 'COUNTERSIGN_HOST', `${at}:3:8`, 'default']);
  });

  it('each says a number alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -10, max: 70_000 }), async (port) => {
        const ways = [
          settingsFrom(file(`port: ${port}\n`), {}, {}, false),
          settingsFrom(undefined, { COUNTERSIGN_PORT: String(port) }, {}, false),
          settingsFrom(undefined, {}, { port: String(port) }, false),
        ];
        for (const answer of await Promise.all(ways)) {
          expect(answer.ok).toBe(port >= 1 && port <= 65_535);
          if (answer.ok) expect(answer.value.settings.port).toBe(port);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a path of a file is meant from there, others from here', async () => {
    const at = file('data: here\nfloor: [a.yml, /b.yml]\n');
    expect((await told(at, {}, {}, false)).settings).toMatchObject({ data: join(folder, 'here'), floor: [join(folder, 'a.yml'), '/b.yml'] });
    expect((await told(at, { COUNTERSIGN_FLOOR: 'x.yml:/y.yml' }, { data: 'z' }, false)).settings).toMatchObject({
      data: join(process.cwd(), 'z'),
      floor: [join(process.cwd(), 'x.yml'), '/y.yml'],
    });
  });

  it('a demo is quiet, and nothing else is', async () => {
    expect((await told(undefined, {}, {}, true)).settings).toMatchObject({ log_level: 'warn', log_format: 'text' });
    expect((await told(undefined, {}, {}, false)).settings).toMatchObject({ log_level: 'info', log_format: 'json' });
  });
});

describe('a mistake', () => {
  it.each([
    ['prot: 1\n', /:1:1$| prot$/, /unknown key prot/, 'did you mean port?'],
    ['port: many\n', /:1:7/, /must|expected/, undefined],
    ['log_level: inof\n', /:1:12/, /must be debug/, 'did you mean info?'],
    ['version: 2\n', /:1:10/, /must be 1/, undefined],
    ['port: 1\nport: 2\n', /:2:1/, /./, undefined],
    ['proxy: [10.0.0.300]\n', /:1:9/, /address/, undefined],
    ['- a\n', /:1:1/, /./, undefined],
  ])('in a file has its line and column: %j', async (text, place, message, remedy) => {
    const read = await settingsFrom(file(text), {}, {}, false);
    expect(read.ok).toBe(false);
    const [first] = read.ok ? [] : read.error;
    expect(first?.place).toMatch(/\d+\.yml:\d+:\d+/);
    expect(first?.place).toMatch(place);
    expect(first?.message).toMatch(message);
    if (remedy !== undefined) expect(first?.remedy).toBe(remedy);
  });

  it('in the environment and in a flag has its name; all are told at once', async () => {
    const read = await settingsFrom(undefined, { COUNTERSIGN_PROT: '1', COUNTERSIGN_BURST: 'x' }, { drain_seconds: '-1' }, false);
    expect(read).toMatchObject({
      ok: false,
      error: [{ place: 'COUNTERSIGN_BURST' }, { place: '--drain-seconds' }, { place: 'COUNTERSIGN_PROT', remedy: 'did you mean COUNTERSIGN_PORT?' }],
    });
  });

  it('is not what belongs to others', async () => {
    expect(await settingsFrom(undefined, { COUNTERSIGN_READER: 'x', COUNTERSIGN_PUSH: 'y', COUNTERSIGN_PORT: '', PORT: '1' }, {}, false)).toMatchObject({ ok: true });
  });

  it('is a file that is not there', async () =>
    expect(await settingsFrom(join(folder, 'none.yml'), {}, {}, false)).toMatchObject({ ok: false, error: [{ code: 'USAGE', place: '--config' }] }));

  it('of any bytes is said and never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.constantFrom(...Object.keys(SETTINGS)).map((k) => `${k}: {a: [`),
        ),
        async (text) => {
          await settingsFrom(file(text), {}, {}, false);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a secret', () => {
  const SECRET = 'correct-horse-battery-staple';

  it('comes by a file or the environment, and is never printed', async () => {
    const kept = file(`${SECRET}\n`);
    for (const [config, env] of [
      [file(`metrics_token_file: ${kept}\n`), {}],
      [undefined, { COUNTERSIGN_METRICS_TOKEN_FILE: kept }],
      [undefined, { COUNTERSIGN_METRICS_TOKEN: SECRET }],
    ] as const) {
      const answer = await told(config, env, {}, false);
      expect(answer.secrets).toEqual({ metricsToken: SECRET });
      expect(summary(answer)).toMatch(/metrics_token +is set, and not shown/);
      expect(summary(answer)).not.toContain(SECRET);
    }
  });

  it('in the settings themselves is refused, as are two, a short one, a missing file', async () => {
    for (const [config, env] of [
      [file(`metrics_token: ${SECRET}\n`), {}],
      [undefined, { COUNTERSIGN_METRICS_TOKEN: SECRET, COUNTERSIGN_METRICS_TOKEN_FILE: file(SECRET) }],
      [undefined, { COUNTERSIGN_METRICS_TOKEN: 'short' }],
      [undefined, { COUNTERSIGN_METRICS_TOKEN_FILE: file('') }],
      [undefined, { COUNTERSIGN_METRICS_TOKEN_FILE: file(`${SECRET}\n${SECRET}`) }],
      [undefined, { COUNTERSIGN_METRICS_TOKEN_FILE: join(folder, 'none') }],
    ] as const) {
      const answer = await settingsFrom(config, env, {}, false);
      expect(answer.ok).toBe(false);
      // The excerpt of a file is the user's own line; what is said beside it quotes nothing.
      expect(JSON.stringify(answer.ok ? answer : answer.error.map(({ excerpt: _, ...rest }) => rest))).not.toContain(SECRET);
    }
  });
});
