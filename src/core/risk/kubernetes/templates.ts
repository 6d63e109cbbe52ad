/**
 * Manifests that are templates: text until Helm or its like renders them. Only the few top lines that name an object are read, so
 * that what is said of them is a guess, and no more than high.
 */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { kindsOf } from '../kinds.ts';
import { textOf } from '../lines.ts';
import type { Finding } from '../risk.ts';
import { isSample, type KubeSides } from './objects.ts';
import { K8101, K8102, K8103, STORAGE } from './removed.ts';
import { isLess, K8108 } from './replicas.ts';

interface Manifest {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number | undefined;
}

export const isTemplate = (file: FileEvidence): boolean =>
  /\.(?:ya?ml|tpl)$/i.test(file.path) && (file.base?.kind === 'text' || file.head?.kind === 'text') && !kindsOf(file.path).includes('workflow');

export function templates(files: readonly FileEvidence[], { head }: KubeSides): readonly Finding[] {
  const texts = files.filter(isTemplate);
  const rendered = head.map((o): Manifest => ({ ...o, replicas: undefined }));
  const after = new Map([...rendered, ...texts.flatMap((f) => manifests(f, f.head))].map((m) => [key(m), m]));
  return texts
    .flatMap((f) => manifests(f, f.base))
    .flatMap((before) => {
      const is = after.get(key(before));
      return is === undefined ? gone(before) : scaled(before, is);
    });
}

const key = (m: Manifest): string => `${m.kind}\0${m.namespace}\0${m.name}\0${isSample(m.path)}`;

function manifests(file: FileEvidence, side: Parsed | undefined): readonly Manifest[] {
  let line = 1;
  return textOf(side)
    .split(/^---.*$/m)
    .flatMap((doc) => {
      const at = line;
      line += doc.split('\n').length - 1;
      const kind = /^kind:\s*["']?(\w+)/m.exec(doc)?.[1];
      if (kind === undefined || !/^apiVersion:/m.test(doc)) return [];
      const meta = metadata(doc);
      const field = (name: string): string => new RegExp(`^ {2}${name}:\\s*["']?([^"'\\n]+)`, 'm').exec(meta)?.[1]?.trim() ?? '';
      const replicas = /^ {2}replicas:\s*(\d{1,6})\s*$/m.exec(doc)?.[1];
      return [{ path: file.path, line: at, kind, name: field('name'), namespace: field('namespace'), replicas: replicas === undefined ? undefined : Number(replicas) }];
    });
}

/** The indented lines under `metadata:`. */
function metadata(doc: string): string {
  const lines = doc.split('\n');
  const from = lines.findIndex((l) => /^metadata:\s*$/.test(l)) + 1;
  const length = lines.slice(from).findIndex((l) => /^\S/.test(l));
  return from === 0 ? '' : lines.slice(from, length < 0 ? undefined : from + length).join('\n');
}

const GUESS = { severity: 'high', confidence: 'heuristic' } as const;

function gone(m: Manifest): readonly Finding[] {
  const place = { path: m.path, side: 'base' as const, line: m.line, object: `${m.kind} ${m.name}` };
  if (m.kind === 'Namespace') return [K8101({ place, ...GUESS, what: `the namespace ${m.name} is removed from a template, and with it everything in it` })];
  if (m.kind === 'CustomResourceDefinition') return [K8103({ place, ...GUESS, what: `the kind ${m.name} is removed from a template, and with it every object of that kind` })];
  return STORAGE.test(m.kind) || m.kind === 'StatefulSet'
    ? [K8102({ place, ...GUESS, what: `${m.kind} ${m.name} is removed from a template: its data is gone unless the volume is kept` })]
    : [];
}

function scaled(before: Manifest, after: Manifest): readonly Finding[] {
  const [was, is] = [before.replicas, after.replicas];
  if (was === undefined || is === undefined || !isLess(was, is)) return [];
  const place = { path: after.path, side: 'head' as const, line: after.line, object: `${after.kind} ${after.name}` };
  return [K8108({ place, ...GUESS, because: [['replicas', `${was} -> ${is}`]], what: `${after.kind} ${after.name} goes from ${was} to ${is} replicas` })];
}
