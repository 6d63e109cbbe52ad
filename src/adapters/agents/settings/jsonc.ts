/**
 * Reads JSON with comments and trailing commas, and says where everything stands: settings of agents are files people write,
 * so they are changed by adding text in one place and never written anew.
 */

export type Node =
  | { readonly kind: 'object'; readonly start: number; readonly end: number; readonly members: readonly Member[] }
  | { readonly kind: 'array'; readonly start: number; readonly end: number; readonly items: readonly Node[] }
  | { readonly kind: 'scalar'; readonly start: number; readonly end: number; readonly value: unknown };

export interface Member {
  readonly key: string;
  readonly start: number;
  readonly value: Node;
}

/** null: there is nothing but white space and comments. A number: where it cannot be read any more. */
export function readJsonc(text: string): Node | null | number {
  const reader = new Reader(text);
  try {
    reader.skip();
    if (reader.at >= text.length) return null;
    const root = reader.value(0);
    reader.skip();
    return reader.at >= text.length ? root : reader.at;
  } catch (error) {
    if (error instanceof Unreadable) return reader.at;
    throw error;
  }
}

class Unreadable extends Error {}

const DEEPEST = 200;
const STRING = /"(?:[^"\\\n\r]|\\.)*"/y;
const WORD = /-?\d[\d.eE+-]*|true|false|null/y;
const BLANK = /[\s\ufeff]*/y;

class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** White space, comments, and a byte order mark. */
  skip(): void {
    for (;;) {
      this.match(BLANK);
      if (this.text.startsWith('//', this.at)) this.at = this.after('\n');
      else if (this.text.startsWith('/*', this.at)) this.at = this.closed();
      else return;
    }
  }

  value(depth: number): Node {
    const start = this.at;
    if (depth > DEEPEST) throw new Unreadable();
    if (this.text[start] === '{') return this.object(depth);
    if (this.text[start] === '[') return this.array(depth);
    const said = this.match(STRING) || this.match(WORD);
    return { kind: 'scalar', start, end: this.at, value: this.parsed(said, start) };
  }

  private object(depth: number): Node {
    const start = this.at;
    const members: Member[] = [];
    this.several('}', () => {
      const at = this.at;
      const key = String(this.parsed(this.match(STRING), at));
      this.skip();
      this.expect(':');
      this.skip();
      members.push({ key, start: at, value: this.value(depth + 1) });
    });
    return { kind: 'object', start, end: this.at, members };
  }

  private array(depth: number): Node {
    const start = this.at;
    const items: Node[] = [];
    this.several(']', () => items.push(this.value(depth + 1)));
    return { kind: 'array', start, end: this.at, items };
  }

  /** A comma may stand behind the last. */
  private several(close: string, one: () => unknown): void {
    this.at += 1;
    this.skip();
    while (this.text[this.at] !== close) {
      one();
      this.skip();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== close) throw new Unreadable();
      this.skip();
    }
    this.at += 1;
  }

  private expect(char: string): void {
    if (this.text[this.at] !== char) throw new Unreadable();
    this.at += 1;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private parsed(said: string, start: number): unknown {
    try {
      return JSON.parse(said);
    } catch {
      this.at = start;
      throw new Unreadable();
    }
  }

  private after(what: string): number {
    const at = this.text.indexOf(what, this.at);
    return at < 0 ? this.text.length : at + what.length;
  }

  private closed(): number {
    const at = this.text.indexOf('*/', this.at + 2);
    if (at < 0) throw new Unreadable();
    return at + 2;
  }
}

/** The value a node stands for. */
export function plainOf(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'array') return node.items.map(plainOf);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, plainOf(value)]));
}

/** The only member of that name: undefined where there is none, `twice` where two would be a matter of taste. */
export function memberOf(node: Extract<Node, { kind: 'object' }>, key: string): Member | undefined | 'twice' {
  const found = node.members.filter((m) => m.key === key);
  return found.length > 1 ? 'twice' : found[0];
}
