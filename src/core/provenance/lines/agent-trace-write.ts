/**
 * Writes agent-trace 0.1.0, strictly: a version of three numbers, the commit itself as revision, SHA-256 of every range.
 * One record for each tool of a commit, because a record names one tool. The same record gives the same bytes.
 */
import { sha256Hex } from '../../base/crypto.ts';
import type { AttributedRange, Attribution, Hand } from './attribution.ts';
import type { ChangedLines } from './hunk.ts';
import { textHash } from './text-hash.ts';

const VERSION = '0.1.0';

/** @param changed what the commit changes. @param at milliseconds since 1970. Answers one line of JSON for each record, without line ends. */
export function writeAgentTrace(attribution: Attribution, changed: readonly ChangedLines[], at: number): readonly string[] {
  const texts = new Map(changed.map((c) => [c.path, new Map(c.added.flatMap((h) => h.lines.map((line, i) => [h.start + i, line] as const)))]));
  const tools = [...new Set([...attribution.hands.values()].map((h) => h.tool))].sort();
  return tools.flatMap((tool) => {
    const files = attribution.files.flatMap((file) => {
      const conversations = [...Map.groupBy(file.ranges, (r) => r.hand)].flatMap(([key, ranges]) => {
        const hand = attribution.hands.get(key);
        return hand?.tool === tool ? [conversation(hand, ranges, texts.get(file.path) ?? new Map())] : [];
      });
      return conversations.length === 0 ? [] : [{ path: file.path, conversations }];
    });
    if (files.length === 0) return [];
    const body = { vcs: { type: 'git', revision: attribution.commit }, ...(tool === '' ? {} : { tool: { name: tool } }), files };
    return [JSON.stringify({ version: VERSION, id: idOf(JSON.stringify(body)), timestamp: new Date(at).toISOString(), ...body })];
  });
}

function conversation(hand: Hand, ranges: readonly AttributedRange[], lines: ReadonlyMap<number, string>) {
  return {
    ...(hand.session === undefined ? {} : { url: `urn:countersign:${hand.session}` }),
    contributor: { type: hand.by, ...(hand.model === undefined ? {} : { model_id: modelOf(hand.model) }) },
    ranges: ranges.map(({ start, end }) => ({
      start_line: start,
      end_line: end,
      content_hash: `sha256:${textHash(Array.from({ length: end - start + 1 }, (_, i) => lines.get(start + i) ?? ''))}`,
    })),
  };
}

/** `provider/model`, at most 250 characters. */
const modelOf = (model: string): string => (model.includes('/') ? model : `${PROVIDERS.find(([of]) => of.test(model))?.[1] ?? 'unknown'}/${model}`).slice(0, 250);

const PROVIDERS: readonly (readonly [RegExp, string])[] = [
  [/^claude/i, 'anthropic'],
  [/^(?:gpt|chatgpt|codex|o[0-9])/i, 'openai'],
  [/^gemini/i, 'google'],
];

/** A UUID of our own making (version 8, RFC 9562) over what the record says. */
function idOf(body: string): string {
  const hex = sha256Hex(body);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
