/**
 * JSON inside another file (a heredoc, a string), with the lines of the file it stands in. `${...}` is left as it is written, in
 * a string or in place of a value. Never throws; undefined where it is no JSON. Read once from left to right, to a depth.
 */
import type { DataEntry, DataNode } from '../data.ts';

const MAX_DEPTH = 64;

/** @param line where `text` begins. */
export function readJson(text: string, line: number): DataNode | undefined {
  const reader = new Reader(text, line);
  const value = reader.value(0);
  return value === undefined || !reader.ended() ? undefined : value;
}

class Reader {
  private at = 0;
  private readonly text: string;
  private line: number;
  constructor(text: string, line: number) {
    this.text = text;
    this.line = line;
  }

  ended(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  value(depth: number): DataNode | undefined {
    this.space();
    const line = this.line;
    const c = this.text[this.at];
    if (depth > MAX_DEPTH) return undefined;
    if (c === '{') return this.map(depth, line);
    if (c === '[') return this.list(depth, line);
    if (c === '"') {
      const value = this.string();
      return value === undefined ? undefined : { is: 'scalar', value, line };
    }
    if (this.text.startsWith('${', this.at)) return { is: 'unknown', text: this.template(), line };
    return this.word(line);
  }

  private word(line: number): DataNode | undefined {
    WORD.lastIndex = this.at;
    const word = WORD.exec(this.text)?.[0];
    if (word === undefined) return undefined;
    this.at += word.length;
    return { is: 'scalar', value: word === 'true' ? true : word === 'false' ? false : word === 'null' ? null : Number(word), line };
  }

  private map(depth: number, line: number): DataNode | undefined {
    const entries: DataEntry[] = [];
    const done = this.each('}', () => {
      const at = this.line;
      const key = this.text[this.at] === '"' ? this.string() : undefined;
      if (key === undefined || !this.skip(':')) return false;
      const value = this.value(depth + 1);
      if (value !== undefined) entries.push({ key, line: at, value });
      return value !== undefined;
    });
    return done ? { is: 'map', entries, line } : undefined;
  }

  private list(depth: number, line: number): DataNode | undefined {
    const items: DataNode[] = [];
    const done = this.each(']', () => {
      const value = this.value(depth + 1);
      if (value !== undefined) items.push(value);
      return value !== undefined;
    });
    return done ? { is: 'list', items, line } : undefined;
  }

  /** A comma may stand behind the last one, as some templates write it. */
  private each(end: string, one: () => boolean): boolean {
    this.at++;
    for (;;) {
      this.space();
      if (this.text[this.at] === end) {
        this.at++;
        return true;
      }
      if (!one()) return false;
      if (!this.skip(',') && this.text[this.at] !== end) return false;
    }
  }

  private string(): string | undefined {
    const out: string[] = [];
    for (this.at++; this.at < this.text.length; ) {
      const c = this.text[this.at] ?? '';
      if (c === '"') {
        this.at++;
        return out.join('');
      }
      if (c === '$' && this.text[this.at + 1] === '{') out.push(this.template());
      else if (c === '\\') out.push(this.escape());
      else {
        if (c === '\n') this.line++;
        out.push(c);
        this.at++;
      }
    }
    return undefined;
  }

  private escape(): string {
    const c = this.text[this.at + 1] ?? '';
    const hex = c === 'u' ? /^[\da-fA-F]{4}/.exec(this.text.slice(this.at + 2, this.at + 6))?.[0] : undefined;
    this.at += hex === undefined ? 2 : 6;
    return hex === undefined ? (SIMPLE[c] ?? c) : String.fromCharCode(Number.parseInt(hex, 16));
  }

  /** To the brace that closes it, quoted braces not counted. */
  private template(): string {
    const from = this.at;
    let [open, quoted] = [0, false];
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at];
      if (c === '\n') this.line++;
      if (c === '"') quoted = !quoted;
      else if (!quoted && c === '{') open++;
      else if (!quoted && c === '}' && --open === 0) break;
    }
    this.at++;
    return this.text.slice(from, this.at).replace(/\s+/g, ' ');
  }

  private skip(c: string): boolean {
    this.space();
    if (this.text[this.at] !== c) return false;
    this.at++;
    this.space();
    return true;
  }

  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c === 10) this.line++;
      else if (c !== 32 && c !== 9 && c !== 13) return;
    }
  }
}

const WORD = /(?:true|false|null|-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?)(?![\w.])/y;
const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
