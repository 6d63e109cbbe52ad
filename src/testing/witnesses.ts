/** Logs and witnesses that really sign: keys made for the test, and trees of made-up entries. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { fromBase64, utf8 } from '../core/base/bytes.ts';
import type { Bytes } from '../core/base/crypto.ts';
import { formatCheckpoint } from '../core/log/checkpoint.ts';
import { cosignatureLine, cosignedMessage, formatWitnessVkey, type WitnessKey, witnessKey } from '../core/log/cosignature.ts';
import { consistencyPlan, EMPTY_TREE, fill, grow, leafHash, root, type Tree } from '../core/log/merkle.ts';
import { formatNote, type NoteKey, noteKey } from '../core/log/note.ts';

export interface TestWitness {
  readonly key: WitnessKey;
  readonly vkey: string;
  /** A cosignature line over the text of this note. @param time seconds since 1970. */
  line(note: string, time?: number): string;
}

export function testWitness(name: string): TestWitness {
  const { publicKey, signs } = ed25519();
  const key = sure(witnessKey(name, publicKey));
  const line = (note: string, time = 1_795_170_066): string => cosignatureLine(key, time, signs(cosignedMessage(time, textOf(note))));
  return { key, vkey: formatWitnessVkey(key), line };
}

export interface TestLog {
  readonly key: NoteKey;
  /** Appends one entry. */
  append(entry: string): void;
  /** The log-signed checkpoint of its first entries; all of them unless told. */
  checkpoint(size?: number): string;
  consistency(first: number, second: number): readonly Bytes[];
  /** The note of any text, signed. */
  signed(text: string): string;
}

/** @param like a log whose name and key it shares: what a server does whose folder was put back and went another way. */
export function testLog(name: string, like?: TestLog): TestLog {
  const keys = like === undefined ? ed25519() : sure(SIGNERS.get(like));
  const key = sure(noteKey(name, keys.publicKey));
  const trees: Tree[] = [EMPTY_TREE];
  const nodes = new Map<string, Bytes>();
  const log: TestLog = {
    key,
    append: (entry) => {
      const grown = grow(trees.at(-1) ?? EMPTY_TREE, leafHash(utf8(entry)));
      for (const { level, index, hash } of grown.completed) nodes.set(`${level}/${index}`, hash);
      trees.push(grown.tree);
    },
    checkpoint: (size = trees.length - 1) => log.signed(formatCheckpoint({ origin: name, size, root: root(sure(trees[size])) })),
    signed: (text) => {
      const note = formatNote(text, [{ name, id: key.id, signature: keys.signs(utf8(text)) }]);
      if (!note.ok) throw new Error(note.error.message);
      return note.value;
    },
    consistency: (first, second) => {
      const plan = sure(consistencyPlan(first, second));
      return sure(
        fill(
          plan,
          plan.nodes.map((n) => nodes.get(`${n.level}/${n.index}`)),
        ),
      );
    },
  };
  SIGNERS.set(log, keys);
  return log;
}

interface Signs {
  readonly publicKey: Bytes;
  signs(message: Bytes): Bytes;
}

const SIGNERS = new WeakMap<TestLog, Signs>();

function ed25519(): Signs {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { publicKey: sure(fromBase64(String(publicKey.export({ format: 'jwk' }).x))), signs: (message) => new Uint8Array(sign(null, message, privateKey)) };
}

const textOf = (note: string): string => note.slice(0, note.lastIndexOf('\n\n') + 1);

function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the test asks for what is not there');
  return value;
}
