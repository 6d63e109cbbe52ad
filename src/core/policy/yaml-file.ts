/**
 * The YAML we accept: one document of plain maps, lists and scalars. Anchors, aliases, merge keys, tags, directives,
 * duplicate keys, tabs and invisible characters are refused, because a reader and a parser may disagree about them.
 */
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, type Pair, parseAllDocuments, type Scalar, visit, type YAMLMap } from 'yaml';
import { text } from '../base/bytes.ts';
import type { ReasonCode } from '../base/codes.ts';
import { sha256Hex } from '../base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';

const MOST_BYTES = 1_000_000;
/** A broken file breaks again on every line: the first few say it. */
const MOST_PROBLEMS = 20;
/** Problems that are placed, with the nearest word that is known: whoever writes the file chooses how many there are. */
const MOST_PLACED = 200;
/** Control, format (bidirectional, zero-width) and separator characters, but the ends of lines. */
const INVISIBLE = /(?![\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export interface YamlFile {
  readonly value: unknown;
  /** Lowercase hex SHA-256 of the bytes. */
  readonly digest: string;
  /** A problem at what stands at this path; its key, where `key` is set. `into`: characters into a scalar. */
  at(path: readonly PropertyKey[], message: string, more?: { remedy?: Remedy; key?: string; into?: number }): Problem;
}

/** Given as a function where finding it takes a search: a file has no say in how often that is done. */
export type Remedy = string | undefined | (() => string | undefined);

export const remedyOf = (remedy: Remedy): string | undefined => (typeof remedy === 'function' ? remedy() : remedy);

/** @param code POLICY_INVALID or ROSTER_INVALID. @param file its name in messages. */
export function readYaml(bytes: Uint8Array, file: string, code: ReasonCode): Result<YamlFile, readonly Problem[]> {
  const source = bytes.length > MOST_BYTES ? undefined : text(bytes);
  if (source === undefined) return err([problem(code, 'is not UTF-8 text of at most 1 MB', { place: file, remedy: 'save it as UTF-8' })]);
  const lines = source.split('\n');
  const place = (offset: number, message: string, remedy?: string, path = ''): Problem => positioned(code, file, lines, offset, message, remedy, path);
  const strange = INVISIBLE.exec(source);
  if (strange !== null) {
    const tab = strange[0] === '\t';
    return err([place(strange.index, tab ? 'a tab' : `an invisible character, U+${hex4(strange[0])}`, tab ? 'indent with spaces' : 'remove it')]);
  }
  try {
    return parse(source, bytes, place);
  } catch {
    return err([place(0, 'is nested too deeply to be read')]);
  }
}

type PlaceOf = (offset: number, message: string, remedy?: string, path?: string) => Problem;

function parse(source: string, bytes: Uint8Array, place: PlaceOf): Result<YamlFile, readonly Problem[]> {
  const documents = parseAllDocuments(source, { lineCounter: new LineCounter(), strict: true, uniqueKeys: false, merge: false, prettyErrors: false });
  const [first, second] = 'empty' in documents ? [] : documents;
  if (first === undefined) return err([place(0, 'is empty')]);
  const problems = first.errors.slice(0, MOST_PROBLEMS).map((e) => place(e.pos[0], syntax(e.message)));
  if (second !== undefined) problems.push(place(second.range[0], 'a second document', 'keep one document, without ---'));
  if (first.directives?.yaml.explicit === true) problems.push(place(0, 'a %YAML directive', 'remove it'));
  problems.push(...forbidden(first, place));
  if (problems.length > 0) return err(problems);
  let placed = 0;
  return ok({
    value: first.toJS(),
    digest: sha256Hex(bytes),
    at: (path, message, more) => {
      placed += 1;
      if (placed > MOST_PLACED) return place(0, message);
      return place(offsetOf(first, source, path, more), message, remedyOf(more?.remedy), pathText(path, more?.key));
    },
  });
}

/** What a reader of the file might take for something else than the parser does. */
function forbidden(document: Document, place: PlaceOf): readonly Problem[] {
  const found: Problem[] = [];
  const add = (node: unknown, what: string, remedy = 'write it out'): symbol | undefined => {
    found.push(place((isNode(node) ? node.range?.[0] : undefined) ?? 0, what, remedy));
    return found.length < MOST_PROBLEMS ? undefined : visit.BREAK;
  };
  visit(document, {
    Alias: (_, node) => add(node, 'an alias'),
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined && add(node, 'an anchor') !== undefined) return visit.BREAK;
      if (node.tag !== undefined && add(node, 'a tag') !== undefined) return visit.BREAK;
      return isMap(node)
        ? twice(node)
            .map((key) => add(key, 'Map keys must be unique', 'keep one of them'))
            .find((stop) => stop !== undefined)
        : undefined;
    },
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || typeof pair.key.value !== 'string') return add(pair.key, 'a key that is not a string');
      if (pair.key.value === '<<') return add(pair.key, 'a merge key');
      return pair.key.anchor !== undefined || pair.key.tag !== undefined ? add(pair.key, 'an anchor or a tag') : undefined;
    },
  });
  return found;
}

