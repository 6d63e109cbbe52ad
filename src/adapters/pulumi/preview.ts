/**
 * `pulumi preview --json`. Steps hold the inputs and outputs of every resource, secrets in clear where `--show-secrets` was
 * given: kept are operations, names, what is protected, and whether the difference was worked out. Unknown operations are
 * kept as they are, for the detector to refuse.
 */
import * as z from 'zod';
import type { Result } from '../../core/base/result.ts';
import { err, ok, problem } from '../../core/base/result.ts';
import { PLAN_SOURCES } from '../../core/risk/plan-file.ts';
import type { Preview, PreviewGuards, PreviewStep } from '../../core/risk/pulumi/preview.ts';

const word = z.string().max(4_000);
const state = z.object({ type: word.nullish(), custom: z.boolean().nullish(), protect: z.boolean().nullish(), retainOnDelete: z.boolean().nullish() });
const step = z.object({
  op: word.min(1),
  urn: word.min(1),
  oldState: state.nullish(),
  newState: state.nullish(),
  replaceReasons: z.array(word).nullish(),
  detailedDiff: z.unknown().optional(),
});
const diagnostic = z.object({ severity: word.nullish() });
const preview = z.object({ steps: z.array(step).nullish(), diagnostics: z.array(diagnostic).nullish(), maybeCorrupt: z.boolean().nullish() });

/** @param digest of the bytes, lowercase hex SHA-256. Problems: PLAN_INVALID. */
export function readPreview(json: unknown, digest: string): Result<Preview> {
  const read = preview.safeParse(json);
  if (!read.success) {
    const [first] = read.error.issues;
    const why = `${first?.path.join('.') || 'preview'}: ${first?.message ?? 'malformed'}`;
    return err(problem('PLAN_INVALID', `the preview cannot be read: ${why}`, { remedy: `pass the output of ${PLAN_SOURCES.pulumi}` }));
  }
  const { data } = read;
  const failed = (data.diagnostics ?? []).some((d) => d.severity === 'error') || data.maybeCorrupt === true;
  return ok({ digest, complete: !failed && data.steps !== undefined && data.steps !== null, steps: (data.steps ?? []).map(stepOf) });
}

function stepOf(s: z.infer<typeof step>): PreviewStep {
  const { oldState, newState } = s;
  return {
    op: s.op,
    urn: s.urn,
    type: newState?.type ?? oldState?.type ?? typeOfUrn(s.urn),
    custom: (newState ?? oldState)?.custom !== false,
    replaceReasons: s.replaceReasons ?? [],
    detailed: s.detailedDiff !== null && s.detailedDiff !== undefined,
    before: guardsOf(oldState),
    after: guardsOf(newState),
  };
}

/** A state that is there and says nothing says no: the encoder leaves out what is false. */
function guardsOf(of: z.infer<typeof state> | null | undefined): PreviewGuards {
  return of === null || of === undefined ? {} : { protect: of.protect === true, retainOnDelete: of.retainOnDelete === true };
}

/** `urn:pulumi:stack::project::parent$type::name`. */
const typeOfUrn = (urn: string): string => (urn.split('::')[2] ?? '').split('$').at(-1) ?? '';
