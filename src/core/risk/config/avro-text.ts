/** Avro schemas end in `.avsc`, which no parser of the gate reads as data: they are JSON, and are read as it here, by lines for places. */
import type { DataNode } from '../data.ts';
import type { Parsed } from '../evidence.ts';

const MAX_DEPTH = 60;

export function parsedText(path: string, side: Parsed): DataNode | undefined {
  if (side.kind === 'data') return side.documents[0];
  if (!path.endsWith('.avsc') || side.kind !== 'text') return undefined;
  try {
    const at = namePlaces(side.text);
    return node(JSON.parse(side.text), 0, 1, at);
  } catch {
    return undefined;
  }
}

function node(value: unknown, depth: number, line: number, at: (name: string) => number): DataNode {
  if (depth > MAX_DEPTH) return { is: 'unknown', text: 'too deep', line };
  if (Array.isArray(value)) return { is: 'list', items: value.map((v) => node(v, depth + 1, line, at)), line };
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return { is: 'scalar', value, line };
  if (typeof value !== 'object') return { is: 'unknown', text: '', line };
  const pairs = Object.entries(value);
  const [, name] = pairs.find(([key]) => key === 'name') ?? [];
  const here = typeof name === 'string' ? at(name) : line;
  return { is: 'map', entries: pairs.map(([key, v]) => ({ key, line: here, value: node(v, depth + 1, here, at) })), line: here };
}

function namePlaces(text: string): (name: string) => number {
  const lines = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries())
    for (const [, name] of line.matchAll(/"name"\s*:\s*"([^"]{1,200})"/g)) if (name !== undefined && !lines.has(name)) lines.set(name, i + 1);
  return (name) => lines.get(name) ?? 1;
}
