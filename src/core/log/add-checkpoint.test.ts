import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testLog, testWitness } from '../../testing/witnesses.ts';
import { base64 } from '../base/bytes.ts';
import { formatAddCheckpoint, type Judgement, judgeCheckpoint, parseAddCheckpoint, type Seen } from './add-checkpoint.ts';
import { parseCheckpoint } from './checkpoint.ts';

const log = testLog('log.example');
for (let i = 0; i < 40; i++) log.append(`entry ${i}`);
/** The same key, another tree from entry 5 on. */
const forked = testLog('log.example', log);
for (let i = 0; i < 40; i++) forked.append(i < 5 ? `entry ${i}` : `other ${i}`);

const seenOf = (note: string): Seen => {
  const checkpoint = parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1));
  if (!checkpoint.ok) throw new Error(checkpoint.error.message);
  return checkpoint.value;
};
const ask = (body: string, at: number, keys = [log.key]): Judgement =>
  judgeCheckpoint(body, keys, (origin) => (origin === 'log.example' && at > 0 ? seenOf(log.checkpoint(at)) : undefined));
const body = (old: number, size: number, of = log): string =>
  formatAddCheckpoint({ old, proof: old === 0 || old > size ? [] : of.consistency(old, size), checkpoint: of.checkpoint(size) });

describe('add-checkpoint', () => {
  it('has the bytes of the worked example', () => {
    const checkpoint = 'countersign.example/audit\n3\nnzQalbi3nnNCn3se2dxxBBMbkDKYcckB7n8gLTEv6oY=\n\n— countersign.example/audit +UmwHwtVq\n';
    const text = `old 2\nmhS8cZ8pARos3IJhRzOUkv74JD19eq7gLfTGj5H+jzU=\n\n${checkpoint}`;
    const parsed = parseAddCheckpoint(text);
    expect(parsed.ok && parsed.value.proof.map(base64)).toEqual(['mhS8cZ8pARos3IJhRzOUkv74JD19eq7gLfTGj5H+jzU=']);
    expect(parsed.ok && formatAddCheckpoint(parsed.value)).toBe(text);
    expect(parseAddCheckpoint(`old 0\n\n${checkpoint}`)).toMatchObject({ ok: true, value: { old: 0, proof: [], checkpoint } });
  });

  it('is cosigned from every size to every later one', () => {
    for (let old = 0; old <= 40; old++)
      for (let size = Math.max(old, 1); size <= 40; size++) expect(ask(body(old, size), old)).toMatchObject({ status: 200, checkpoint: { size } });
  });

  it('cosigns the whole text, extension lines too, whoever else signed it', () => {
    const note = log.signed(`${log.checkpoint(3).split('\n\n')[0]}\nextension\n`);
    const stranger = testWitness('w').line(note);
    expect(note).toContain('extension\n\n');
    expect(ask(formatAddCheckpoint({ old: 0, proof: [], checkpoint: note + stranger }), 0)).toMatchObject({ status: 200, text: note.slice(0, note.indexOf('\n\n') + 1) });
  });

  it.each([
    ['old over the checkpoint', body(9, 8), 9, 400],
    ['an unknown log', formatAddCheckpoint({ old: 0, proof: [], checkpoint: testLog('else.example').checkpoint(0) }), 0, 404],
    ['the origin of a log it knows, another key', formatAddCheckpoint({ old: 0, proof: [], checkpoint: testLog('log.example').checkpoint(0) }), 0, 403],
    ['a proof that does not verify', formatAddCheckpoint({ old: 3, proof: log.consistency(3, 8).slice(1), checkpoint: log.checkpoint(8) }), 3, 422],
    ['a proof too many', formatAddCheckpoint({ old: 3, proof: [...log.consistency(3, 8), new Uint8Array(32)], checkpoint: log.checkpoint(8) }), 3, 422],
    ['a proof from 0', formatAddCheckpoint({ old: 0, proof: [new Uint8Array(32)], checkpoint: log.checkpoint(8) }), 0, 422],
    ['another root of the same size', formatAddCheckpoint({ old: 8, proof: [], checkpoint: forked.checkpoint(8) }), 8, 422],
    ['a tree that went another way', body(8, 20, forked), 8, 422],
    ['an empty tree', formatAddCheckpoint({ old: 0, proof: [], checkpoint: log.checkpoint(0) }), 0, 200],
    ['an empty tree of another root', formatAddCheckpoint({ old: 0, proof: [], checkpoint: log.signed(`log.example\n0\n${base64(new Uint8Array(32))}\n`) }), 0, 422],
    ['junk', 'old\n\nx', 0, 400],
  ])('answers %s by its status', (_, text, at, status) => {
    expect(ask(text, at).status).toBe(status);
  });

  it('says which size it saw where the client thinks of another', () => {
    for (const old of [0, 3, 7]) expect(ask(body(old, 12), 8)).toEqual({ status: 409, size: 8 });
    expect(ask(body(8, 12), 0)).toEqual({ status: 409, size: 0 });
    // A rollback: a smaller tree, truly signed by the log.
    expect(ask(body(4, 6), 8)).toEqual({ status: 409, size: 8 });
  });

  it('never cosigns a tree that does not hold what was seen, whatever proof comes with it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 40 }), fc.integer({ min: 6, max: 40 }), fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 2 }), (at, size, from) => {
        const proof = from.length < 2 ? [] : forked.consistency(Math.min(...from), Math.max(...from));
        const tried = ask(formatAddCheckpoint({ old: at, proof, checkpoint: forked.checkpoint(size) }), at);
        expect(tried.status).not.toBe(200);
      }),
    );
  });

  it.each([
    ['a leading zero', body(3, 8).replace('old 3', 'old 03')],
    ['no old line', body(3, 8).replace('old 3\n', '')],
    ['a short hash', body(3, 8).replace(/\n.{44}\n/, '\nAAAA\n')],
    ['64 hashes', body(3, 8).replace(/(old 3\n)(.{44}\n)/, (_, old, line) => old + line.repeat(62))],
    ['carriage returns', body(3, 8).replaceAll('\n', '\r\n')],
    ['nothing', ''],
  ])('is malformed with %s', (_, text) => {
    expect(ask(text, 3).status).toBe(400);
  });

  it('is judged whatever it is', () => {
    const whole = body(3, 8);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.nat(whole.length), (junk, at) => ask(whole.slice(0, at) + junk + whole.slice(at), 3).status >= 200));
  });
});
