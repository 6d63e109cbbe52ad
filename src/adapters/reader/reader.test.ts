/** The reader over real HTTP, in both protocols, against an emulator of the vendors' ends. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { openReader, type ReaderSettings, readerSettings } from './reader.ts';

const room = gitRoom();
const models = new LLMock({ port: 0, host: '127.0.0.1' });
/** Takes a question and never answers it. */
const silent: Server = createServer(() => undefined);

beforeAll(async () => {
  models.onMessage(/rows/, { content: '[{"text": "Who reads it?"}]' });
  await models.start();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await models.stop();
  silent.closeAllConnections();
  silent.close();
  room.remove();
});

const settings = (kind: ReaderSettings['kind'], more: Partial<ReaderSettings> = {}): ReaderSettings => ({
  kind,
  url: `${models.url}/v1`,
  model: kind === 'anthropic' ? 'claude-sonnet-4-5' : 'gpt-5',
  key: 'k',
  tokensPerDay: 100_000,
  seconds: 20,
  ...more,
});
const ASKED = { system: 'Ask.', prompt: 'rows are dropped' };

describe.each(['openai-compatible', 'anthropic'] as const)('%s', (kind) => {
  it('answers, and says what it cost', async () => {
    const answer = await openReader(settings(kind)).read(ASKED);
    expect(answer).toMatchObject({ ok: true, value: { text: '[{"text": "Who reads it?"}]' } });
    expect(answer.ok && answer.value.tokens).toBeGreaterThan(0);
  });

  it('is given up where nothing comes, or nobody is there', async () => {
    const { port } = silent.address() as AddressInfo;
    const waits = await openReader(settings(kind, { url: `http://127.0.0.1:${port}/v1`, seconds: 1 })).read(ASKED);
    expect(waits).toMatchObject({ ok: false, error: { code: 'READER_UNAVAILABLE' } });
    const nobody = await openReader(settings(kind, { url: 'http://127.0.0.1:1/v1' })).read(ASKED);
    expect(nobody).toMatchObject({ ok: false, error: { code: 'READER_UNAVAILABLE' } });
  });
});

it('asks no more than the tokens of a day, many at once included, and again the next day', async () => {
  let now = 0;
  const reader = openReader(settings('openai-compatible', { tokensPerDay: 4_000 }), () => now);
  const together = await Promise.all(Array.from({ length: 6 }, () => reader.read(ASKED)));
  expect(together.filter((a) => a.ok)).toHaveLength(2);
  expect(together.find((a) => !a.ok)).toMatchObject({ error: { code: 'READER_BUDGET' } });
  now = 86_400_000;
  expect((await reader.read(ASKED)).ok).toBe(true);
});

describe('settings', () => {
  const key = join(room.root, 'key');
  writeFileSync(key, 'secret\n');
  const env = { COUNTERSIGN_READER: 'anthropic', COUNTERSIGN_READER_URL: 'http://127.0.0.1:1/v1', COUNTERSIGN_READER_MODEL: 'm', COUNTERSIGN_READER_KEY_FILE: key };
  it('are off unless somebody asks', () => {
    expect(readerSettings({})).toEqual({ ok: true, value: null });
    expect(readerSettings({ COUNTERSIGN_READER_URL: 'http://x/v1' })).toEqual({ ok: true, value: null });
  });
  it('read the key from a file', () => {
    expect(readerSettings(env)).toEqual({ ok: true, value: { kind: 'anthropic', url: 'http://127.0.0.1:1/v1', model: 'm', key: 'secret', tokensPerDay: 1_000_000, seconds: 60 } });
  });
  it.each([
    [{ COUNTERSIGN_READER: 'oracle' }, 'COUNTERSIGN_READER'],
    [{ COUNTERSIGN_READER_URL: '' }, 'COUNTERSIGN_READER_URL'],
    [{ COUNTERSIGN_READER_URL: 'file:///x' }, 'COUNTERSIGN_READER_URL'],
    [{ COUNTERSIGN_READER_MODEL: '' }, 'COUNTERSIGN_READER_MODEL'],
    [{ COUNTERSIGN_READER_KEY_FILE: join(room.root, 'gone') }, 'COUNTERSIGN_READER_KEY_FILE'],
    [{ COUNTERSIGN_READER_TOKENS_PER_DAY: 'many' }, 'COUNTERSIGN_READER_TOKENS_PER_DAY'],
    [{ COUNTERSIGN_READER_SECONDS: '601' }, 'COUNTERSIGN_READER_SECONDS'],
  ])('%j is refused by its name', (wrong, place) => {
    expect(readerSettings({ ...env, ...wrong })).toMatchObject({ ok: false, error: { code: 'USAGE', place } });
  });
});
