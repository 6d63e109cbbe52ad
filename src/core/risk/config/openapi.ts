/** CFG109 of OpenAPI and Swagger: operations, parameters and properties that clients rely on. */
import { type DataNode, dig, entries, entry, items, scalar, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isRehearsal } from '../source/files.ts';

const CFG109 = rule('CFG109', 'contract', 'high', 'exact', ['no reader and no writer of the old form is left']);
/** Of one file: a new major version of an interface is one matter. */
const MOST = 10;

export const openapi: Detector = { id: 'openapi', detect: ({ files }) => files.flatMap(ofFile) };

interface Broken {
  readonly at: Pledge;
  readonly side: 'base' | 'head';
  readonly key: string;
  readonly why: string;
}

interface Pledge {
  readonly what: string;
  readonly value: string;
  readonly line: number;
}

function ofFile(file: FileEvidence): readonly Finding[] {
  const [base, head] = [documentOf(file.base), documentOf(file.head)];
  if (base === undefined || head === undefined) return [];
  const [was, is] = [promises(base), promises(head)];
  const lost = [...was].flatMap(([key, p]): readonly Broken[] => {
    const now = is.get(key);
    if (now === undefined) return covered(key, is) ? [] : [{ at: p, side: 'base' as const, key, why: 'is removed' }];
    return now.value === p.value ? [] : [{ at: now, side: 'head' as const, key, why: `changes from ${p.value} to ${now.value}` }];
  });
  const asked = [...is].flatMap(([key, p]): readonly Broken[] =>
    key.startsWith('required ') && !was.has(key) && was.has(ownerOf(key)) ? [{ at: p, side: 'head' as const, key, why: 'is required now' }] : [],
  );
  return [...lost.filter((l) => !l.key.startsWith('required ') && !l.key.startsWith('owner ')), ...asked].slice(0, MOST).map(({ at, side, key, why }) =>
    CFG109({
      place: { path: file.path, side, line: at.line, object: key },
      ...(isRehearsal(file.path) ? { severity: 'elevated' as const } : {}),
      because: [['contract', key]],
      what: `${at.what} ${why} in ${file.path}: clients that rely on it fail`,
    }),
  );
}

function documentOf(side: Parsed | undefined): DataNode | undefined {
  if (side?.kind !== 'data') return undefined;
  const [document] = side.documents;
  return entry(document, 'openapi') !== undefined || entry(document, 'swagger') !== undefined ? document : undefined;
}

/** What goes with something that goes is not said twice. */
const covered = (key: string, is: ReadonlyMap<string, Pledge>): boolean =>
  key.startsWith('property ') && !is.has(`owner ${key.slice('property '.length).split('.').slice(0, -1).join('.')}`) && key.includes('.');
const ownerOf = (key: string): string => `owner ${key.slice('required '.length).split('.').slice(0, -1).join('.')}`;

const METHODS = /^(?:get|put|post|delete|options|head|patch|trace)$/;

function promises(document: DataNode): ReadonlyMap<string, Pledge> {
  const out = new Map<string, Pledge>();
  for (const path of entries(entry(document, 'paths')?.value))
    for (const method of entries(path.value)) {
      if (!METHODS.test(method.key)) continue;
      const name = `${method.key.toUpperCase()} ${path.key}`;
      out.set(`operation ${name}`, { what: name, value: '', line: method.line });
      out.set(`owner ${name}`, { what: name, value: '', line: method.line });
      for (const p of items(entry(method.value, 'parameters')?.value)) {
        const parameter = text(entry(p, 'name')?.value);
        if (parameter !== undefined && scalar(entry(p, 'required')?.value) === true)
          out.set(`required ${name}.${parameter}`, { what: `${parameter} of ${name}`, value: '', line: p.line });
      }
    }
  const schemas = entry(document, 'definitions')?.value ?? dig(document, 'components', 'schemas');
  for (const s of entries(schemas)) schema(s.key, s.value, s.line, 0, out);
  return out;
}

function schema(name: string, node: DataNode, line: number, depth: number, out: Map<string, Pledge>): void {
  if (depth > 6 || out.size > 50_000) return;
  out.set(`owner ${name}`, { what: name, value: '', line });
  for (const p of entries(entry(node, 'properties')?.value)) {
    const type = text(entry(p.value, 'type')?.value) ?? text(entry(p.value, '$ref')?.value) ?? '';
    out.set(`property ${name}.${p.key}`, { what: `${name}.${p.key}`, value: type, line: p.line });
    if (entry(p.value, 'properties') !== undefined) schema(`${name}.${p.key}`, p.value, p.line, depth + 1, out);
  }
  for (const r of items(entry(node, 'required')?.value)) {
    const property = text(r);
    if (property !== undefined) out.set(`required ${name}.${property}`, { what: `${name}.${property}`, value: '', line: r.line });
  }
}