/** The parser would compare every key with every other, and whoever proposes a policy choose how long that takes. */
function twice({ items }: YAMLMap): readonly Scalar[] {
  const seen = new Set<unknown>();
  const again: Scalar[] = [];
  for (const { key } of items) {
    if (!isScalar(key)) continue;
    if (seen.has(key.value)) again.push(key);
    seen.add(key.value);
  }
  return again.slice(0, MOST_PROBLEMS);
}

/** Where it stands; where it does not, the nearest thing around it. */
function offsetOf(document: Document, source: string, path: readonly PropertyKey[], more?: { key?: string; into?: number }): number {
  const keyed = more?.key === undefined ? undefined : pairOf(document, path, more.key);
  if (isNode(keyed?.key)) return keyed.key.range?.[0] ?? 0;
  const node = nodeAt(document, path);
  const start = node?.range?.[0] ?? 0;
  if (node === undefined || more?.into === undefined || !isScalar(node)) return start;
  const written = source.slice(start, node.range?.[1] ?? start);
  const skip = written === node.value ? 0 : written.slice(1, -1) === node.value ? 1 : undefined;
  return skip === undefined ? start : start + skip + more.into;
}

function nodeAt(document: Document, path: readonly PropertyKey[]): Node | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return undefined;
}

function pairOf(document: Document, path: readonly PropertyKey[], key: string): Pair | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;
}

function positioned(code: ReasonCode, file: string, lines: readonly string[], offset: number, message: string, remedy: string | undefined, path: string): Problem {
  let row = 0;
  let left = offset;
  for (; row < lines.length - 1 && left > (lines[row]?.length ?? 0); row += 1) left -= (lines[row]?.length ?? 0) + 1;
  const line = (lines[row] ?? '').replaceAll('\r', '').slice(0, 160);
  const number = String(row + 1);
  const excerpt = `${number} | ${line}\n${' '.repeat(number.length)} | ${' '.repeat(Math.min(left, line.length))}^`;
  const where = `${file}:${number}:${left + 1}${path === '' ? '' : ` ${path}`}`;
  return problem(code, message, { place: where, excerpt, ...(remedy === undefined ? {} : { remedy }) });
}

/** `rules[0].when` */
function pathText(path: readonly PropertyKey[], key?: string): string {
  const steps = [...path, ...(key === undefined ? [] : [key])];
  return steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`)).join('');
}

/** The parser catches its own stack overflow and reports it as an error of the text. */
const syntax = (message: string): string => (message.startsWith('Maximum call stack') ? 'is nested too deeply to be read' : firstLine(message));
const firstLine = (message: string): string => (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
const hex4 = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
