/** The trailers that say who assisted, as hooks and `declare` write them; and those a preset does not let an AI be named by. */
import { declare } from './declaration.ts';
import { readMessage } from './message.ts';
import { type DeclarationForm, PRESETS, type Preset, type PresetName } from './presets.ts';
import type { ProvenanceEvidence } from './provenance.ts';

/** A hand in a commit, or that it had none. */
export type Assistant = { readonly tool: 'none' } | { readonly tool: string; readonly model?: string; readonly session?: string };

/** What is written where no preset says otherwise. */
const OURS = { key: 'Assisted-by', form: 'tool:model' } as const;
const NONE = 'none';

/** Where presets meet (a floor's and a repository's), what one forbids no other writes. */
export function writtenUnder(presets: readonly PresetName[]): { readonly key: string; readonly form: DeclarationForm } | null {
  const [first] = presets;
  if (first === undefined) return OURS;
  const all = presets.map((name): Preset => PRESETS[name]);
  return all.some((p) => p.writes === null) ? null : (all[0]?.writes ?? null);
}

/**
 * `Key: value`, one for each trailer, in order. None where the presets want no trailer. `AI-Session` joins a commit to its
 * record; a project that has said what it wants in a message gets nothing beside it.
 */
export function trailersFor(who: Assistant, presets: readonly PresetName[] = []): readonly string[] {
  const written = writtenUnder(presets);
  if (written === null) return [];
  // whatever the key for tools: under some, such as Generated-by, a reader takes no word for none
  if (isNone(who)) return [`${OURS.key}: ${NONE}`];
  const session = who.session === undefined || presets.length > 0 ? [] : [`AI-Session: urn:countersign:${who.session}`];
  return [`${written.key}: ${named(who, written.form)}`, ...session];
}

const isNone = (who: Assistant): who is { readonly tool: 'none' } => who.tool === NONE;

function named({ tool, model }: { readonly tool: string; readonly model?: string }, form: DeclarationForm): string {
  if (model === undefined || model === '' || form === 'tool') return tool;
  return form === 'tool:model' ? `${tool}:${model}` : `${tool} (${model})`;
}

/** `none`, `<tool>` or `<tool>:<model>` as a person types it; undefined where a reader of commits would not take it for one. */
export function parseAssistant(text: string): Assistant | undefined {
  const [, tool, model] = /^([A-Za-z][\w.-]{0,59})(?::([\w][\w./-]{0,79}))?$/.exec(text) ?? [];
  if (tool === undefined) return undefined;
  const said = declare('assisted-by', text);
  if (said.kind === 'none') return { tool: NONE };
  return said.kind === 'tool' ? { tool, ...(model === undefined ? {} : { model }) } : undefined;
}

/** What the trailers of a message declare, each as it stands there; `none` where one says so. */
export function declaredIn(message: string): readonly string[] {
  return readMessage(message).lines.flatMap(({ trailer }) => {
    if (trailer === undefined || trailer.key.startsWith('co-') || trailer.key === 'signed-off-by') return [];
    const said = declare(trailer.key, trailer.value);
    return said.kind === 'none' ? [NONE] : said.kind === 'tool' ? [trailer.value] : [];
  });
}

/** Evidence that stands where a preset lets no AI be named, and the preset. */
export function forbiddenUnder(
  presets: readonly PresetName[],
  evidence: readonly ProvenanceEvidence[],
): readonly { readonly preset: Preset; readonly found: ProvenanceEvidence }[] {
  return presets.flatMap((name) => {
    const preset: Preset = PRESETS[name];
    return evidence.filter((e) => e.commit !== undefined && e.trust >= 2 && isForbidden(preset.forbids, e)).map((found) => ({ preset, found }));
  });
}

function isForbidden(forbids: readonly string[], { slot, matched }: ProvenanceEvidence): boolean {
  if (forbids.includes('assistance')) return true;
  if (slot !== 'trailer') return false;
  return forbids.includes('any') || forbids.includes(keyOf(matched));
}

const keyOf = (line: string): string => (line.split(':')[0] ?? '').trim().toLowerCase().replace(/[ _]+/g, '-');
