import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, problem } from '../core/base/result.ts';
import { formatEntry } from '../core/log/entry.ts';
import { formatVkey, type NoteKey } from '../core/log/note.ts';
import { type RotationEntry, rotationBody, rotationText } from '../core/log/rotation.ts';
import { rotationFile } from '../core/log/rotation-file.ts';
import { logKey, someEntries, type TestLog, testLog } from '../testing/log-files.ts';
import { keysFollowed } from './log-keys.ts';
import type { LogSource } from './ports-log.ts';

const ORIGIN = 'log.example/a';

function signer() {
  const privateKey: KeyObject = createPrivateKey(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { ...logKey(ORIGIN, privateKey), privateKey };
}
type Signer = ReturnType<typeof signer>;

function oath(index: number, old: Signer, next: Signer, by: Signer = old): RotationEntry {
  const rotation = { old: old.key, new: next.key, size: index };
  const body = rotationBody(rotation, new Uint8Array(sign(null, rotationText(rotation), by.privateKey)));
  const entry = formatEntry({ type: 'log-key', at: Date.UTC(2027, 0, 1), envelope: sha256Hex(body), fields: { vkey: next.vkey } });
  if (!entry.ok) throw new Error(entry.error.message);
  return { index, entry: entry.value, body };
}

const [a, b, c, thief] = [signer(), signer(), signer(), signer()];
/** Signed by the last key, with whichever oaths stand in it at 300 and 301. */
function turned(inLog: readonly RotationEntry[], by: Signer = c): TestLog {
  const log = testLog(ORIGIN, by);
  log.append([...someEntries(ORIGIN, 0, 300), ...inLog.map((o) => o.entry), utf8('more')]);
  return log;
}
const showing = (log: TestLog, shown: readonly RotationEntry[]): LogSource => {
  const files = new Map([...log.all, ...shown.map((o, n): [string, Uint8Array] => [`log-key/${n}`, rotationFile(o)])]);
  return { name: 'memory', read: async (path) => ok(files.get(path) ?? null) };
};
const oaths = [oath(300, a, b), oath(301, b, c)];
const followed = async (source: LogSource, trusted: readonly NoteKey[]) => {
  const keys = await keysFollowed(source, trusted);
  return keys.ok ? keys.value.map(formatVkey) : `${keys.error.code} ${keys.error.place}`;
};

it('follows the keys that swore each other in, from any of them on', async () => {
  const source = showing(turned(oaths), oaths);
  expect(await followed(source, [a.key])).toEqual([a.vkey, b.vkey, c.vkey]);
  expect(await followed(source, [b.key])).toEqual([b.vkey, c.vkey]);
  expect(await followed(source, [c.key])).toEqual([c.vkey]);
});

it('believes no oath that does not stand in the log', async () => {
  const [first, second] = oaths;
  if (first === undefined || second === undefined) throw new Error('no oaths');
  expect(await followed(showing(turned([]), oaths), [a.key])).toBe('LOG_INCLUSION memory');
  expect(await followed(showing(turned([first]), oaths), [a.key])).toBe('LOG_INCLUSION memory');
  expect(await followed(showing(turned([second, first]), oaths), [a.key])).toBe('LOG_INCLUSION memory');
  const beyond = [oath(5_000, a, c)];
  expect(await followed(showing(turned(beyond), beyond), [a.key])).toBe('LOG_INCLUSION memory');
});

it('gives a stranger nothing', async () => {
  expect(await followed(showing(turned(oaths), oaths), [thief.key])).toEqual([thief.vkey]);
  const stolen = [oath(300, a, thief, thief)];
  expect(await followed(showing(turned(stolen, thief), stolen), [a.key])).toBe('LOG_SIG log-key/0');
  const own = [oath(300, thief, c)];
  expect(await followed(showing(turned(own), own), [a.key])).toEqual([a.vkey]);
  expect(await followed(showing(turned([], thief), oaths), [a.key])).toEqual([a.vkey]);
});

it('asks nothing where a trusted key signed, and not without end where none did', async () => {
  let asked = 0;
  const over = (log: TestLog, answer: LogSource['read']): LogSource => ({
    name: 'memory',
    read: async (path, cap) => {
      if (!path.startsWith('log-key/')) return ok(log.all.get(path) ?? null);
      asked++;
      return answer(path, cap);
    },
  });
  expect(
    await followed(
      over(turned(oaths), async () => ok(utf8('junk'))),
      [c.key],
    ),
  ).toEqual([c.vkey]);
  expect(asked).toBe(0);
  expect(
    await followed(
      over(turned(oaths), async () => ok(utf8('junk'))),
      [a.key],
    ),
  ).toBe('LOG_FORMAT log-key/0');
  expect(
    await followed(
      over(turned(oaths), async () => err(problem('LOG_UNREACHABLE', 'away'))),
      [a.key],
    ),
  ).toEqual([a.vkey]);
  asked = 0;
  const [first] = oaths;
  expect(
    await followed(
      over(turned(oaths), async () => ok(first === undefined ? null : rotationFile(first))),
      [a.key],
    ),
  ).toBe('LOG_FORMAT log-key/1000');
  expect(asked).toBe(1_000);
});
